"""A running ``earmark adapt``: begun, listened to, stopped."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

from earmark.web.answers import RefusedError
from earmark.web.asking import event

PATIENCE_S = 10.0
"""How long a process may take to stop."""


class AdaptProcess:
    """The process, which is listened to by one thread and may be stopped by others.

    Parameters
    ----------
    command : sequence of str
    held : file
        The lock of whoever teaches, which the process inherits.
    ends : ExitStack
        Closed by :meth:`close`, or where the process cannot begin.

    Raises
    ------
    RefusedError
        If it cannot begin.
    """

    def __init__(self, command: Sequence[str], *, held: IO[bytes], ends: ExitStack) -> None:
        with ExitStack() as stack:
            stack.enter_context(ends)
            stack.enter_context(held)
            self._errors = stack.enter_context(
                tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            )
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,  # Ctrl-C is ours to pass on
                    pass_fds=[held.fileno()] if os.name == "posix" else (),
                )
            except OSError as error:
                raise RefusedError(500, f"Teaching cannot be started ({error.strerror}).") from None
            self._ends = stack.pop_all()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def events(self) -> Iterator[dict[str, Any]]:
        """What it tells, line by line, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield event(line)

    def ended(self) -> tuple[int, str]:
        """Wait for its end: its exit code, and what it complained about."""
        code = self._process.wait()
        self._errors.seek(0)
        return code, self._errors.read()[-20_000:]

    def close(self) -> None:
        """Give back what it needed."""
        self._ends.close()

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    def stop(self) -> None:
        """Wait until it has stopped, and kill it if it does not."""
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
