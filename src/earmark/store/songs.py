"""The list of songs: each recording once, by its absolute path.

An upload is kept by the name of its file alone, in ``uploads`` beside the database: where the whole
folder is moved, or a copy of it is used, its uploads are there.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.store.database import Database

FOLDER, UPLOAD = "folder", "upload"
_COLUMNS = """
    songs.id, path, kind, name, songs.duration_s, failure, revision, checked, edited,
    vocal_fraction, first_vocal_s, songs.segments IS NOT NULL AS labelled, model, fingerprint,
    warning, origin, beside
"""
_FROM = f"SELECT {_COLUMNS} FROM songs LEFT JOIN detections ON detections.song = songs.id"


@dataclass(frozen=True, slots=True)
class SongRow:
    """What is known of a song, its labels and scores left out.

    Parameters
    ----------
    id : int
    path : Path
        The recording, absolute.
    kind : str
        ``"folder"`` or ``"upload"``.
    name : str
        What a person calls it.
    duration_s : float or None
        None as long as nobody has read it through.
    failure : str or None
        Why the last detection failed.
    revision : int
        Grows with each change of the labels.
    checked, edited : bool
        Whether a person has said that they are right, or has made them other than a model did.
    vocal_fraction, first_vocal_s : float or None
        Of the labels as they stand.
    labelled : bool
        Whether there are labels.
    model : str or None
        Who was asked; None: nobody yet.
    fingerprint : str or None
        Of the recording that was heard.
    warning : str or None
        What to know of it.
    origin : str or None
        Which file its labels came from, as long as nobody has saved others.
    beside : str or None
        What is wrong with label files that lay beside it when they were read.
    """

    id: int
    path: Path
    kind: str
    name: str
    duration_s: float | None
    failure: str | None
    revision: int
    checked: bool
    edited: bool
    vocal_fraction: float | None
    first_vocal_s: float | None
    labelled: bool
    model: str | None
    fingerprint: str | None
    warning: str | None
    origin: str | None
    beside: str | None


def add(db: Database, songs: Iterable[tuple[Path, str]], *, kind: str) -> None:
    """Enter recordings with their names; those that are known keep what is known of them."""
    with db.change() as connection:
        connection.executemany(
            "INSERT INTO songs (path, kind, name) VALUES (?, ?, ?) "
            "ON CONFLICT (path) DO UPDATE SET name = excluded.name",
            [
                (os.fsencode(path.name if kind == UPLOAD else path), kind, name)
                for path, name in songs
            ],
        )


def uploads_folder(db: Database) -> Path:
    """Where uploads lie, without a link in it; perhaps not made yet."""
    return Path(os.path.realpath(db.path.parent / "uploads"))


def find_uploads(db: Database, files: Callable[[Path], Iterable[tuple[Path, str]]]) -> int:
    """Enter uploads that lie there and are not known: the database is an older copy, or a new one.

    Parameters
    ----------
    db : Database
    files : callable
        ``files(folder)`` gives the files that are uploads, and a name for each. It is called while
        nobody else can enter or remove one.

    Returns
    -------
    int
        How many were entered.
    """
    with db.change() as connection:
        for row in connection.execute("SELECT id, path FROM songs WHERE kind = 'upload'"):
            if os.path.dirname(row["path"]):  # as earmark kept them at first
                connection.execute(
                    "UPDATE OR IGNORE songs SET path = ? WHERE id = ?",
                    (os.path.basename(row["path"]), row["id"]),
                )
        known = {song.path for song in below(db, None)}
        new = [(path, name) for path, name in files(uploads_folder(db)) if path not in known]
        add(db, new, kind=UPLOAD)
        return len(new)


def below(db: Database, folder: Path | None) -> list[SongRow]:
    """The songs of a folder, and all uploads, in the order of their names.

    Parameters
    ----------
    db : Database
    folder : Path or None
        Absolute; None: uploads alone.
    """
    prefix = b"" if folder is None else os.fsencode(os.path.join(folder, ""))
    rows = db.rows(
        f"{_FROM} WHERE kind = 'upload' OR (? > 0 AND substr(path, 1, ?) = ?) ORDER BY name",
        *(len(prefix), len(prefix), prefix),
    )
    uploads = uploads_folder(db)
    return [_song(row, uploads) for row in rows]


def at(db: Database, path: Path) -> SongRow | None:
    """The song of a path, or None."""
    uploads = uploads_folder(db)
    kept = path.name if path.parent == uploads else path
    rows = db.rows(f"{_FROM} WHERE path = ?", os.fsencode(kept))
    return _song(rows[0], uploads) if rows else None


def get(db: Database, song: int) -> SongRow | None:
    """A song by its number, or None."""
    rows = db.rows(f"{_FROM} WHERE songs.id = ?", song)
    return _song(rows[0], uploads_folder(db)) if rows else None


def remove(db: Database, ids: Sequence[int]) -> None:
    """Forget songs and all that was kept of them."""
    with db.change() as connection:
        connection.executemany("DELETE FROM songs WHERE id = ?", [(song,) for song in ids])


def forget(db: Database, song: int) -> None:
    """Forget a song's labels and scores; it stays in the list. Its revision goes on growing."""
    with db.change() as connection:
        connection.execute("DELETE FROM detections WHERE song = ?", (song,))
        connection.execute(
            "UPDATE songs SET segments = NULL, decoding = NULL, failure = NULL, checked = 0, "
            "edited = 0, vocal_fraction = NULL, first_vocal_s = NULL, known = NULL, tells = NULL, "
            "origin = NULL, brought = NULL, beside = NULL, revision = revision + 1 WHERE id = ?",
            (song,),
        )


def fail(db: Database, song: int, why: str) -> None:
    """Note why a song could not be heard."""
    with db.change() as connection:
        connection.execute("UPDATE songs SET failure = ? WHERE id = ?", (why, song))


def set_duration(db: Database, song: int, duration_s: float) -> None:
    """Note how long a song is, where nobody has heard it yet."""
    with db.change() as connection:
        connection.execute(
            "UPDATE songs SET duration_s = ? WHERE id = ? AND duration_s IS NULL",
            (duration_s, song),
        )


def _song(row: sqlite3.Row, uploads: Path) -> SongRow:
    cells: dict[str, Any] = dict(row)
    path = Path(os.fsdecode(cells["path"]))
    cells["path"] = uploads / path.name if cells["kind"] == UPLOAD else path
    for flag in ("checked", "edited", "labelled"):
        cells[flag] = bool(cells[flag])
    return SongRow(**cells)
