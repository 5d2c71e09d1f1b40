"""Ctrl-C and SIGTERM in a training: the step under way is done first, so that it can be kept."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Around the steps of a training: takes note of a signal instead of breaking off a step.

    One that nobody acted upon is a ``KeyboardInterrupt`` at the end of the block. What ignores a
    signal, such as a process in the background of a script, goes on ignoring it.

    Parameters
    ----------
    insistent : bool
        Whether a second signal breaks off at once. Not where processes wait for one another.

    Attributes
    ----------
    made : bool
        Whether a signal came.

    Examples
    --------
    >>> with StopRequest(insistent=True) as stop:
    ...     stop.made
    False
    """

    def __init__(self, *, insistent: bool) -> None:
        self._insistent = insistent
        self._before: dict[signal.Signals, Any] = {}
        self.made = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # the only one that may
            for number in SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self.made and kind is None:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.made and self._insistent:
            raise KeyboardInterrupt
        self.made = True
