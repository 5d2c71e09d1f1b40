"""``earmark cues``: where songs are sung, as cue points of one collection for rekordbox."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from earmark.annotation import SINGING
from earmark.cli.console import caution, complain, err
from earmark.cli.cores import MAX_JOBS, share
from earmark.cli.outputs import claim
from earmark.errors import EarmarkError, OutputError
from earmark.places import STANDARD

if TYPE_CHECKING:
    from earmark.annotation import Annotation
    from earmark.sources import Song


def command(
    paths: Annotated[list[str], typer.Argument(metavar="SONGS", help="Files, folders, patterns.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="The collection, an .xml file.")],
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help=f"Songs at a time. Default: one a core, at most {MAX_JOBS}."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the collection.")] = False,
) -> None:
    """Write where songs are sung as cue points, all in one collection for rekordbox.

    A song with labels of yours beside it gets these; the others are listened
    to, with a warning where a file that may be labels cannot be used. Songs in
    which nobody sings are left out.

    In rekordbox choose the file in Preferences > Advanced > Database >
    rekordbox xml; the playlist in it is called earmark.

    Songs that could not be done are named, and the exit code is 1; the others
    are in the file.
    """
    from earmark.atomic import write_atomic
    from earmark.audio.decoding import printable
    from earmark.formats.rekordbox import collection
    from earmark.one_song import refuse_unwritable
    from earmark.sources import find_songs

    if STANDARD in paths:
        raise typer.BadParameter("a collection names its songs by their files", param_hint="SONGS")
    if output.suffix.lower() != ".xml" and not output.is_dir():
        raise typer.BadParameter(f"{output}: a collection's name ends in .xml", param_hint="--out")
    target = claim(output, overwrite=overwrite)
    refuse_unwritable(target.parent)
    songs = find_songs(paths, out=STANDARD)
    if not songs:
        raise EarmarkError("no songs: all that was named are outputs of earmark")
    found = _sung(songs, model, jobs)
    sung = [annotation for annotation in found if annotation.segments]
    if not sung:
        why = "nobody sings in these songs" if found else "no song could be done"
        raise OutputError(f"{target}: not written, since {why}")
    content = collection(sung)
    write_atomic(target, content)
    said = (
        f"{len(sung)} song{'s' * (len(sung) != 1)} with "
        f"{content.count(b'<POSITION_MARK ')} cue points in {printable(target)}"
    )
    if unsung := len(found) - len(sung):
        said += f"; left out {unsung} in which nobody sings"
    err.print(said, markup=False, soft_wrap=True)
    if len(found) < len(songs):
        raise typer.Exit(1)


def _sung(songs: list[Song], model: str, jobs: int | None) -> list[Annotation]:
    """Where the songs are sung, in their order; of those that fail, why is told."""
    from earmark.audio.decoding import printable
    from earmark.cues import where_sung
    from earmark.detector import SingingDetector

    jobs, threads = share(len(songs), jobs=jobs)
    detector = SingingDetector(model, labels="all", threads=threads)
    detector.chosen([SINGING])  # else there is nothing to mark
    with closing(where_sung(songs, detector, jobs=jobs)) as results:
        bar = track(
            results, total=len(songs), description="listening", console=err,
            disable=not err.is_terminal, transient=True,
        )  # fmt: skip
        by_path = {result.song.path: result for result in bar}
    found = []
    for song in songs:
        annotation, error = by_path[song.path].annotation, by_path[song.path].error
        if annotation is None:
            complain(printable(error))
            continue
        for note in by_path[song.path].notes:
            caution(printable(note))
        if annotation.warning:
            caution(f"{printable(song.path)}: {printable(annotation.warning)}")
        found.append(replace(annotation, source=os.path.abspath(song.path)))
    return found
