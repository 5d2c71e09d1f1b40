"""Files are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from earmark.errors import OutputError


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
    target = Path(path)
    temporary = target.with_name(f".earmark-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror or error}). "
            "Free some space or choose another folder with -o."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
