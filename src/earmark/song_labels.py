"""What a label file says of a song: where somebody sings or speaks, checked against the song.

Whoever takes a person's labels reads them here: teaching, cue points and the page, so that one file
means the same to all. Which file of a song's it is, says :mod:`earmark.own_labels`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from earmark.annotation import SINGING, SPEECH, Segment, labelled
from earmark.audio import AudioReader
from earmark.errors import DataError
from earmark.formats.fields import AssumedLabel
from earmark.labels import check_labels, looked_for, output_labels, read_segments

KNOWN = (SINGING, SPEECH)


@dataclass(frozen=True, slots=True)
class SongLabels:
    """A label file's word on a song.

    Parameters
    ----------
    segments : tuple of Segment
        Of singing and speech, in order; those of a label are apart and end with the song.
    tells : tuple of str
        The labels that somebody looked for: ``singing``, and perhaps ``speech``.
    named : bool
        Whether the file itself says that it is of these. One of times alone, or without any
        segment, may come from elsewhere: it is taken to be of singing.
    duration_s : float
        Of the song.
    """

    segments: tuple[Segment, ...]
    tells: tuple[str, ...]
    named: bool
    duration_s: float


def read_labels(
    path: str | os.PathLike[str],
    *,
    song: str | os.PathLike[str],
    duration_s: float | None = None,
    others: bool = False,
) -> SongLabels:
    """Read the label file of a song.

    Parameters
    ----------
    path : path-like
        The label file.
    song : path-like
        The recording.
    duration_s : float, optional
        Its length in seconds, where that was found out already.
    others : bool
        Whether there may be other labels beside these two; they are left out.

    Raises
    ------
    DataError
        If labels are called otherwise, or lie beyond the song.
    FormatError, AudioError
        If a file cannot be read.
    """
    annotation = read_segments(path)
    found = {segment.label for segment in annotation.segments}
    strange = sorted(found.difference(KNOWN))
    if strange and not (others and found.intersection(KNOWN)):
        some = ", ".join(strange[:3]) + ", ..." * (len(strange) > 3)
        raise DataError(
            f"{os.fspath(path)}: labels called {some}; earmark knows {SINGING!r} and {SPEECH!r} "
            "(earmark convert --rename OLD=singing, --drop OTHER)"
        )
    if duration_s is None:
        duration_s = song_length(song)
    named = bool(output_labels(path)) or (
        bool(found) and not any(isinstance(s.label, AssumedLabel) for s in annotation.segments)
    )
    tells = looked_for(annotation, path) | {SINGING}
    ours = [segment for segment in annotation.segments if segment.label in KNOWN]
    return SongLabels(
        fitted(ours, duration_s=duration_s, name=path, audio=song),
        tuple(label for label in KNOWN if label in tells),
        named,
        duration_s,
    )


def fitted(
    segments: Iterable[Segment],
    *,
    duration_s: float,
    name: str | os.PathLike[str],
    audio: str | os.PathLike[str],
) -> tuple[Segment, ...]:
    """Segments as a song can have them: in order, and joined where those of a label overlap.

    Parameters
    ----------
    segments : iterable of Segment
        In order.
    duration_s : float
        Length of the song, seconds: none ends later.
    name, audio : path-like
        The label file and the song, for the message.

    Raises
    ------
    DataError
        If one ends more than a second after the song (:func:`earmark.labels.check_labels`).

    Examples
    --------
    >>> found = [Segment(0, 2), Segment(1, 3), Segment(5, 8.5)]
    >>> fitted(found, duration_s=8, name="one.csv", audio="one.mp3")
    (Segment(0, 3, 'singing'), Segment(5, 8, 'singing'))
    """
    found, given = [], list(segments)
    for label in dict.fromkeys(segment.label for segment in given):
        joined: list[Segment] = []
        for s in labelled(given, label):
            if joined and s.start_s < (last := joined[-1]).end_s:
                joined[-1] = Segment(last.start_s, max(last.end_s, s.end_s), label)
            else:
                joined.append(s)
        check_labels(joined, duration_s=duration_s, name=name, audio=audio)
        found += [
            Segment(s.start_s, min(s.end_s, duration_s), label, s.score)
            for s in joined
            if s.start_s < duration_s
        ]
    return tuple(sorted(found, key=lambda s: (s.start_s, s.end_s)))


def song_length(song: str | os.PathLike[str]) -> float:
    """Length of a recording in seconds: its header's word, or it is read through.

    Raises
    ------
    AudioError
        If it cannot be read.
    """
    with AudioReader(os.fspath(song)) as reader:
        if reader.duration_s is not None:
            return reader.duration_s
        return sum(len(block) for block in reader) / reader.sr
