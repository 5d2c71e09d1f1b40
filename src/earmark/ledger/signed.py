"""What the page says of files that it saved: where in the song a person listened.

Everywhere, here and there, or nowhere: a table of its own, ``signed``, in the ledger's file.
"""

from __future__ import annotations

import hashlib
import json
import math
import os

from earmark.annotation import Ranges
from earmark.ledger.file import LedgerFile, are_two

_SIGNED = """
    CREATE TABLE IF NOT EXISTS signed (
        name BLOB, sha256 TEXT, known TEXT, song TEXT, PRIMARY KEY (name, sha256)
    ) WITHOUT ROWID
"""


class Signed(LedgerFile):
    """The signed files of one folder."""

    def known(self, name: str, *, song: str = "") -> Ranges | None:
        """Where a person listened to what a file tells, as (start_s, end_s); None: everywhere."""
        said = self._signed(name, self.sha256_of(name) or "", song)
        return None if said is None or said == "null" else self._ranges(said)

    def person(self, name: str, sha256: str, song: str) -> bool | None:
        """Whether a person made or checked these bytes, as the page says; None: it says nothing."""
        said = self._signed(name, sha256, song)
        return None if said is None else said == "null" or bool(self._ranges(said))

    def _signed(self, name: str, sha256: str, song: str) -> str | None:
        query = "SELECT known, song FROM signed WHERE name = ? AND sha256 = ?"
        rows = self.rows(query, os.fsencode(name), sha256, table="signed")
        return next((k for k, owner in rows if not are_two(json.loads(owner), song)), None)

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
        with self.connected() as connection:
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

    def _ranges(self, said: str) -> Ranges:
        try:
            found = tuple((float(start), float(end)) for start, end in json.loads(said))
        except (ValueError, TypeError) as error:
            raise self.unusable("what it says of a file is no list of stretches") from error
        if not all(0 <= start < end < math.inf for start, end in found):
            raise self.unusable("what it says of a file is no list of stretches")
        return found
