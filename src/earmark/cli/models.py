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


def command(
    *, json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False
) -> None:
    """List the models that `--model` knows by name."""
    from earmark.runtime import model_names

    rows = [_row(name) for name in model_names()]
    if json:
        typer.echo(jsonlib.dumps(rows, ensure_ascii=False, indent=2))
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
        "bytes": path.stat().st_size,
        "parameters": info.parameters,
        "card": headline(path.with_suffix(".md")),
        "sha256": info.sha256,
    }


def headline(card: Path) -> str:
    """What the first heading of a card says after the model's name."""
    try:
        lines = card.read_text("utf-8").splitlines()
    except OSError:
        return ""
    heading = next((line for line in lines if line.startswith("# ")), "")
    return heading.removeprefix("# ").removeprefix(f"{card.stem}: ")
