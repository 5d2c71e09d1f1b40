"""Label files that a person had put beside a song before the page knew it: they become its labels.

Which of them is a person's, and counts, says :mod:`earmark.own_labels`; what it means,
:mod:`earmark.song_labels`. What cannot be taken is told in words, and changes nothing. Only plain
files are read: what the page tells of a file must not be another one's, elsewhere.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from earmark.annotation import Ranges, Segment
from earmark.audio.decoding import printable
from earmark.errors import DataError, EarmarkError
from earmark.ledger import Ledger
from earmark.own_labels import Listing, differing, of_person, of_song
from earmark.song_labels import read_labels
from earmark.store.brought import Brought
from earmark.store.heard import AROUND_S
from earmark.store.segments import MODEL, PERSON, Marked, marked
from earmark.web.checking import MOST_SEGMENTS

MOST_BYTES = 8 << 20
"""A larger file holds no labels of a song: as many segments as the page takes, of 400 bytes."""
ROUNDING_S = 0.02
"""How far formats may move a time."""
_AGAIN = "This is looked at again at each start of earmark, until you label the song here."

log = logging.getLogger("earmark.web")


def read(song: Path, files: Listing) -> Brought:
    """What the label files beside a song come to; it raises nothing.

    Parameters
    ----------
    song : Path
        The recording.
    files : mapping of str to list of Path
        What may be labels in its folder, as :func:`earmark.own_labels.label_files` lists them.
    """
    beside = of_song(files, song)
    if not beside:
        return Brought()
    try:
        return _read(song, beside)
    except EarmarkError as error:
        why = str(error)
    except Exception as error:  # one song must not take the others with it
        log.error("%s: unexpected %s: %s", printable(song), type(error).__name__, error)
        why = f"{beside[0]}: unexpected {type(error).__name__}"
    said = f"No labels were taken from beside this song: {_ended(why)} {_AGAIN}"
    return Brought(note=_here(said, song))


def _read(song: Path, files: Sequence[Path]) -> Brought:
    troubles = {path: trouble for path in files if (trouble := _strange(path)) is not None}
    usable = of_person([path for path in files if path not in troubles], song)
    path = next((path for path in files if path in troubles or path in usable), None)
    if path is None:
        return Brought()
    if path in troubles:
        raise DataError(troubles[path])
    told = read_labels(path, song=song)
    if len(told.segments) > MOST_SEGMENTS:
        raise DataError(
            f"{path}: holds {len(told.segments)} segments; the page takes {MOST_SEGMENTS}"
        )
    known = Ledger(path.parent).known(path.name, song=os.fspath(song))
    blocks = [each for block in told.segments for each in _marked(block, known, told.duration_s)]
    note = differing(usable)
    return Brought(
        blocks,
        known=known if told.named else (),
        tells=told.tells,
        duration_s=told.duration_s,
        origin=_here(_origin(path, named=told.named, known=known), song),
        note=None if note is None else _here(f"{_ended(note)} {_AGAIN}", song),
    )


def _strange(path: Path) -> str | None:
    """Why a file is not to be opened; None: it may be."""
    try:
        status = os.lstat(path)
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror})"
    if not stat.S_ISREG(status.st_mode):
        return f"{path}: a link, or no plain file, and the page reads none of these"
    if status.st_size > MOST_BYTES:
        return f"{path}: larger than {MOST_BYTES >> 20} MB, so no labels of a song"
    return None


def _origin(path: Path, *, named: bool, known: Ranges | None) -> str:
    """Which file the labels came from, and what is left to do."""
    said = f"These labels are a person's, from {path} beside this song."
    if not named:
        return (
            f"These labels are from {path} beside this song, which does not say that they are of "
            "singing: listen, and tick 'Checked by me' once they are right."
        )
    return said if known is None else f"{said} Not all of the song was heard."


def _marked(block: Segment, known: Ranges | None, duration_s: float) -> list[Marked]:
    """A block as the page keeps it; none of no length.

    Where a person listened here and there, the page had written down what lies around each block of
    theirs (:mod:`earmark.store.heard`): a block with less around it is the model's.
    """
    start_s = max(0.0, block.start_s - AROUND_S) + ROUNDING_S
    end_s = min(block.end_s + AROUND_S, duration_s) - ROUNDING_S
    theirs = known is None or any(a <= start_s and end_s <= b for a, b in known)
    if theirs or not 0 <= (block.score or 0) <= 1:  # nobody measured how sure a person is
        block = Segment(block.start_s, block.end_s, block.label)
    (found,) = marked([block], by=PERSON if theirs else MODEL)
    return [found] if found["start_s"] < found["end_s"] else []


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _here(text: str, song: Path) -> str:
    """A sentence that calls files by their names, not by where they lie."""
    return printable(text.replace(os.path.join(song.parent, ""), ""))
