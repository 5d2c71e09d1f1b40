"""The routes of teaching: what a model is taught from, what it brings, what to label next."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark.annotation import Annotation
from earmark.atomic import write_atomic
from earmark.errors import how_to_install
from earmark.formats import dumps
from earmark.home import home
from earmark.labels import output_tag
from earmark.next_labels import Place, next_places, next_songs
from earmark.store import detections, labels
from earmark.store.heard import heard_labels, heard_ranges
from earmark.store.segments import Ranges, plain
from earmark.store.songs import SongRow
from earmark.web.answers import Json, RefusedError, flag_of, number_of, sent, text_of
from earmark.web.models import DEFAULT
from earmark.web.pages import can_teach
from earmark.web.session import Session

_TICK = "tick 'Checked by me' when the whole song is right"
LAYERS = re.compile(r"[A-Za-z0-9_,.-]{1,40}")


def teach(request: Request) -> Response:
    """How the teaching stands."""
    session: Session = request.app.state.session
    return Json(session.teaching.state)


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
    name = text_of(wanted, "name")
    session.teaching.refuse_second()  # before its songs are written anew
    manifest = _manifest(session, _chosen(session, ids), "lesson")[0]
    return Json(session.teaching.start(manifest, name=name, layers=layers), status_code=202)


async def plan(request: Request) -> Response:
    """What would be done with some songs."""
    return await run_in_threadpool(_plan, request)


def _plan(request: Request) -> Response:
    session: Session = request.app.state.session
    songs = _chosen(session, request.query_params.get("ids", "").split(","))
    manifest, minutes, partly = _manifest(session, songs, "plan")
    found = session.teaching.plan(manifest)
    told = {key: found.get(key) for key in ("settings", "choices", "warnings")}
    if partly:
        told["warnings"] = [
            *(told["warnings"] or []),
            f"{partly} of {len(songs)} not checked: of these only the places that you changed "
            f"teach, and 5 s around them; {_TICK}",
        ]
    return Json(told | {"songs": len(songs), "minutes": round(minutes, 2)})


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


async def following(request: Request) -> Response:
    """What to label next."""
    session: Session = request.app.state.session
    count = int(number_of(request, "count", default=10))
    if not 0 <= count <= 200:
        raise RefusedError(400, "Up to 200 places can be asked for.")
    work = asyncio.get_running_loop().run_in_executor(session.heavy, _next, session, count)
    return Json(await work)


def _next(session: Session, count: int) -> dict[str, Any]:
    rows = {s.id: s for s in session.library.all() if s.model is not None and not s.checked}
    found = {i: each for i in rows if (each := detections.load(session.db, i)) is not None}
    heard = {i: each.scores for i, each in found.items()}
    done = {i: _heard(session, row) or () for i, row in rows.items() if row.edited}

    def told(place: Place[int]) -> dict[str, Any]:
        name = session.library.name(rows[place.key])
        return {
            "id": place.key,
            "name": name,
            "why": place.why,
            "uncertainty": place.uncertainty,
        }

    return {
        "songs": [told(place) for place in next_songs(heard, count=count, skip=done)],
        "places": [
            told(place) | {"start_s": place.start_s, "end_s": place.end_s}
            for place in next_places(heard, count=count, skip=done)
        ],
    }


def _chosen(session: Session, ids: list[Any]) -> list[SongRow]:
    """The songs to learn from, each of which has labels and is there."""
    if not can_teach():
        raise RefusedError(
            409, f"Teaching needs the extra 'train': {how_to_install('train')}, then start again."
        )
    if not 0 < len(ids) <= 10_000:
        raise RefusedError(400, "Name the numbers of the songs to learn from.")
    songs = list({song.id: song for song in map(session.library.get, ids)}.values())
    for song in songs:
        session.library.file(song)
        if not song.labelled:
            raise RefusedError(409, f"{session.library.name(song)} has no labels to learn from.")
        if _heard(session, song) == ():
            raise RefusedError(
                409,
                f"{session.library.name(song)} holds only what the model said, so there is nothing "
                f"to learn from it: {_TICK}.",
            )
    return songs


def _heard(session: Session, song: SongRow) -> Ranges | None:
    """Where a person has listened in a song; None: everywhere."""
    now = labels.load(session.db, song.id)
    assert now is not None
    if now.checked:
        return None
    return heard_ranges(now, detections.load(session.db, song.id), duration_s=song.duration_s)


def _manifest(session: Session, songs: list[SongRow], kind: str) -> tuple[Path, float, int]:
    """The songs and their labels as files, for the process that learns from them.

    Returns
    -------
    manifest : Path
    minutes : float
        That a person has heard.
    partly : int
        How many songs nobody has checked as a whole.
    """
    folder = home() / "teach" / kind
    lines, seconds, partly = [], 0.0, 0
    for song in songs:
        now, heard = labels.load(session.db, song.id), detections.load(session.db, song.id)
        assert now is not None
        of_model = session.models.labels(DEFAULT) if heard is None else heard.scores.labels
        told = heard_labels(now, of_model)
        path = folder / f"{song.id}.{output_tag(told)}.csv"
        write_atomic(path, dumps(Annotation(plain(now.segments), labels=tuple(told)), "csv"))
        row: dict[str, Any] = {"path": os.fspath(song.path), "labels": os.fspath(path)}
        ranges = heard_ranges(now, heard, duration_s=song.duration_s)
        if ranges is None:
            seconds += song.duration_s or 0.0
        else:
            row["known"] = ranges
            seconds += sum(end - start for start, end in ranges)
            partly += 1
        lines.append(json.dumps(row | {"name": session.library.name(song)}))
    manifest = folder / "songs.jsonl"
    write_atomic(manifest, ("\n".join(lines) + "\n").encode("ascii"))
    return manifest, seconds / 60, partly


ROUTES = [
    Route("/api/next", following),
    Route("/api/teach", teach),
    Route("/api/teach", begin, methods=["POST"]),
    Route("/api/teach", cancel, methods=["DELETE"]),
    Route("/api/teach/plan", plan),
    Route("/api/teach/keep", keep, methods=["POST"]),
    Route("/api/teach/discard", discard, methods=["POST"]),
]
