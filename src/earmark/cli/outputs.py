"""Where commands write: a file that stands there already is replaced only if the user says so."""

from __future__ import annotations

from pathlib import Path

import typer

from earmark.errors import OutputError


def claim(path: Path, *, overwrite: bool) -> Path:
    """A path that may be written.

    Raises
    ------
    typer.BadParameter
        If it is to be standard output.
    OutputError
        If a folder is there, or a file and ``overwrite`` was not said.
    """
    if str(path) == "-":
        raise typer.BadParameter("goes to a file, not to standard output", param_hint="-")
    if path.is_dir():
        raise OutputError(f"{path}: a folder; name a file in it")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: is there already; --overwrite replaces it")
    return path
