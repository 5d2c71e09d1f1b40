"""Many songs, one detector: whoever finishes first comes first, and a failure stops nobody else.

Songs run in threads; decoding, resampling, the view and the network all let go of the
interpreter's lock. Whoever stops listening (Ctrl-C, ``close()``) finds files whole or not begun.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from earmark.atomic import sweep
from earmark.formats import get_format
from earmark.labels import output_tag
from earmark.one_song import Marking, Pen, Result
from earmark.sources import Song

if TYPE_CHECKING:
    from earmark.detector import SingingDetector

LOOK_UP_S = 0.5
"""Longest wait for a song: Python may miss a signal that comes just before a wait begins."""


def run(
    songs: Iterable[Song],
    detector: SingingDetector,
    *,
    labels: Sequence[str] | None = None,
    formats: Sequence[str] = ("csv",),
    jobs: int = 1,
    overwrite: bool = False,
    skip_existing: bool = False,
) -> Generator[Result, None, None]:
    """Do songs and write their outputs.

    Parameters
    ----------
    songs : iterable of Song
        From :func:`earmark.sources.find_songs`. One without a root is detected, not written.
    detector : SingingDetector
        Shared by all threads. Rows tell of all labels that it looks for.
    labels : sequence of str, optional
        Of these, what files and annotations hold; the files are called after them. Default: all.
    formats : sequence of str
        Names of :mod:`earmark.formats`: a file of each a song.
    jobs : int
        Songs at a time. One more is handed out, so up to ``jobs + 1`` results wait in memory
        beside the one that is yielded.
    overwrite : bool
        Whether to replace files that earmark did not write.
    skip_existing : bool
        Whether to leave songs alone whose outputs are there, unchanged, from the same recording,
        model and settings. Outputs that were edited since are left alone whatever the settings,
        and the song's others are done: the row says so, and has the figures of what was edited.
        Without this such a song fails, and has these figures as well.

    Yields
    ------
    Result
        As songs finish, in any order.

    Raises
    ------
    FormatError
        If a format is unknown, before any work.
    """
    labels = tuple(detector.labels if labels is None else labels)
    forms = [get_format(name) for name in formats]
    suffixes = {f".{output_tag(labels)}{form.suffix}": form.dumps for form in forms}
    marking = Marking(detector, labels, suffixes, overwrite, skip_existing, Pen(), cache(sweep))
    return _run(songs, marking, jobs)


def _run(songs: Iterable[Song], marking: Marking, jobs: int) -> Generator[Result, None, None]:
    waiting = iter(songs)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="earmark")
    running: set[Future[Result]] = set()
    try:
        running |= {pool.submit(marking, song) for song in islice(waiting, jobs + 1)}
        while running:
            done, running = wait(running, timeout=LOOK_UP_S, return_when=FIRST_COMPLETED)
            while done:
                running |= {pool.submit(marking, song) for song in islice(waiting, 1)}
                yield done.pop().result()
    finally:
        marking.pen.put_down()
        pool.shutdown(wait=False, cancel_futures=True)
