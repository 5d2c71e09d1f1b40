"""The route of what to label next."""

from __future__ import annotations

from threading import Event
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark.next_labels import Candidates, Place
from earmark.store import detections, labels
from earmark.store.heard import heard_ranges
from earmark.web.answers import Json, RefusedError, number_of
from earmark.web.leaving import while_not, while_there
from earmark.web.session import Session

MOST = 200
"""Places, and songs, that are asked for at once."""


async def following(request: Request) -> Response:
    """Songs and places of songs that nobody has checked."""
    session: Session = request.app.state.session
    count = int(number_of(request, "count", default=10))
    if not 0 <= count <= MOST:
        raise RefusedError(400, f"Up to {MOST} places can be asked for.")
    found = await while_there(
        request, lambda left: _following(session, count, left), pool=session.heavy
    )
    return Json(found)


def _following(session: Session, count: int, left: Event) -> dict[str, Any]:
    rows = {s.id: s for s in session.library.all() if s.model is not None and not s.checked}
    songs, places = Candidates[int](length_s=None), Candidates[int]()
    for number, row in while_not(left, rows.items()):  # one song's scores at a time
        now, said = labels.load(session.db, number), detections.load(session.db, number)
        if now is None or said is None:  # it was removed meanwhile
            continue
        heard = (heard_ranges(now, said, duration_s=row.duration_s) or ()) if row.edited else ()
        for candidates in (songs, places):
            candidates.add(number, said.scores, heard=heard)

    def told(place: Place[int]) -> dict[str, Any]:
        return {
            "id": place.key,
            "name": session.library.name(rows[place.key]),
            "why": place.why,
            "uncertainty": place.uncertainty,
        }

    return {
        "songs": [told(place) for place in songs.best(count)],
        "places": [
            told(place) | {"start_s": place.start_s, "end_s": place.end_s}
            for place in places.best(count)
        ],
    }


ROUTES = [Route("/api/next", following)]
