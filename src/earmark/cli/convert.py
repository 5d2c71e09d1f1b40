"""``earmark convert``: label files from one format to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from earmark.annotation import Annotation
from earmark.cli.outputs import claim
from earmark.cli.words import label_form, names


def command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="IN... OUT", help="Label files, and where they go.")
    ],
    *,
    source: Annotated[
        str | None, typer.Option("--from", help="Format of IN; its suffix tells otherwise.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Format of OUT; its suffix tells otherwise.")
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Call a label otherwise: vocal=singing,v=singing."),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Leave a label out: nosing,noise.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
) -> None:
    """Write label files in another format: `earmark convert song.csv song.TextGrid`.

    Several files go into a folder: `earmark convert *.csv labels/ --to audacity`.

    `--rename` and `--drop` may be repeated. A label that occurs in none of the
    files is misspelt: nothing is written then.
    """
    from earmark import formats
    from earmark.labels import is_audio, label_format, read_segments
    from earmark.relabel import relabel

    renamed, dropped = _pairs(names(rename)), names(drop)
    if twice := renamed.keys() & set(dropped):
        raise typer.BadParameter(f"--rename and --drop both name {', '.join(sorted(twice))}")
    *sources, target = paths
    if not sources:
        raise typer.BadParameter("name at least two paths: IN and OUT")
    into_folder = len(sources) > 1 or target.is_dir()
    if len(sources) > 1 and not target.is_dir() and target.suffix.lower() == ".xml":
        raise typer.BadParameter(
            f"{target}: one file, and {len(sources)} label files; for a collection of many songs "
            f"name the songs: `earmark cues SONGS -o {target.name}`"
        )
    if into_folder and to is None:
        known = ", ".join(formats.names())
        raise typer.BadParameter(f"{target}: a folder; say which format with --to ({known})")
    form = label_form(target, option="OUT") if to is None else label_form(to, option="--to")
    if source is not None:
        label_form(source, option="--from")
    if not into_folder and label_format(target) not in (None, form.name):
        raise typer.BadParameter(
            f"{target}: its suffix is not that of --to {to}; leave out one of the two"
        )
    for path in sources:
        if path.is_dir():
            raise typer.BadParameter(f"{path}: a folder; name the label files in it")
        if source is None and is_audio(path):
            raise typer.BadParameter(f"{path}: a recording; `earmark detect` makes labels of it")
    targets = [
        target / f"{path.name.removesuffix(path.suffix)}{form.suffix}" if into_folder else target
        for path in sources
    ]
    if twice := {str(path) for path in targets if targets.count(path) > 1}:
        raise typer.BadParameter(f"{', '.join(sorted(twice))}: two files would go there")
    for path in targets:
        claim(path, overwrite=overwrite)
    read = formats.read if form.name == "npz" else read_segments
    found = [read(path, format=source) for path in sources]
    if form.loads is None:
        found = [_of_recording(*pair) for pair in zip(found, sources, strict=True)]
    _check_named((*renamed, *dropped), found)
    changed = [relabel(each, rename=renamed, drop=dropped) for each in found]
    for annotation, goal in zip(changed, targets, strict=True):
        formats.write(annotation, goal, format=form.name)


def _of_recording(annotation: Annotation, path: Path) -> Annotation:
    """The labels with the recording that they are of, by which players find it."""
    from earmark.labels import recording_of

    if annotation.source or (recording := recording_of(path)) is None:
        return annotation
    return replace(annotation, source=str(recording))


def _pairs(given: Iterable[str]) -> dict[str, str]:
    """Old names and new ones."""
    pairs: dict[str, str] = {}
    for text in given:
        old, equals, new = (part.strip() for part in text.partition("="))
        if not (old and equals and new):
            raise typer.BadParameter(f"--rename {text}: not OLD=NEW, such as vocal=singing")
        if pairs.setdefault(old, new) != new:
            raise typer.BadParameter(f"--rename {text}: {old} has another name already")
    return pairs


def _check_named(named: Iterable[str], found: Iterable[Annotation]) -> None:
    """A label that occurs nowhere is misspelt, unless nothing is labelled at all."""
    from earmark.errors import DataError
    from earmark.relabel import labels_of

    marked = (annotation for annotation in found if annotation.segments or annotation.scores)
    there = dict.fromkeys(label for annotation in marked for label in labels_of(annotation))
    if there and (strange := [label for label in named if label not in there]):
        raise DataError(f"nothing is labelled {', '.join(strange)}, only {', '.join(there)}")
