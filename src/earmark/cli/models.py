"""``earmark models``: the models that ship with earmark, and those taught here."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from earmark.cards import headline, opening
from earmark.cli.console import complain, out
from earmark.errors import ModelError


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A model as --model takes it: a name, an .onnx file, or a folder with "
            "one in it. Shows what its card says first, and where it lies."
        ),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, not text.")] = False,
) -> None:
    """List the models that `--model` knows by name, or tell of one."""
    from earmark.runtime import model_names, model_path, taught_names

    if name is None:
        rows = [_row(model_path(known)) for known in model_names()]
        rows += [row for known in taught_names() if (row := _taught(known)) is not None]
    else:
        rows = [_row(_named(name))]
    if json:
        typer.echo(jsonlib.dumps(rows, ensure_ascii=False, indent=2))
        return
    if name is not None and rows[0]["card_file"] is not None:
        card = Path(rows[0]["card_file"])
        out.print(opening(card), markup=False, soft_wrap=True)
        out.print(f"\nThe whole card: {card}", markup=False, soft_wrap=True)
    else:
        _show(rows)
    if name is not None:
        out.print(f"The model: {rows[0]['file']}", markup=False, soft_wrap=True)


def _named(name: str) -> Path:
    """The file of a model; what can only be a name, and is none, is wrong usage."""
    from earmark.runtime import model_path

    try:
        return model_path(name)
    except ModelError as error:
        if Path(name).exists() or Path(name).name != name or name.endswith(".onnx"):
            raise
        raise typer.BadParameter(str(error), param_hint="NAME") from error


def _taught(name: str) -> dict[str, Any] | None:
    """The row of a model taught here; one that is damaged is told, and the others are listed."""
    from earmark.runtime import model_path

    try:
        return _row(model_path(name))
    except ModelError as error:
        complain(str(error))
        return None


def _row(path: Path) -> dict[str, Any]:
    from earmark.runtime import DEFAULT, SHIPPED, OnnxModel, taught_folder

    info, card = OnnxModel(path).info, path.with_suffix(".md")
    return {
        "name": path.stem,
        "labels": list(info.labels),
        "default": path == SHIPPED / f"{DEFAULT}.onnx",
        "taught": path.parent == taught_folder(),
        "file": str(path),
        "card_file": str(card) if card.is_file() else None,
        "bytes": path.stat().st_size,
        "parameters": info.parameters,
        "card": headline(card),
        "sha256": info.sha256,
    }


def _show(rows: list[dict[str, Any]]) -> None:
    """Two lines a model: facts, then what it is in all of the terminal's width."""
    names = [row["name"] + " (default)" * row["default"] for row in rows]
    width = max(map(len, names))
    for row, name in zip(rows, names, strict=True):
        count = row["parameters"]
        facts = [
            f"{row['bytes'] / 1e6:.2f} MB",
            *([] if count is None else [f"{count:,} parameters"]),
            ", ".join(row["labels"]),
            *(["taught here"] if row["taught"] else []),
        ]
        out.print(Text.assemble((f"{name:<{width}}", "bold"), "   ", "   ".join(facts)))
        if row["card"]:
            out.print(Padding(Text(row["card"]), (0, 0, 0, 4), expand=False))
