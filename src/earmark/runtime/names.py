"""Which models there are, and where: those that ship, and those that were taught here."""

from __future__ import annotations

import os
import re
from pathlib import Path

from earmark.errors import DataError, ModelError
from earmark.home import home

SHIPPED = Path(__file__).parents[1] / "models"
DEFAULT = "singing"
"""The model that is heard with where none is named."""
_NAME = re.compile(r"[^\W_][\w-]{0,39}")


def model_names() -> list[str]:
    """Names of the models that ship with earmark."""
    return sorted(path.stem for path in SHIPPED.glob("*.onnx"))


def taught_folder() -> Path:
    """Where models that were taught here lie, each with its card; perhaps not made yet."""
    return home() / "models"


def taught_names() -> list[str]:
    """Names of the models that were taught here; candidates, which nobody has kept, are none."""
    try:
        names = {path.stem for path in taught_folder().glob("*.onnx") if path.is_file()}
    except OSError:  # a folder of somebody else's: there is nothing of ours in it
        return []
    return sorted(names - set(model_names()))


def check_name(name: str) -> str:
    """A name that a model may have.

    Raises
    ------
    DataError
        If it is none, or a model that ships with earmark has it.

    Examples
    --------
    >>> check_name("mine"), check_name("Ännchen-2")
    ('mine', 'Ännchen-2')
    """
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{name!r} cannot be a model's name: letters, digits, - and _, 40 at the most, and a "
            "letter or a digit first"
        )
    if name.lower() in {shipped.lower() for shipped in model_names()}:
        raise DataError(f"{name}: a model that ships with earmark has this name; choose another")
    return name


def model_path(name_or_path: str | os.PathLike[str]) -> Path:
    """The file of a model.

    A name is looked for among the models that ship, then among those taught here, and last as a
    folder; what has a separator in it or ends in ``.onnx`` is a path.

    Raises
    ------
    ModelError
        If it is neither such a name, nor a file, nor a folder with exactly one model.
    """
    text = os.fspath(name_or_path)
    if text.endswith(".onnx") or os.sep in text:
        path = Path(text)
    else:
        path = SHIPPED / f"{text}.onnx"
        if not path.is_file() and text in taught_names():
            path = taught_folder() / f"{text}.onnx"
    if not path.is_file():
        inside = list(Path(text).glob("*.onnx"))
        if len(inside) == 1:
            return inside[0]
        if inside:
            raise ModelError(f"{text}: a folder of {len(inside)} models; name one .onnx file of it")
        known = ", ".join(model_names()) or "none"
        here = f"; taught here are: {', '.join(taught_names())}" if taught_names() else ""
        raise ModelError(
            f"{text}: no such model; shipped are: {known}{here}, or give an .onnx file"
        )
    return path
