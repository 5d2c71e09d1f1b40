"""The file that everything is kept in: opened, made, and its troubles put into words.

Two connections, each used by one thread at a time: one changes, and may have to wait for another
program; the other only reads, so that reading never waits for that.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from earmark.errors import OutputError

VERSION = 3
PATIENCE_S = 5.0
"""How long to wait for another program that writes."""
_SCHEMA = """
CREATE TABLE songs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    duration_s REAL,
    failure TEXT,
    segments TEXT,
    decoding TEXT,
    revision INTEGER NOT NULL DEFAULT 0,
    checked INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0,
    vocal_fraction REAL,
    first_vocal_s REAL,
    known TEXT,
    tells TEXT,
    beside TEXT,
    origin TEXT,
    brought TEXT
);
CREATE TABLE detections (
    song INTEGER PRIMARY KEY REFERENCES songs ON DELETE CASCADE,
    model TEXT NOT NULL,
    provenance TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    labels TEXT NOT NULL,
    hop_s REAL NOT NULL,
    duration_s REAL NOT NULL,
    segments TEXT NOT NULL,
    warning TEXT,
    scores BLOB NOT NULL
);
CREATE TABLE written (path BLOB, sha256 TEXT, PRIMARY KEY (path, sha256)) WITHOUT ROWID;
CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
"""``songs.path`` is the recording's absolute path in the system's own bytes, or of an upload the
name of its file. ``songs.segments`` is
NULL as long as nobody, model or person, has said anything. ``detections.scores`` holds float32 of
shape (frames, labels), ``fingerprint`` size and time of the recording that was heard. ``known`` and
``tells`` are what a label file said of itself that lay beside the song, ``brought`` the segments
that came from it, ``origin`` which file that was, and ``beside`` what is wrong with such files
(:mod:`earmark.store.brought`)."""
_ADDED = {2: ("known", "tells", "beside"), 3: ("origin", "brought")}
"""What makes a file of the version before one of this version: new columns of ``songs``."""


class BusyError(OutputError):
    """Somebody else is writing, and does not stop."""


class FullError(OutputError):
    """There is no space left."""


class Database:
    """The open file. Safe for many threads.

    Parameters
    ----------
    path : Path
        Made, with its folder, where there is none.

    Raises
    ------
    OutputError
        If it cannot be made or used; :class:`BusyError` and :class:`FullError` for these two.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{path.parent}: cannot be made ({error.strerror}); earmark keeps labels there. "
                "Set EARMARK_HOME to a folder that you may write to."
            ) from error
        self._reading = threading.Lock()
        self._writer: int | None = None
        """The thread that is inside a change, and reads what it has changed so far."""
        with self._told():
            self._connection = self._opened()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._reader = self._opened()
            self._reader.execute("PRAGMA query_only = ON")
        self._make()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _make(self) -> None:
        with self.change() as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise OutputError(
                    f"{self.path}: made by a newer earmark; update earmark, or set EARMARK_HOME to "
                    "another folder"
                )
            if found == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
            else:
                for version in range(found + 1, VERSION + 1):
                    for column in _ADDED[version]:
                        connection.execute(f"ALTER TABLE songs ADD COLUMN {column} TEXT")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file; the write-ahead log goes back into it."""
        with self._reading:
            self._reader.close()
        with self._turn:
            self._connection.close()

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """What a query finds; nothing can be changed by it."""
        if self._writer == threading.get_ident():
            with self._told():
                return self._connection.execute(query, values).fetchall()
        with self._reading, self._told():
            return self._reader.execute(query, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on disk afterwards, or none; inside another, a part of it.

        Raises
        ------
        OutputError
            If it cannot be; nothing is changed then.
        """
        if self._writer == threading.get_ident():
            with self._told():
                yield self._connection
            return
        if not self._turn.acquire(timeout=PATIENCE_S):  # who has it waits for another program
            raise self._busy()
        try:
            with self._told():
                self._connection.execute("BEGIN IMMEDIATE")
                self._writer = threading.get_ident()
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
        finally:
            self._writer = None
            self._turn.release()

    def _busy(self) -> BusyError:
        return BusyError(
            f"{self.path}: another program keeps the labels locked; close it, and try again. "
            "Nothing was changed."
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in words that help."""
        try:
            yield
        except sqlite3.Error as error:
            said = str(error)
            if "locked" in said or "busy" in said:
                raise self._busy() from error
            if "disk I/O" in said:
                raise OutputError(
                    f"{self.path}: the disk does not give or take what is kept there ({said}). Is "
                    "it full, damaged, or not connected any more? This was not saved."
                ) from error
            if "full" in said:
                raise FullError(
                    f"{self.path}: the disk is full, so this was not saved. Free some space, and "
                    "try again."
                ) from error
            if "malformed" in said or "not a database" in said:
                raise OutputError(
                    f"{self.path}: damaged. Move it away (or put a copy of yours there); earmark "
                    "then begins a new one."
                ) from error
            raise OutputError(f"{self.path}: labels cannot be kept ({error}).") from error
