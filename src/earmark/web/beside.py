"""Label files that a person had put beside a song before the page knew it: they become its labels.

Which of them is a person's, and counts, says :mod:`earmark.own_labels`, as for ``earmark adapt``.
What cannot be taken is told in words, and changes nothing. Only plain files are read: what the page
tells of a file must not be another one's, elsewhere.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from earmark.annotation import SINGING, SPEECH, Segment, labelled
from earmark.audio import audio_info
from earmark.audio.decoding import printable
from earmark.errors import DataError, EarmarkError
from earmark.labels import check_labels, looked_for, read_segments, song_name
from earmark.ledger import Ledger
from earmark.own_labels import differing, may_be_labels, of_person
from earmark.store.brought import Brought
from earmark.store.heard import AROUND_S
from earmark.store.segments import MODEL, PERSON, Marked, Ranges, marked
from earmark.web.checking import MOST

MOST_BYTES = 64 << 20
"""A larger file holds no labels of a song."""
ROUNDING_S = 0.02
"""How far formats may move a time."""
_AGAIN = "This is looked at again at each start of earmark, until you label the song here."

log = logging.getLogger("earmark.web")


def label_files(recordings: Iterable[Path], names: Iterable[str]) -> dict[Path, list[Path]]:
    """The files beside recordings that may be their labels, by their names alone.

    Parameters
    ----------
    recordings : iterable of Path
        Of one folder.
    names : iterable of str
        The files of this folder.

    Examples
    --------
    >>> found = label_files([Path("a/one.mp3"), Path("a/two.mp3")], ["one.csv", "one.mp3", "x.csv"])
    >>> [path.as_posix() for path in found[Path("a/one.mp3")]], found[Path("a/two.mp3")]
    (['a/one.csv'], [])
    """
    found: dict[Path, list[Path]] = {path: [] for path in recordings}
    alike: dict[str, list[Path]] = {}
    for path in found:
        alike.setdefault(song_name(path), []).append(path)
    for name in sorted(names):
        if (songs := alike.get(song_name(name))) and may_be_labels(Path(name)):
            for path in songs:
                found[path].append(path.with_name(name))
    return found


def read(song: Path, files: Sequence[Path]) -> Brought:
    """What the label files beside a song come to; it raises nothing.

    Parameters
    ----------
    song : Path
        The recording.
    files : sequence of Path
        As :func:`label_files` finds them.
    """
    if not files:
        return Brought()
    try:
        return _read(song, files)
    except EarmarkError as error:
        why = str(error)
    except Exception as error:  # one song must not take the others with it
        log.error("%s: unexpected %s: %s", printable(song), type(error).__name__, error)
        why = f"{files[0]}: unexpected {type(error).__name__}"
    return Brought(note=_here(f"No labels were taken from beside this song: {why}. {_AGAIN}", song))


def _read(song: Path, files: Sequence[Path]) -> Brought:
    for path in files:
        _refuse_strange(path)
    usable = of_person(files, song)
    if not usable:
        return Brought()
    path = usable[0]
    annotation = read_segments(path)
    found = annotation.segments
    if strange := sorted({s.label for s in found} - {SINGING, SPEECH}):
        some = ", ".join(strange[:3]) + ", ..." * (len(strange) > 3)
        raise DataError(
            f"{path}: labels called {some}; the page knows {SINGING!r} and {SPEECH!r} (earmark "
            "convert --rename OLD=singing, --drop OTHER)"
        )
    duration_s = _duration(song)
    blocks = [
        block
        for label in (SINGING, SPEECH)
        for block in _fitting(labelled(found, label), path, song=song, duration_s=duration_s)
    ]
    if len(blocks) > MOST:
        raise DataError(f"{path}: holds {len(blocks)} segments; the page takes {MOST}")
    known = Ledger(path.parent).known(path.name, song=os.fspath(song))
    tells = {SINGING} | looked_for(annotation, path)
    note = differing(usable)
    return Brought(
        [
            each
            for block in sorted(blocks, key=lambda s: (s.start_s, s.end_s))
            for each in _marked(block, known, duration_s)
        ],
        known=known,
        tells=tuple(label for label in (SINGING, SPEECH) if label in tells),
        duration_s=duration_s,
        note=None if note is None else _here(f"{note}. {_AGAIN}", song),
    )


def _refuse_strange(path: Path) -> None:
    try:
        status = os.lstat(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path}: a link, or no plain file, and the page reads none of these")
    if status.st_size > MOST_BYTES:
        raise DataError(f"{path}: larger than {MOST_BYTES >> 20} MB, so no labels of a song")


def _duration(song: Path) -> float | None:
    """The song's length in seconds, where its header tells it."""
    with suppress(EarmarkError):
        return audio_info(song).duration_s
    return None


def _fitting(
    segments: Sequence[Segment], path: Path, *, song: Path, duration_s: float | None
) -> list[Segment]:
    """Segments of a label in order and apart, which end with the song."""
    joined: list[Segment] = []
    for s in segments:
        if joined and s.start_s < (last := joined[-1]).end_s:
            joined[-1] = Segment(last.start_s, max(last.end_s, s.end_s), s.label)
        else:
            joined.append(s)
    if duration_s is None:
        return joined
    check_labels(joined, duration_s=duration_s, name=path, audio=song)
    return [
        Segment(s.start_s, min(s.end_s, duration_s), s.label, s.score)
        for s in joined
        if s.start_s < duration_s
    ]


def _marked(block: Segment, known: Ranges | None, duration_s: float | None) -> list[Marked]:
    """A block as the page keeps it; none of no length.

    Where a person listened here and there, the page had written down what lies around each block of
    theirs (:mod:`earmark.store.heard`): a block with less around it is the model's.
    """
    start_s = max(0.0, block.start_s - AROUND_S) + ROUNDING_S
    end_s = min(block.end_s + AROUND_S, duration_s or float("inf")) - ROUNDING_S
    theirs = known is None or any(a <= start_s and end_s <= b for a, b in known)
    if theirs or not 0 <= (block.score or 0) <= 1:  # nobody measured how sure a person is
        block = Segment(block.start_s, block.end_s, block.label)
    (found,) = marked([block], by=PERSON if theirs else MODEL)
    return [found] if found["start_s"] < found["end_s"] else []


def _here(text: str, song: Path) -> str:
    """A sentence that calls files by their names, not by where they lie."""
    return printable(text.replace(os.path.join(song.parent, ""), ""))
