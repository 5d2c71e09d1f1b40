"""How the processor's cores are shared out: songs at a time, and threads for each."""

from __future__ import annotations

import os

MAX_JOBS = 8
MAX_THREADS = 4
MOST_THREADS = 256
"""That a user may ask of PyTorch, which crashes with very many."""


def share(songs: int, *, jobs: int | None = None, threads: int | None = None) -> tuple[int, int]:
    """Jobs, and threads a job.

    Parameters
    ----------
    songs : int
        How many there are to do.
    jobs, threads : int, optional
        What the user asked for, and gets. Otherwise a job a core, and what jobs leave free.
    """
    cores = _cores()
    jobs = jobs or max(1, min(cores, MAX_JOBS, songs))
    return jobs, threads or max(1, min(cores // jobs, MAX_THREADS))


def _cores() -> int:
    """The processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
