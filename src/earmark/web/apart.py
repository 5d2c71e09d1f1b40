"""Songs and labels of one teaching or plan, in a folder of its own: nobody writes there again."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from earmark.atomic import write_atomic
from earmark.web.answers import RefusedError

OLD_S = 7 * 86400.0
"""A folder of this age belongs to nothing that still runs."""
_MARK = "-of-"


@contextmanager
def apart(manifest: Path) -> Iterator[Path]:
    """A copy of a manifest and of its label files, there for the length of a block.

    Raises
    ------
    RefusedError
        If it cannot be made.
    """
    own = copied(manifest)
    try:
        yield own
    finally:
        shutil.rmtree(own.parent, ignore_errors=True)


def copied(manifest: Path) -> Path:
    """The same, to be removed by whoever asked for it."""
    folder = manifest.parent
    _sweep(folder.parent)
    own = folder.with_name(f"{folder.name}{_MARK}{secrets.token_hex(8)}")
    lines = []
    try:
        for line in manifest.read_text("ascii").splitlines():
            row = json.loads(line)
            labels = own / Path(row["labels"]).name
            write_atomic(labels, Path(row["labels"]).read_bytes())
            lines.append(json.dumps(row | {"labels": os.fspath(labels)}) + "\n")
        write_atomic(own / manifest.name, "".join(lines).encode("ascii"))
    except OSError as error:
        shutil.rmtree(own, ignore_errors=True)
        raise RefusedError(507, f"Nothing can be kept in {own} ({error.strerror}).") from error
    return own / manifest.name


def _sweep(folder: Path) -> None:
    """Remove what servers that were killed left behind."""
    with suppress(OSError):
        for path in folder.glob(f"*{_MARK}*"):
            if time.time() - path.stat().st_mtime > OLD_S:
                shutil.rmtree(path, ignore_errors=True)
