"""What earmark wrote into a folder, so that it replaces its own files only and skips what is done.

The ledger is the SQLite file ``.earmark.sqlite``. A row says: these bytes, under this name, are
earmark's; they come from that recording, model and settings (the *origin*); and this is the song's
row of the summary. Rows are written before the files are moved to their places and stay when
these are written anew. So a kill in between leaves either file known, and processes that work in
the same folder need no other agreement. A second table, ``signed``, says of files that were saved
on the page where in the song a person listened: everywhere, here and there, or nowhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any

from earmark.errors import OutputError

NAME = ".earmark.sqlite"
TIMEOUT_S = 60.0
READING_TIMEOUT_S = 5.0
"""A row is written in a moment: who waits longer waits for a program that hangs."""
_SONG = "song"
"""Where a row of the ledger keeps the recording's absolute path, beside the summary's cells."""
_WHEN = "written"
"""Where it keeps when that was, in seconds since 1970."""
_TABLE = """
    CREATE TABLE IF NOT EXISTS outputs (
        name BLOB, sha256 TEXT, origin TEXT, row TEXT, PRIMARY KEY (name, sha256)
    ) WITHOUT ROWID
"""
Ranges = tuple[tuple[float, float], ...]
_SIGNED = """
    CREATE TABLE IF NOT EXISTS signed (
        name BLOB, sha256 TEXT, known TEXT, song TEXT, PRIMARY KEY (name, sha256)
    ) WITHOUT ROWID
