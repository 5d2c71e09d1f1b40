"""A song's labels as they stand, and saving them without undoing what somebody else saved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earmark.annotation import Ranges
from earmark.errors import EarmarkError
from earmark.store.database import Database
from earmark.store.segments import Marked, alike, figures


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels as they stand.

    Parameters
    ----------
    revision : int
        Grows with each change.
    segments : list of dict
        Marked segments.
    checked, edited : bool
        Whether a person has said that they are right, or has made them other than a model did.
    decoding : dict or None
        The thresholds and lengths by which they were decoded last; None: the model's own.
    known : tuple of (start_s, end_s), optional
        Where a person listened to what a label file told, if that was not everywhere.
    tells : tuple of str, optional
        The labels that a label file told of, if it was not all of them.
    brought : list of dict, optional
        The marked segments that came from a label file, if they did.
    """

    revision: int
    segments: list[Marked]
    checked: bool
    edited: bool
    decoding: dict[str, float] | None
    known: Ranges | None = None
    tells: tuple[str, ...] | None = None
    brought: list[Marked] | None = None


class StaleError(EarmarkError):
    """Somebody else saved in between; ``now`` is what stands."""

    def __init__(self, now: Labels) -> None:
        super().__init__(
            "Somebody else (another tab?) saved this song's labels in between. Yours are not "
            "saved yet: load theirs, or save yours over them."
        )
        self.now = now


def load(db: Database, song: int) -> Labels | None:
    """A song's labels (without segments where nobody has made any); None: there is no such song."""
    rows = db.rows(
        "SELECT revision, segments, checked, edited, decoding, known, tells, brought FROM songs "
        "WHERE id = ?",
        song,
    )
    if not rows:
        return None
    (row,) = rows
    return Labels(
        row["revision"],
        json.loads(row["segments"] or "[]"),
        bool(row["checked"]),
        bool(row["edited"]),
        json.loads(row["decoding"] or "null"),
        None if row["known"] is None else tuple((a, b) for a, b in json.loads(row["known"])),
        None if row["tells"] is None else tuple(json.loads(row["tells"])),
        json.loads(row["brought"] or "null"),
    )


def save(
    db: Database,
    song: int,
    segments: Sequence[Mapping[str, Any]],
    *,
    revision: int,
    checked: bool,
    decoding: Mapping[str, float] | None = None,
) -> int:
    """Save a song's labels.

    Parameters
    ----------
    db : Database
    song : int
        One that exists.
    segments : sequence of dict
        Marked segments, checked already.
    revision : int
        What they were made from.
    checked : bool
        Whether a person says that they are right.
    decoding : mapping, optional
        By which they were decoded; None leaves what stands.

    Returns
    -------
    int
        The new revision.

    Raises
    ------
    StaleError
        If the labels have another revision by now.
    """
    with db.change() as connection:
        now = load(db, song)
        if now is None or now.revision != revision:
            raise StaleError(now or Labels(-1, [], False, False, None))
        found, duration_s = connection.execute(
            "SELECT detections.segments, songs.duration_s FROM songs "
            "LEFT JOIN detections ON song = id WHERE id = ?",
            (song,),
        ).fetchone()
        edited = bool(segments) if found is None else not alike(segments, json.loads(found))
        edited |= now.known is not None  # somebody listened, though a model may say the same
        # who ticks a song has looked at all that the page shows, also at what a file did not tell
        tells = None if checked and not now.checked else now.tells
        share, first_s = figures(segments, duration_s=duration_s)
        kept = now.decoding if decoding is None else dict(decoding)
        connection.execute(
            "UPDATE songs SET segments = ?, decoding = ?, checked = ?, edited = ?, "
            "vocal_fraction = ?, first_vocal_s = ?, tells = ?, origin = NULL, beside = NULL, "
            "revision = revision + 1 WHERE id = ?",
            (
                *(json.dumps(list(segments)), None if kept is None else json.dumps(kept)),
                *(checked, edited, share, first_s),
                *(None if tells is None else json.dumps(tells), song),
            ),
        )
    return revision + 1
