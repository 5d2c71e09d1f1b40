"""The server put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import EarmarkError
from earmark.store.database import BusyError, FullError
from earmark.web import labelling, lessons, listing, next_labels, pages, sound, uploads
from earmark.web.answers import RefusedError, error
from earmark.web.guard import Guard
from earmark.web.session import Session, Settings

MODULES = (pages, listing, uploads, labelling, sound, next_labels, lessons)


class App:
    """The ASGI application; ``session`` is its memory, which ``close`` ends.

    Raises
    ------
    OutputError
        If what it keeps cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.session = Session(settings)
        starlette = Starlette(
            routes=[route for module in MODULES for route in module.ROUTES],
            exception_handlers={
                RefusedError: _refused,
                EarmarkError: _failed,
                HTTPException: _unknown,
                Exception: _unexpected,
            },
            lifespan=self._lifespan,
        )
        starlette.router.redirect_slashes = False  # one address for each thing
        starlette.state.session = self.session
        self._guarded = Guard(starlette, host=settings.host, token=settings.token)

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        """Answer a request."""
        await self._guarded(scope, receive, send)

    def close(self) -> None:
        """Stop what runs."""
        self.session.close()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=self._get_ready, name="earmark-ready", daemon=True).start()
        yield
        self.close()

    def _get_ready(self) -> None:
        """What need not be waited for: the folder walked, models loaded, remains swept away."""
        with suppress(EarmarkError, OSError):
            uploads.sweep_uploads(self.session.library)
        with suppress(EarmarkError, OSError):
            self.session.library.refresh()
            self.session.models.told()


def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, RefusedError)
    return error(refusal.status, refusal.message, **refusal.more)


def _failed(_: Request, failure: Exception) -> Response:
    status = (
        503 if isinstance(failure, BusyError) else 507 if isinstance(failure, FullError) else 500
    )
    return error(status, str(failure))


def _unexpected(_: Request, __: Exception) -> Response:
    """A mistake of ours; the guard tells of it on the terminal."""
    return error(500, "Something went wrong inside earmark; the terminal says more.")


def _unknown(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    said = "This cannot be done here." if problem.status_code == 405 else "There is nothing here."
    return error(problem.status_code, said)
