"""Whether labels fit their song."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import pairwise

from earmark.annotation import Segment
from earmark.audio import AudioReader, audio_info
from earmark.errors import DataError
from earmark.labels import read_singing

SLACK_S = 1.0
"""Labels may end this much after their song: encoders pad and cut."""


def check_labels(
    segments: Iterable[Segment],
    *,
    duration_s: float,
    name: str | os.PathLike[str],
    audio: str | os.PathLike[str],
) -> None:
    """Refuse labels that cannot be a song's.

    Parameters
    ----------
    segments : iterable of Segment
        Of one label.
    duration_s : float
        Length of the song, seconds.
    name, audio : path-like
        The label file and the song, for the message.

    Raises
    ------
    DataError
        If intervals overlap, are reversed, or end more than a second after the song.
    """
    ordered = sorted(segments, key=lambda s: (s.start_s, s.end_s))
    for s in ordered:
        if s.end_s < s.start_s:
            raise DataError(f"{name}: the interval {s.start_s} to {s.end_s} s is reversed")
        if s.end_s > duration_s + SLACK_S:
            raise DataError(
                f"{name}: an interval ends at {s.end_s:.2f} s, but {audio} is {duration_s:.2f} s "
                "long; is it the label file of another song, or in other units?"
            )
    for a, b in pairwise(ordered):
        if b.start_s < a.end_s - 1e-6:
            raise DataError(
                f"{name}: the intervals {a.start_s} to {a.end_s} s and {b.start_s} to {b.end_s} s "
                "overlap; join them"
            )


def song_segments(
    labels: str | os.PathLike[str], *, audio: str | os.PathLike[str]
) -> list[Segment]:
    """Where a song is sung, by its label file, checked.

    Parameters
    ----------
    labels : path-like
        In any format that earmark reads.
    audio : path-like
        The song.

    Raises
    ------
    DataError
        If the file labels other things only, or :func:`check_labels` refuses it.
    FormatError
        If the file cannot be read, or an interval is reversed; with the line.
    AudioError
        If the song cannot be read.
    """
    sung = read_singing(labels)
    check_labels(sung, duration_s=length_s(audio), name=labels, audio=audio)
    return sung


def length_s(audio: str | os.PathLike[str]) -> float:
    """Length of a whole recording in seconds.

    Its header's word, or all of it is read where that is silent. The last second is read in any
    case: what a broken download holds is no song.

    Raises
    ------
    AudioError
        If it cannot be read.
    DataError
        If it ends before its time.
    """
    stated_s = audio_info(os.fspath(audio)).duration_s
    from_s = max(0.0, stated_s - 1.0) if stated_s else 0.0
    with AudioReader(os.fspath(audio), sr=None, offset_s=from_s) as reader:
        read_s = sum(len(block) for block in reader) / reader.sr
    if reader.warning is not None:
        raise DataError(f"{audio}: {reader.warning}; fetch it again")
    return stated_s or read_s
