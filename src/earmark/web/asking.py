"""Asking ``earmark adapt``, as a process: its words, its last words, and patience."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from threading import Event
from typing import Any

from earmark.web.answers import RefusedError
from earmark.web.leaving import LOOK_S, LeftError

SHORT_S = 120.0
"""How long a command may take that moves a model or makes a plan."""


def ask(command: Sequence[str], *, left: Event | None = None) -> str:
    """What a short command says.

    Parameters
    ----------
    command : sequence of str
    left : Event, optional
        Once it is set, the command is killed.

    Raises
    ------
    RefusedError
        With its last words, if it fails; or if it cannot be run, or takes too long.
    LeftError
        If it was killed since nobody waits for it.
    """
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise RefusedError(500, f"earmark adapt cannot be run ({error.strerror}).") from error
    try:
        out, err = _heard(process, Event() if left is None else left)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        raise RefusedError(409, last_words(err.decode("utf-8", "replace")))
    return out.decode("utf-8", "replace")


def _heard(process: subprocess.Popen[bytes], left: Event) -> tuple[bytes, bytes]:
    """All that a process says, until it ends."""
    end = time.monotonic() + SHORT_S
    while time.monotonic() < end:
        try:
            return process.communicate(timeout=LOOK_S)
        except subprocess.TimeoutExpired:  # what it said so far is kept for the next time
            if left.is_set():
                raise LeftError from None
    raise RefusedError(500, "earmark adapt takes too long.")


def event(line: str) -> dict[str, Any]:
    """What a line tells; nothing where it is none of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def last_words(said: str) -> str:
    """What a command complained about, without a traceback.

    Examples
    --------
    >>> last_words("earmark: no singing in there")
    'no singing in there'
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("earmark: ")]
    last = (told or lines or ["Teaching failed without a word."])[-1]
    return last.removeprefix("earmark: ")
