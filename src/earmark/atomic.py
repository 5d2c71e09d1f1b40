"""Files are written whole or not at all.

A file is written under a hidden name beside its place and then moved there. What a ``kill -9`` in
between leaves behind, :func:`sweep` removes later.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from earmark.errors import DataError, OutputError

LEFT_BEHIND_S = 3600.0
"""A temporary file of this age belongs to no write that still runs (our choice)."""
_ADVICE = {
    errno.ENOSPC: "Free some space or choose another folder.",
    errno.EDQUOT: "Free some space or choose another folder.",
    errno.EFBIG: "Free some space or choose another folder.",
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a folder that you may write to.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}
_TEMPORARY = re.compile(r"\.earmark-[0-9a-f]{16}")


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file in one step: beside its place first, then moved there.

    Parameters
    ----------
    path : path-like
        Where the file goes; missing folders are made.
    data : bytes
        All of its content.

    Raises
    ------
    OutputError
        If the folder cannot be written or the disk is full. What stood at ``path`` is unharmed.
    """
    with written_whole(path) as file:
        file.write(data)


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A file to write into, as :func:`write_atomic` does; it is moved to its place at the end."""
    target = Path(path)
    temporary = target.with_name(f".earmark-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror or error}). "
            + _ADVICE.get(error.errno or 0, "Choose another place.")
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def kept_file(path: str | os.PathLike[str]) -> Iterator[None]:
    """Around the reading of a file that earmark keeps to save work, and can make anew.

    Raises
    ------
    DataError
        If it turns out to be damaged (a disk that was full, a hand that edited it).

    Examples
    --------
    >>> with kept_file("runs/one.json"):
    ...     int("{")
    Traceback (most recent call last):
    earmark.errors.DataError: runs/one.json: damaged; remove it, and it is made anew
    """
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: damaged; remove it, and it is made anew") from error


def is_temporary(name: str) -> bool:
    """Whether a file name is that of a write under way, or of a killed one.

    Examples
    --------
    >>> is_temporary(".earmark-0123456789abcdef"), is_temporary(".earmark.sqlite")
    (True, False)
    """
    return _TEMPORARY.fullmatch(name) is not None


def sweep(folder: str | os.PathLike[str]) -> None:
    """Remove from a folder what killed writes left there, an hour ago or longer."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name):
                with suppress(OSError):  # another process may have been faster
                    written_s = entry.stat(follow_symlinks=False).st_mtime
                    if time.time() - written_s > LEFT_BEHIND_S:
                        os.unlink(entry)
