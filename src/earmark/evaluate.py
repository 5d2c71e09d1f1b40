"""Label files against label files: which belong together, and what is measured of them.

Songs are paired by name (:func:`earmark.labels.song_name`) and by the folders below the one given:
``rock/one.csv``, ``rock/one.singing.json`` and ``rock/one.mp3.singing.npz`` are all ``rock/one``.
Where a folder has several files of a song, the reference is the one without ``.singing`` and the
estimate the one with it, in the format that knows most (JSON before CSV); scores come from the
``.npz`` of the same song.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark import formats
from earmark.annotation import HOP_S, SINGING, Scores, Segment, labelled
from earmark.errors import DataError
from earmark.hysteresis import Hysteresis
from earmark.labels import label_format, read_segments, song_name
from earmark.metrics.tracks import Track

_BY_WEALTH = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")
_SAME_LENGTH_S = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be measured.

    Parameters
    ----------
    tracks : tuple of Track
        A song each, named; see :func:`earmark.metrics.frames.evaluate`.
    notes : tuple of str
        What the reader of the figures should know: songs left out, lengths that were guessed.
    """

    tracks: tuple[Track, ...]
    notes: tuple[str, ...] = ()


def compare(
    reference: str | os.PathLike[str], estimate: str | os.PathLike[str], *, label: str = SINGING
) -> Comparison:
    """Pair truth with answers, and read both.

    Parameters
    ----------
    reference, estimate : path-like
        Two label files, or two folders of them.
    label : str
        Segments of this label count; ``"all"`` counts every segment.

    Raises
    ------
    DataError
        If nothing can be paired, or a length is unknown and no segment tells.
    FormatError
        If a file cannot be read.
    """
    notes: list[str] = []
    found = list(_pairs(Path(reference), Path(estimate), notes))
    tracks = tuple(_track(*pair, label=label, notes=notes) for pair in found)
    return Comparison(tracks, tuple(notes))


def _pairs(
    reference: Path, estimate: Path, notes: list[str]
) -> Iterator[tuple[str, Path, Path, Path | None]]:
    """Name, truth, answer and scores of each song."""
    for path in (reference, estimate):
        if not path.exists():
            raise DataError(f"{path}: no such file or folder")
    if reference.is_dir() != estimate.is_dir():
        raise DataError(f"{reference} and {estimate}: give two files or two folders")
    if not reference.is_dir():
        beside = [p for p in estimate.parent.glob("*.npz") if p.stem == estimate.stem]
        yield song_name(reference), reference, estimate, next(iter(beside), None)
        return
    truths, answers = _songs(reference), _songs(estimate)
    paired = []
    for name in sorted(truths.keys() & answers.keys()):
        truth = _best(truths[name], answer=False)
        answer = _best(answers[name], answer=True)
        if truth is not None and answer is not None and not truth.samefile(answer):
            paired.append(name)
            yield name, truth, answer, _scores_file(answers[name])
    if not paired:
        raise DataError(
            f"{reference} and {estimate}: no song has a file in both, by name; there are "
            f"{_listed(truths)} in the one and {_listed(answers)} in the other"
        )
    for songs, folder, what in ((truths, reference, "estimate"), (answers, estimate, "reference")):
        if alone := sorted(songs.keys() - set(paired)):
            notes.append(f"left out, since there is no {what}: {_listed(alone)} (of {folder})")


def _songs(folder: Path) -> dict[str, list[Path]]:
    """The label files below a folder by song."""
    songs: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and label_format(path):
            name = path.relative_to(folder).with_name(song_name(path)).as_posix()
            songs.setdefault(name, []).append(path)
    return songs


def _best(files: Iterable[Path], *, answer: bool) -> Path | None:
    """The file with segments (an answer may be scores alone) that knows most."""
    order = [*_BY_WEALTH, *(["npz"] if answer else [])]
    return min(
        (path for path in files if label_format(path) in order),
        key=lambda path: (
            path.stem.endswith(".singing") != answer,
            order.index(str(label_format(path))),
        ),
        default=None,
    )


def _scores_file(files: Iterable[Path]) -> Path | None:
    return next((path for path in files if path.suffix.lower() == ".npz"), None)


def _track(
    name: str, truth: Path, answer: Path, scores_file: Path | None, *, label: str, notes: list[str]
) -> Track:
    reference = read_segments(truth)
    estimate = formats.read(answer)
    scores = estimate.scores if scores_file is None else formats.read(scores_file).scores
    said = list(estimate.segments)
    if scores is not None and answer.suffix.lower() == ".npz":
        said = Hysteresis().segments(scores)
        notes.append(f"{name}: scores alone; singing is where they reach 0.5")
    wanted, found = (
        _of_label(segments, label, path, notes)
        for segments, path in ((list(reference.segments), truth), (said, answer))
    )
    known = [scores.end_s] if scores is not None else []
    known += [d for d in (reference.duration_s, estimate.duration_s) if d is not None]
    last_s = max((s.end_s for s in (*reference.segments, *said)), default=0.0)
    duration_s = known[0] if known else last_s
    if not known:
        notes.append(f"{name}: length unknown, taken to be {last_s:.1f} s, the last end of either")
    elif max(*known, last_s) > duration_s + _SAME_LENGTH_S:
        notes.append(
            f"{name}: {duration_s:.1f} s long by one file and {max(*known, last_s):.1f} s by another; "
            f"the first counts. Are they of one recording?"
        )
    if not duration_s > 0:
        raise DataError(f"{truth} and {answer}: empty, and neither tells how long the song is")
    values, hop_s = (None, HOP_S) if scores is None else (_column(scores, label), scores.hop_s)
    try:
        return Track(wanted, found, duration_s, values, hop_s, name)
    except ValueError as error:
        raise DataError(f"{answer}: scores that do not fit the song ({error})") from error


def _of_label(segments: list[Segment], label: str, path: Path, notes: list[str]) -> list[Segment]:
    kept = segments if label == "all" else labelled(segments, label)
    if segments and not kept:
        labels = _listed(sorted({segment.label for segment in segments}))
        notes.append(f"{path}: no segment is labelled {label}, only {labels}; choose with --label")
    return kept


def _column(scores: Scores, label: str) -> NDArray[np.float32] | None:
    """The scores of a label, shape (T,), if there are any."""
    if label == "all" and len(scores.labels) == 1:
        return scores.values[:, 0]
    return scores.values[:, scores.labels.index(label)] if label in scores.labels else None


def _listed(names: Iterable[str], *, most: int = 8) -> str:
    """Names in one line, not too long."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more if names else "no label files"
