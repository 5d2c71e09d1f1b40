"""A folder for the songs and labels of one teaching or plan: nobody else writes there."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from earmark.home import home

OLD_S = 7 * 86400.0
"""A folder of this age belongs to nothing that still runs."""
_MARK = "-of-"


@contextmanager
def apart(kind: str) -> Iterator[Path]:
    """A folder of its own, there for the length of a block; whoever writes into it makes it.

    Two requests at once have two: what one of them writes whole, the other one cannot change.
    """
    folder = home() / "teach" / f"{kind}{_MARK}{secrets.token_hex(8)}"
    _sweep(folder.parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what servers that were killed left behind."""
    with suppress(OSError):
        for path in folder.glob(f"*{_MARK}*"):
            if time.time() - path.stat().st_mtime > OLD_S:
                shutil.rmtree(path, ignore_errors=True)
