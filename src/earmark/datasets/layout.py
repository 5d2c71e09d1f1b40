"""Finding one's way in the folders of a public data set, and saying what is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from earmark.errors import DataError
from earmark.labels import is_audio

Row = dict[str, Any]
T = TypeVar("T")

_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".7z", ".rar")
_GUESTS = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s.*", re.IGNORECASE)


def relative(path: Path, to: str | os.PathLike[str]) -> str:
    """A path as it stands in a manifest that lies in the folder ``to``."""
    return os.path.relpath(path, to)


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, in order, without hidden files and the Mac's ``__MACOSX``.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        return sorted(p for p in folder.iterdir() if not p.name.startswith((".", "__")))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from error


def recordings(folder: Path) -> list[Path]:
    """The recordings right in a folder, in order."""
    return [p for p in entries(folder) if is_audio(p) and p.is_file()]


def archives(folder: Path) -> list[Path]:
    """The archives right in a folder, in order."""
    return [p for p in entries(folder) if p.name.lower().endswith(_ARCHIVES) and p.is_file()]


def need_folder(path: Path, *, data_set: str, remedy: str) -> Path:
    """A folder that must be there.

    Raises
    ------
    DataError
        With the remedy, if it is not; an archive in its place is named.
    """
    if path.is_file():
        raise DataError(f"{path}: is a file; {remedy}")
    if not path.is_dir():
        packed = archives(path.parent) if path.parent.is_dir() else []
        if packed:
            remedy = f"unpack {packed[0].name}, which lies there"
        raise DataError(f"{path}: there is no such folder, so this is not {data_set}; {remedy}")
    return path


def need_some(rows: Iterable[T], *, where: Path, data_set: str) -> list[T]:
    """Things of which there must be at least one.

    Raises
    ------
    DataError
        If there is none.
    """
    found = list(rows)
    if not found:
        raise DataError(f"{where}: holds nothing of {data_set}; is it unpacked?")
    return found


def split_folders(
    folder: Path, splits: Mapping[str, str], *, data_set: str
) -> list[tuple[Path, str]]:
    """The folder and the name of each split that is there.

    Parameters
    ----------
    folder : Path
        Holds a folder a split, and perhaps files.
    splits : mapping of str to str
        Folder names, and what the manifest calls the split.
    data_set : str
        Its name, for the message.

    Raises
    ------
    DataError
        If another folder is there: nobody knows on which side of a split it belongs.
    """
    for path in entries(folder):
        if path.is_dir() and path.name not in splits:
            raise DataError(
                f"{path}: no split of {data_set}, whose folders are {', '.join(splits)}; "
                "rename it or move it away"
            )
    return [(folder / name, split) for name, split in splits.items() if (folder / name).is_dir()]


def performer(name: str) -> str:
    """Who performs in ``Artist - Title``, without guests; other names stand for themselves.

    A track number at the start is nobody.

    Examples
    --------
    >>> performer("Music Delta - Hendrix"), performer("untitled"), performer("03 - Rain")
    ('Music Delta', 'untitled', '03 - Rain')
    >>> performer("03 - Ann feat. Bob - Rain")
    'Ann'
    """
    first, *rest = [part.strip() for part in name.split(" - ")]
    if first.isdecimal() and rest:
        first, *rest = rest
    return (_GUESTS.sub("", first) if rest else "") or name.strip()


def some(names: Sequence[str], *, most: int = 3) -> str:
    """A few names of many, for a message.

    Examples
    --------
    >>> some(["a", "b", "c", "d"])
    'a, b, c and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
