"""Labels that a person brought in a file: they become a song's as if made on the page.

What such a file says of itself stays with them: where somebody listened (``known``), and for which
labels (``tells``). Which file it was (``origin``) and what is wrong with the files (``beside``) is
told until a person saves or forgets the song's labels; what came from it (``brought``) is kept
until they are forgotten, to know what was changed since.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from earmark.annotation import Ranges
from earmark.store.database import Database
from earmark.store.segments import Marked, figures


@dataclass(frozen=True, slots=True)
class Brought:
    """What the label files beside a song came to.

    Parameters
    ----------
    segments : list of dict, optional
        Marked segments; None: there are no labels in it, and those that stand stay.
    known : tuple of (start_s, end_s), optional
        Where a person listened, if not everywhere.
    tells : tuple of str, optional
        The labels that the file tells of.
    duration_s : float, optional
        Of the song, where that is known.
    origin : str, optional
        Which file the labels are from, in a sentence.
    note : str, optional
        What is wrong with the files, in a sentence: they are to be looked at again.
    """

    segments: list[Marked] | None = None
    known: Ranges | None = None
    tells: tuple[str, ...] | None = None
    duration_s: float | None = None
    origin: str | None = None
    note: str | None = None


def bring(db: Database, path: Path, brought: Brought, *, revision: int) -> None:
    """Make these a song's labels, as a person's: *checked* where all of the song was heard.

    Nothing is written, and the revision stays, where they are its labels already.

    Parameters
    ----------
    db : Database
    path : Path
        The recording, absolute; one that is entered.
    brought : Brought
    revision : int
        Of the song when its files were looked for; where it has another one by now, somebody was
        faster (a person, or another server), and what they made stays.
    """
    where = "WHERE path = ? AND revision = ?"
    song = os.fsencode(path)
    with db.change() as connection:
        connection.execute(
            f"UPDATE songs SET beside = ? {where} AND beside IS NOT ?",
            (brought.note, song, revision, brought.note),
        )
        if brought.segments is None:
            return
        told = json.dumps(brought.segments)
        labels = (told, told, brought.known is None, _json(brought.known), _json(brought.tells))
        share, first_s = figures(brought.segments, duration_s=brought.duration_s)
        connection.execute(
            "UPDATE songs SET segments = ?, brought = ?, checked = ?, known = ?, tells = ?, "
            "origin = ?, decoding = NULL, edited = 1, duration_s = coalesce(duration_s, ?), "
            f"vocal_fraction = ?, first_vocal_s = ?, revision = revision + 1 {where} "
            "AND (segments, brought, checked, known, tells, origin) IS NOT (?, ?, ?, ?, ?, ?)",
            (
                *(*labels, brought.origin, brought.duration_s, share, first_s),
                *(song, revision),
                *(*labels, brought.origin),
            ),
        )


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)
