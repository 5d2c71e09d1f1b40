"""Songs that a person has labelled, to teach a model by: what they hold, and how much of it.

They come as songs with a label file beside each, or as a manifest of JSON objects, one a line:

============ ======================================================================================
``path``     the recording (``audio`` does as well); relative paths count from the manifest's folder
``labels``   a label file in any format that earmark reads; or ``segments``
``segments`` a list of [start_s, end_s] or [start_s, end_s, label]
``known``    a list of [start_s, end_s]: where somebody has looked; the whole song otherwise
``name``     what the song is called in tables; the file's name otherwise
============ ======================================================================================

Rows of a training's manifest do too: those of the materials ``song`` and ``music``, in the split
``train``. A song without singing is labelled by a file without segments, or with speech alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import (
    SINGING,
    SPEECH,
    Ranges,
    Segment,
    covered_s,
    labelled,
    segments_to_frames,
)
from earmark.errors import DataError
from earmark.labels import check_labels
from earmark.song_labels import read_labels, song_length

_KEYS = ("path", "audio", "labels", "segments", "known", "name")
_IGNORED = ("singer", "licence", "label_kind", "split", "material")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A song that a person has labelled.

    Parameters
    ----------
    path : Path
        The recording.
    segments : tuple of Segment
        Of ``singing``, and perhaps ``speech``.
    tells : tuple of str
        The labels that somebody looked for: ``singing``, and perhaps ``speech``.
    duration_s : float
        Of the recording.
    known : tuple of (start_s, end_s), optional
        Where somebody looked, if not everywhere.
    name : str
        What tables call it.
    """

    path: Path
    segments: tuple[Segment, ...]
    tells: tuple[str, ...]
    duration_s: float
    known: Ranges | None = None
    name: str = ""

    @property
    def known_s(self) -> float:
        """Seconds that were labelled."""
        whole = ((0.0, self.duration_s),) if self.known is None else self.known
        return covered_s(Segment(a, min(b, self.duration_s)) for a, b in whole)

    @property
    def sung_s(self) -> float:
        """Seconds of these that are sung."""
        frames = math.ceil(self.duration_s / 0.02)
        return float((self.frames(SINGING, frames) & self.known_frames(frames)).sum()) * 0.02

    def frames(self, label: str, n_frames: int) -> NDArray[np.bool_]:
        """Where a label is, shape (T,)."""
        return segments_to_frames(labelled(self.segments, label), n_frames)

    def known_frames(self, n_frames: int) -> NDArray[np.bool_]:
        """Where somebody looked, shape (T,)."""
        if self.known is None:
            return np.ones(n_frames, dtype=np.bool_)
        return segments_to_frames([Segment(a, b) for a, b in self.known], n_frames)


