"""Songs that wait to be listened to, and threads that do it one song each.

Decoding and the network let go of the interpreter's lock, so threads are enough; and a thread ends
with the server, however that ends.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Job:
    """A song to be listened to.

    Parameters
    ----------
    song : int
    model : str
        By its name.
    running : bool
        Whether somebody listens already.
    progress : float
        Share of it that was heard, in [0, 1].
    stop : threading.Event
        Set when nobody wants it any more.
    """

    song: int
    model: str
    running: bool = False
    progress: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """The queue, first come first served; a song is in it once.

    Parameters
    ----------
    work : callable
        ``work(job)`` listens to a song, and raises nothing.
    changed : callable
        ``changed(song)`` is called when a job starts or is gone.
    workers : int
        Songs at a time.
    """

    def __init__(
        self, work: Callable[[Job], None], *, changed: Callable[[int], None], workers: int
    ) -> None:
        self._work, self._changed, self._workers = work, changed, workers
        self._jobs: OrderedDict[int, Job] = OrderedDict()
        self._news = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def add(self, song: int, *, model: str) -> bool:
        """Queue a song; False where it is in the queue already."""
        with self._news:
            if self._closed or song in self._jobs:
                return False
            self._jobs[song] = Job(song, model)
            if len(self._threads) < min(self._workers, len(self._jobs)):
                thread = threading.Thread(target=self._run, name="earmark-job", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._news.notify()
        self._changed(song)
        return True

    def get(self, song: int) -> Job | None:
        """The job of a song that waits or is listened to."""
        with self._news:
            return self._jobs.get(song)

    def all(self) -> dict[int, Job]:
        """All jobs, by their songs."""
        with self._news:
            return dict(self._jobs)

    def cancel(self, song: int) -> bool:
        """Take a song out of the queue; False where it is not in it.

        A song that is being listened to is let go of within a second or so, and is no job from
        now on.
        """
        with self._news:
            job = self._jobs.pop(song, None)
            if job is None:
                return False
            job.stop.set()
        self._changed(song)
        return True

    def close(self) -> None:
        """Stop all work, and take no more."""
        with self._news:
            self._closed = True
            for job in self._jobs.values():
                job.stop.set()
            self._jobs.clear()
            self._news.notify_all()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            self._changed(job.song)
            try:
                self._work(job)
            finally:
                with self._news:
                    if self._jobs.get(job.song) is job:
                        del self._jobs[job.song]
            if not job.stop.is_set():
                self._changed(job.song)

    def _next(self) -> Job | None:
        with self._news:
            while not self._closed:
                for job in self._jobs.values():
                    if not job.running:
                        job.running = True
                        return job
                self._news.wait()
            return None
