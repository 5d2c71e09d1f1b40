"""The Jamendo vocal-detection corpus: 93 songs with hand-made labels.

Ramona, Richard and David 2008, "Vocal detection in music with support vector machines" (ICASSP).
Creative Commons, by song. From the authors' page. mirdata's MTG-Jamendo is other data.

Layout: ``audio/{train,valid,test}/*.ogg`` (or ``.mp3``) and ``labels/NAME.lab`` with lines
``start end sing`` or ``nosing``, seconds. The corpus is also found with all audio right in
``audio/`` and the splits as lists of file names, ``filelists/{train,valid,test}``. Performers are
those of names such as ``Artist - Title``; other names, ``03 - Title`` too, stand for themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from earmark import formats
from earmark.annotation import labelled
from earmark.datasets.checks import length_s
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
from earmark.formats.fields import decode
from earmark.labels import check_labels

SPLITS = {name: name for name in ("train", "valid", "test")}
SING, NO_SING = "sing", "nosing"
NAME = "the Jamendo corpus"


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of the Jamendo corpus.

    Raises
    ------
    DataError
        If the layout is not there, a song has no labels or labels no song, they do not fit each
        other, or a song is in no split.
    FormatError
        If a label file cannot be read, or an interval is reversed; with the line.
    """
    root = Path(data)
    audio = need_folder(root / "audio", data_set=NAME, remedy="name the folder that holds audio/")
    labels = need_folder(root / "labels", data_set=NAME, remedy="unpack the labels beside audio/")
    return need_some(_rows(audio, labels, relative_to), where=audio, data_set=NAME)


def _rows(audio: Path, labels: Path, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    songs = list(_songs(audio, audio.with_name("filelists")))
    known: dict[str, Path] = {}
    for path, _ in songs:
        if known.setdefault(path.stem, path) != path:
            raise DataError(f"{path}: is there twice, as {known[path.stem]} too; remove one")
    lost = [path for path in entries(labels) if path.suffix == ".lab" and path.stem not in known]
    if songs and lost:
        raise DataError(
            f"{lost[0]}: its song is not below {audio} ({len(lost)} such); unpack the songs again, "
            "or remove the label file"
        )
    for path, split in songs:
        yield {
            "audio": relative(path, relative_to),
            "endpoints": _endpoints(labels / f"{path.stem}.lab", path),
            "material": "song",
            "singer": performer(path.stem),
            "split": split,
            "licence": "Creative Commons, by song",
            "label_kind": "hand",
        }


def _songs(audio: Path, lists: Path) -> Iterator[tuple[Path, str]]:
    """Each song and its split: by folders, else by lists."""
    flat = {path.name: path for path in recordings(audio)}
    if not flat:
        folders = split_folders(audio, SPLITS, data_set=NAME)
        for split in SPLITS:
            need_folder(audio / split, data_set=NAME, remedy="unpack all three splits")
        for folder, split in folders:
            for path in need_some(recordings(folder), where=folder, data_set=NAME):
                yield path, split
        return
    if not lists.is_dir():
        raise DataError(
            f"{audio}: songs in no split ({some(list(flat))}); sort them into train, valid and "
            f"test, or put lists of their names into {lists}"
        )
    for split in SPLITS:
        for name in _listed(lists, split):
            if name not in flat:
                raise DataError(f"{audio / name}: missing, or listed twice; {lists / split} has it")
            yield flat.pop(name), split
    if flat:
        raise DataError(f"{audio}: in no list of {lists}: {some(list(flat))}; add them to one")


def _listed(lists: Path, split: str) -> list[str]:
    files = [path for path in entries(lists) if path.stem == split]
    if not files:
        raise DataError(f"{lists / split}: missing; it lists the songs of the split {split}")
    names = decode(files[0].read_bytes(), str(files[0])).split("\n")
    return [Path(name.strip()).name for name in names if name.strip()]


def _endpoints(own: Path, song: Path) -> list[list[float]]:
    if not own.is_file():
        raise DataError(f"{song}: has no labels; there should be a file {own}")
    found = formats.read(own).segments
    if not found:
        raise DataError(f"{own}: is empty; unpack the labels again ({NO_SING} stands in words)")
    if unknown := sorted({s.label for s in found} - {SING, NO_SING}):
        raise DataError(f"{own}: labels are {SING} and {NO_SING}, not {unknown[0]!r}")
    check_labels(found, duration_s=length_s(song), name=own, audio=song)
    return [[s.start_s, s.end_s] for s in labelled(found, SING)]
