"""A person's label file of a song, among the files that are called after it.

Theirs are ``one.csv`` and ``one.truth.csv``, in any format that holds segments, and a file of
earmark's (``one.singing.csv``) that was edited since, or saved by the page after somebody had
corrected or checked it. Who takes a person's labels asks here: ``earmark adapt``, ``cues`` and
``report``, and the page. What such a file means, says :mod:`earmark.song_labels`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from earmark.annotation import SINGING, labelled
from earmark.errors import DataError, EarmarkError
from earmark.labels import (
    full_name,
    is_audio,
    label_format,
    output_labels,
    read_segments,
    song_name,
)
from earmark.ledger import Ledger

_ORDER = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")
"""Formats that hold segments, those that know most first."""

Listing = Mapping[str, Sequence[Path]]
"""The files that may be labels, by what their songs are called."""


def label_files(files: Iterable[Path]) -> Listing:
    """Those of some files whose names say that they tell where somebody sings, whoever wrote them.

    Examples
    --------
    >>> files = [Path("one.csv"), Path("one.mp3"), Path("one.speech.csv"), Path("two.lrc")]
    >>> {name: [path.name for path in found] for name, found in label_files(files).items()}
    {'one': ['one.csv']}
    """
    found: dict[str, list[Path]] = {}
    for path in files:
        ours = output_labels(path)
        if label_format(path) in _ORDER and (not ours or SINGING in ours):
            found.setdefault(song_name(path), []).append(path)
    return found


def listed(folder: Path) -> Listing:
    """The files of a folder that may be labels.

    Raises
    ------
    DataError
        If the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return label_files(Path(entry.path) for entry in entries if entry.is_file())
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be searched for label files ({error.strerror})"
        ) from error


def of_song(files: Listing, song: Path) -> list[Path]:
    """Those that are called after a song, the one that counts first.

    Written by hand before earmark's; called after the recording with its suffix before others; then
    by what a format knows. ``one.wav.csv`` is of no ``one.flac`` as long as there is a ``one.wav``.

    Parameters
    ----------
    files : mapping of str to list of Path
        As :func:`label_files` lists them, in whatever folder.
    song : Path
        The recording.
    """
    return sorted(
        (path for path in files.get(song_name(song), ()) if not _of_another(path, song)),
        key=lambda path: (
            bool(output_labels(path)),
            full_name(path) != song.name,
            _ORDER.index(str(label_format(path))),
            os.fspath(path),
        ),
    )


def of_person(files: Iterable[Path], song: Path) -> list[Path]:
    """Those of a song's files that are a person's, in their order.

    Parameters
    ----------
    files : iterable of Path
        As :func:`of_song` finds them.
    song : Path
        The recording.

    Raises
    ------
    OutputError
        If earmark's record of what it wrote into their folder cannot be read.
    """
    recording = str(song.resolve())
    return [
        path
        for path in files
        if not output_labels(path) or Ledger(path.parent).by_person([path.name], song=recording)
    ]


def differing(files: Sequence[Path]) -> str | None:
    """A note where files that could all be a song's labels disagree on where somebody sings."""
    if len(files) < 2:
        return None
    told = [_sung(path) for path in files]
    others = [path.name for path, sung in zip(files, told, strict=True) if sung != told[0]]
    if not others:
        return None
    return (
        f"{files[0]}: taken for the song's labels; {', '.join(others)} beside it says otherwise: "
        "keep the one that is right, and move the other away"
    )


def _of_another(path: Path, song: Path) -> bool:
    """Whether a file names another recording, which is there."""
    name = full_name(path)
    return name != song.name and is_audio(name) and song.with_name(name).is_file()


def _sung(path: Path) -> list[tuple[float, float]] | str:
    """Where a file says that somebody sings, to 10 ms; one that cannot be read is like no other."""
    try:
        found = labelled(read_segments(path).segments, SINGING)
    except EarmarkError:
        return str(path)
    return sorted((round(s.start_s, 2), round(s.end_s, 2)) for s in found)
