"""``earmark video``: a song as a video that shows where it is sung."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from earmark.annotation import SINGING
from earmark.cli.console import caution, err
from earmark.cli.cores import share
from earmark.cli.outputs import claim
from earmark.errors import AudioError, EarmarkError, OutputError, how_to_install

if TYPE_CHECKING:
    from earmark.render.video.strip import Blocks

SUFFIXES = (".mp4", ".m4v")


def command(
    song: Annotated[Path, typer.Argument(help="A recording.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="The video, an .mp4 file.")],
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Labels that a person made, as a row of their own."),
    ] = None,
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    second: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Another model, as a row of its own.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the video.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Make a video of a song: its waveform scrolls under a playhead, yellow where it is sung.

    H.264 and AAC, 1280x720, 30 frames a second, with the song's sound; it takes
    some ten seconds a minute. Needs the extras `formats` and `plot`.
    """
    try:
        import av  # noqa: F401
        import matplotlib  # noqa: F401
        import PIL  # noqa: F401
    except ModuleNotFoundError as error:
        raise EarmarkError(
            f"videos need {error.name}, which is not installed: {how_to_install('formats', 'plot')}"
        ) from error
    from earmark.audio.decoding import printable
    from earmark.labels import read_singing, song_name
    from earmark.one_song import refuse_unwritable
    from earmark.peaks import read_peaks
    from earmark.render.video.film import write_film
    from earmark.render.video.scene import Scene
    from earmark.render.video.strip import COLUMNS_HZ, Blocks

    if output.suffix.lower() not in SUFFIXES and not output.is_dir():
        raise typer.BadParameter(f"{output}: a video's name ends in .mp4", param_hint="--out")
    target = claim(output, overwrite=overwrite)
    if target.exists() and song.exists() and target.samefile(song):
        raise OutputError(f"{target}: the song itself; choose another file with -o")
    refuse_unwritable(target.parent)
    marked = None if truth is None else read_singing(truth)
    rows = [_found(song, name, quiet=quiet) for name in (model, second) if name is not None]
    if marked is not None:
        rows.insert(
            1, Blocks(f"marked by a person, {printable(truth.name if truth else '')}", marked)
        )
    peaks = read_peaks(song, rate_hz=COLUMNS_HZ)
    scene = Scene(peaks, title=printable(song_name(song)), rows=rows)
    bar = Progress(
        TextColumn("video"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=err, transient=True, disable=quiet or not err.is_terminal,
    )  # fmt: skip
    task = bar.add_task("", total=scene.count)
    with bar:
        write_film(target, scene, song, progress=lambda done, _: bar.update(task, completed=done))
    if not quiet:
        said = (
            f"{peaks.duration_s:.1f} s in {printable(target)}, {target.stat().st_size / 1e6:.1f} MB"
        )
        err.print(said, markup=False, soft_wrap=True)


def _found(song: Path, model: str, *, quiet: bool) -> Blocks:
    """What a model finds, as a row."""
    from earmark.audio.decoding import printable
    from earmark.detector import SingingDetector
    from earmark.render.video.strip import Blocks

    _, threads = share(1)
    detector = SingingDetector(model, labels=[SINGING], threads=threads)
    heard = detector.detect(song)
    if not heard.duration_s:
        raise AudioError(f"{printable(song)}: the recording holds no samples: nothing to show")
    if heard.warning and not quiet:
        caution(f"{printable(song)}: {heard.warning}")
    return Blocks(f"found by the model {detector.info.name}", heard.segments)
