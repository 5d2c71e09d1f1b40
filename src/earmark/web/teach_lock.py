"""Servers that share a home teach one model at a time: who teaches holds this lock."""

from __future__ import annotations

from typing import IO

from earmark.home import home
from earmark.learn.locking import Busy, lock
from earmark.web.answers import RefusedError

ELSEWHERE = "Another earmark that is open on this computer teaches this model."


def claim() -> IO[bytes]:
    """The lock; closing it gives it free, once a process that inherited it has ended too.

    Raises
    ------
    RefusedError
        409 if another server has it; 507 if it cannot be made.
    """
    path = home() / "teach" / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return lock(path)
    except Busy:
        raise RefusedError(409, f"{ELSEWHERE} Wait, or stop it there.") from None
    except OSError as error:
        raise RefusedError(
            507, f"Nothing can be kept in {path.parent} ({error.strerror})."
        ) from None


def is_held() -> bool:
    """Whether another server teaches, as far as can be known."""
    try:
        claim().close()
    except RefusedError:
        return True
    return False
