"""Keeps libmpg123 from writing to standard error what earmark says better of a damaged MP3.

libsndfile has no setting for that, and to turn file descriptor 2 elsewhere would silence the whole
process. But libmpg123 writes through C's variable ``stderr``, which glibc lets a program set like
any other, while Python writes straight to the descriptor. So this variable holds a stream to the
null device while libsndfile reads. That is one store, safe beside other threads: both streams stay
open for good; only what other C code writes through it in that time is lost as well. With another
C library than glibc the notes are written as before.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_turn = threading.Lock()
_readers = 0


@contextmanager
def hushed() -> Iterator[None]:
    """Around calls of libsndfile; any number of threads may be inside."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(change: int) -> None:
    """Set the variable when the first comes and when the last leaves."""
    global _readers
    with _turn:
        _readers += change
        if streams := _streams():
            variable, own, nowhere = streams
            variable.value = nowhere if _readers else own


def _after_fork() -> None:
    """In a child process no other thread is left, whatever they held."""
    global _turn, _readers
    _turn, _readers = threading.Lock(), 0
    if streams := _streams():
        variable, own, _ = streams
        variable.value = own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@cache
def _streams() -> tuple[ctypes.c_void_p, int | None, int | None] | None:
    """C's variable, what it holds at first, and a stream to nowhere; None without glibc."""
    try:
        if not (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return None
        c = ctypes.CDLL(None)
        variable = ctypes.c_void_p.in_dll(c, "stderr")
        c.fopen.restype = ctypes.c_void_p
        nowhere: int | None = c.fopen(os.devnull.encode(), b"w")
    except (AttributeError, OSError, ValueError):  # no confstr, no such name, no such variable
        return None
    return (variable, variable.value, nowhere) if nowhere else None
