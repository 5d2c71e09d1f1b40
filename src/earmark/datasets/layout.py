"""Finding one's way in the folders of a public data set, and saying what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from earmark.errors import DataError

Row = dict[str, Any]


def relative(path: Path, to: str | os.PathLike[str]) -> str:
    """A path as it stands in a manifest that lies in the folder ``to``."""
    return os.path.relpath(path, to)


def need_folder(path: Path, *, data_set: str, remedy: str) -> Path:
    """A folder that must be there.

    Raises
    ------
    DataError
        With the remedy, if it is not.
    """
    if not path.is_dir():
        raise DataError(f"{path}: there is no such folder, so this is not {data_set}; {remedy}")
    return path


def need_some(rows: Iterable[Row], *, where: Path, data_set: str) -> list[Row]:
    """Rows of which there must be at least one.

    Raises
    ------
    DataError
        If there is none.
    """
    found = list(rows)
    if not found:
        raise DataError(f"{where}: holds nothing of {data_set}; is it unpacked?")
    return found


def performer(name: str) -> str:
    """Who performs in ``Artist - Title``; a name without a dash stands for itself.

    Examples
    --------
    >>> performer("Music Delta - Hendrix"), performer("untitled")
    ('Music Delta', 'untitled')
    """
    return name.split(" - ")[0].strip()