def read_corrected(path: str | os.PathLike[str]) -> list[Corrected]:
    """The songs of a manifest.

    Raises
    ------
    DataError
        With all lines that are not valid; or if a song is named twice, or nothing is left.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise DataError(f"{path}: cannot be read as a manifest ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a manifest, which is text in UTF-8") from error
    songs, faults = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not an object")
            song = _song(row, folder=path.parent)
            songs += [] if song is None else [song]
        except (ValueError, RecursionError):
            faults.append(f"line {number}: not a JSON object")
        except DataError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        raise DataError("\n  ".join([f"{path}: {len(faults)} faulty", *faults[:20]]))
    return distinct(songs, where=str(path))


def distinct(songs: Sequence[Corrected], *, where: str) -> list[Corrected]:
    """The songs, of which there must be one, and none twice, by its path or by its content.

    Raises
    ------
    DataError
        Otherwise: a song that stands on both sides when it is left out would flatter the model.
    """
    if not songs:
        raise DataError(f"{where}: no labelled song in it, so there is nothing to learn from")
    seen: dict[str, Corrected] = {}
    for song in songs:
        real = os.path.realpath(song.path)
        if real in seen:
            raise DataError(f"{where}: {song.path} is named twice; name each song once")
        seen[real] = song
    for one, other in _copies(songs):
        raise DataError(
            f"{where}: {one.path} and {other.path} hold the same recording, which would be learnt "
            "from while it is left out; name one of them, or move the other's labels away"
        )
    return list(songs)


def _copies(songs: Sequence[Corrected]) -> Iterator[tuple[Corrected, Corrected]]:
    """Pairs of songs of the same bytes; those of a size of their own are not read."""
    sizes: dict[int, list[Corrected]] = {}
    for song in songs:
        sizes.setdefault(song.path.stat().st_size, []).append(song)
    for alike in sizes.values():
        seen: dict[bytes, Corrected] = {}
        for song in alike if len(alike) > 1 else ():
            with song.path.open("rb") as file:
                found = seen.setdefault(hashlib.file_digest(file, "sha256").digest(), song)
            if found is not song:
                yield found, song


def corrected(
    path: str | os.PathLike[str],
    *,
    labels: str | os.PathLike[str] | None = None,
    segments: Iterable[Segment] = (),
    known: Ranges | None = None,
    name: str = "",
) -> Corrected:
    """A song and its labels, checked.

    Parameters
    ----------
    path : path-like
        The recording.
    labels : path-like, optional
        Its label file, which counts instead of ``segments``.
    segments : iterable of Segment
    known : tuple of (start_s, end_s), optional
    name : str

    Raises
    ------
    DataError
        If a file is not there, labels are called otherwise or lie beyond the song, or ``segments``
        of one label overlap (those of a file are joined).
    FormatError, AudioError
        If a file cannot be read.
    """
    path = Path(path)
    for file, what in ((path, "song"), *([(Path(labels), "label file")] if labels else [])):
        if not file.is_file():
            raise DataError(f"{file}: the {what} is not there; was it moved or deleted?")
    duration_s = song_length(path)
    if duration_s <= 0:
        raise DataError(f"{path}: holds no samples, so nothing can be learnt from it")
    if labels is not None:
        told = read_labels(labels, song=path, duration_s=duration_s)
        found, tells = told.segments, set(told.tells)
    else:
        found = tuple(segments)
        tells = {SINGING, *(s.label for s in found)}
        if strange := sorted(tells - {SINGING, SPEECH}):
            raise DataError(
                f"{path}: labels called {', '.join(strange)}; those that teach are "
                f"{SINGING!r} and {SPEECH!r}"
            )
        for label in (SINGING, SPEECH):
            check_labels(labelled(found, label), duration_s=duration_s, name=path, audio=path)
    if known is not None and not any(a < min(b, duration_s) for a, b in known):
        raise DataError(
            f"{path}: nothing of it is known (`known` lies beyond its end, or is empty)"
        )
    order = tuple(label for label in (SINGING, SPEECH) if label in tells)
    return Corrected(path, found, order, duration_s, known, name or path.name)


def _song(row: Mapping[str, Any], *, folder: Path) -> Corrected | None:
    """A row's song; none of another split than ``train``, or of another material than songs."""
    if unknown := sorted(row.keys() - set(_KEYS) - set(_IGNORED)):
        raise DataError(f"unknown key {', '.join(unknown)}; known: {', '.join(_KEYS)}")
    if row.get("split", "train") != "train" or row.get("material", "song") not in ("song", "music"):
        return None
    audio, labels, name = row.get("path", row.get("audio")), row.get("labels"), row.get("name")
    if not isinstance(audio, str) or not audio:
        raise DataError("needs `path`, the song's file")
    for key, value in (("labels", labels), ("name", name)):
        if value is not None and not isinstance(value, str):
            raise DataError(f"`{key}` is text, got {value!r}")
    if labels is None and "segments" not in row and row.get("material") != "music":
        raise DataError(f"{audio}: needs `labels`, a file, or `segments`")
    return corrected(
        folder / audio,
        labels=None if labels is None else folder / labels,
        segments=_segments(row.get("segments", [])),
        known=None if row.get("known") is None else _ranges(row["known"]),
        name=name or "",
    )


def _segments(value: Any) -> list[Segment]:
    try:
        return [Segment(float(a), float(b), *map(str, label)) for a, b, *label in value]
    except (TypeError, ValueError) as error:
        raise DataError(f"`segments` is a list of [start_s, end_s, label] ({error})") from error


def _ranges(value: Any) -> Ranges:
    try:
        ranges = [Segment(float(a), float(b)) for a, b in value]
    except (TypeError, ValueError) as error:
        raise DataError(f"`known` is a list of [start_s, end_s] ({error})") from error
    return tuple((s.start_s, s.end_s) for s in ranges)
