"""Where many songs are sung, for one collection of cue points.

A person's label file beside a song counts (:mod:`earmark.own_labels`); the others are listened to:
what earmark wrote and nobody touched tells no more than listening does.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.annotation import SINGING, Annotation
from earmark.audio import audio_info
from earmark.batch import run
from earmark.errors import EarmarkError
from earmark.labels import read_singing, song_name
from earmark.own_labels import differing, may_be_labels, of_person
from earmark.sources import Song

if TYPE_CHECKING:
    from earmark.detector import SingingDetector


@dataclass(frozen=True, slots=True)
class Marked:
    """A song, and where it is sung.

    Parameters
    ----------
    song : Song
    annotation : Annotation or None
        None if nobody can tell.
    error : str
        Why not.
    """

    song: Song
    annotation: Annotation | None
    error: str = ""


def marked(
    songs: Sequence[Song], detector: SingingDetector, *, jobs: int = 1
) -> Generator[Marked, None, None]:
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
    Marked
        As songs finish, in any order.
    """
    beside = cache(_beside)
    unheard = []
    for song in songs:
        path = Path(song.path)
        known = {} if song.problem else beside(path.parent)
        files = of_person(known.get(song_name(path), []), path)
        if files:
            yield _by_person(song, files)
        else:
            unheard.append(song)
    for result in run(unheard, detector, labels=[SINGING], formats=(), jobs=jobs):
        yield Marked(result.song, result.annotation, result.row["error"])


def _by_person(song: Song, files: list[Path]) -> Marked:
    try:
        segments = tuple(read_singing(files[0]))
        length_s = audio_info(song.path).duration_s
        note = differing(files)
    except EarmarkError as error:
        return Marked(song, None, str(error))
    return Marked(song, Annotation(segments, length_s, source=song.path, warning=note))


def _beside(folder: Path) -> dict[str, list[Path]]:
    """What may be label files in a folder, by what their songs are called."""
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if may_be_labels(file) and file.is_file():
            found.setdefault(song_name(file), []).append(file)
    return found
