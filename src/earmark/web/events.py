"""Open pages are told what changes: server-sent events.

Whoever listens slowly does not make us wait or hoard: of each song only the latest news is held
for a listener, and a listener that has left is forgotten.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

BEAT_S = 15.0
"""A comment this often keeps connections alive, and finds those that are gone."""


class Events:
    """News for all listeners. ``tell`` may be called from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def tell(self, event: str, data: Any, *, about: object = None) -> None:
        """Tell all listeners.

        Parameters
        ----------
        event : str
            Its name.
        data
            Anything that JSON can hold.
        about
            What it is news of: later news of the same replaces what was not heard yet.
        """
        message = f"event: {event}\ndata: {json.dumps(data, allow_nan=False)}\n\n".encode("ascii")
        with self._turn:
            for listener in self._listeners:
                listener.give((event, about), message)

    def close(self) -> None:
        """End all streams; nobody can listen any more."""
        with self._turn:
            self._closed = True
            for listener in self._listeners:
                listener.give(None, b"")

    async def stream(self) -> AsyncIterator[bytes]:
        """What one listener hears, as it happens."""
        listener = _Listener(asyncio.get_running_loop())
        with self._turn:
            if self._closed:
                return
            self._listeners.add(listener)
        try:
            yield b": hello\n\n"
            while True:
                news = await listener.take()
                if news is None:
                    return
                yield news or b": still here\n\n"
        finally:
            with self._turn:
                self._listeners.discard(listener)


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._held: dict[object, bytes] = {}
        self._turn = threading.Lock()
        self._ready = asyncio.Event()

    def give(self, about: object, message: bytes) -> None:
        with self._turn:
            self._held.pop(about, None)  # so that it comes after what else happened
            self._held[about] = message
        with suppress(RuntimeError):  # its loop may have ended, and the listener with it
            self._loop.call_soon_threadsafe(self._ready.set)

    async def take(self) -> bytes | None:
        """What is new; nothing after a while without news; None at the end."""
        try:
            async with asyncio.timeout(BEAT_S):
                await self._ready.wait()
        except TimeoutError:
            return b""
        with self._turn:
            self._ready.clear()
            held, self._held = self._held, {}
        return None if None in held else b"".join(held.values())
