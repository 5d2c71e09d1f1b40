"""``earmark playlist``: the songs of a folder that have singing, or none."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.annotation import SINGING
from earmark.cli.console import caution, complain, err
from earmark.cli.cores import MAX_JOBS, share
from earmark.cli.outputs import claim
from earmark.errors import DataError, OutputError

if TYPE_CHECKING:
    from earmark.rows import Row
    from earmark.sources import Song


def command(
    folder: Annotated[Path, typer.Argument(help="The folder of songs, walked.")],
    *,
    instrumental: Annotated[
        bool | None,
        typer.Option(
            "--instrumental/--vocal",
            help="Songs in which nobody sings or speaks, or those that are sung.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--out", "-o", help="The playlist, an .m3u8 file.")],
    summary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A summary of `earmark detect`; nothing is detected."),
    ] = None,
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help=f"Songs at a time. Default: one a core, at most {MAX_JOBS}."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the playlist.")] = False,
) -> None:
    """Write a playlist of the instrumentals in a folder, or of the songs that are sung.

    Sung and spoken is what lasts 1 s or more in all. A talk is on neither list;
    where the model knows no speech, it may be among the instrumentals: it is said.

    Songs that could not be judged are named, and the exit code is 1; the others are in the list.
    If none could be judged, nothing is written.
    """
    from earmark.atomic import write_atomic
    from earmark.playlist import playlist
    from earmark.sources import find_songs, is_playlist

    if instrumental is None:
        raise typer.BadParameter("say --instrumental or --vocal")
    if not is_playlist(output):
        raise typer.BadParameter(
            f"{output}: a playlist's name ends in .m3u8 or .m3u", param_hint="--out"
        )
    target = claim(output, overwrite=overwrite)
    songs = find_songs([str(folder)], out="-")
    rows = _detected(songs, model, jobs) if summary is None else _known(songs, summary)
    column = "instrumental" if instrumental else "vocal"
    unjudged = [_why(row) for row in rows if row["error"] or not row[column]]
    for reason in unjudged:
        complain(reason)
    if rows and len(unjudged) == len(rows):
        raise OutputError(f"{target}: not written, since no song could be judged")
    content = playlist(rows, folder=target.parent, instrumental=instrumental)
    write_atomic(target, content)
    unheard = sum(row["instrumental"] == "true" and not row["speech_fraction"] for row in rows)
    if instrumental and unheard:
        caution(f"{target}: nobody looked for speech in {unheard} of its songs; some may be talks")
    count = content.count(b"\n#EXTINF:")
    err.print(f"{count} of {len(rows)} songs in {target}", markup=False, soft_wrap=True)
    if unjudged:
        raise typer.Exit(1)


def _why(row: Row) -> str:
    """Why a song could not be judged."""
    if row["error"]:
        return row["error"]
    if not row["vocal_fraction"]:
        return f"{row['path']}: may be sung or not: the model that listened knows no singing"
    return f"{row['path']}: may be sung or not: {row['warning']}"


def _detected(songs: list[Song], model: str, jobs: int | None) -> list[Row]:
    """A row a song, from listening to it."""
    from rich.progress import track

    from earmark.batch import run
    from earmark.detector import SingingDetector

    jobs, threads = share(len(songs), jobs=jobs)
    detector = SingingDetector(model, labels="all", threads=threads)
    detector.chosen([SINGING])  # else no song could be judged
    with closing(run(songs, detector, formats=(), jobs=jobs)) as results:
        bar = track(
            results, total=len(songs), description="listening", console=err,
            disable=not err.is_terminal, transient=True,
        )  # fmt: skip
        return [result.row for result in bar]


def _known(songs: list[Song], summary: Path) -> list[Row]:
    """A row a song, from a summary whose paths count from the current folder, or from its own."""
    from earmark.rows import failed
    from earmark.summary import read

    try:
        known = list(read(summary))
    except FileNotFoundError:
        raise DataError(f"{summary}: no such file") from None
    rows = {
        os.path.realpath(base / row["path"]): row
        for base in (summary.parent, Path())
        for row in known
    }
    return [
        (row | {"path": song.path})
        if (row := rows.get(os.path.realpath(song.path)))
        else failed(song.path, song.problem or f"{song.path}: not in {summary}")
        for song in songs
    ]
