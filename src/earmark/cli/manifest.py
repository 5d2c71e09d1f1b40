"""``earmark manifest``: describes a training corpus."""

from __future__ import annotations

import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from earmark.cli.console import err, out
from earmark.cli.outputs import claim

KINDS = {
    "singing": "singing_corpus",
    **{name: name for name in ("aishell", "musdb18", "jamendo", "medleydb", "folder")},
}
"""Corpora that are known, and their modules in ``datasets/``."""


def command(
    data: Annotated[Path, typer.Argument(help="The corpus: its folder.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="The manifest.")],
    kind: Annotated[str, typer.Option(help=f"Which corpus it is: {', '.join(KINDS)}.")] = "singing",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace it.")] = False,
) -> None:
    """Write the manifest of a corpus: earmark's own, a public one, or a folder of songs."""
    from earmark.learn.manifest import write_manifest

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is not known; known: {', '.join(KINDS)}")
    target = claim(output, overwrite=overwrite)
    rows = import_module(f"earmark.datasets.{KINDS[kind]}").rows
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _warn
        found = rows(data, relative_to=target.parent)
    write_manifest(found, target)
    counts = Counter((row["split"], row["material"]) for row in found)
    for (split, material), count in sorted(counts.items()):
        out.print(f"{split:6} {material:8} {count:5}", markup=False)
    out.print(f"{target}: {len(found)} recordings", markup=False, soft_wrap=True)


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    err.print(f"earmark: {message}", style="yellow", markup=False, soft_wrap=True)
