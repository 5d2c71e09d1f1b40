"""``earmark manifest``: describes a training corpus."""

from __future__ import annotations

import os
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.console import caution, out, warnings_told
from earmark.cli.outputs import claim
from earmark.errors import DataError, OutputError

KINDS = {
    "singing": "singing_corpus",
    **{name: name for name in ("aishell", "musdb18", "jamendo", "medleydb", "folder")},
}
"""Corpora that are known, and their modules in ``datasets/``."""
_FILES = {"audio", "vocals", "instrumental", "labels"}


def command(
    data: Annotated[Path, typer.Argument(help="The corpus: its folder.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="The manifest.")],
    kind: Annotated[
        str | None,
        typer.Option(
            help=f"Which corpus it is: {', '.join(KINDS)}. `folder` is songs with label files "
            "beside them. Not needed for earmark's own, `singing`.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace it.")] = False,
) -> None:
    """Write the manifest of a corpus: earmark's own, a public one, or a folder of songs."""
    from earmark.datasets.layout import some
    from earmark.learn.manifest import on_both_sides, write_manifest

    if kind is None:
        kind = _kind_of(data)
    if kind not in KINDS:
        raise typer.BadParameter(
            f"{kind!r} is not known; known: {', '.join(KINDS)}", param_hint="--kind"
        )
    target = claim(output, overwrite=overwrite)
    rows = import_module(f"earmark.datasets.{KINDS[kind]}").rows
    with warnings_told():
        found = rows(data, relative_to=target.parent)
    named = {
        os.path.abspath(target.parent / row[key]) for row in found for key in _FILES & set(row)
    }
    if os.path.abspath(target) in named:
        raise OutputError(f"{target}: belongs to the corpus; write the manifest somewhere else")
    if shared := on_both_sides((row["split"], row["singer"]) for row in found):
        caution(
            f"in train and in valid: {some(shared)}; change their split in {target}, or no "
            "training will take it"
        )
    write_manifest(found, target)
    counts = Counter((row["split"], row["material"]) for row in found)
    for (split, material), count in sorted(counts.items()):
        out.print(f"{split:6} {material:8} {count:5}", markup=False)
    out.print(
        f"{target}: {len(found)} recording{'s' * (len(found) > 1)}", markup=False, soft_wrap=True
    )


def _kind_of(data: Path) -> str:
    """Earmark's own corpus is known by its tables; of any other the user says what it is."""
    from earmark.datasets.looks import looks_like

    if not data.is_dir():
        raise DataError(f"{data}: no such folder")
    kind = looks_like(data)
    if kind == "singing":
        return kind
    guess = "" if kind is None else f"it looks like {kind}, so say --kind {kind}; "
    raise typer.BadParameter(
        f"{data}: which corpus is it? {guess}known are {', '.join(KINDS)} "
        "(docs/usage.md has their layouts; `folder` is songs with label files beside them)",
        param_hint="--kind",
    )
