"""``earmark train``: a model from one's own recordings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from earmark.cli.console import err, out
from earmark.errors import EarmarkError, how_to_install


def _changes(given: list[str] | None) -> list[str] | None:
    for change in given or ():
        if not change.partition("=")[1]:
            raise typer.BadParameter(f"{change!r} is not KEY=VALUE, such as stages.0.steps=500")
    return given


def command(
    manifest: Annotated[Path, typer.Argument(help="JSON lines; docs/usage.md says of what.")],
    *,
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for the model.")],
    recipe: Annotated[
        Path | None, typer.Option(help="A TOML file; the recipe of the shipped model otherwise.")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            callback=_changes,
            help="Change the recipe: stages.0.steps=500. Repeatable.",
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor threads; all otherwise.")
    ] = None,
) -> None:
    """Train a model; called again after a stop, it goes on where it was.

    Stop it by Ctrl-C whenever you like: where it stands is kept every 20 s.
    """
    from earmark.learn.manifest import read_manifest
    from earmark.learn.recipe import DEFAULT, read_recipe

    plan = read_recipe(recipe or DEFAULT, changes=change or [])
    read_manifest(manifest)  # what is wrong with it is told before PyTorch is loaded
    try:
        import torch

        from earmark.learn.checkpoint import load_checkpoint
        from earmark.learn.train import WHEN_STOPPED, train
    except ModuleNotFoundError as error:
        raise EarmarkError(
            f"training needs {error.name}, which is not installed: {how_to_install('train')}"
        ) from error
    if threads is not None:
        torch.set_num_threads(threads)
    stages = _Stages()
    try:
        with stages.bars:
            model = train(manifest, output, recipe=plan, progress=stages.tell)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(WHEN_STOPPED) from None
    for number, stage in enumerate(plan.stages):
        _, kept = load_checkpoint(output / f"stage{number}.best.safetensors")
        if not math.isnan(kept["valid_auc"]):
            out.print(f"{stage.name}: {_validation(kept['valid_auc'], kept['step'])}", markup=False)
    out.print(f"The model is {model}. Try it:", markup=False, soft_wrap=True)
    out.print(f"  earmark detect song.mp3 --model {model}", markup=False, soft_wrap=True)


def _validation(auc: float, step: int) -> str:
    return f"validation AUC {auc:.3f}, step {step}"


class _Stages:
    """A progress bar a stage, with its last validation."""

    def __init__(self) -> None:
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=err,
        )
        self._last: dict[str, str] = {}
        self._tasks: dict[str, TaskID] = {}

    def tell(self, what: str, done: int, total: int, row: Mapping[str, float]) -> None:
        """What :func:`earmark.learn.train.train` calls after every step."""
        if what not in self._tasks:
            self._tasks[what] = self.bars.add_task(what, total=total, figures="")
        auc = row.get("valid_auc", math.nan)
        if not math.isnan(auc):
            self._last[what] = f", {_validation(auc, done)}"
        figures = f"loss {row['loss']:.3f}" if "loss" in row else ""
        figures += self._last.get(what, "")
        self.bars.update(self._tasks[what], completed=done, figures=figures)
