"""The list of songs, the queue, and news of both."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from earmark.runtime import DEFAULT
from earmark.store import songs
from earmark.store.songs import UPLOAD
from earmark.web.answers import Json, RefusedError, sent, text_of
from earmark.web.session import Session

MOST = 10_000
"""Songs that are named at once."""


def every(request: Request) -> Response:
    """All songs."""
    session: Session = request.app.state.session
    session.library.refresh()
    jobs = session.jobs.all()
    rows = [session.row(song, jobs.get(song.id)) for song in session.library.all()]
    return Json({"songs": rows})


def forget(request: Request) -> Response:
    """Forget a song's labels; an upload is gone altogether."""
    session: Session = request.app.state.session
    song = session.library.get(request.path_params["id"])
    session.jobs.cancel(song.id)  # first: what its job finds from now on is not kept
    session.heard_nothing(song.id)
    if song.kind == UPLOAD:
        with session.db.change():  # else a server that starts now would list it again
            songs.remove(session.db, [song.id])
            with suppress(OSError):
                os.unlink(song.path)
        session.events.tell("gone", {"id": song.id}, about=song.id)
    else:
        songs.forget(session.db, song.id)
        session.tell(song.id)
    return Response(status_code=204)


async def detect(request: Request) -> Response:
    """Queue one song."""
    wanted = await sent(request)
    return await run_in_threadpool(_detect, request, [request.path_params["id"]], wanted)


async def detect_several(request: Request) -> Response:
    """Queue some songs, or all."""
    wanted = await sent(request)
    ids = wanted.get("ids")
    if ids != "all" and not (isinstance(ids, list) and len(ids) <= MOST):
        raise RefusedError(400, "Name the songs' numbers, or 'all'.")
    return await run_in_threadpool(_detect, request, ids, wanted)


def _detect(request: Request, ids: Any, wanted: dict[str, Any]) -> Response:
    session: Session = request.app.state.session
    model = session.models.get(text_of(wanted, "model", default=DEFAULT)).name
    session.library.refresh()
    chosen = session.library.all() if ids == "all" else [session.library.get(i) for i in ids]
    queued = [song.id for song in chosen if session.jobs.add(song.id, model=model)]
    return Json({"queued": queued}, status_code=202)


def cancel(request: Request) -> Response:
    """Take a song out of the queue."""
    session: Session = request.app.state.session
    song = session.library.get(request.path_params["id"])
    if not session.jobs.cancel(song.id):
        raise RefusedError(409, "This song neither waits nor is listened to.")
    return Response(status_code=204)


async def events(request: Request) -> Response:
    """News, as they happen."""
    session: Session = request.app.state.session
    return StreamingResponse(session.events.stream(), media_type="text/event-stream")


ROUTES = [
    Route("/api/songs", every),
    Route("/api/songs/{id}", forget, methods=["DELETE"]),
    Route("/api/songs/{id}/detect", detect, methods=["POST"]),
    Route("/api/detect", detect_several, methods=["POST"]),
    Route("/api/songs/{id}/job", cancel, methods=["DELETE"]),
    Route("/api/events", events),
]
