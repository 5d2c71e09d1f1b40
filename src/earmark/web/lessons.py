"""The routes of teaching: by which songs, what it would do, how it stands, what becomes of it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from threading import Event
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark.errors import how_to_install
from earmark.web import training_set
from earmark.web.answers import Json, RefusedError, flag_of, sent, text_of
from earmark.web.apart import apart
from earmark.web.leaving import while_there
from earmark.web.pages import can_teach
from earmark.web.session import Session

LAYERS = re.compile(r"[A-Za-z0-9_,.-]{1,40}")


def teach(request: Request) -> Response:
    """How the teaching stands."""
    session: Session = request.app.state.session
    return Json(session.teaching.state)


async def songs(request: Request) -> Response:
    """Which songs can teach, of those that a person checked or corrected."""
    session: Session = request.app.state.session
    found = await while_there(request, lambda left: training_set.offered(session, left))
    return Json({"songs": found})


async def begin(request: Request) -> Response:
    """Teach a model by some songs."""
    wanted = await sent(request)
    return await run_in_threadpool(_begin, request, wanted)


def _begin(request: Request, wanted: dict[str, Any]) -> Response:
    session: Session = request.app.state.session
    ids = wanted.get("ids")
    if not isinstance(ids, list):
        raise RefusedError(400, "Name the numbers of the songs to learn from.")
    layers = text_of(wanted, "layers") if wanted.get("layers") is not None else None
    if layers is not None and not LAYERS.fullmatch(layers):
        raise RefusedError(400, "There is no such choice of layers.")
    name, replace = text_of(wanted, "name"), flag_of(wanted, "replace")
    _refuse_without_extra()
    session.teaching.refuse_second()  # before its songs are written
    never = Event()  # who began it may leave: it goes on
    with ExitStack() as stack:
        folder = stack.enter_context(apart("lesson"))
        chosen = training_set.chosen(session, ids, never)
        manifest = training_set.written(session, chosen, folder, never).manifest
        state = session.teaching.start(
            manifest, name=name, layers=layers, ends=stack.pop_all(), replace=replace
        )
    return Json(state, status_code=202)


async def plan(request: Request) -> Response:
    """What would be done with some songs."""
    return Json(await while_there(request, lambda left: _plan(request, left)))


def _plan(request: Request, left: Event) -> dict[str, Any]:
    session: Session = request.app.state.session
    _refuse_without_extra()
    chosen = training_set.chosen(session, request.query_params.get("ids", "").split(","), left)
    with apart("plan") as folder:
        found = training_set.written(session, chosen, folder, left)
        said = session.teaching.plan(found.manifest, left=left)
    told = {key: said.get(key) for key in ("settings", "choices", "warnings")}
    if found.partly:
        told["warnings"] = [
            *(told["warnings"] or []),
            f"{found.partly} of {found.songs} not checked: of these only the places that you "
            f"changed teach, and 5 s around them; {training_set.TICK}",
        ]
    return told | {"songs": found.songs, "minutes": round(found.minutes, 2)}


def cancel(request: Request) -> Response:
    """Stop the teaching."""
    session: Session = request.app.state.session
    session.teaching.cancel()
    return Json(session.teaching.state)


async def keep(request: Request) -> Response:
    """Make the candidate a model."""
    anyway = flag_of(await sent(request), "anyway")
    session: Session = request.app.state.session
    return Json(await run_in_threadpool(lambda: session.teaching.keep(anyway=anyway)))


async def discard(request: Request) -> Response:
    """Delete the candidate."""
    await sent(request)
    session: Session = request.app.state.session
    return Json(await run_in_threadpool(session.teaching.discard))


def _refuse_without_extra() -> None:
    if not can_teach():
        raise RefusedError(
            409, f"Teaching needs the extra 'train': {how_to_install('train')}, then start again."
        )


ROUTES = [
    Route("/api/teach", teach),
    Route("/api/teach", begin, methods=["POST"]),
    Route("/api/teach", cancel, methods=["DELETE"]),
    Route("/api/teach/songs", songs),
    Route("/api/teach/plan", plan),
    Route("/api/teach/keep", keep, methods=["POST"]),
    Route("/api/teach/discard", discard, methods=["POST"]),
]
