"""Songs whose labels a person made or corrected, found by name.

Beside ``one.mp3`` that is ``one.csv`` or ``one.truth.csv``, in any format that earmark reads, or a
file of earmark's (``one.singing.csv``) that was edited since, or saved by the page after somebody
had corrected or checked it. What earmark wrote and nobody touched teaches it nothing that it did
not know, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from earmark.annotation import SINGING
from earmark.errors import DataError, EarmarkError
from earmark.labels import full_name, label_format, output_labels, song_name
from earmark.learn.corrected import Corrected, corrected
from earmark.ledger import Ledger
from earmark.sources import find_songs

_ORDER = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")
"""Formats that hold segments, those that know most first."""


def corrections(paths: Sequence[str]) -> tuple[list[Corrected], list[str]]:
    """The songs behind files and folders, with their labels, and why others are left out.

    Parameters
    ----------
    paths : sequence of str
        As :func:`earmark.sources.find_songs` takes them.

    Raises
    ------
    DataError, FormatError, AudioError
        If a song that was named itself has no labels, or labels or songs cannot be used.
    """
    found, without = [], []
    named = {Path(path) for path in paths if not Path(path).is_dir()}
    for song in find_songs(paths):
        if song.problem is not None:
            raise DataError(song.problem)
        path = Path(song.path)
        try:
            labels = label_file(path)
        except EarmarkError as error:
            if path in named:
                raise
            without.append(str(error))
            continue
        known = Ledger(labels.parent).known(labels.name, song=str(path.resolve()))
        found.append(corrected(path, labels=labels, known=known))
    return found, without


def label_file(song: Path) -> Path:
    """The label file of a person beside a song.

    Raises
    ------
    DataError
        If the song is not there, has none, or has only what earmark wrote.
    """
    if not song.is_file():
        raise DataError(f"{song}: the song is not there; was it moved or deleted?")
    beside = [
        path
        for path in sorted(song.parent.iterdir())
        if label_format(path) in _ORDER and song_name(path) == song_name(song)
    ]
    own = [path for path in beside if not output_labels(path)]
    ours = [path for path in beside if SINGING in output_labels(path)]
    edited = Ledger(song.parent).by_person([path.name for path in ours], song=str(song.resolve()))
    usable = own or [path for path in ours if path.name in edited]
    if not usable:
        why = (
            f"only {ours[0].name}, which nobody edited as far as earmark knows; correct it, or "
            f"call it {song.stem}.csv if it is right"
            if ours
            else f"none; write {song.stem}.csv"
        )
        raise DataError(f"{song}: no labels of yours beside it: {why}")
    return min(usable, key=lambda p: (full_name(p) != song.name, _ORDER.index(_format(p))))


def _format(path: Path) -> str:
    return str(label_format(path))
