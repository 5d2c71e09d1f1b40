"""Pages written where they belong, none over a file that earmark did not write."""

from __future__ import annotations

import json
import os
from pathlib import Path

from earmark.atomic import write_atomic
from earmark.audio.decoding import printable
from earmark.detector import SingingDetector
from earmark.errors import DataError, OutputError
from earmark.labels import full_name, song_name
from earmark.ledger import Ledger
from earmark.own_labels import differing, label_files, of_person, of_song
from earmark.render.report.contents import card_of, gather
from earmark.render.report.drawing import overview
from earmark.render.report.index import Entry, index_page
from earmark.render.report.page import song_page, song_strips
from earmark.render.report.sound import embedded, linked
from earmark.sources import Song

SUFFIX = ".report.html"
INDEX = "index.html"


class Reports:
    """Makes and writes the pages of songs.

    Parameters
    ----------
    detector : SingingDetector
    model : str or path-like
        What it was made of, to find the card.
    labels : path-like, optional
        A person's label file, or a folder of them, in which songs are found by name.
    embed : bool
        Whether songs go into their pages.
    overwrite : bool
        Whether to replace files that earmark did not write.

    Attributes
    ----------
    written : list of Path
        The pages, as they were written.
    notes : list of str
        What the user should know: songs without labels, or with several that disagree.
    """

    def __init__(
        self,
        detector: SingingDetector,
        *,
        model: str | os.PathLike[str] = "singing",
        labels: Path | None = None,
        embed: bool = False,
        overwrite: bool = False,
    ) -> None:
        self._detector, self._card = detector, card_of(model)
        self._labels, self._embed, self._overwrite = labels, embed, overwrite
        below = labels.rglob("*") if labels is not None and labels.is_dir() else ()
        self._files = label_files(path for path in below if path.is_file())
        self.written: list[Path] = []
        self.notes: list[str] = []

    def write(self, song: Song, target: Path | None = None, *, listed: str | None = None) -> Entry:
        """Write the page of a song.

        Parameters
        ----------
        song : Song
            With a root, unless a target is given.
        target : Path, optional
            The page's file, which may be replaced. Default: called after the song.
        listed : str, optional
            The folder of the page that is to list it; without one, nothing is drawn for a list.

        Raises
        ------
        AudioError
            If the song cannot be read.
        DataError, FormatError
            If its labels cannot be.
        OutputError
            If the page cannot be written, or would replace what is not earmark's.
        """
        name, root = song.name + SUFFIX, song.root
        page = Path(root or "", name) if target is None else target
        recording = os.path.abspath(song.path)
        if page.exists() and os.path.exists(song.path) and page.samefile(song.path):
            raise OutputError(f"{page}: the song itself; choose another file with -o")
        ledger = None if target is not None or root is None else Ledger(root)
        if ledger is not None and not self._overwrite:
            ledger.refuse_foreign([name], song=recording)
        labels = self._labels_of(song)
        partly = labels is not None and self._is_partly_heard(labels, recording)
        contents = gather(song.path, self._detector, card=self._card, labels=labels, partly=partly)
        if labels is None and self._labels is not None:
            self.notes.append(f"{printable(song.shown)}: no labels of it in {self._labels}")
        inside = self._embed and contents.peaks.duration_s > 0
        path = Path(song.path)
        sound = embedded(path) if inside else linked(path, page)
        data = song_page(contents, sound=sound).encode()
        if ledger is not None:
            origin = json.dumps({"report": self._detector.provenance})
            ledger.record({name: data}, origin=origin, row=contents.row, song=recording)
        write_atomic(page, data)
        self.written.append(page)
        drawing = overview(contents.peaks, song_strips(contents)) if listed is not None else ""
        href = linked(page, Path(listed or page.parent, INDEX))
        return Entry(song_name(path.name), contents.row, href, drawing)

    def check_index(self, folder: Path) -> None:
        """Refuse before the work, rather than after it, to replace somebody's index page."""
        if not self._overwrite:
            Ledger(folder).refuse_foreign([INDEX])

    def write_index(self, entries: list[Entry], folder: Path) -> None:
        """Write the page that lists songs."""
        self.check_index(folder)
        data = index_page(entries).encode()
        Ledger(folder).record({INDEX: data}, origin="report", row={})
        write_atomic(folder / INDEX, data)

    def _labels_of(self, song: Song) -> Path | None:
        """A person's label file of a song: the one that was named, or found by name."""
        given = self._labels
        if given is None or given.is_file():
            return given
        path = Path(song.path)
        files = of_person(of_song(self._files, path), path)
        own = [file for file in files if full_name(file) == path.name]
        beside = [
            file for file in files if file.parent.relative_to(given) == Path(song.name).parent
        ]
        found = own or beside or files
        if not found:
            return None
        if len({file.parent for file in found}) > 1:
            raise DataError(
                f"{song.shown}: several files in {given} could be its labels: "
                f"{', '.join(str(file) for file in found[:3])}; name one with --labels"
            )
        note = differing(found)
        self.notes += [] if note is None else [printable(note)]
        return found[0]

    def _is_partly_heard(self, labels: Path, recording: str) -> bool:
        """Whether the page saved labels of which nobody checked all."""
        if Ledger(labels.parent).known(labels.name, song=recording) is None:
            return False
        self.notes.append(
            f"{printable(str(labels))}: nobody checked all of it on the page; the rest is what a "
            "model said, so nothing is measured against it"
        )
        return True
