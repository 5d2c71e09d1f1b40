"""Songs whose labels a person made or corrected, found by name.

Which file beside a song that is, says :mod:`earmark.own_labels`. What earmark wrote and nobody
touched teaches it nothing that it did not know, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from earmark.errors import DataError, EarmarkError
from earmark.labels import song_name
from earmark.learn.corrected import Corrected, corrected
from earmark.ledger import Ledger
from earmark.own_labels import differing, may_be_labels, of_person
from earmark.sources import find_songs


def corrections(paths: Sequence[str]) -> tuple[list[Corrected], list[str]]:
    """The songs behind files and folders, with their labels, and what to know of these and others.

    Parameters
    ----------
    paths : sequence of str
        As :func:`earmark.sources.find_songs` takes them.

    Raises
    ------
    DataError, FormatError, AudioError
        If a song that was named itself has no labels, or labels or songs cannot be used.
    """
    found, notes = [], []
    named = {Path(path) for path in paths if not Path(path).is_dir()}
    for song in find_songs(paths):
        if song.problem is not None:
            raise DataError(song.problem)
        path = Path(song.path)
        try:
            labels, *others = _label_files(path)
        except EarmarkError as error:
            if path in named:
                raise
            notes.append(str(error))
            continue
        note = differing([labels, *others])
        notes += [] if note is None else [note]
        known = Ledger(labels.parent).known(labels.name, song=str(path.resolve()))
        found.append(corrected(path, labels=labels, known=known))
    return found, notes


def label_file(song: Path) -> Path:
    """The label file of a person beside a song.

    Raises
    ------
    DataError
        If the song is not there, has none, or has only what earmark wrote.
    """
    return _label_files(song)[0]


def _label_files(song: Path) -> list[Path]:
    """Those of a person's, the one that counts first."""
    if not song.is_file():
        raise DataError(f"{song}: the song is not there; was it moved or deleted?")
    beside = [
        path
        for path in sorted(song.parent.iterdir())
        if may_be_labels(path) and song_name(path) == song_name(song)
    ]
    usable = of_person(beside, song)
    if not usable:
        why = (
            f"only {beside[0].name}, which nobody edited as far as earmark knows; correct it, or "
            f"call it {song.stem}.csv if it is right"
            if beside
            else f"none; write {song.stem}.csv"
        )
        raise DataError(f"{song}: no labels of yours beside it: {why}")
    return usable
