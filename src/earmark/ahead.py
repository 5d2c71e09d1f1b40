"""Work ahead: what an iterator yields is made by a thread while the last item is being used."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeVar, cast

T = TypeVar("T")

DEPTH = 4
"""Items that wait at most."""
LOOK_UP_S = 0.2
"""How often a thread whose items nobody takes finds out that nobody will."""


def ahead(items: Iterable[T], *, depth: int = DEPTH) -> Generator[T, None, None]:
    """Yield the items of an iterable that another thread runs through.

    Pays where both sides let go of the interpreter's lock, as decoders and networks do. An
    exception of the iterable is raised where its item would have come. When the generator is closed
    the thread ends after the item that it is making.

    Parameters
    ----------
    items : iterable
        Used by the other thread alone.
    depth : int
        Items that wait at most.

    Examples
    --------
    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    ready: Queue[tuple[str, T | BaseException | None]] = Queue(depth)
    closed = threading.Event()

    def put(what: str, value: T | BaseException | None) -> None:
        while not closed.is_set():
            try:
                return ready.put((what, value), timeout=LOOK_UP_S)
            except Full:
                continue

    def run() -> None:
        try:
            for item in items:
                put("item", item)
                if closed.is_set():
                    return
            put("end", None)
        except BaseException as error:  # raised again by whoever takes the items
            put("error", error)

    thread = threading.Thread(target=run, name="earmark-ahead", daemon=True)
    thread.start()
    try:
        while True:
            what, value = ready.get()
            if what == "end":
                return
            if isinstance(value, BaseException) and what == "error":
                raise value
            yield cast(T, value)
    finally:
        closed.set()
        thread.join()
