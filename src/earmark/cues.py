"""Where many songs are sung, for one collection of cue points.

A person's label file beside a song counts (:mod:`earmark.own_labels`); the others are listened to,
also where earmark has written labels that nobody touched. So is, with a warning, a song whose label
file cannot be used: lyrics and subtitles are often called as labels are.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.annotation import SINGING, Annotation, labelled
from earmark.batch import run
from earmark.errors import AudioError, EarmarkError
from earmark.own_labels import Listing, differing, listed, of_person, of_song
from earmark.song_labels import read_labels
from earmark.sources import Song

if TYPE_CHECKING:
    from collections.abc import Callable

    from earmark.detector import SingingDetector


@dataclass(frozen=True, slots=True)
class Sung:
    """A song, and where it is sung.

    Parameters
    ----------
    song : Song
    annotation : Annotation or None
        None if nobody can tell.
    error : str
        Why not.
    notes : tuple of str
        What to know of its label files, each named.
    """

    song: Song
    annotation: Annotation | None
    error: str = ""
    notes: tuple[str, ...] = ()


def where_sung(
    songs: Sequence[Song], detector: SingingDetector, *, jobs: int = 1
) -> Generator[Sung, None, None]:
    """Where songs are sung, by a person's labels or else by listening.

    Parameters
    ----------
    songs : sequence of Song
        From :func:`earmark.sources.find_songs`; nothing is written, whatever their roots.
    detector : SingingDetector
        It knows singing.
    jobs : int
        Songs at a time that are listened to.

    Yields
    ------
    Sung
        As songs finish, in any order.
    """
    beside = cache(listed)  # a folder is listed once, however many songs it has
    unheard: list[Song] = []
    notes: dict[str, tuple[str, ...]] = {}
    for song in songs:
        try:
            known = None if song.problem else _by_person(song, beside)
        except AudioError:
            known = None  # listening says so too
        except EarmarkError as error:
            why = f"listened to, since what may be its labels cannot be used: {error}"
            known, notes[song.path] = None, (f"{song.path}: {why}",)
        if known is None:
            unheard.append(song)
        else:
            yield known
    for result in run(unheard, detector, labels=[SINGING], formats=(), jobs=jobs):
        path = result.song.path
        yield Sung(result.song, result.annotation, result.row["error"], notes.get(path, ()))


def _by_person(song: Song, beside: Callable[[Path], Listing]) -> Sung | None:
    """Where a song is sung by a person's labels; None where there are none."""
    path = Path(song.path)
    if not path.is_file():
        return None
    files = of_person(of_song(beside(path.parent), path), path)
    if not files:
        return None
    told = read_labels(files[0], song=path, others=True)
    note = differing(files)
    annotation = Annotation(
        tuple(labelled(told.segments, SINGING)), told.duration_s, source=song.path
    )
    return Sung(song, annotation, notes=() if note is None else (note,))
