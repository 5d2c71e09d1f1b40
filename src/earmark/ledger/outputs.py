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
import time
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from earmark.errors import OutputError
from earmark.ledger.file import NAME, are_two
from earmark.ledger.signed import Signed

_SONG = "song"
"""Where a row of the ledger keeps the recording's absolute path, beside the summary's cells."""
_WHEN = "written"
"""Where it keeps when that was, in seconds since 1970."""
_TABLE = """
    CREATE TABLE IF NOT EXISTS outputs (
        name BLOB, sha256 TEXT, origin TEXT, row TEXT, PRIMARY KEY (name, sha256)
    ) WITHOUT ROWID
"""


class Ledger(Signed):
    """The ledger of one folder. Safe for many threads and processes; made when first written.

    Parameters
    ----------
    folder : Path
        Where the outputs are; their names are relative to it.
    """

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
            sha256 = self.sha256_of(name)
            if sha256 is None:
                continue
            rows = self._known_as(name, sha256)
            owner = json.loads(rows[0][1]).get(_SONG, "") if rows else ""
            if not rows:
                why = (
                    f"is there already, and {NAME} in {self.folder} does not know it: earmark "
                    "did not write it, it was edited since, or it came here without that file, "
                    "which must travel with the labels"
                )
            elif are_two(owner, song):
                why = f"belongs to {owner}"
            elif self.person(name, sha256, song):
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
            sha256 = self.sha256_of(name)
            rows = [] if sha256 is None else self._known_as(name, sha256)
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
            for name, row in self.rows("SELECT name, row FROM outputs")
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
        sha256 = self.sha256_of(name)
        if sha256 is None:
            return False
        said = self.person(name, sha256, song)
        if said is not None:
            return said
        if self._known_as(name, sha256):
            return False
        of_songs = [
            json.loads(row).get(_SONG, "")
            for (row,) in self.rows("SELECT row FROM outputs WHERE name = ?", os.fsencode(name))
        ]
        query = "SELECT song FROM signed WHERE name = ?"
        signed = self.rows(query, os.fsencode(name), table="signed")
        of_songs += [json.loads(owner) for (owner,) in signed]
        return any(not are_two(owner, song) for owner in of_songs)

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
            for row, known in self.rows(query, os.fsencode(name))
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
        with self.connected() as connection:
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

    def _known_as(self, name: str, sha256: str) -> list[tuple[str, str]]:
        """Origin and summary row of these bytes under this name: one or none."""
        query = "SELECT origin, row FROM outputs WHERE name = ? AND sha256 = ?"
        return self.rows(query, os.fsencode(name), sha256)


def _cells(row: str) -> dict[str, str]:
    """The summary's part of a row of the ledger."""
    return {key: cell for key, cell in json.loads(row).items() if key not in (_SONG, _WHEN)}
