"""The command line: one command a file, registered here.

A command is a function with typer's annotations in a file of its own name. What fails on purpose
(:class:`earmark.errors.EarmarkError`) is printed without a traceback and ends with exit code 1;
wrong usage ends with 2, Ctrl-C with 130.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from earmark import __version__
from earmark.cli import (
    convert,
    detect,
    evaluate,
    gaps,
    info,
    manifest,
    merge,
    models,
    playlist,
    train,
)
from earmark.cli.console import complain
from earmark.errors import EarmarkError

app = typer.Typer(
    name="earmark",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("detect")(detect.command)
app.command("merge")(merge.command)
app.command("evaluate")(evaluate.command)
app.command("convert")(convert.command)
app.command("gaps")(gaps.command)
app.command("playlist")(playlist.command)
app.command("info")(info.command)
app.command("models")(models.command)
app.command("train")(train.command)
app.command("manifest")(manifest.command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"earmark {__version__}")
        raise typer.Exit


@app.callback()
def earmark(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Marks where there is singing in a recording."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except EarmarkError as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        complain("stopped; what was finished is kept")
        sys.exit(130)
