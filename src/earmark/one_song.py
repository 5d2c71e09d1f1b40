"""A song done: heard, described, and written unless that would lose somebody's file.

A song's files are written when all of them are known, recorded in the folder's ledger first.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.annotation import Annotation
from earmark.atomic import write_atomic
from earmark.edits import followed
from earmark.errors import AudioError, EarmarkError, OutputError
from earmark.ledger import Ledger
from earmark.places import STANDARD
from earmark.rows import COLUMNS, Row, describe, failed
from earmark.sources import Song

if TYPE_CHECKING:
    from earmark.audio.samples import Source
    from earmark.detector import SingingDetector


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a song.

    Parameters
    ----------
    song : Song
    row : dict
        Its row of the summary; ``row["error"]`` is empty unless it failed.
    annotation : Annotation or None
        None if it failed or was skipped.
    skipped : bool
        Whether it had been done already.
    outputs : tuple of Path
        Its files: written now, or there already.
    """

    song: Song
    row: Row
    annotation: Annotation | None = None
    skipped: bool = False
    outputs: tuple[Path, ...] = ()


class Pen:
    """Lets one thread at a time write, and none once it is put down."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._down = False

    def write(self, action: Callable[[], None]) -> None:
        with self._turn:
            if not self._down:
                action()

    def put_down(self) -> None:
        """Wait for a write that has begun, and let no other begin."""
        with self._turn:
            self._down = True


@dataclass(frozen=True, slots=True)
class Marking:
    """A song in, its result out; raises nothing.

    Parameters
    ----------
    detector : SingingDetector
        Shared by all threads. Rows tell of all labels that it looks for.
    labels : tuple of str
        Of these, what files and annotations hold.
    suffixes : dict of str to callable
        What each of a song's files ends in, and what makes its bytes of an annotation.
    overwrite, skip_existing : bool
        As in :func:`earmark.batch.run`.
    pen : Pen
    sweep_once : callable
        Removes what a kill left in a folder, the first time that it is called for it.
    """

    detector: SingingDetector
    labels: tuple[str, ...]
    suffixes: dict[str, Callable[[Annotation], bytes]]
    overwrite: bool
    skip_existing: bool
    pen: Pen
    sweep_once: Callable[[Path], None]

    def __call__(self, song: Song) -> Result:
        try:
            return self._done(song)
        except EarmarkError as error:
            return Result(song, failed(song.path, str(error)))
        except OSError as error:
            why = error.strerror or error
            return Result(song, failed(song.path, f"{song.shown}: cannot be done ({why})."))
        except Exception as error:  # one song must not take the others with it
            kind = type(error).__name__
            return Result(song, failed(song.path, f"{song.shown}: unexpected {kind}: {error}"))

    def _done(self, song: Song) -> Result:
        if song.problem is not None:
            raise AudioError(song.problem)
        if song.root is None:
            row, annotation = self._heard(song)
            return Result(song, row, annotation)
        folder = (song.root / song.name).parent
        self.sweep_once(folder)
        ledger = Ledger(song.root)
        names = [song.name + suffix for suffix in self.suffixes]
        files = tuple(ledger.folder / name for name in names)
        fingerprint = _fingerprint(song)
        origin = self._origin(fingerprint)
        recording = "" if song.path == STANDARD else os.path.abspath(song.path)
        known, edited = None, []
        if self.skip_existing and fingerprint is not None:
            known = ledger.finished(names, origin=origin)
        if known is None and fingerprint is not None and not self.overwrite:
            edited = ledger.by_person(names, song=recording)
        rest = [name for name in names if name not in edited]
        if edited and not self.skip_existing:
            return self._clash(song, ledger, edited)
        if edited:
            done = ledger.finished if rest else ledger.remembered
            known = done(rest or names, origin=origin)
        if known is not None:
            told = _told(known, song, ledger.folder, edited)
            return Result(song, told, skipped=True, outputs=files)
        self._may_write(ledger, folder, rest, recording)
        row, annotation = self._heard(song)
        outputs = {song.name + suffix: dumps(annotation) for suffix, dumps in self.suffixes.items()}

        def write() -> None:
            self._may_write(ledger, folder, rest, recording)
            ledger.record(outputs, origin=origin, row=row, song=recording)
            for name in rest:
                write_atomic(ledger.folder / name, outputs[name])

        self.pen.write(write)
        given = annotation if rest else None
        told = _told(row, song, ledger.folder, edited)
        return Result(song, told, given, skipped=not rest, outputs=files)

    def _clash(self, song: Song, ledger: Ledger, edited: list[str]) -> Result:
        """A song whose labels were edited while nobody says what to do; it keeps its figures."""
        files = ", ".join(str(ledger.folder / name) for name in edited)
        row = failed(
            song.path,
            f"{files}: it was edited since earmark wrote it. Keep it with --skip-existing, or "
            "replace it with --overwrite.",
        )
        known = ledger.remembered(edited)
        if known is not None:
            row = _told(known, song, ledger.folder, edited) | {"error": row["error"]}
        return Result(song, row)

    def _heard(self, song: Song) -> tuple[Row, Annotation]:
        """The row, which tells of all labels, and the annotation of those asked for."""
        heard = self.detector.detect(_source(song))
        return describe(heard, path=song.path), heard.only(self.labels)

    def _origin(self, fingerprint: list[int] | None) -> str:
        """All that outputs and row depend on."""
        provenance = self.detector.provenance
        told = {"labels": self.labels, "columns": COLUMNS, "input": fingerprint}
        return json.dumps({**provenance, **told}, sort_keys=True)

    def _may_write(self, ledger: Ledger, folder: Path, names: list[str], recording: str) -> None:
        """Find out before the work rather than after it."""
        refuse_unwritable(folder)
        if not self.overwrite:
            ledger.refuse_foreign(names, song=recording)


def _told(row: Row, song: Song, folder: Path, edited: list[str]) -> Row:
    """A row by the song's present path, which follows labels that were left alone."""
    return (followed(row, folder, edited) if edited else row) | {"path": song.path}


def _source(song: Song) -> Source:
    return sys.stdin.buffer if song.path == STANDARD else song.path


def _fingerprint(song: Song) -> list[int] | None:
    """Size and time of a file; None where it is a stream, or cannot be seen."""
    try:
        status = os.stat(song.path)
    except (OSError, ValueError):  # detection says it better
        return None
    is_file = song.path != STANDARD and stat.S_ISREG(status.st_mode)
    return [status.st_size, status.st_mtime_ns] if is_file else None


def refuse_unwritable(folder: Path) -> None:
    """Raise if the folder, or the nearest above it that exists, takes no files."""
    there = next((at for at in (folder, *folder.parents) if os.path.exists(at)), Path())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        why = "read-only" if there.is_dir() else "a file, not a folder"
        raise OutputError(
            f"{folder}: cannot be written to ({there} is {why}). Choose another folder with -o."
        )
