"""``earmark report``: a page for each song, to hear and to see what was detected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from earmark.cli.console import caution, complain, err
from earmark.cli.cores import share
from earmark.cli.outputs import claim
from earmark.errors import AudioError, EarmarkError, OutputError
from earmark.places import STANDARD

if TYPE_CHECKING:
    from earmark.render.report.index import Entry
    from earmark.render.report.writing import Reports
    from earmark.sources import Song

PAGES = (".html", ".htm")


def command(
    paths: Annotated[list[str], typer.Argument(metavar="SONGS", help="Files, folders, patterns.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE_OR_FOLDER",
            help="An .html file for one song, or a folder. Default: beside the songs.",
        ),
    ] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Put the song into its page, instead of a link to it.")
    ] = False,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE_OR_FOLDER",
            help="Labels that a person made, drawn beside the model's and measured against them.",
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that earmark did not write.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Make a page of a song, one file that opens from disk: hear, see and read what was detected.

    `song.mp3` gets `song.report.html` beside it, or in a folder that mirrors the songs' folders;
    there `index.html` lists them. The page plays the song from where it lies: keep the two
    together, or use `--embed`, which puts it inside (what is long, as a small MP3).

    With `--labels` of a folder, songs find their labels by name, those that `earmark adapt`
    would learn from: yours, or earmark's where you corrected them.

    Exit code: 0 all went well, 1 a song failed (the others are done), 2 wrong usage.
    """
    from earmark.detector import SingingDetector
    from earmark.one_song import refuse_unwritable
    from earmark.render.report.writing import Reports
    from earmark.sources import find_songs

    if STANDARD in paths:
        raise typer.BadParameter("a page plays its song from a file", param_hint="SONGS")
    if str(output) == STANDARD:
        raise typer.BadParameter("goes to a file or a folder", param_hint="--out")
    target = _file(output)
    folder = None if output is None or target else str(output)
    songs = find_songs(paths, out=folder)
    if not songs:
        raise EarmarkError("no songs: all that was named are outputs of earmark")
    if target is not None and len(songs) > 1:
        raise typer.BadParameter(
            f"{target}: one file, and {len(songs)} songs; name a folder", param_hint="--out"
        )
    if labels is not None and not labels.exists():
        raise typer.BadParameter(f"{labels}: no such file or folder", param_hint="--labels")
    if labels is not None and labels.is_file() and len(songs) > 1:
        raise typer.BadParameter(
            f"{labels}: one file, and {len(songs)} songs; name a folder", param_hint="--labels"
        )
    if target is not None:
        refuse_unwritable(claim(target, overwrite=overwrite).parent)
    for place in {song.root for song in songs if song.root and target is None}:
        refuse_unwritable(place)
    _, threads = share(1)
    detector = SingingDetector(model, labels="all", threads=threads)
    reports = Reports(detector, model=model, labels=labels, embed=embed, overwrite=overwrite)
    if folder is not None:
        reports.check_index(Path(folder))
    entries = _all_done(reports, songs, target, listed=folder, quiet=quiet)
    if folder is not None and any(entry.href for entry in entries):
        reports.write_index(entries, Path(folder))
    done = sum(bool(entry.href) for entry in entries)
    if done and not quiet:
        err.print(_summary(reports, folder, done), markup=False, soft_wrap=True)
    if done < len(entries):
        raise typer.Exit(1)


def _file(output: Path | None) -> Path | None:
    """The page that was named, if it is no folder."""
    if output is None or output.is_dir() or output.suffix.lower() not in PAGES:
        if output is not None and output.exists() and not output.is_dir():
            raise OutputError(f"{output}: a file whose name does not end in .html; choose another")
        return None
    return output


def _all_done(
    reports: Reports, songs: list[Song], target: Path | None, *, listed: str | None, quiet: bool
) -> list[Entry]:
    """An entry a song; of those that fail, why is told at once."""
    from earmark.audio.decoding import printable
    from earmark.render.report.index import Entry
    from earmark.rows import failed

    entries = []
    bar = track(
        songs, description="reports", console=err, transient=True,
        disable=quiet or not err.is_terminal,
    )  # fmt: skip
    for song in bar:
        try:
            if song.problem is not None:
                raise AudioError(song.problem)
            entry = reports.write(song, target, listed=listed)
        except EarmarkError as error:
            complain(printable(str(error)))
            entries.append(Entry(song.shown, failed(song.path, str(error))))
            continue
        if entry.row["warning"] and not quiet:
            caution(f"{printable(song.shown)}: {entry.row['warning']}")
        entries.append(entry)
    for note in reports.notes if not quiet else ():
        caution(note)
    return entries


def _summary(reports: Reports, folder: str | None, done: int) -> str:
    from earmark.audio.decoding import printable

    if folder is not None:
        return f"{done} song{'s' * (done != 1)}; open {printable(Path(folder) / 'index.html')}"
    shown = ", ".join(printable(path) for path in reports.written[:3])
    more = len(reports.written) - 3
    return f"{done} song{'s' * (done != 1)}; open {shown}" + (f" and {more} more" * (more > 0))
