"""Work for clients who may leave before it is done: then it stops, since nobody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from threading import Event
from typing import TypeVar

from starlette.requests import Request

from earmark.web.answers import RefusedError

Answer = TypeVar("Answer")
Item = TypeVar("Item")
LOOK_S = 0.2
"""How often is looked whether the client is still there."""


class LeftError(RefusedError):
    """Work that was given up."""

    def __init__(self) -> None:
        super().__init__(409, "This was given up, since nobody waited for it any more.")


async def while_there(
    request: Request, work: Callable[[Event], Answer], *, pool: Executor | None = None
) -> Answer:
    """What work in another thread brings.

    Parameters
    ----------
    request : Request
        Whose body was read.
    work : callable
        ``work(left)``; once ``left`` is set, it should end by :class:`LeftError`.
    pool : Executor, optional
        Whose threads do it; the event loop's own otherwise.
    """
    left = Event()
    answer = asyncio.get_running_loop().run_in_executor(pool, work, left)
    try:
        while not answer.done():
            await asyncio.wait({answer}, timeout=LOOK_S)
            if await request.is_disconnected():
                left.set()
        return answer.result()
    finally:
        left.set()  # the server ends, and this with it


def while_not(left: Event, items: Iterable[Item]) -> Iterator[Item]:
    """The items one after another, as long as somebody waits for what is made of them.

    Raises
    ------
    LeftError
        If nobody does any more.
    """
    for item in items:
        if left.is_set():
            raise LeftError
        yield item
