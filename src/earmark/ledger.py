"""What earmark wrote into a folder, so that it replaces its own files only and skips what is done.

The ledger is the SQLite file ``.earmark.sqlite``. A row says: these bytes, under this name, are
earmark's; they come from that recording, model and settings (the *origin*); and this is the song's
row of the summary. Rows are written before the files are moved to their places and stay when
these are written anew. So a kill in between leaves either file known, and processes that work in
the same folder need no other agreement.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from earmark.errors import OutputError

NAME = ".earmark.sqlite"
TIMEOUT_S = 60.0
_TABLE = """
    CREATE TABLE IF NOT EXISTS outputs (
        name BLOB, sha256 TEXT, origin TEXT, row TEXT, PRIMARY KEY (name, sha256)
    ) WITHOUT ROWID
"""
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'outputs'"


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

    def refuse_foreign(self, names: Iterable[str]) -> None:
        """Make sure that none of these files would be lost by being replaced.

        Raises
        ------
        OutputError
            If one exists and holds other bytes than earmark wrote: it is somebody else's, or
            was edited since. Also if the ledger cannot be read.
        """
        for name in names:
            sha256 = self._sha256_of(name)
            if sha256 is not None and not self._rows(name, sha256):
                raise OutputError(
                    f"{self.folder / name}: is there already, and earmark did not write it or it "
                    "was edited since. Move it away, choose another folder with -o, or replace it "
                    "with --overwrite."
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
        return None if found is None else json.loads(found)

    def record(self, outputs: Mapping[str, bytes], *, origin: str, row: Mapping[str, str]) -> None:
        """Note what is about to be written.

        Parameters
        ----------
        outputs : mapping of str to bytes
            Each file's content by its name.
        origin : str
            What it was made from.
        row : mapping
            The song's row of the summary.

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
        note = json.dumps(dict(row))
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
        if not self.path.exists():
            return []
        with self._connected() as connection:
            if not connection.execute(_HAS_TABLE).fetchone():
                return []
            return connection.execute(
                "SELECT origin, row FROM outputs WHERE name = ? AND sha256 = ?",
                (os.fsencode(name), sha256),
            ).fetchall()

    def _sha256_of(self, name: str) -> str | None:
        """Of the file as it is now; None where there is none."""
        path = self.folder / name
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise OutputError(f"{path}: cannot be replaced ({error.strerror}).") from error

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(self.path, timeout=TIMEOUT_S, isolation_level=None)
            ) as connection:
                yield connection
        except sqlite3.Error as error:
            raise OutputError(
                f"{self.path}: earmark's record of what it wrote cannot be used ({error}). If the "
                "folder can be written and has space, delete this file; earmark then takes what is "
                "there for somebody else's, and --overwrite replaces it."
            ) from error
