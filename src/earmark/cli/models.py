"""``earmark models``: the models that ship with earmark."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from earmark.cli.console import out
from earmark.errors import ModelError


def command(
    name: Annotated[
        str | None, typer.Argument(help="A model: what its card says first, and where it lies.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """List the models that `--model` knows by name, or tell of one."""
    from earmark.runtime import model_names

    if name is not None and name not in model_names():
        raise ModelError(
            f"{name}: no such model; shipped are: {', '.join(model_names())}. "
            "`earmark info` tells of an .onnx file"
        )
    rows = [_row(name) for name in ([name] if name else model_names())]
    if json:
        typer.echo(jsonlib.dumps(rows, ensure_ascii=False, indent=2))
        return
    if name is not None:
        card = Path(rows[0]["card_file"])
        out.print(opening(card), markup=False, soft_wrap=True)
        out.print(f"\nThe whole card: {card}", markup=False, soft_wrap=True)
        out.print(f"The model: {rows[0]['file']}", markup=False, soft_wrap=True)
        return
    headings = ("name", "labels", "size", "parameters", "what it is")
    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        count = row["parameters"]
        table.add_row(
            row["name"],
            ", ".join(row["labels"]),
            f"{row['bytes'] / 1e6:.2f} MB",
            "·" if count is None else f"{count:,}",
            escape(row["card"]),
        )
    out.print(table)


def _row(name: str) -> dict[str, Any]:
    from earmark.runtime import OnnxModel, model_path

    path = model_path(name)
    info = OnnxModel(name).info
    return {
        "name": name,
        "labels": list(info.labels),
        "file": str(path),
        "card_file": str(path.with_suffix(".md")),
        "bytes": path.stat().st_size,
        "parameters": info.parameters,
        "card": headline(path.with_suffix(".md")),
        "sha256": info.sha256,
    }


def opening(card: Path) -> str:
    """What a card says before its first section."""
    try:
        text = card.read_text("utf-8")
    except OSError as error:
        raise ModelError(f"{card}: cannot be read ({error.strerror})") from error
    return text.partition("\n## ")[0].strip()


def headline(card: Path) -> str:
    """What the first heading of a card says after the model's name."""
    try:
        lines = card.read_text("utf-8").splitlines()
    except OSError:
        return ""
    heading = next((line for line in lines if line.startswith("# ")), "")
    return heading.removeprefix("# ").removeprefix(f"{card.stem}: ")
