"""``earmark detect``: where there is singing, for one song or a library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import words
from earmark.cli.cores import MAX_JOBS, share
from earmark.cli.telling import report
from earmark.errors import EarmarkError, ModelError

if TYPE_CHECKING:
    from earmark.sources import Song

FORMATS = "csv, json, jsonl, audacity, lab, jams, rttm, textgrid, srt, vtt, npz"
"""As :func:`earmark.formats.names` has them, which takes too long to import for a help."""


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATHS", help="Files, folders, patterns; - is standard input."),
    ] = None,
    *,
    folder: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Where the outputs go, instead of beside the songs; - is standard output.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="NAMES", help=f"Of {FORMATS}; or all. Also lrc, rekordbox."
        ),
    ] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Write the scores of all frames as well (npz).")
    ] = False,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table with a row a song.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help=f"Songs at a time. Default: one a core, at most {MAX_JOBS}."),
    ] = None,
    skip_existing: Annotated[
        bool,
        typer.Option(
            "--skip-existing",
            help="Skip songs done before with the same model and settings; keep edited labels.",
        ),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that earmark did not write.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Every N-th song, from the I-th on.")
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option(
            "--list", metavar="FILE", help="Paths a line, an M3U or a summary; - is stdin."
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    labels: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Of singing, speech; or both. Default: singing."),
    ] = None,
    onset: Annotated[
        float | None, typer.Option(min=0, max=1, help="Score at which a segment starts.")
    ] = None,
    offset: Annotated[
        float | None, typer.Option(min=0, max=1, help="Score below which it ends.")
    ] = None,
    min_on: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Shortest segment.")
    ] = None,
    min_off: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Shortest pause.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads a song. Default: what JOBS leaves free.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Mark the singing in songs: `song.mp3` gets `song.singing.csv` beside it, or under DIR.

    With other --labels the files are called after those: `song.speech.csv`,
    `song.singing+speech.csv`. With `-o -` (and for a song from standard input without -o) the
    result goes to standard output: one format, and for several songs `jsonl`.
    The model's own thresholds hold where none are given.

    Exit code: 0 all went well, 1 a song failed (the others are done), 2 wrong usage.
    """
    from earmark import batch
    from earmark.detector import SingingDetector
    from earmark.sources import find_songs, parse_shard, read_list, take_shard
    from earmark.summary import Summary, shard_path

    names = _format_names(formats or ["csv"], scores)
    try:
        part = None if shard is None else parse_shard(shard)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shard") from None
    if not paths and listed is None:
        raise typer.BadParameter("name a song, a folder or a --list", param_hint="PATHS")
    if listed == "-" and "-" in (paths or []):
        raise typer.BadParameter("standard input is a song already", param_hint="--list")
    if str(summary) == "-":
        raise typer.BadParameter("a summary is a file", param_hint="--summary")
    _check_folder(folder)
    songs = find_songs(paths or [], listed=read_list(listed) if listed else [], out=folder)
    if not songs:
        raise EarmarkError(
            "no songs: all that was named are outputs of earmark, or the list is empty"
        )
    names = _for_standard_output(songs, names, chosen=formats is not None)
    if part is not None:
        songs = take_shard(songs, part)
        summary = None if summary is None else shard_path(summary, part)
    jobs, threads = share(len(songs), jobs=jobs, threads=threads)
    try:
        detector = SingingDetector(
            model, labels="all", threads=threads,
            onset=onset, offset=offset, min_on_s=min_on, min_off_s=min_off,
        )  # fmt: skip
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    try:
        asked = detector.chosen(None if labels is None else words.names([labels]))
    except (ModelError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--labels") from None
    table = None if summary is None else Summary(summary, overwrite=overwrite)
    results = batch.run(
        songs,
        detector,
        labels=asked,
        formats=names,
        jobs=jobs,
        overwrite=overwrite,
        skip_existing=skip_existing,
    )
    place = _place(songs, folder)
    report(results, count=len(songs), format=names[0], place=place, summary=table, quiet=quiet)


def _place(songs: list[Song], folder: str | None) -> str:
    """Where the outputs are, in words, unless they are on standard output."""
    if all(song.root is None for song in songs):
        return ""
    return "labels beside the songs" if folder is None else f"labels in {folder}"


def _format_names(given: list[str], scores: bool) -> list[str]:
    """The formats asked for, each once."""
    from earmark.formats import names

    asked = words.names(given)
    if "all" in asked:
        asked = names()
    wanted = [*asked, *(["npz"] if scores else [])]
    if not wanted:
        raise typer.BadParameter("no format was named", param_hint="--format")
    forms = (words.label_form(name, option="--format") for name in wanted)
    return list(dict.fromkeys(form.name for form in forms))


def _check_folder(folder: str | None) -> None:
    """Refuse what looks like a label file: a folder of this name would be a surprise."""
    from earmark.labels import label_format

    if folder is not None and not Path(folder).is_dir() and (form := label_format(folder)):
        raise typer.BadParameter(
            f"{folder}: name a folder; files in it are called after their songs. For this format "
            f"say --format {form}; for a file of this name, of one song, -o - > {folder}",
            param_hint="--out",
        )


def _for_standard_output(songs: list[Song], names: list[str], *, chosen: bool) -> list[str]:
    """One format there, and one that several songs can share; files may have any."""
    count = sum(song.root is None and song.problem is None for song in songs)
    if count > 1 and names == ["csv"] and not chosen:
        return ["jsonl"]
    if count and len(names) > 1:
        raise typer.BadParameter(
            f"standard output takes one format, not {', '.join(names)}", param_hint="--format"
        )
    if count > 1 and names != ["jsonl"]:
        raise typer.BadParameter(
            f"{names[0]} cannot hold {count} songs one after the other; say --format jsonl, or "
            "-o DIR for a file a song",
            param_hint="--format",
        )
    return names
