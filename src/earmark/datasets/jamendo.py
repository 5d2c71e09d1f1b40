"""The Jamendo vocal-detection corpus: 93 songs with hand-made labels.

Ramona, Richard and David 2008, "Vocal detection in music with support vector machines" (ICASSP).
Creative Commons, by song. From the authors' page.

Layout: ``audio/{train,valid,test}/*.ogg`` (or ``.mp3``) and ``labels/NAME.lab`` with lines
``start end sing`` or ``nosing``, seconds. The archives also come with audio and labels in one
folder each without splits; then every song is of split ``train``. Performers are those of names
such as ``Artist - Title``; other names stand for themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from earmark import formats
from earmark.annotation import labelled
from earmark.datasets.checks import check_labels, length_s
from earmark.datasets.layout import Row, need_folder, need_some, performer, relative
from earmark.errors import DataError
from earmark.labels import is_audio

SPLITS = ("train", "valid", "test")
SING, NO_SING = "sing", "nosing"
NAME = "the Jamendo corpus"


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of the Jamendo corpus.

    Raises
    ------
    DataError
        If the layout is not there, a song has no labels, or they do not fit it.
    """
    root = Path(data)
    audio = need_folder(root / "audio", data_set=NAME, remedy="name the folder that holds audio/")
    labels = need_folder(root / "labels", data_set=NAME, remedy="unpack the labels beside audio/")
    return need_some(_songs(audio, labels, relative_to), where=audio, data_set=NAME)


def _songs(audio: Path, labels: Path, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    for path in sorted(p for p in audio.rglob("*") if is_audio(p)):
        own = labels / f"{path.stem}.lab"
        if not own.is_file():
            raise DataError(f"{path}: has no labels; there should be a file {own}")
        found = formats.read(own).segments
        if unknown := {s.label for s in found} - {SING, NO_SING}:
            raise DataError(f"{own}: labels are {SING} and {NO_SING}, not {unknown.pop()!r}")
        check_labels(found, duration_s=length_s(path), name=own, audio=path)
        yield {
            "audio": relative(path, relative_to),
            "endpoints": [[s.start_s, s.end_s] for s in labelled(found, SING)],
            "material": "song",
            "singer": performer(path.stem),
            "split": path.parent.name if path.parent.name in SPLITS else "train",
            "licence": "Creative Commons, by song",
            "label_kind": "hand",
        }
