"""``earmark adapt``: a model taught by one's own corrected songs."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.console import caution, warnings_told
from earmark.cli.cores import MOST_THREADS
from earmark.cli.teaching import Events, Words, say
from earmark.errors import EarmarkError, how_to_install

if TYPE_CHECKING:
    from earmark.learn.corrected import Corrected

REFUSED = 3
"""Exit code where the model got worse, or nobody knows whether it did, and is not kept."""


def command(
    songs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SONGS",
            show_default=False,
            help="Songs with a label file beside each (one.csv, one.truth.csv, or a "
            "one.singing.csv that you edited), folders of them, or a manifest (.jsonl).",
        ),
    ] = None,
    *,
    name: Annotated[
        str | None, typer.Option(help="What the new model is called: --model NAME.")
    ] = None,
    model: Annotated[str, typer.Option(help="The model to begin with.")] = "singing",
    layers: Annotated[
        str | None,
        typer.Option(
            metavar="CHOICE",
            help="Which layers learn: head, recurrent or all. Chosen by how much is labelled "
            "where not given.",
        ),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Keep the model even if it got worse.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would be done, and what to beware of.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print events, a JSON object a line.")
    ] = False,
    keep: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep a candidate, and do nothing else.")
    ] = None,
    discard: Annotated[
        str | None, typer.Option(metavar="NAME", help="Delete a candidate, and do nothing else.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the model of this name, once it is kept.")
    ] = False,
    threads: Annotated[  # more wait for each other, on a busy machine until nothing moves
        int, typer.Option(min=1, max=MOST_THREADS, help="Processor threads.")
    ] = 1,
) -> None:
    """Teach a model by songs whose labels you corrected.

    First it learns from all of them: that is a candidate, which can be tried by its
    path. Then each song is left out in turn, to tell what it gains on songs that it
    has not learnt from. If it got no worse it is kept, `earmark models` lists it, and
    `earmark detect song.mp3 --model NAME` uses it. If it got worse, or that could be
    chance, it stays a candidate, and the exit code is 3.

    A model that was kept before is not replaced: choose another name, or say --overwrite.
    """
    if keep is not None or discard is not None:
        if songs or (keep is not None and discard is not None):
            raise typer.BadParameter("--keep and --discard stand alone, each with a name")
        _decide(keep, discard, overwrite=overwrite, json=json)
        return
    if not songs:
        raise typer.BadParameter("name songs, a folder of them or a manifest", param_hint="SONGS")
    if name is None and not plan:
        raise typer.BadParameter("say what the model is to be called", param_hint="--name")
    told = Events() if json else Words()
    of_names = _of_names(name, model, overwrite=overwrite, plan=plan)
    taught = _found(songs)
    from earmark.learn.amounts import CHOICES, check_amount, choose, doubts
    from earmark.learn.planned import planned

    if layers is not None and layers not in CHOICES:
        raise typer.BadParameter(
            f"{layers!r} is none of {', '.join(CHOICES)}", param_hint="--layers"
        )
    check_amount(taught)
    settings, why = choose(taught, layers=layers)
    warnings = doubts(taught) + of_names
    told(planned(taught, settings, why=why, warnings=warnings))
    if plan or name is None:
        return
    try:
        import torch

        from earmark.learn.taught import candidate_path, claimed, kept_path
        from earmark.learn.taught import keep as keep_it
        from earmark.learn.teach import teach
    except ModuleNotFoundError as error:
        raise EarmarkError(
            f"teaching needs {error.name}, which is not installed: {how_to_install('train')}"
        ) from error
    torch.set_num_threads(threads)
    with claimed(name):
        try:
            with told, warnings_told():
                outcome = teach(
                    taught, name=name, settings=settings, model=model, why=why, tell=told
                )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(name, candidate_path(name), told.candidate)) from None
        compared = outcome.compared
        if anyway or (compared is not None and not (compared.worse or compared.doubt)):
            told({"event": "kept", "path": str(keep_it(name, overwrite=overwrite)), "name": name})
            return
    if compared is None:
        message = "too little is labelled to leave any of it out, so nobody knows what it is worth"
    elif compared.doubt is not None:
        message = f"it got no worse, but {compared.doubt}; label places in more songs to know"
    else:
        message = (
            "it got worse on songs that it had not learnt from (accuracy "
            f"{compared.before['accuracy']:.3f} before, {compared.after['accuracy']:.3f} after)"
        )
    told({
        "event": "refused",
        "path": str(outcome.path),
        "message": f"{name} is not kept: {message}. It stays a candidate, {outcome.path}: try it "
        f"by its path (--model); keep it all the same by {_to_keep(name)}, or delete it by "
        f"--discard {name}",
    })  # fmt: skip
    if kept_path(name).is_file() and not json:
        caution(f"{kept_path(name)}: the model of that name is the one that was there before")
    raise typer.Exit(REFUSED)


def _decide(keep: str | None, discard: str | None, *, overwrite: bool, json: bool) -> None:
    """Keep or delete a candidate."""
    from earmark.learn import taught

    name = keep if keep is not None else str(discard)
    with taught.claimed(name):
        if keep is None:
            path, what = taught.candidate_path(name), "discarded"
            taught.discard(name)
        else:
            path, what = taught.keep(name, overwrite=overwrite), "kept"
    if json:
        print(jsonlib.dumps({"event": what, "path": str(path), "name": name}))
    else:
        say(f"{what}: {path}")


def _found(songs: list[str]) -> list[Corrected]:
    """The songs behind what was named, with their labels."""
    from earmark.corrections import corrections
    from earmark.learn.corrected import distinct, read_corrected

    manifests = [song for song in songs if song.endswith(".jsonl")]
    found = [song for manifest in manifests for song in read_corrected(manifest)]
    rest = [song for song in songs if song not in manifests]
    if rest:
        with_labels, notes = corrections(rest)
        found += with_labels
        for note in notes:
            caution(note)
    return distinct(found, where=", ".join(songs))


def _of_names(name: str | None, model: str, *, overwrite: bool, plan: bool) -> list[str]:
    """What is to be known of the names; a name or a model that cannot be is an error."""
    from earmark.learn.taught import kept_path, refuse_kept
    from earmark.runtime import check_name, model_names, model_path

    model_path(model)
    said = []
    if name is not None and kept_path(check_name(name)).is_file():
        if not (overwrite or plan):
            refuse_kept(name)
        said.append(
            f"once it is kept, it replaces the model {name} that was taught before"
            + ("" if overwrite else "; without --overwrite it is not taught")
        )
    if model not in model_names():
        said.append(
            f"{model} does not ship with earmark: if it has learnt from these songs already, what "
            "is measured by leaving them out flatters both"
        )
    return said


def _to_keep(name: str) -> str:
    """The command that keeps a candidate."""
    from earmark.learn.taught import kept_path

    replacing = " --overwrite" if kept_path(name).is_file() else ""
    return f"earmark adapt --keep {name}{replacing}"


def _stopped(name: str, path: Path, candidate: bool) -> str:
    if not candidate:
        return "stopped; nothing was written"
    return (
        f"stopped; the candidate {path} is there, not measured yet: keep it by {_to_keep(name)}, "
        f"or delete it by --discard {name}"
    )
