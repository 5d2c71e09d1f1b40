"""``earmark study``: published experiments, run whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from earmark.cli.console import err, out, warnings_told
from earmark.cli.cores import MOST_THREADS
from earmark.cli.stopping import stoppable
from earmark.errors import EarmarkError, how_to_install

app = typer.Typer(help="Published experiments, run whole.", no_args_is_help=True)


@app.command("singing-transfer")
@stoppable()
def singing_transfer(
    *,
    output: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for everything; called again it goes on.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="The folder that holds `singing/`; otherwise songs are rendered."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The whole path on a sliver, in minutes.")
    ] = False,
    musdb18: Annotated[
        Path | None, typer.Option(help="The MUSDB18 data set: adds the paper's Table 3.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=MOST_THREADS, help="Processor threads.")] = 2,
) -> None:
    """Transfer learning for singing detection (Hou et al. 2020): trains, measures, reports."""
    if data is None and not quick:
        raise typer.BadParameter(
            "the whole study needs recordings: name their folder, or try --quick",
            param_hint="--data",
        )
    try:
        import matplotlib  # noqa: F401
        import sklearn  # noqa: F401
        import torch

        from earmark.studies.singing_transfer import FULL, QUICK, run
        from earmark.studies.singing_transfer.summary import SYNTHETIC
    except ModuleNotFoundError as error:
        raise EarmarkError(
            f"studies need {error.name}, which is not installed: {how_to_install('train', 'plot')}"
        ) from error
    torch.set_num_threads(threads)
    bars = _Bars()
    with bars.shown, warnings_told():
        results = run(
            output, data=data, musdb18=musdb18, settings=QUICK if quick else FULL,
            progress=bars.tell,
        )  # fmt: skip
    if "synthetic" in results["data"]:
        out.print(SYNTHETIC, markup=False, soft_wrap=True)
    for row in results["table1"]:
        f, spread = row["mean"]["f1"], row["std"]["f1"]
        more = "" if spread is None else f" ± {100 * spread:.1f}"
        out.print(f"{row['row']:16} F {100 * f:.1f}{more}", markup=False)
    out.print(f"The report is {output / 'report' / 'index.html'}", markup=False, soft_wrap=True)


class _Bars:
    """A progress bar for each kind of work; where there is no terminal, a line for each step."""

    def __init__(self) -> None:
        self.shown = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=err,
            disable=not err.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._said = ""

    def tell(self, what: str, done: float, total: float) -> None:
        """What the study calls as it goes on; the first word is the kind of work."""
        if not err.is_terminal:
            if what != self._said:
                err.print(f"{what} ({int(done)} of {total:g} done)", markup=False, soft_wrap=True)
            self._said = what
            return
        kind = what.split()[0]
        if kind not in self._tasks:
            self._tasks[kind] = self.shown.add_task(what, total=total)
        self.shown.update(self._tasks[kind], description=what, completed=done, total=total)
