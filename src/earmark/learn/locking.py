"""One process at a time: a lock that ends with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Busy(Exception):
    """Another process holds the lock."""


def lock(path: Path, *, wait: bool = False) -> IO[bytes]:
    """Lock a file, made if missing; closing what is returned gives it free.

    Windows has no such locks: there it is only opened.

    Raises
    ------
    Busy
        If another process holds it and ``wait`` is not set.
    """
    file = path.open("wb")
    try:
        import fcntl
    except ImportError:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Busy(str(path)) from error
    return file


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """The same for the length of a block."""
    with lock(path, wait=wait):
        yield