"""
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"


class Ledger:
    """The ledger of one folder. Safe for many threads and processes; made when first written.

    Parameters
    ----------
    folder : Path
        Where the outputs are; their names are relative to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME

    def refuse_foreign(self, names: Iterable[str], *, song: str = "") -> None:
        """Make sure that none of these files would be lost by being replaced.

        Parameters
        ----------
        names : iterable of str
            The outputs.
        song : str
            Absolute path of the recording they would come from; empty for a stream.

        Raises
        ------
        OutputError
            If one exists and holds other bytes than earmark wrote: it is somebody else's, or
            was edited since, or a person said on the page that it is right. If it comes from
            another song that still exists. Also if the ledger cannot be read.
        """
        for name in names:
            sha256 = self._sha256_of(name)
            if sha256 is None:
                continue
            rows = self._rows(name, sha256)
            owner = json.loads(rows[0][1]).get(_SONG, "") if rows else ""
            if not rows:
                why = (
                    f"is there already, and {NAME} in {self.folder} does not know it: earmark "
                    "did not write it, it was edited since, or it came here without that file, "
                    "which must travel with the labels"
                )
            elif _are_two(owner, song):
                why = f"belongs to {owner}"
            elif self._person(name, sha256, song):
                why = "a person checked it on the page"
            else:
                continue
            raise OutputError(
                f"{self.folder / name}: {why}. Move it away, choose another folder with -o, or "
                "replace it with --overwrite."
            )

    def finished(self, names: Iterable[str], *, origin: str) -> dict[str, str] | None:
        """The summary's row of a song whose outputs are all there, unchanged and of this origin.

        Parameters
        ----------
        names : iterable of str
            The outputs.
        origin : str
            What they would be made from.

        Returns
        -------
        dict or None
            None where something is missing or differs.
        """
        found = None
        for name in names:
            sha256 = self._sha256_of(name)
            rows = [] if sha256 is None else self._rows(name, sha256)
            if not rows or rows[0][0] != origin:
                return None
            found = rows[0][1]
        return None if found is None else _cells(found)

    def places(self) -> dict[str, str]:
        """The recordings whose outputs are here: absolute path, and their names up to the labels.

        Raises
        ------
        OutputError
            If the ledger cannot be read.
        """
        return {
            song: PurePath(os.fsdecode(name)).with_suffix("").with_suffix("").as_posix()
            for name, row in self._all("SELECT name, row FROM outputs")
            if (song := json.loads(row).get(_SONG)) and (self.folder / os.fsdecode(name)).exists()
        }

    def by_person(self, names: Iterable[str], *, song: str = "") -> list[str]:
        """Those of a song's files that a person made, corrected or checked.

        These are the ones that the page says so of, and those that hold other bytes than earmark
        wrote there.

        Parameters
        ----------
        names : iterable of str
            The outputs.
        song : str
            Absolute path of the recording; what was written for another one is left out.
        """
        return [name for name in names if self._is_by_person(name, song)]

    def _is_by_person(self, name: str, song: str) -> bool:
        sha256 = self._sha256_of(name)
        if sha256 is None:
            return False
        said = self._person(name, sha256, song)
        if said is not None:
            return said
        if self._rows(name, sha256):
            return False
        of_songs = [
            json.loads(row).get(_SONG, "")
            for (row,) in self._all("SELECT row FROM outputs WHERE name = ?", os.fsencode(name))
        ]
        query = "SELECT song FROM signed WHERE name = ?"
        signed = self._all(query, os.fsencode(name), table="signed")
        of_songs += [json.loads(owner) for (owner,) in signed]
        return any(not _are_two(owner, song) for owner in of_songs)

    def known(self, name: str, *, song: str = "") -> Ranges | None:
        """Where a person listened to what a file tells, as (start_s, end_s); None: everywhere."""
        said = self._signed(name, self._sha256_of(name) or "", song)
        return None if said is None or said == "null" else self._ranges(said)

    def _person(self, name: str, sha256: str, song: str) -> bool | None:
        """Whether a person made or checked these bytes, as the page says; None: it says nothing."""
        said = self._signed(name, sha256, song)
        return None if said is None else said == "null" or bool(self._ranges(said))

    def _signed(self, name: str, sha256: str, song: str) -> str | None:
        query = "SELECT known, song FROM signed WHERE name = ? AND sha256 = ?"
        rows = self._all(query, os.fsencode(name), sha256, table="signed")
        return next((k for k, owner in rows if not _are_two(json.loads(owner), song)), None)

    def sign(self, name: str, data: bytes, *, known: Ranges | None, song: str) -> None:
        """Note what the page is about to write; it does not become replaceable by that.

        Parameters
        ----------
        name : str
        data : bytes
        known : tuple of (start_s, end_s), optional
            Where a person has listened: None is everywhere, and none is nowhere.
        song : str
            Absolute path of the recording.

        Raises
        ------
        OutputError
            If the ledger cannot be written.
        """
        with self._connected() as connection:
            connection.execute(_SIGNED)
            connection.execute(
                "INSERT OR REPLACE INTO signed VALUES (?, ?, ?, ?)",
                (
                    os.fsencode(name),
                    hashlib.sha256(data).hexdigest(),
                    json.dumps(known),
                    json.dumps(song),  # a path need not be text, and JSON escapes what is not
                ),
            )

    def remembered(
        self, names: Iterable[str], *, origin: str | None = None
    ) -> dict[str, str] | None:
        """The summary's latest row of a song that was done, whatever became of its files since.

        Parameters
        ----------
        names : iterable of str
            The outputs.
        origin : str, optional
            What they were made from; by default whatever it was.

        Returns
        -------
        dict or None
            None where nothing of this origin was written under these names.
        """
        query = "SELECT row, origin FROM outputs WHERE name = ?"
        rows = [
            row
            for name in names
            for row, known in self._all(query, os.fsencode(name))
            if origin in (None, known)
        ]
        latest = max(rows, key=lambda row: json.loads(row).get(_WHEN, 0.0), default=None)
        return None if latest is None else _cells(latest)

    def record(
        self, outputs: Mapping[str, bytes], *, origin: str, row: Mapping[str, str], song: str = ""
    ) -> None:
        """Note what is about to be written.

        Parameters
        ----------
        outputs : mapping of str to bytes
            Each file's content by its name.
        origin : str
            What it was made from.
        row : mapping
            The song's row of the summary.
        song : str
            Absolute path of the recording; empty for a stream.

        Raises
        ------
        OutputError
            If the ledger cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{self.folder}: the folder cannot be made ({error.strerror}). "
                "Choose another with -o."
            ) from error
        note = json.dumps({**row, _SONG: song, _WHEN: time.time()})
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.executemany(
                "INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?)",
                [
                    (os.fsencode(name), hashlib.sha256(data).hexdigest(), origin, note)
                    for name, data in outputs.items()
                ],
            )
            connection.execute("COMMIT")

    def _rows(self, name: str, sha256: str) -> list[tuple[str, str]]:
        """Origin and summary row of these bytes under this name: one or none."""
        query = "SELECT origin, row FROM outputs WHERE name = ? AND sha256 = ?"
        return self._all(query, os.fsencode(name), sha256)

    def _all(
        self, query: str, *values: str | bytes, table: str = "outputs"
    ) -> list[tuple[Any, ...]]:
        """What a query finds; nothing where there is no ledger yet, or no such table in it."""
        if not self.path.exists():
            return []
        with self._connected(READING_TIMEOUT_S) as connection:
            if not connection.execute(_HAS_TABLE, (table,)).fetchone():
                return []
            return connection.execute(query, values).fetchall()

    def _sha256_of(self, name: str) -> str | None:
        """Of the file as it is now; None where there is none."""
        path = self.folder / name
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            advice = " Choose a shorter one." if error.errno == errno.ENAMETOOLONG else ""
            raise OutputError(f"{path}: cannot be replaced ({error.strerror}).{advice}") from error

    @contextmanager
    def _connected(self, timeout_s: float = TIMEOUT_S) -> Iterator[sqlite3.Connection]:
        if self.path.is_symlink():  # it would be another folder's file that is written
            raise self._unusable("it is a link")
        try:
            with closing(
                sqlite3.connect(self.path, timeout=timeout_s, isolation_level=None)
            ) as connection:
                yield connection
        except sqlite3.Error as error:
            if not os.path.lexists(self.path):
                raise OutputError(
                    f"{self.folder}: nothing can be written there ({error}); is it read-only? "
                    "Choose another folder with -o, or on the page download the file."
                ) from error
            raise self._unusable(error) from error

    def _ranges(self, said: str) -> Ranges:
        try:
            found = tuple((float(start), float(end)) for start, end in json.loads(said))
        except (ValueError, TypeError) as error:
            raise self._unusable("what it says of a file is no list of stretches") from error
        if not all(0 <= start < end < math.inf for start, end in found):
            raise self._unusable("what it says of a file is no list of stretches")
        return found

    def _unusable(self, why: object) -> OutputError:
        return OutputError(
            f"{self.path}: earmark's record of what it wrote cannot be used ({why}). If the "
            "folder can be written and has space, delete this file; earmark then takes what is "
            "there for somebody else's, and --overwrite replaces it."
        )


def _cells(row: str) -> dict[str, str]:
    """The summary's part of a row of the ledger."""
    return {key: cell for key, cell in json.loads(row).items() if key not in (_SONG, _WHEN)}


def _are_two(owner: str, song: str) -> bool:
    """Whether these are two recordings; one that is gone (moved, renamed) claims nothing."""
    try:
        return bool(owner and song) and not os.path.samefile(owner, song)
    except (OSError, ValueError):
        return False
