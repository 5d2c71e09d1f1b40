"""``earmark manifest``: describes a training corpus."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.console import out
from earmark.cli.outputs import claim


def command(
    data: Annotated[Path, typer.Argument(help="The folder that holds `singing/`.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="The manifest.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace it.")] = False,
) -> None:
    """Write the manifest of the corpus that earmark's model is trained on."""
    from earmark.datasets.singing_corpus import rows
    from earmark.learn.manifest import write_manifest

    target = claim(output, overwrite=overwrite)
    found = rows(data, relative_to=target.parent)
    write_manifest(found, target)
    counts = Counter((row["split"], row["material"]) for row in found)
    for (split, material), count in sorted(counts.items()):
        out.print(f"{split:6} {material:8} {count:5}", markup=False)
    out.print(f"{target}: {len(found)} recordings", markup=False, soft_wrap=True)
