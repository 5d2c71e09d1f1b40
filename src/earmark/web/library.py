"""Which songs there are, and the only way to a recording's file.

A song is a plain file in the folder that is served, or an upload. Its path was found by walking
the folder and never comes from a request; links are not followed, and before a file is opened its
path must still lead, without any link, to where it led when it was found.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from pathlib import Path

from earmark.labels import is_audio
from earmark.own_labels import Listing, label_files
from earmark.store import songs
from earmark.store.brought import bring
from earmark.store.database import Database
from earmark.store.songs import FOLDER, UPLOAD, SongRow
from earmark.web import beside
from earmark.web.answers import RefusedError

FRESH_S = 3.0
"""A folder is not walked again sooner."""
_ID = re.compile(r"[0-9]{1,15}")


class Library:
    """The songs of a folder, and the uploads.

    Parameters
    ----------
    db : Database
    folder : Path or None
        None: uploads only.
    """

    def __init__(self, db: Database, *, folder: Path | None) -> None:
        self.db = db
        self.folder = None if folder is None else Path(os.path.realpath(folder))
        self.uploads = songs.uploads_folder(db)
        self._turn = threading.Lock()
        self._walked_at = -FRESH_S
        self._began = False
        """Whether label files that could not be taken were looked at again since the start."""

    def refresh(self) -> None:
        """Walk the folder, unless that was done a moment ago."""
        if self.folder is None:
            return
        with self._turn:
            if time.monotonic() - self._walked_at < FRESH_S:
                return
            self._walk(self.folder)
            self._walked_at = time.monotonic()

    def _walk(self, folder: Path) -> None:
        known = {song.path: song for song in songs.below(self.db, folder) if song.kind == FOLDER}
        # Once a start, so that a folder which was listed before is not read through at every walk.
        again = set() if self._began else {p for p, song in known.items() if _is_open(song)}
        found: set[Path] = set()
        lying: dict[Path, Listing] = {}
        for at, folders, files in os.walk(folder, followlinks=False):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            here = {
                path
                for name in files
                if not name.startswith(".") and is_audio(name)
                if _is_plain(path := Path(at, name))
            }
            found |= here
            if read := (here - known.keys()) | (here & again):
                lying |= dict.fromkeys(read, label_files(Path(at, name) for name in files))
        # Read first, so that nobody who saves waits for it; then entered all at once, so that after
        # a kill no song is known whose label files nobody has read.
        brought = {path: beside.read(path, files) for path, files in lying.items()}
        if brought:
            with self.db.change():
                new = sorted(found - known.keys())
                songs.add(self.db, [(path, shown(path.name)) for path in new], kind=FOLDER)
                for path, labels in brought.items():
                    song = known.get(path)
                    bring(self.db, path, labels, revision=0 if song is None else song.revision)
        self._began = True
        gone = [
            song.id
            for path, song in known.items()
            if path not in found and not song.labelled and song.model is None
        ]
        if gone:
            songs.remove(self.db, gone)

    def all(self) -> list[SongRow]:
        """All songs, in the order of their names."""
        return sorted(songs.below(self.db, self.folder), key=lambda s: self.name(s).casefold())

    def get(self, number: object) -> SongRow:
        """A song by its number, as text or not.

        Raises
        ------
        RefusedError
            404 where there is none.
        """
        text = str(number)
        song = songs.get(self.db, int(text)) if _ID.fullmatch(text) else None
        if song is None or not self._is_inside(song):
            raise RefusedError(404, "There is no such song here.")
        return song

    def name(self, song: SongRow) -> str:
        """What the page calls it: its path in the folder, or the name that it was uploaded by."""
        if song.kind == UPLOAD or self.folder is None:
            return song.name
        return shown(os.fspath(song.path.relative_to(self.folder)))

    def file(self, song: SongRow) -> Path:
        """The song's recording, which is there.

        Raises
        ------
        RefusedError
            410 where it is gone, or is something else by now.
        """
        if os.path.realpath(song.path) != os.fspath(song.path) or not _is_plain(song.path):
            raise RefusedError(
                410, f"{self.name(song)} is not there any more: was it moved or renamed?"
            )
        return song.path

    def _is_inside(self, song: SongRow) -> bool:
        if song.kind == UPLOAD:
            return song.path.parent == self.uploads
        return self.folder is not None and song.path.is_relative_to(self.folder)


def shown(name: str) -> str:
    r"""A file name as one line of text that every page can show; strange bytes become ``�``.

    Examples
    --------
    >>> shown("a\nb\udc80.mp3")
    'a b�.mp3'
    """
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in name)
    return "".join(c if c.isprintable() else " " for c in text)


def _is_open(song: SongRow) -> bool:
    """Whether label files beside a song that is known may still become its labels.

    They may where nothing was ever made of it, as in a list from before earmark read such files
    (what was forgotten has a revision), and where something was wrong with them.
    """
    return song.beside is not None or (song.revision == 0 and not song.labelled)


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
