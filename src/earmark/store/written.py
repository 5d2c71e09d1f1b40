"""Which label files beside songs the page wrote, by their bytes; and small notes.

These are no entries of the folder's ledger on purpose: what a person has corrected is, for
``earmark detect``, a file that it must not replace.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from earmark.store.database import Database


def remember(db: Database, path: Path, data: bytes) -> None:
    """Note what is about to be written."""
    with db.change() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO written VALUES (?, ?)",
            (os.fsencode(path), hashlib.sha256(data).hexdigest()),
        )


def is_ours(db: Database, path: Path, data: bytes) -> bool:
    """Whether a file of this content is the one that the page wrote there."""
    rows = db.rows("SELECT sha256 FROM written WHERE path = ?", os.fsencode(path))
    return hashlib.sha256(data).hexdigest() in {row["sha256"] for row in rows}


def note(db: Database, key: str, value: Any) -> None:
    """Keep a small thing, as JSON."""
    with db.change() as connection:
        connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (key, json.dumps(value)))


def noted(db: Database, key: str) -> Any:
    """What was kept; None where nothing was."""
    rows = db.rows("SELECT value FROM notes WHERE key = ?", key)
    return json.loads(rows[0]["value"]) if rows else None
