"""A plain folder of songs with label files beside them, in any format that earmark reads.

``one.mp3`` belongs to ``one.csv``, ``one.lab``, ``one.truth.txt`` and so on (see
:mod:`earmark.labels`). Performers are those of names such as ``Artist - Title.mp3``; without a dash
each song counts as a performer of its own, which is wrong if one person sings several: name the
files, or correct the manifest. Below folders named ``train``, ``valid`` or ``test`` a song is of
that split, elsewhere of ``train``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from earmark.datasets.checks import check_labels, length_s
from earmark.datasets.layout import Row, need_folder, need_some, performer, relative
from earmark.errors import DataError
from earmark.labels import is_audio, label_format, read_segments, recording_of, song_name

SPLITS = ("train", "valid", "test")
NAME = "a folder of songs"


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of a folder of songs.

    Raises
    ------
    DataError
        If there is no song, a song has no labels, or they do not fit it.
    """
    root = need_folder(Path(data), data_set=NAME, remedy="name a folder")
    return need_some(_songs(root, relative_to), where=root, data_set=NAME)


def _songs(root: Path, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    labels = {
        recording_of(path): path
        for path in files
        if label_format(path) not in (None, "npz") and recording_of(path) is not None
    }
    for path in (path for path in files if is_audio(path)):
        if path not in labels:
            raise DataError(
                f"{path}: a song without labels; put a label file beside it, such as "
                f"{path.with_suffix('.csv').name} (an empty table for a song without singing)"
            )
        found = read_segments(labels[path]).segments
        check_labels(found, duration_s=length_s(path), name=labels[path], audio=path)
        parts = path.relative_to(root).parts[:-1]
        yield {
            "audio": relative(path, relative_to),
            "labels": relative(labels[path], relative_to),
            "material": "song",
            "singer": performer(song_name(path)),
            "split": next((part for part in parts if part in SPLITS), "train"),
            "licence": "unknown",
            "label_kind": "hand",
        }
