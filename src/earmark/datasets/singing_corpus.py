"""The corpus that earmark's own model is trained on, as a manifest.

A folder ``singing/`` with five tables: ``songs.csv`` (mixes and stems with labels),
``acappella.csv``, ``sung_notes.csv``, ``speech.csv`` (a row each endpoint pair),
``instrumental.csv`` and ``one_shots.csv``, and ``splits.csv``; beside it, where it is there,
``notes/notes.csv``: single notes of instruments. Audio is not part of earmark.

Validation takes whole singers, speakers and collections (our choice): about a tenth of the
unaccompanied singing, the speakers of LibriSpeech with several utterances, and the collections
``cluecards`` and ``lincity``. The few openly licensed songs are all needed for training.
"""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earmark.datasets.checks import song_segments
from earmark.datasets.layout import need_some
from earmark.errors import DataError
from earmark.learn.manifest import parse_row

VALID_SINGERS = ("chant02", "chant08", "chant11", "Erithacus")
VALID_COLLECTIONS = ("cluecards", "lincity")
_SPLITS = {"train_open": "train", "train_nc": "nc", "dev": "dev"}
_COLUMNS = {
    "songs.csv": ("mix", "vocals", "instrumental", "labels", "artist", "licence"),
    "splits.csv": ("labels", "split"),
    "acappella.csv": ("audio", "start_s", "end_s", "singer", "licence"),
    "speech.csv": ("audio", "start_s", "end_s", "speaker", "licence"),
    "sung_notes.csv": ("audio", "singer", "licence"),
    "instrumental.csv": ("audio", "collection", "licence"),
    "one_shots.csv": ("audio", "group", "licence"),
    "notes.csv": ("audio", "instrument", "pitch"),
}
_NOTE = re.compile(r"([A-G])(s?)(-?\d)")
_SEMITONE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NOTES_LICENCE = "CC BY-SA 3.0"
"""Of the notes (Philharmonia Orchestra), whose table has no column for it."""


def rows(
    data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]
) -> list[dict[str, Any]]:
    """Manifest rows of the corpus.

    Parameters
    ----------
    data : path-like
        The folder that holds ``singing/``.
    relative_to : path-like
        The folder in which the manifest will lie.

    Raises
    ------
    DataError
        If a table is missing, lacks a column or holds no number where one belongs, a recording is
        missing, a song is in no split, or labels do not fit it.
    """
    root = Path(data)
    found = [*_songs(root), *_acappella(root), *_sung_notes(root), *_speech(root), *_others(root)]
    found += _notes(root)
    for row in found:
        track = parse_row(row, where=f"{root / 'singing'}", folder=root)
        if track.labels is not None:
            song_segments(track.labels, audio=track.paths[-1])
        for key in ("audio", "vocals", "instrumental", "labels"):
            if key in row:
                row[key] = os.path.relpath(root / row[key], relative_to)
    return need_some(found, where=root / "singing", data_set="the corpus")


def _table(root: Path, name: str, *, folder: str = "singing") -> list[dict[str, str]]:
    path = root / folder / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); give the folder that holds `singing/`"
        ) from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}: not a table ({error}); save it as CSV, in UTF-8") from error
    for number, row in enumerate(table, start=2):
        if lacking := [column for column in _COLUMNS[name] if row.get(column) is None]:
            raise DataError(f"{path}, line {number}: has no {', '.join(lacking)}")
    return table


def _songs(root: Path) -> Iterator[dict[str, Any]]:
    splits = {row["labels"]: row["split"] for row in _table(root, "splits.csv")}
    for row in _table(root, "songs.csv"):
        if not row["labels"]:
            raise DataError(
                f"{root / 'singing' / 'songs.csv'}: {row['artist']} has a song without labels; "
                "name its label file, or take the line out"
            )
        if splits.get(row["labels"]) not in _SPLITS:
            raise DataError(
                f"{root / 'singing' / 'splits.csv'}: puts {row['labels']} into the split "
                f"{splits.get(row['labels'])!r}; known are {', '.join(_SPLITS)}"
            )
        stems = {"vocals": row["vocals"], "instrumental": row["instrumental"]}
        yield {
            **({"audio": row["mix"]} if row["mix"] else stems),
            "labels": row["labels"],
            "material": "song" if row["mix"] else "stems",
            "singer": row["artist"],
            "split": _SPLITS[splits[row["labels"]]],
            "licence": row["licence"],
            "label_kind": "karaoke" if row["mix"] else "stem energy",
        }


def _acappella(root: Path) -> Iterator[dict[str, Any]]:
    yield from _with_endpoints(root, "acappella.csv", "singing", "singer", VALID_SINGERS)


def _speech(root: Path) -> Iterator[dict[str, Any]]:
    utterances = defaultdict(set)
    for row in _table(root, "speech.csv"):
        if "librispeech" in row["audio"]:
            utterances[row["speaker"]].add(row["audio"])
    several = tuple(speaker for speaker, files in utterances.items() if len(files) > 1)
    yield from _with_endpoints(root, "speech.csv", "speech", "speaker", several)


def _with_endpoints(
    root: Path, name: str, material: str, who: str, valid: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """One row a file from a table with one row an endpoint pair."""
    files: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _table(root, name):
        files[row["audio"]].append(row)
    for audio, parts in files.items():
        try:
            found = [[float(row["start_s"]), float(row["end_s"])] for row in parts]
        except ValueError as error:
            raise DataError(
                f"{root / 'singing' / name}: start_s and end_s of {audio} are not both numbers"
            ) from error
        yield {
            "audio": audio,
            "endpoints": found,
            "material": material,
            "singer": parts[0][who],
            "split": "valid" if parts[0][who] in valid else "train",
            "licence": parts[0]["licence"],
            "label_kind": "energy",
        }


def _sung_notes(root: Path) -> Iterator[dict[str, Any]]:
    for row in _table(root, "sung_notes.csv"):
        yield {
            "audio": row["audio"],
            "material": "singing",
            "singer": row["singer"],
            "split": "valid" if row["singer"] in VALID_SINGERS else "train",
            "licence": row["licence"],
            "label_kind": "none",
        }


def _others(root: Path) -> Iterator[dict[str, Any]]:
    for name, material, group in (
        ("instrumental.csv", "music", "collection"),
        ("one_shots.csv", "sound", "group"),
    ):
        for row in _table(root, name):
            yield {
                "audio": row["audio"],
                "material": material,
                "singer": row[group] if material == "music" else f"{row[group]} one-shots",
                "split": "valid" if row[group] in VALID_COLLECTIONS else "train",
                "licence": row["licence"],
                "label_kind": "none",
            }


def _notes(root: Path) -> Iterator[dict[str, Any]]:
    if not (root / "notes" / "notes.csv").is_file():
        return
    for row in _table(root, "notes.csv", folder="notes"):
        note = _NOTE.fullmatch(row["pitch"])
        if note is None:
            raise DataError(f"{root / 'notes'}: {row['pitch']!r} is no pitch like As3")
        yield {
            "audio": row["audio"],
            "pitch": 12 * (int(note[3]) + 1) + _SEMITONE[note[1]] + (note[2] == "s"),
            "material": "sound",
            "singer": f"{row['instrument']} notes",
            "split": "train",
            "licence": NOTES_LICENCE,
            "label_kind": "none",
        }
