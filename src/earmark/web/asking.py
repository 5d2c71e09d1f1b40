"""Asking ``earmark adapt``, as a process: its words, its last words, and patience."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from earmark.web.answers import RefusedError

SHORT_S = 120.0
"""How long a command may take that moves a model or makes a plan."""


def ask(
    command: Sequence[str], *, begun: Callable[[subprocess.Popen[bytes]], None] = lambda _: None
) -> str:
    """What a short command says.

    Parameters
    ----------
    command : sequence of str
    begun : callable
        ``begun(process)`` is called at once; who kills the process ends the waiting.

    Raises
    ------
    RefusedError
        With its last words, if it fails; or if it cannot be run, or takes too long.
    """
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise RefusedError(500, f"earmark adapt cannot be run ({error.strerror}).") from error
    begun(process)
    try:
        out, err = process.communicate(timeout=SHORT_S)
    except subprocess.TimeoutExpired as error:
        raise RefusedError(500, "earmark adapt takes too long.") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        raise RefusedError(409, last_words(err.decode("utf-8", "replace")))
    return out.decode("utf-8", "replace")


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
