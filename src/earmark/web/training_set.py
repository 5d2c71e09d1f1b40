"""The songs that a model is taught by: which can be, and their labels as files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from earmark.annotation import Annotation
from earmark.atomic import write_atomic
from earmark.formats import dumps
from earmark.labels import output_tag
from earmark.runtime import DEFAULT
from earmark.store import detections, labels
from earmark.store.heard import heard_labels, heard_ranges
from earmark.store.segments import plain
from earmark.store.songs import SongRow
from earmark.web.answers import RefusedError
from earmark.web.leaving import while_not
from earmark.web.session import Session

TICK = "tick 'Checked by me' when the whole song is right"
MOST = 10_000
"""Songs that a model is taught by at once."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Songs and labels as files, for the process that learns from them."""

    manifest: Path
    songs: int
    minutes: float
    """That a person has heard."""
    partly: int
    """How many songs nobody has checked as a whole."""


def offered(session: Session, left: Event) -> list[dict[str, Any]]:
    """The songs that a person checked or corrected, and why one cannot teach (None: it can)."""
    songs = (song for song in session.library.all() if song.checked or song.edited)
    found = []
    for song in while_not(left, songs):
        why = _why_not(session, song)
        found.append({"id": song.id, "why": None if why is None else f"It {why}."})
    return found


def chosen(session: Session, ids: Iterable[Any], left: Event) -> list[SongRow]:
    """The songs of some numbers, each once.

    Raises
    ------
    RefusedError
        If there are none or too many, or one of them is not there or cannot teach.
    """
    ids = list(ids)
    if not 0 < len(ids) <= MOST:
        raise RefusedError(400, "Name the numbers of the songs to learn from.")
    songs = list({song.id: song for song in map(session.library.get, ids)}.values())
    for song in while_not(left, songs):
        session.library.file(song)
        if (why := _why_not(session, song)) is not None:
            raise RefusedError(409, f"{session.library.name(song)} {why}.")
    return songs


def written(session: Session, songs: list[SongRow], folder: Path, left: Event) -> TrainingSet:
    """Write songs' labels, and last the manifest, into a folder that nobody else writes into.

    Raises
    ------
    OutputError
        If it cannot be.
    """
    lines, seconds, partly = [], 0.0, 0
    for song in while_not(left, songs):
        now, heard = labels.load(session.db, song.id), detections.load(session.db, song.id)
        if now is None:
            raise RefusedError(404, "A song was removed meanwhile: choose the songs anew.")
        of_model = session.models.labels(DEFAULT) if heard is None else heard.scores.labels
        told = heard_labels(now, of_model)
        path = folder / f"{song.id}.{output_tag(told)}.csv"
        write_atomic(path, dumps(Annotation(plain(now.segments), labels=tuple(told)), "csv"))
        row: dict[str, Any] = {"path": os.fspath(song.path), "labels": os.fspath(path)}
        ranges = heard_ranges(now, heard, duration_s=song.duration_s)
        if ranges is None:
            seconds += song.duration_s or 0.0
        else:
            row["known"] = ranges
            seconds += sum(end - start for start, end in ranges)
            partly += 1
        lines.append(json.dumps(row | {"name": session.library.name(song)}))
    manifest = folder / "songs.jsonl"
    write_atomic(manifest, ("\n".join(lines) + "\n").encode("ascii"))
    return TrainingSet(manifest, len(songs), seconds / 60, partly)


def _why_not(session: Session, song: SongRow) -> str | None:
    """Why a song cannot teach, after its name; None: it can."""
    if not song.labelled:
        return "has no labels to learn from"
    now = labels.load(session.db, song.id)
    if now is None or now.checked:
        return None
    heard = detections.load(session.db, song.id)
    if heard_ranges(now, heard, duration_s=song.duration_s) == ():
        return f"holds nothing that a person has heard, so there is nothing to learn: {TICK}"
    return None
