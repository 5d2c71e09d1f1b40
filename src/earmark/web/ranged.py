"""A file as an answer, whole or in part, from one that may vanish or change meanwhile.

The file is open from before the first byte is promised, so one that is removed or replaced while it
plays goes on playing (POSIX); one that is cut short ends the connection.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from earmark.web.answers import error

CHUNK = 1 << 18
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class Ranged:
    """An ASGI answer.

    Parameters
    ----------
    path : Path
    media_type : str
    name : str
        What a browser calls it when it is saved.
    """

    def __init__(self, path: Path, *, media_type: str, name: str) -> None:
        self._path, self._type = path, media_type
        self._name = quote(name.rpartition("/")[2], safe="")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            file = await run_in_threadpool(_opened, self._path)
        except OSError:
            gone = error(410, "The file is not there any more: was it moved or renamed?")
            await gone(scope, receive, send)
            return
        try:
            await self._send(file, scope, receive, send)
        finally:
            file.close()

    async def _send(self, file: BinaryIO, scope: Scope, receive: Receive, send: Send) -> None:
        status = os.fstat(file.fileno())
        size, asked = status.st_size, Headers(scope=scope)
        tag = hashlib.sha256(f"{size}-{status.st_mtime_ns}".encode()).hexdigest()[:20]
        etag = f'"{tag}"'
        headers = {
            "Content-Type": self._type,
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "ETag": etag,
            "Content-Disposition": f"inline; filename*=UTF-8''{self._name}",
        }
        part = _part(asked.get("range"), size)
        if asked.get("if-range", etag) != etag:
            part = None
        if part is not None and part[0] >= part[1]:
            answer = error(416, "The file has no such part.")
            answer.headers["Content-Range"] = f"bytes */{size}"
            await answer(scope, receive, send)
            return
        first, end = part or (0, size)
        headers["Content-Length"] = str(end - first)
        if part is not None:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
        raw = [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()]
        code = 200 if part is None else 206
        await send({"type": "http.response.start", "status": code, "headers": raw})
        if scope["method"] == "HEAD" or first == end:
            await send({"type": "http.response.body", "body": b""})
            return
        await run_in_threadpool(file.seek, first)
        while first < end:
            data = await run_in_threadpool(file.read, min(CHUNK, end - first))
            if not data:
                return  # cut short: the promise cannot be kept, and the connection ends
            first += len(data)
            more = first < end
            await send({"type": "http.response.body", "body": data, "more_body": more})


def _opened(path: Path) -> BinaryIO:
    """The file, which is no link by now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb")


def _part(text: str | None, size: int) -> tuple[int, int] | None:
    """First byte and end of what is asked for; None: all. An empty part cannot be sent.

    Examples
    --------
    >>> _part("bytes=0-", 10), _part("bytes=-3", 10), _part("bytes=10-", 10), _part("lines=1", 10)
    ((0, 10), (7, 10), (10, 10), None)
    """
    found = None if text is None else _RANGE.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    end = int(found[2]) + 1 if found[2] else size
    if end <= int(found[1]) < size:
        return None  # reversed: to be ignored
    return int(found[1]), min(end, size)
