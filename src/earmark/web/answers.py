"""What routes answer with, how they refuse, and how they read what was sent."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_JSON_BYTES = 4 << 20
"""A song of three hours with a segment a second takes a quarter of this."""
BODY_S = 30.0
"""How long the parts of a request may let us wait."""


class RefusedError(Exception):
    """A request that is not granted.

    Parameters
    ----------
    status : int
        The HTTP status.
    message : str
        A sentence for the person at the page.
    more : dict
        Further fields of the answer.
    """

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.more = status, message, more


class Json(JSONResponse):
    """JSON in plain ASCII, so that no file name can break it."""

    def render(self, content: Any) -> bytes:
        """The bytes of an answer."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def error(status: int, message: str, **more: Any) -> Json:
    """An answer that says what is wrong."""
    return Json({"error": message, **more}, status_code=status)


def binary(data: bytes, **headers: object) -> Response:
    """Numbers; ``headers`` are named as in ``hop_s=0.02``, which becomes ``X-Hop-S: 0.02``."""
    named = {"X-" + name.title().replace("_", "-"): str(v) for name, v in headers.items()}
    return Response(data, media_type="application/octet-stream", headers=named)


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises
    ------
    RefusedError
        If it is too long, comes too slowly, or is no JSON object.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MAX_JSON_BYTES:
                    raise RefusedError(413, "That is too much to be sent at once.")
    except TimeoutError:
        raise RefusedError(408, "The request did not arrive in time.") from None
    if not data:
        return {}
    try:
        found = json.loads(bytes(data), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The request holds no JSON.") from error
    if not isinstance(found, dict):
        raise RefusedError(400, "The request holds no JSON object.")
    return found


def text_of(found: dict[str, Any], key: str, *, default: str | None = None) -> str:
    """A text in what was sent."""
    value = found.get(key, default)
    if not isinstance(value, str) or not value or len(value) > 500:
        raise RefusedError(400, f"The request needs a text {key!r}.")
    return value


def flag_of(found: dict[str, Any], key: str) -> bool:
    """Yes or no in what was sent; no where it is left out."""
    value = found.get(key, False)
    if not isinstance(value, bool):
        raise RefusedError(400, f"{key!r} in the request is neither true nor false.")
    return value


def number_of(request: Request, key: str, *, default: float | None = None) -> float:
    """A finite number in the query."""
    text = request.query_params.get(key)
    if text is None and default is not None:
        return default
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise RefusedError(400, f"The request needs a number {key!r}.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
