"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
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
    temporary: str | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".earmark-", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror or error}). "
            "Free some space or choose another folder with -o."
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    """The process's file mask; reading it means setting it for an instant."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
