"""Ctrl-C, and SIGTERM as well: every command ends at once, and nothing is left half."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from earmark.cli.console import complain

STOPPED = 130


@contextmanager
def stoppable() -> Iterator[None]:
    """Around a command: a stop unwinds it, is told, and ends the process with code 130.

    A command that knows better what is left says so as the interrupt's own text.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt as stop:
        complain(str(stop) or "stopped; finished files are kept, none is left half-written")
        sys.stdout.flush()
        os._exit(STOPPED)  # threads within a song would otherwise be waited for
    finally:
        signal.signal(signal.SIGTERM, before)
