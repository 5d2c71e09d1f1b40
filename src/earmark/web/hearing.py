"""Listening to a song in the background: what was heard is kept, what went wrong is said."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress

from earmark.audio import audio_info
from earmark.errors import EarmarkError
from earmark.store import detections, songs
from earmark.web.answers import RefusedError
from earmark.web.jobs import Job
from earmark.web.library import Library
from earmark.web.models import Models

NEWS_S = 0.25
"""A song's progress is not told more often."""
BYTES_A_SECOND = 16000
"""How long a song without a word about it may be, by its size: as MP3 at 128 kbit/s."""

log = logging.getLogger("earmark.web")


class _StoppedError(Exception):
    """Nobody wants to know any more."""


def hear(
    job: Job, *, library: Library, models: Models, progressed: Callable[[int], None]
) -> str | None:
    """Listen to a song.

    Parameters
    ----------
    job : Job
        Its ``progress`` grows with the audio heard; once its ``stop`` is set, nothing is kept.
    library : Library
    models : Models
    progressed : callable
        ``progressed(song)`` is called a few times a second.

    Returns
    -------
    str or None
        What went wrong and could not be noted either; None where nothing did, or it is noted.
    """
    try:
        _hear(job, library, models, progressed)
    except _StoppedError:
        return None
    except RefusedError as refusal:
        why = refusal.message
    except EarmarkError as error:
        why = _without_path(str(error), job, library)
    except Exception as error:  # one song must not take the others with it
        log.error("song %d: unexpected %s: %s", job.song, type(error).__name__, error)
        why = f"It could not be listened to: unexpected {type(error).__name__}."
    else:
        return None
    try:
        with library.db.change():
            if not job.stop.is_set():
                songs.fail(library.db, job.song, why)
    except EarmarkError:  # a disk that is full may be why
        return why
    return None


def _hear(job: Job, library: Library, models: Models, progressed: Callable[[int], None]) -> None:
    song = library.get(job.song)
    path = library.file(song)
    of = detections.fingerprint(path)
    detector = models.detector(job.model)
    told_s = audio_info(path).duration_s or song.duration_s
    about_s = told_s or max(1.0, os.stat(path).st_size / BYTES_A_SECOND)
    told_at = 0.0

    def heard(seconds: float) -> None:
        nonlocal told_at
        if job.stop.is_set():
            raise _StoppedError
        job.progress = min(0.99, seconds / about_s)
        if time.monotonic() - told_at > NEWS_S:
            told_at = time.monotonic()
            progressed(job.song)

    annotation = detector.detect(path, heard=heard)
    if of is None or detections.fingerprint(path) != of:
        raise RefusedError(409, "The file changed while it was listened to; do it again.")
    with library.db.change():
        if job.stop.is_set():  # asked here, so that nothing is kept after it was forgotten
            raise _StoppedError
        detections.keep(library.db, song.id, annotation, model=job.model, of=of)


def _without_path(message: str, job: Job, library: Library) -> str:
    """An error that calls the song by its name, not by where it lies."""
    with suppress(RefusedError):
        song = library.get(job.song)
        return message.replace(os.fspath(song.path), library.name(song))
    return message
