"""A song's sound: the file itself, its outline, its spectrogram."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark.errors import AudioError
from earmark.store import songs
from earmark.store.songs import SongRow
from earmark.web.answers import RefusedError, binary, number_of
from earmark.web.outline import outline, spectrogram
from earmark.web.playable import as_wav, browser_type
from earmark.web.ranged import Ranged
from earmark.web.session import Session

T = TypeVar("T")
MAX_WIDTH = 4096


async def audio(request: Request) -> Ranged:
    """The recording, or as much of it as is asked for."""
    session: Session = request.app.state.session
    row = await run_in_threadpool(session.library.get, request.path_params["id"])
    path = await run_in_threadpool(session.library.file, row)
    kind = await _worked(session, session.quick, row, lambda: browser_type(path))
    if kind is None:
        kind = "audio/wav"
        path = await _worked(session, session.heavy, row, lambda: as_wav(path, song=row.id))
    return Ranged(path, media_type=kind, name=session.library.name(row))


async def peaks(request: Request) -> Response:
    """A level of the outline, or a part of it."""
    session: Session = request.app.state.session
    row = await run_in_threadpool(session.library.get, request.path_params["id"])
    path = await run_in_threadpool(session.library.file, row)
    level = int(number_of(request, "level", default=0))
    start = int(number_of(request, "from", default=0))
    count = int(number_of(request, "count", default=1e9))
    found = await _worked(session, session.heavy, row, lambda: outline(path, song=row.id))
    if row.duration_s is None:
        await run_in_threadpool(songs.set_duration, session.db, row.id, found.duration_s)
    if not 0 <= level < len(found.levels) or start < 0 or count < 0:
        raise RefusedError(404, f"There are levels 0 to {len(found.levels) - 1}.")
    pairs = found.levels[level][start : start + count]
    return binary(
        pairs.tobytes(),
        peaks_per_second=found.rate_hz / 2**level,
        levels=len(found.levels),
        count=len(found.levels[level]),
    )


async def spectrum(request: Request) -> Response:
    """The spectrogram of a stretch."""
    session: Session = request.app.state.session
    row = await run_in_threadpool(session.library.get, request.path_params["id"])
    path = await run_in_threadpool(session.library.file, row)
    start_s = number_of(request, "start_s", default=0.0)
    end_s = number_of(request, "end_s")
    width = int(number_of(request, "width", default=1024))
    if not (0 <= start_s < end_s and 1 <= width <= MAX_WIDTH):
        raise RefusedError(400, f"A stretch of the song is asked for, up to {MAX_WIDTH} wide.")
    picture = await _worked(
        session,
        session.heavy,
        row,
        lambda: spectrogram(path, song=row.id, start_s=start_s, end_s=end_s, width=width),
    )
    return binary(picture.tobytes(), rows=picture.shape[0], columns=picture.shape[1])


async def _worked(session: Session, pool: Executor, song: SongRow, work: Callable[[], T]) -> T:
    """What takes a while, done by a thread of a pool while others are answered."""
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    except AudioError as error:
        said = str(error).replace(os.fspath(song.path), session.library.name(song))
        raise RefusedError(415, said) from None


ROUTES = [
    Route("/api/songs/{id}/audio", audio),
    Route("/api/songs/{id}/peaks", peaks),
    Route("/api/songs/{id}/spectrogram", spectrum),
]
