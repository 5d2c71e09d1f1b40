"""What all routes share, and what they tell of a song."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.errors import EarmarkError
from earmark.home import home
from earmark.rows import INSTRUMENTAL_S, TOO_SHORT
from earmark.store import detections
from earmark.store.database import Database
from earmark.store.songs import SongRow
from earmark.web.answers import RefusedError
from earmark.web.events import Events
from earmark.web.hearing import hear
from earmark.web.jobs import Job, Jobs
from earmark.web.library import Library
from earmark.web.models import Models
from earmark.web.teaching import Teaching

STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server runs.

    Parameters
    ----------
    folder : Path or None
        Whose songs are shown; None: uploads only.
    host : str
        What it is bound to.
    token : str or None
        What visitors must show.
    max_upload_bytes : int
    static : Path
        The page's own files.
    workers : int
        Songs listened to at a time.
    """

    folder: Path | None = None
    host: str = "127.0.0.1"
    token: str | None = None
    max_upload_bytes: int = 2 << 30
    static: Path = STATIC
    workers: int = 2


class Session:
    """The server's memory while it runs.

    Raises
    ------
    OutputError
        If the labels' file cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = Database(home() / "earmark.db")
        self.library = Library(self.db, folder=settings.folder)
        self.models = Models()
        self.events = Events()
        self.jobs = Jobs(self._hear, changed=self.tell, workers=settings.workers)
        self._unnoted: dict[int, str] = {}
        """Why songs could not be listened to, where that cannot be written down either."""
        self._teach_status = ""
        self.teaching = Teaching(self.db, told=self._taught)
        self.quick = ThreadPoolExecutor(4, thread_name_prefix="earmark-quick")
        """Reads the starts of files."""
        self.heavy = ThreadPoolExecutor(2, thread_name_prefix="earmark-heavy")
        """Reads whole files."""

    def _hear(self, job: Job) -> None:
        self._unnoted.pop(job.song, None)
        why = hear(job, library=self.library, models=self.models, progressed=self.tell)
        if why is not None and not job.stop.is_set():
            self._unnoted[job.song] = why

    def heard_nothing(self, song: int) -> None:
        """Forget what went wrong when a song was listened to."""
        self._unnoted.pop(song, None)

    def _taught(self, teach: dict[str, Any]) -> None:
        """Tell all open pages how a teaching stands, and which models there are by now."""
        self.events.tell("teach", teach)
        if teach["status"] != self._teach_status:
            self._teach_status = teach["status"]
            self.events.tell("models", self.models.told())

    def tell(self, song: int) -> None:
        """Tell all open pages how a song stands."""
        try:
            row = self.told(song)
        except (RefusedError, EarmarkError):  # it is gone, or the disk is
            return
        self.events.tell("song", row, about=song)

    def told(self, number: object) -> dict[str, Any]:
        """A song's row by its number.

        Raises
        ------
        RefusedError
            404 where there is none.
        """
        job = self.jobs.get(self.library.get(number).id)
        return self.row(self.library.get(number), job)

    def row(self, song: SongRow, job: Job | None) -> dict[str, Any]:
        """A song as the page's list shows it.

        Parameters
        ----------
        song : SongRow
        job : Job or None
            What is done with it, as was known *before* the song was read: what a job found is kept
            before it ends, so a song without a job has all of it.
        """
        now = detections.fingerprint(song.path)
        status, said = _standing(song, now)
        message = " ".join(filter(None, [said, song.origin, song.beside])) or None
        if (why := self._unnoted.get(song.id)) is not None and status != "missing":
            status, message = "failed", why
        if job is not None:
            status, message = ("running" if job.running else "waiting"), None
        return {
            "id": song.id,
            "name": self.library.name(song),
            "where": song.kind,
            "status": status,
            "progress": 1.0 if status == "done" else 0.0 if job is None else job.progress,
            "message": message,
            "duration_s": song.duration_s,
            "vocal_fraction": song.vocal_fraction,
            "first_vocal_s": song.first_vocal_s,
            "checked": song.checked,
            "edited": song.edited,
            "revision": song.revision,
            "model": song.model,
            "audio_url": f"/api/songs/{song.id}/audio" + ("" if now is None else f"?v={now}"),
        }

    def close(self) -> None:
        """Stop what runs, and close the file."""
        self.events.close()
        self.jobs.close()
        self.teaching.close()
        for pool in (self.quick, self.heavy):
            pool.shutdown(wait=False, cancel_futures=True)
        self.db.close()


def _standing(song: SongRow, now: str | None) -> tuple[str, str | None]:
    """A song's status while nothing is done with it, and what to say about it."""
    if now is None:
        return "missing", "The file is not there any more: was it moved or renamed?"
    if song.failure is not None:
        return "failed", song.failure
    if song.model is None:
        return "new", None
    if song.fingerprint != now:
        return "new", "The file has changed since it was listened to; detect it again."
    short = song.duration_s is not None and song.duration_s < INSTRUMENTAL_S
    return "done", song.warning or (TOO_SHORT if short else None)


def workers() -> int:
    """Songs at a time: one core stays with the server and the browser."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(4, cores - 1))
