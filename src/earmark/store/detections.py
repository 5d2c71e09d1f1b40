"""What a model heard in a song: its segments, and the scores to decode them anew from."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import Annotation, Scores
from earmark.store.database import Database
from earmark.store.segments import Marked, figures, marked


@dataclass(frozen=True, slots=True)
class Detection:
    """What a model heard.

    Parameters
    ----------
    model : str
        Its name.
    provenance : mapping
        What it takes to do it again, thresholds and minimum lengths among it.
    segments : list of dict
        Marked segments, as :mod:`earmark.store.segments` has them.
    scores : Scores
    warning : str or None
    """

    model: str
    provenance: Mapping[str, Any]
    segments: list[Marked]
    scores: Scores
    warning: str | None


def fingerprint(path: Path) -> str | None:
    """Size and time of a recording; None where there is none, or it is no plain file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return f"{status.st_size}-{status.st_mtime_ns}" if stat.S_ISREG(status.st_mode) else None


def keep(db: Database, song: int, heard: Annotation, *, model: str, of: str) -> None:
    """Keep what was heard. Labels that a person has edited or checked stay as they are.

    Parameters
    ----------
    db : Database
    song : int
    heard : Annotation
        With scores.
    model : str
        The name that it was asked for by.
    of : str
        Fingerprint of the recording from before it was heard.
    """
    assert heard.scores is not None
    found = marked(heard.segments)
    told = json.dumps(found)
    with db.change() as connection:
        if not connection.execute("SELECT 1 FROM songs WHERE id = ?", (song,)).fetchone():
            return  # it was removed meanwhile
        connection.execute(
            "INSERT OR REPLACE INTO detections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(song, model, json.dumps(dict(heard.provenance)), of),
                *(json.dumps(list(heard.scores.labels)), heard.scores.hop_s, heard.scores.end_s),
                *(told, heard.warning, heard.scores.values.astype("<f4").tobytes()),
            ),
        )
        connection.execute(
            "UPDATE songs SET segments = ?, decoding = NULL, revision = revision + 1, "
            "known = NULL, tells = NULL, origin = NULL, brought = NULL "
            "WHERE id = ? AND NOT checked AND NOT edited",
            (told, song),
        )
        # a person's labels stay, but only now is it known for sure how long the song is
        (stands,) = connection.execute(
            "SELECT segments FROM songs WHERE id = ?", (song,)
        ).fetchone()
        share, first_s = figures(json.loads(stands or "[]"), duration_s=heard.duration_s)
        connection.execute(
            "UPDATE songs SET duration_s = ?, failure = NULL, vocal_fraction = ?, "
            "first_vocal_s = ? WHERE id = ?",
            (heard.duration_s, share, first_s, song),
        )


def load(db: Database, song: int) -> Detection | None:
    """What was heard in a song; None where nothing was yet."""
    rows = db.rows("SELECT * FROM detections WHERE song = ?", song)
    if not rows:
        return None
    (row,) = rows
    labels = tuple(json.loads(row["labels"]))
    values = np.frombuffer(row["scores"], "<f4").astype(np.float32).reshape(-1, len(labels))
    return Detection(
        row["model"],
        json.loads(row["provenance"]),
        json.loads(row["segments"]),
        Scores(values, row["hop_s"], labels, row["duration_s"]),
        row["warning"],
    )
