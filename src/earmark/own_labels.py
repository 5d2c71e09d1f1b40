"""A person's label file of a song, among the files that are called after it.

Theirs are ``one.csv`` and ``one.truth.csv``, in any format that holds segments, and a file of
earmark's (``one.singing.csv``) that was edited since, or saved by the page after somebody had
corrected or checked it. ``earmark adapt`` and ``earmark report`` both ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from earmark.annotation import SINGING, labelled
from earmark.errors import EarmarkError
from earmark.labels import full_name, label_format, output_labels, read_segments, song_name
from earmark.ledger import Ledger

_ORDER = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")
"""Formats that hold segments, those that know most first."""


def may_be_labels(path: Path) -> bool:
    """Whether a file's name says that it tells where somebody sings, whoever wrote it."""
    ours = output_labels(path)
    return label_format(path) in _ORDER and (not ours or SINGING in ours)


def of_person(files: Iterable[Path], song: Path) -> list[Path]:
    """Those files of a song's that are a person's, the one that counts first.

    Written by hand before corrected; called after the recording with its suffix before others;
    then by what a format knows.

    Parameters
    ----------
    files : iterable of Path
        Label files, in whatever folder.
    song : Path
        The recording.
    """
    recording = str(song.resolve())
    usable = [
        path
        for path in files
        if may_be_labels(path)
        and song_name(path) == song_name(song)
        and (not output_labels(path) or Ledger(path.parent).by_person([path.name], song=recording))
    ]
    return sorted(
        usable,
        key=lambda path: (
            bool(output_labels(path)),
            full_name(path) != song.name,
            _ORDER.index(str(label_format(path))),
            path.name,
        ),
    )


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


def _sung(path: Path) -> list[tuple[float, float]] | str:
    """Where a file says that somebody sings, to 10 ms; one that cannot be read is like no other."""
    try:
        found = labelled(read_segments(path).segments, SINGING)
    except EarmarkError:
        return str(path)
    return sorted((round(s.start_s, 2), round(s.end_s, 2)) for s in found)
