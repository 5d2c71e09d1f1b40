"""``earmark synthesize``: speech over music as labelled files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from earmark.cli.console import caution, err, out, warnings_told
from earmark.errors import DataError

FORMATS = "csv, json, jsonl, audacity, lab, jams, rttm, textgrid, srt, vtt"
"""As :mod:`earmark.synthesize` has them, which takes too long to import for a help."""


def command(
    speech: Annotated[str, typer.Argument(help="Clean speech: a recording or a folder.")],
    music: Annotated[str, typer.Argument(help="Music without voice: a recording or a folder.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for the mixtures.")],
    count: Annotated[int, typer.Option(min=1, help="How many mixtures.")] = 10,
    snr_db: Annotated[
        float, typer.Option(help="Speech over music while it is active, -60 to 60 dB.")
    ] = 0.0,
    seconds: Annotated[float, typer.Option(help="Longer utterances are cut; 0.5 to 600.")] = 15.0,
    seed: Annotated[int, typer.Option(min=0, help="Which utterance meets which music.")] = 0,
    format: Annotated[str, typer.Option(help=f"Format of the labels: {FORMATS}.")] = "csv",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the mixtures there.")
    ] = False,
) -> None:
    """Mix clean speech with instrumental music, and label where there is speech."""
    from earmark.synthesize import synthesize

    for given in (speech, music):
        if Path(given).resolve() in (output.resolve(), *output.resolve().parents):
            raise DataError(
                f"{output}: lies in {given}, whose recordings are mixed; name another folder"
            )
    with Progress(console=err, transient=True) as bars, warnings_told():
        bar = bars.add_task("mixing", total=count)
        try:
            made = synthesize(
                _recordings(speech), _recordings(music), output, count=count, snr_db=snr_db,
                seconds=seconds, seed=seed, format=format, overwrite=overwrite, warn=caution,
                progress=lambda done, total: bars.update(bar, completed=done, total=total),
            )  # fmt: skip
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    total_s = sum(one.duration_s for one in made)
    length = f"{total_s / 60:.1f} min" if total_s >= 60 else f"{total_s:.1f} s"
    mixtures = "1 mixture" if len(made) == 1 else f"{len(made)} mixtures"
    out.print(f"{output}: {mixtures}, {length}", markup=False, soft_wrap=True)


def _recordings(path: str) -> list[str]:
    """The recordings that a path stands for."""
    from earmark.sources import find_songs

    songs = find_songs([path])
    if problems := [song for song in songs if song.problem]:
        raise DataError(problems[0].problem)
    return [song.path for song in songs]
