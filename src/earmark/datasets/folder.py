"""A plain folder of songs with label files beside them, in any format that earmark reads.

``one.mp3`` belongs to ``one.csv``, ``one.lab``, ``one.truth.txt`` and so on (see
:mod:`earmark.labels`). Performers are those of names such as ``Artist - Title.mp3``; without a dash
each song counts as a performer of its own, which is wrong if one person sings several: name the
files, or correct the manifest. Folders ``train``, ``valid`` and ``test`` right in the folder are
splits, and then there are no others; without them every song is of split ``train``. What earmark
wrote itself (``one.singing.csv``) is no truth. The licence is the owner's to say.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from earmark.datasets.checks import song_segments
from earmark.datasets.layout import (
    Row,
    entries,
    need_folder,
    need_some,
    performer,
    recordings,
    relative,
    some,
    split_folders,
)
from earmark.errors import DataError
from earmark.labels import full_name, is_audio, label_format, output_labels, song_name

SPLITS = {name: name for name in ("train", "valid", "test")}
_NEARLY = {"training": "train", "validation": "valid", "val": "valid", "testing": "test"}
NAME = "a folder of songs"
MOST = 10
"""Songs that a message names."""


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of a folder of songs.

    Raises
    ------
    DataError
        If there is no song, a song has no label file or several, they do not fit it or name no
        singing, or a song is in no split.
    FormatError
        If a label file cannot be read, or an interval is reversed; with the line.
    """
    root = need_folder(Path(data), data_set=NAME, remedy="name a folder")
    return need_some(_songs(root, relative_to), where=root, data_set=NAME)


def _songs(root: Path, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    for path in entries(root):
        if path.is_dir() and (split := _NEARLY.get(path.name.lower())):
            raise DataError(
                f"{path}: is it a split? Splits are called train, valid and test: "
                f"rename it {split}, or something else"
            )
    parted = any(path.is_dir() and path.name.lower() in SPLITS for path in entries(root))
    tops = split_folders(root, SPLITS, data_set=NAME) if parted else [(root, "train")]
    if parted and (stray := recordings(root)):
        raise DataError(f"{stray[0]}: in no split; move it into {', '.join(SPLITS)}")
    found = [
        (song, labels, split)
        for top, split in tops
        for folder in _folders(top)
        for song, labels in _labels(folder).items()
    ]
    if bare := [song for song, labels, _ in found if not labels]:
        raise DataError(_without_labels(root, bare))
    for song, labels, split in found:
        song_segments(_only(song, labels), audio=song)
        yield {
            "audio": relative(song, relative_to),
            "labels": relative(labels[0], relative_to),
            "material": "song",
            "singer": performer(song_name(song)),
            "split": split,
            "licence": "unknown",
            "label_kind": "hand",
        }


def _folders(top: Path) -> Iterator[Path]:
    """A folder and those below it, without hidden ones."""
    for folder in sorted(Path(at) for at, _, _ in os.walk(top, onerror=_closed)):
        if not any(part.startswith((".", "__")) for part in folder.relative_to(top).parts):
            yield folder


def _closed(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror})") from error


def _labels(folder: Path) -> dict[Path, list[Path]]:
    """The songs of a folder and the label files of each."""
    found: dict[Path, list[Path]] = {song: [] for song in recordings(folder)}
    alike = defaultdict(list)
    for song in found:
        alike[song_name(song)].append(song)
    for path in entries(folder):
        if is_audio(path) or output_labels(path) or label_format(path) in (None, "npz"):
            continue
        if songs := alike[song_name(path)]:
            meant = [song for song in songs if song.name == full_name(path)] or songs
            if len(meant) > 1:
                raise DataError(
                    f"{path}: does it belong to {meant[0].name} or {meant[1].name}? Name it "
                    f"{meant[0].name}{path.suffix}, or take one of the songs away"
                )
            found[meant[0]].append(path)
    return found


def _only(song: Path, labels: list[Path]) -> Path:
    if len(labels) > 1:
        names = some([path.name for path in labels])
        raise DataError(f"{song}: several label files ({names}); keep one")
    return labels[0]


def _without_labels(root: Path, songs: list[Path]) -> str:
    """All songs that lack a label file, in one message."""
    names = some([str(song.relative_to(root)) for song in songs], most=MOST)
    which, beside = f"{songs[0]}: a song", "it"
    if len(songs) > 1:
        which, beside = f"{root}: {len(songs)} songs ({names})", "each"
    written = (
        f". {path.name} is earmark's own and no truth: once you have corrected it, "
        f"call it {song_name(song)}{path.suffix}"
        for song in songs[:MOST]
        for path in entries(song.parent)
        if song_name(path) == song_name(song) and label_format(path) not in (None, "npz")
    )
    return (
        f"{which} without labels; put a label file beside {beside}, such as "
        f"{songs[0].with_suffix('.csv').name} (an empty table for a song without singing)"
        f"{next(written, '')}"
    )
