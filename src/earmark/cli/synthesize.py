"""``earmark synthesize``: speech over music as labelled files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from earmark.cli.console import err, out
from earmark.errors import DataError


def command(
    speech: Annotated[str, typer.Argument(help="Clean speech: a recording or a folder.")],
    music: Annotated[str, typer.Argument(help="Music without voice: a recording or a folder.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for the mixtures.")],
    count: Annotated[int, typer.Option(min=1, help="How many mixtures.")] = 10,
    snr_db: Annotated[float, typer.Option(help="Speech over music while it is active, dB.")] = 0.0,
    seconds: Annotated[float, typer.Option(min=0.5, help="Longer utterances are cut.")] = 15.0,
    seed: Annotated[int, typer.Option(min=0, help="Which utterance meets which music.")] = 0,
    format: Annotated[str, typer.Option(help="Format of the labels.")] = "csv",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files.")] = False,
) -> None:
    """Mix clean speech with instrumental music, and label where there is speech."""
    from earmark.synthesize import synthesize

    with Progress(console=err, transient=True) as bars:
        bar = bars.add_task("mixing", total=count)
        made = synthesize(
            _recordings(speech), _recordings(music), output, count=count, snr_db=snr_db,
            seconds=seconds, seed=seed, format=format, overwrite=overwrite,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
            warn=lambda message: err.print(f"earmark: {message}", style="yellow", markup=False),
        )  # fmt: skip
    minutes = sum(one.duration_s for one in made) / 60
    out.print(f"{output}: {len(made)} mixtures, {minutes:.1f} min", markup=False, soft_wrap=True)


def _recordings(path: str) -> list[str]:
    """The recordings that a path stands for."""
    from earmark.sources import find_songs

    songs = find_songs([path])
    if problems := [song for song in songs if song.problem]:
        raise DataError(f"{problems[0].path}: {problems[0].problem}")
    return [song.path for song in songs]
