"""The command line: one command a file, registered here.

A command is a function with typer's annotations in a file of its own name. What fails on purpose
(:class:`earmark.errors.EarmarkError`), or because a file may not be read, is printed without a
traceback and ends with exit code 1; wrong usage ends with 2, Ctrl-C with 130
(:mod:`earmark.cli.stopping`).
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from earmark import __version__
from earmark.cli import (
    adapt,
    convert,
    cues,
    detect,
    evaluate,
    gaps,
    info,
    manifest,
    material,
    merge,
    models,
    playlist,
    report,
    serve,
    study,
    synthesize,
    train,
    video,
)
from earmark.cli.console import complain
from earmark.cli.numbers import Command
from earmark.cli.stopping import stoppable
from earmark.errors import EarmarkError

app = typer.Typer(
    name="earmark",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    pretty_exceptions_enable=False,
)
ROOMS = (
    *(detect, merge, evaluate, convert, gaps, playlist, cues),
    *(report, video, info, models, serve),
    *(manifest, material, synthesize, train, adapt),
)
for room in ROOMS:
    app.command(room.__name__.rpartition(".")[2], cls=Command)(stoppable()(room.command))
app.add_typer(study.app, name="study")


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
    except OSError as error:  # a folder that may not be read, a disk that is gone
        if error.filename is None:
            raise
        complain(f"{error.filename}: {error.strerror}; may you read and write there?")
        sys.exit(1)
