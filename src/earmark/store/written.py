"""Which label files beside songs the page wrote, by their bytes; and small notes.

The folder's ledger is told where a person listened, so that ``earmark adapt`` learns from that.
They are none of its outputs on purpose: ``earmark detect`` must not replace them.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from earmark.labels import full_name, song_name
from earmark.ledger import Ledger
from earmark.store import detections, labels, songs
from earmark.store.database import Database
from earmark.store.heard import heard_ranges
from earmark.store.songs import SongRow


def remember(db: Database, path: Path, data: bytes) -> None:
    """Note what is about to be written, here and in the folder's ledger.

    Raises
    ------
    OutputError
        If either cannot be.
    """
    song = _song_of(db, path)
    if song is not None:
        now = labels.load(db, song.id)
        assert now is not None
        known = heard_ranges(now, detections.load(db, song.id), duration_s=song.duration_s)
        ledger = Ledger(path.parent)
        ledger.sign(path.name, data, known=known, song=os.fspath(song.path))
    with db.change() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO written VALUES (?, ?)",
            (os.fsencode(path), hashlib.sha256(data).hexdigest()),
        )


def is_ours(db: Database, path: Path, data: bytes) -> bool:
    """Whether a file of this content is the one that the page wrote there."""
    rows = db.rows("SELECT sha256 FROM written WHERE path = ?", os.fsencode(path))
    return hashlib.sha256(data).hexdigest() in {row["sha256"] for row in rows}


def _song_of(db: Database, path: Path) -> SongRow | None:
    """The song that a label file lies beside; the one whose suffix it names, if there are two."""
    found = [
        song
        for song in songs.below(db, path.parent)
        if song.path.parent == path.parent and song_name(song.path) == song_name(path)
    ]
    # one that was moved away stays in the list, and its files went with it
    there = [song for song in found if song.path.exists()]
    return min(there or found, key=lambda s: s.path.name != full_name(path), default=None)


def note(db: Database, key: str, value: Any) -> None:
    """Keep a small thing, as JSON."""
    with db.change() as connection:
        connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (key, json.dumps(value)))


def noted(db: Database, key: str) -> Any:
    """What was kept; None where nothing was."""
    rows = db.rows("SELECT value FROM notes WHERE key = ?", key)
    return json.loads(rows[0]["value"]) if rows else None
