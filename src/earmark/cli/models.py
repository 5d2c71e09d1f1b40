"""``earmark models``: the models that ship with earmark."""

from __future__ import annotations

import json as jsonlib
import math
import re
from pathlib import Path
from typing import Annotated, Any

import typer
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
    table = Table("name", "labels", "size", "parameters", "what it is")
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
        "parameters": parameters(path),
        "card": first_sentence(path.with_suffix(".md")),
        "sha256": info.sha256,
    }


def parameters(path: Path) -> int | None:
    """How many weights a model holds; None where the package ``onnx`` is not installed."""
    try:
        import onnx
    except ImportError:
        return None
    graph = onnx.load(path).graph
    floats = [w for w in graph.initializer if w.data_type == onnx.TensorProto.FLOAT]
    return int(sum(math.prod(weight.dims) for weight in floats))


def first_sentence(card: Path) -> str:
    """How a card begins below its headings, without Markdown's stars."""
    try:
        paragraphs = card.read_text("utf-8").replace("*", "").split("\n\n")
    except OSError:
        return ""
    text = next((p for p in map(str.strip, paragraphs) if p and not p.startswith("#")), "")
    return re.split(r"(?<=[.!?])\s", " ".join(text.split()))[0]
