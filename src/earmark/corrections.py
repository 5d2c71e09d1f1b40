"""Songs whose labels a person made or corrected, found by name.

Which file beside a song that is, says :mod:`earmark.own_labels`. What earmark wrote and nobody
touched teaches it nothing that it did not know, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from earmark.errors import DataError, EarmarkError
from earmark.learn.corrected import Corrected, corrected
from earmark.ledger import Ledger
from earmark.own_labels import Listing, differing, listed, of_person, of_song
from earmark.sources import Song, find_songs


def corrections(paths: Sequence[str]) -> tuple[list[Corrected], list[str]]:
    """The songs behind files and folders, with their labels, and what to know of these and others.

    Parameters
    ----------
    paths : sequence of str
        As :func:`earmark.sources.find_songs` takes them. A song that is not named itself takes none
        of the others with it: why it cannot be used is among the notes.

    Raises
    ------
    DataError, FormatError, AudioError, OutputError
        If what was named itself has no labels, or these or the song cannot be used.
    """
    beside = cache(listed)  # a folder is listed once, however many songs it has
    found, notes = [], []
    for song in find_songs(paths):
        try:
            taken, note = _corrected(song, beside)
        except EarmarkError as error:
            if song.path in paths:
                raise
            notes.append(str(error))
            continue
        found.append(taken)
        notes += [] if note is None else [note]
    return found, notes


def label_file(song: Path) -> Path:
    """The label file of a person beside a song.

    Raises
    ------
    DataError
        If the song is not there, has none, or has only what earmark wrote.
    """
    return _label_files(song, listed)[0]


def _corrected(song: Song, beside: Callable[[Path], Listing]) -> tuple[Corrected, str | None]:
    """A song with its labels, and what to know of them."""
    if song.problem is not None:
        raise DataError(song.problem)
    path = Path(song.path)
    files = _label_files(path, beside)
    known = Ledger(files[0].parent).known(files[0].name, song=str(path.resolve()))
    return corrected(path, labels=files[0], known=known), differing(files)


def _label_files(song: Path, beside: Callable[[Path], Listing]) -> list[Path]:
    """Those of a person's, the one that counts first."""
    if not song.is_file():
        raise DataError(f"{song}: the song is not there; was it moved or deleted?")
    files = of_song(beside(song.parent), song)
    usable = of_person(files, song)
    if not usable:
        why = (
            f"only {files[0].name}, which nobody edited as far as earmark knows; correct it, or "
            f"call it {song.stem}.csv if it is right"
            if files
            else f"none; write {song.stem}.csv"
        )
        raise DataError(f"{song}: no labels of yours beside it: {why}")
    return usable
