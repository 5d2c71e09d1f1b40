"""``earmark material``: training sounds that nobody recorded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from earmark.cli.console import err, out
from earmark.cli.outputs import claim
from earmark.errors import EarmarkError, OutputError, how_to_install


def command(
    manifest: Annotated[Path, typer.Argument(help="Its speech is sung, its notes are played.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for sounds and manifest.")],
    sung: Annotated[int, typer.Option(min=0, help="How often an utterance is sung.")] = 2,
    rap: Annotated[bool, typer.Option(help="Put every third into metre as well.")] = True,
    leads: Annotated[int, typer.Option(min=0, help="Files of melodies an instrument.")] = 2,
    synths: Annotated[int, typer.Option(min=0, help="Files of oscillators.")] = 160,
    bands: Annotated[int, typer.Option(min=0, help="Songs with a band.")] = 300,
    formulas: Annotated[int, typer.Option(min=0, help="Songs of a voice of formulas.")] = 60,
    tunes: Annotated[
        Path | None, typer.Option(metavar="DIR", help="MIDI files; otherwise random walks alone.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another one gives other sounds.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the manifest in the folder.")
    ] = False,
) -> None:
    """Turn a manifest's speech into singing and its notes into melodies, to train on."""
    try:
        from earmark.learn.material import MANIFEST, render_material
    except ModuleNotFoundError as error:
        raise EarmarkError(
            f"rendering needs {error.name}, which is not installed: {how_to_install('train')}"
        ) from error
    if manifest.exists() and (output / MANIFEST).exists() and manifest.samefile(output / MANIFEST):
        raise OutputError(f"{manifest}: would be replaced; choose another folder with -o")
    claim(output / MANIFEST, overwrite=overwrite)
    with Progress(console=err, transient=True) as bars:
        bar = bars.add_task("rendering", total=None)
        rows = render_material(
            manifest, output, sung=sung, rap=rap, leads=leads, synths=synths, bands=bands,
            formulas=formulas, tunes=tunes, seed=seed, jobs=jobs,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )  # fmt: skip
    counts = Counter((row["split"], row["material"]) for row in rows)
    for (split, material), count in sorted(counts.items()):
        out.print(f"{split:6} {material:8} {count:5}", markup=False)
    out.print(f"{output / MANIFEST}: {len(rows)} recordings", markup=False, soft_wrap=True)
