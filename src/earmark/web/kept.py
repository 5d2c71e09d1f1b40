"""What was made of a recording once, and is kept in the cache: arrays and sound.

Files lie in ``cache`` under :func:`earmark.home.home`, named after the song's number and its file's
size and time, so that a song that changed is made anew. The folder may be removed at any time; what
was used longest ago makes room.
"""

from __future__ import annotations

import os
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.atomic import is_temporary, sweep, written_whole
from earmark.errors import OutputError
from earmark.home import home
from earmark.store.detections import fingerprint

KEPT_BYTES = 4 << 30

_turns: dict[Path, tuple[threading.Lock, int]] = {}
"""A lock for each place where somebody is or waits, and how many these are."""
_turn = threading.Lock()


@contextmanager
def place(path: Path, *, song: int, suffix: str) -> Iterator[Path]:
    """Where something made of a recording lies, or may be put; one thread at a time is there."""
    kept = home() / "cache" / f"{song}-{fingerprint(path) or 'gone'}{suffix}"
    with _turn:
        mine, there = _turns.get(kept, (threading.Lock(), 0))
        _turns[kept] = mine, there + 1
    try:
        with mine:
            yield kept
    finally:
        with _turn:
            _, there = _turns.pop(kept)
            if there > 1:
                _turns[kept] = mine, there - 1


def used(kept: Path) -> None:
    """Note that something is used now.

    Only its access time is set: by its time of change browsers know it while they read on.
    """
    with suppress(OSError):
        os.utime(kept, ns=(time.time_ns(), kept.stat().st_mtime_ns))


def load_arrays(kept: Path) -> dict[str, NDArray[Any]] | None:
    """Arrays that were kept; None where there are none, or they are damaged."""
    try:
        with np.load(kept, allow_pickle=False) as found:
            arrays = dict(found)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    used(kept)
    return arrays


def keep_arrays(kept: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep arrays; where the disk is full they are made anew next time."""
    with suppress(OutputError):
        with written_whole(kept) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # none is called allow_pickle
        make_room(kept)


def make_room(newest: Path, *, limit: int = KEPT_BYTES) -> None:
    """Remove what was used longest ago, until all that is kept fits; the newest stays."""
    sweep(newest.parent)
    with suppress(OSError):
        files = [
            (path.stat(), path) for path in newest.parent.iterdir() if not is_temporary(path.name)
        ]
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=_last_used):
            if total <= limit:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                total -= status.st_size


def _last_used(item: tuple[os.stat_result, Path]) -> float:
    return max(item[0].st_atime, item[0].st_mtime)
