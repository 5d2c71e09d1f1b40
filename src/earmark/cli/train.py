"""``earmark train``: a model from one's own recordings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from earmark.cli.console import caution, err, out, warnings_told
from earmark.cli.cores import MOST_THREADS
from earmark.errors import DataError, EarmarkError, how_to_install

if TYPE_CHECKING:
    from earmark.learn.recipe import Recipe


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
        int | None, typer.Option(min=1, max=MOST_THREADS, help="Processor threads; all otherwise.")
    ] = None,
) -> None:
    """Train a model; called again after a stop, it goes on where it was.

    Stop it by Ctrl-C whenever you like: where it stands is kept then, and every 20 s.
    """
    from earmark.learn.manifest import read_manifest
    from earmark.learn.splits import doubts, parts, told

    plan = _plan(recipe, change or [])
    found = parts(read_manifest(manifest), plan)  # what is wrong is told before PyTorch is loaded
    err.print(told(found, plan), markup=False, soft_wrap=True)
    for doubt in doubts(found, plan):
        caution(doubt)
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
        with stages.bars, warnings_told():
            model = train(manifest, output, recipe=plan, progress=stages.tell)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(str(stop) or WHEN_STOPPED) from None
    if not stages.began & {stage.name for stage in plan.stages}:
        err.print(
            f"{output}: this training is finished, no step was left to do. To train anew, choose "
            "another folder with -o, or remove this one.",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    for number, stage in enumerate(plan.stages):
        _, kept = load_checkpoint(output / f"stage{number}.best.safetensors")
        if not math.isnan(kept["valid_auc"]):
            out.print(f"{stage.name}: {_validation(kept['valid_auc'], kept['step'])}", markup=False)
    out.print(f"The model is {model}. Try it:", markup=False, soft_wrap=True)
    out.print(f"  earmark detect song.mp3 --model {model}", markup=False, soft_wrap=True)


def _plan(recipe: Path | None, changes: list[str]) -> Recipe:
    """The recipe, changed; a change that cannot be is wrong usage, a faulty file is not."""
    from earmark.learn.recipe import DEFAULT, read_recipe

    path = recipe or DEFAULT
    try:
        return read_recipe(path, changes=changes)
    except DataError as error:
        read_recipe(path)
        raise typer.BadParameter(str(error), param_hint="--set") from error


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

    @property
    def began(self) -> set[str]:
        """What there was to do, by name."""
        return set(self._tasks)

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
