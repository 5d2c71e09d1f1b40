"""Label files and the songs they belong to, found by name.

A song's files are called alike: ``one.mp3``, ``one.csv`` or ``one.truth.csv`` (a person's labels),
``one.singing.json`` (earmark's, of the label ``singing``), ``one.singing+speech.json`` (of both),
``one.mp3.singing.npz`` (earmark's, beside a ``one.wav`` that has its own).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path, PurePath

from earmark import formats
from earmark.annotation import SINGING, SPEECH, Annotation, Segment, labelled
from earmark.audio import AudioReader
from earmark.errors import DataError, FormatError

SLACK_S = 1.0
"""Labels may end this much after their song, and stems with it: encoders pad and cut."""

AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for names in (
        ("wav", "wave", "w64", "rf64", "flac", "ogg", "oga", "opus", "mp3", "mp2", "aif", "aiff"),
        ("aifc", "au", "caf", "m4a", "m4b", "aac", "ac3", "wma", "ape", "wv", "amr", "mka"),
        ("mp4", "m4v", "mov", "webm", "mkv", "wmv", "asf", "avi", "3gp"),
    )
    for name in names
)
"""What is taken for a recording by its name."""


def is_audio(path: str | os.PathLike[str]) -> bool:
    """Whether a name is that of a recording.

    Examples
    --------
    >>> is_audio("one.MP3"), is_audio("one.csv")
    (True, False)
    """
    return PurePath(path).suffix.lower() in AUDIO_SUFFIXES


def output_tag(labels: Iterable[str]) -> str:
    """What earmark's files of these labels are called after, in whatever order they are named.

    Examples
    --------
    >>> output_tag(["singing"]), output_tag(["speech", "singing"])
    ('singing', 'singing+speech')
    """
    return "+".join(sorted({re.sub(r"\W", "_", label) for label in labels}))


_OURS = {f".{output_tag(labels)}": labels for labels in ((SINGING,), (SPEECH,), (SINGING, SPEECH))}


def output_labels(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The labels that a file of earmark's is called after; none of any other file.

    Examples
    --------
    >>> output_labels("one.singing+speech.csv"), output_labels("one.truth.csv")
    (('singing', 'speech'), ())
    """
    return _OURS.get(PurePath(PurePath(path).stem).suffix, ())


def song_name(path: str | os.PathLike[str]) -> str:
    """What the song of a label file or a recording is called.

    Examples
    --------
    >>> song_name("out/Hey Jude.mp3.singing.csv"), song_name("Hey Jude.lab"), song_name("Op. 5.csv")
    ('Hey Jude', 'Hey Jude', 'Op. 5')
    """
    name = full_name(path)
    return PurePath(name).stem if is_audio(name) else name


def full_name(path: str | os.PathLike[str]) -> str:
    """A song's name with the recording's suffix, where the label file's name holds it.

    Examples
    --------
    >>> full_name("one.mp3.singing.csv"), full_name("one.truth.csv")
    ('one.mp3', 'one')
    """
    stem = PurePath(path).stem
    return (PurePath(stem).stem if output_labels(path) else stem).removesuffix(".truth")


def label_format(path: str | os.PathLike[str]) -> str | None:
    """Name of the format that a file's suffix stands for and that can be read, or None.

    Examples
    --------
    >>> label_format("one.singing.txt"), label_format("one.mp3"), label_format("csv")
    ('audacity', None, None)
    """
    try:
        form = formats.get_format(PurePath(path).suffix or "none")
    except FormatError:
        return None
    return None if form.loads is None else form.name


def recording_of(path: str | os.PathLike[str]) -> Path | None:
    """The recording beside a label file, or None.

    Parameters
    ----------
    path : path-like
        The label file. A recording whose suffix stands in its name comes first.
    """
    path = Path(path)
    found = [
        other
        for other in sorted(path.parent.iterdir())
        if is_audio(other) and song_name(other) == song_name(path)
    ]
    return min(found, key=lambda other: other.name != full_name(path), default=None)


def length_beside(path: str | os.PathLike[str]) -> float | None:
    """Length in seconds of a label file's song, by what lies beside it; None if nothing tells.

    The ``.npz`` or ``.json`` of the same name tells, else the recording, which is read through.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    """
    path = Path(path)
    for other in sorted(path.parent.iterdir(), reverse=True):
        if label_format(other) in ("npz", "json") and full_name(other) == full_name(path):
            try:
                known = formats.read(other)
            except FormatError:  # somebody else's
                continue
            if known.duration_s is not None:
                return known.duration_s
    recording = recording_of(path)
    if recording is None:
        return None
    with AudioReader(recording) as reader:
        return sum(len(block) for block in reader) / reader.sr


def read_segments(path: str | os.PathLike[str], *, format: str | None = None) -> Annotation:
    """Read a label file that must hold segments.

    Raises
    ------
    FormatError
        If it cannot be read, or holds a curve of scores instead.
    """
    annotation = formats.read(path, format=format)
    if annotation.scores is not None and not annotation.segments:
        raise FormatError(
            f"{os.fspath(path)}: holds scores and no segments; "
            "give the segments that were detected with them"
        )
    return annotation


def looked_for(annotation: Annotation, path: str | os.PathLike[str]) -> set[str]:
    """The labels that somebody looked for, by a label file's content and name; perhaps none.

    What a file declares, and what a name of earmark's stands for, count where they cover the labels
    that are found: otherwise somebody has renamed these since.

    Examples
    --------
    >>> spoken, other = (Annotation((Segment(0, 1, x),), labels=(x,)) for x in ("speech", "vocal"))
    >>> sorted(looked_for(spoken, "one.singing+speech.csv"))
    ['singing', 'speech']
    >>> looked_for(other, "one.singing.csv"), looked_for(Annotation(()), "one.csv")
    ({'vocal'}, set())
    """
    found = {segment.label for segment in annotation.segments}
    declared = annotation.labels if found or annotation.model else ()
    return found.union(*(told for told in (declared, output_labels(path)) if found <= set(told)))


def read_singing(path: str | os.PathLike[str]) -> list[Segment]:
    """Where a song is sung, by its label file.

    Raises
    ------
    DataError
        If the file labels other things only.
    FormatError
        As :func:`read_segments` does.
    """
    found = read_segments(path).segments
    sung = labelled(found, SINGING)
    if found and not sung:
        names = ", ".join(sorted({s.label for s in found}))
        raise DataError(
            f"{os.fspath(path)}: nothing in it is labelled {SINGING!r}, only {names}; "
            "rename the label that means singing (earmark convert --rename OLD=singing)"
        )
    return sung


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
                f"{name}: an interval ends at {_time(s.end_s)} s, but {audio} is "
                f"{duration_s:.2f} s long; is it the label file of another song, or in other units?"
            )
    for a, b in pairwise(ordered):
        if b.start_s < a.end_s - 1e-6:
            raise DataError(
                f"{name}: the intervals {a.start_s} to {a.end_s} s and {b.start_s} to {b.end_s} s "
                "overlap; join them"
            )


def _time(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 1e9 else f"{seconds:g}"
