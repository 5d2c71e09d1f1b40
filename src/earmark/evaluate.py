"""Label files against label files: which belong together, and what is measured of them.

Songs are paired by name (:func:`earmark.labels.song_name`) and by the folders below the one given:
``rock/one.csv``, ``rock/one.singing.json`` and ``rock/one.mp3.singing.npz`` are all ``rock/one``.
Songs in other folders on the one side than on the other are paired by their bare name, where it is
the only one of its kind on both sides.
Where a folder has several files of a song, the reference is the one that earmark did not write
(no ``.singing`` in its name) and the estimate the one that it wrote of the label that counts, in
the format that knows most (JSON before CSV); scores come from the ``.npz`` of the same song. What
earmark wrote of other labels alone answers nothing: the song is missing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from earmark import formats
from earmark.annotation import HOP_S, SINGING, Annotation, Scores, Segment
from earmark.errors import DataError
from earmark.hysteresis import Hysteresis
from earmark.labels import (
    full_name,
    label_format,
    length_beside,
    output_labels,
    output_tag,
    read_segments,
    song_name,
)
from earmark.metrics.tracks import Track
from earmark.relabel import labels_of

_BY_WEALTH = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")
_SAME_LENGTH_S = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be measured.

    Parameters
    ----------
    tracks : tuple of Track
        A song each, named; see :func:`earmark.metrics.frames.evaluate`.
    missing : tuple of str
        Songs of the reference that have no estimate: the figures know nothing of them.
    notes : tuple of str
        What else the reader of the figures should know: answers without truth, guessed lengths.
    """

    tracks: tuple[Track, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    reference: str | os.PathLike[str],
    estimate: str | os.PathLike[str],
    *,
    label: str = SINGING,
    truth_labels: Collection[str] = (),
) -> Comparison:
    """Pair truth with answers, and read both.

    Parameters
    ----------
    reference, estimate : path-like
        Two label files, or two folders of them, which may be one and the same.
    label : str
        Segments of this label count; ``"all"`` counts every segment.
    truth_labels : collection of str
        What the reference calls the same thing, where it calls it otherwise.

    Raises
    ------
    DataError
        If nothing can be paired, or a label is that of no true segment.
    FormatError
        If a file cannot be read.
    """
    missing: list[str] = []
    notes: list[str] = []
    found = list(_pairs(Path(reference), Path(estimate), label, missing, notes))
    named: set[str] = set()
    true = tuple(truth_labels) or (label,)
    tracks = tuple(
        _track(*pair, label=label, true=true, notes=notes, named=named) for pair in found
    )
    if named and (strange := [name for name in true if name not in {*named, "all"}]):
        raise DataError(
            f"{reference}: of what is measured, nothing is labelled {' or '.join(strange)}, only "
            f"{_listed(sorted(named))}; choose with --label, or name what means {label} with "
            "--truth-label"
        )
    return Comparison(tracks, tuple(missing), tuple(notes))


def _pairs(
    reference: Path, estimate: Path, label: str, missing: list[str], notes: list[str]
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
    truths = _songs(reference)
    answers = _as_in(truths, _songs(estimate))
    one_folder = reference.samefile(estimate)
    paired, strange = [], []
    for name in sorted(truths.keys() | answers.keys()):
        truth = _best(truths.get(name, ()), label, answer=False)
        answer = _best(answers.get(name, ()), label, answer=True)
        if truth is not None and one_folder and output_labels(truth):
            truth = None  # in a folder of both, what earmark wrote is none
        elif truth is not None and answer is not None and truth.samefile(answer):
            # one folder of both, in which this song has one of the two
            truth, answer = (None, answer) if output_labels(answer) else (truth, None)
        if truth is not None and answer is not None:
            paired.append(name)
            yield name, truth, answer, _scores_file(answers[name], label)
        elif truth is not None:
            missing.append(name)
        else:
            strange.append(name)
    tag = output_tag([label]) if label != "all" else SINGING
    if not paired and one_folder:
        raise DataError(
            f"{reference}: no song in it has both a truth (such as one.csv) and earmark's labels "
            f"(one.{tag}.csv); there are {_listed(truths)}. Name the folder of each if there "
            "are two"
        )
    if not paired and any(name in answers for name in missing):
        raise DataError(
            f"{estimate}: nothing in it tells of {label}, its files are called after other labels; "
            f"detect with --labels {label}, or choose with --label"
        )
    if not paired:
        raise DataError(
            f"{reference} and {estimate}: no song has a file in both, by name; there are "
            f"{_listed(truths)} in the one and {_listed(answers)} in the other"
        )
    if strange:
        notes.append(f"{estimate}: left out for want of a truth: {_listed(strange)}")


def _as_in(truths: Iterable[str], answers: dict[str, list[Path]]) -> dict[str, list[Path]]:
    """Answers under the truths' names, where only the folders differ and nothing is ambiguous."""
    there = Counter(PurePosixPath(name).name for name in truths)
    here = Counter(PurePosixPath(name).name for name in answers)
    twin = {bare: name for name in truths if there[bare := PurePosixPath(name).name] == 1}
    return {
        twin.get(bare, name) if here[bare := PurePosixPath(name).name] == 1 else name: files
        for name, files in answers.items()
    }


def _songs(folder: Path) -> dict[str, list[Path]]:
    """The label files below a folder by song; ``one.mp3`` and ``one.wav`` are two songs."""
    files: dict[str, dict[str, list[Path]]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and label_format(path):
            place = path.relative_to(folder).parent
            name = (place / song_name(path)).as_posix()
            full = (place / full_name(path)).as_posix()
            files.setdefault(name, {}).setdefault(full, []).append(path)
    songs: dict[str, list[Path]] = {}
    for name, by_full in files.items():
        if len(by_full.keys() - {name}) > 1:
            songs |= by_full
        else:
            songs[name] = [path for paths in by_full.values() for path in paths]
    return songs


def _best(files: Iterable[Path], label: str, *, answer: bool) -> Path | None:
    """The file with segments (an answer may be scores alone) that knows most."""
    order = [*_BY_WEALTH, *(["npz"] if answer else [])]
    return min(
        (
            path
            for path in files
            if label_format(path) in order and (not answer or _may_tell(path, label))
        ),
        key=lambda path: (
            bool(output_labels(path)) != answer,
            _beside_the_point(path, label),
            order.index(str(label_format(path))),
        ),
        default=None,
    )


def _may_tell(path: Path, label: str) -> bool:
    """Whether a file may know of the label: one of earmark's is called after what it knows."""
    labels = output_labels(path)
    return label == "all" or not labels or label in labels


def _beside_the_point(path: Path, label: str) -> int:
    """The fewer, the more a file is about the label: ``all`` wants as many labels as there are."""
    labels = output_labels(path)
    return -len(labels) if label == "all" else label not in labels


def _scores_file(files: Iterable[Path], label: str) -> Path | None:
    scores = (p for p in files if p.suffix.lower() == ".npz" and _may_tell(p, label))
    return min(scores, key=lambda path: _beside_the_point(path, label), default=None)


def _track(
    name: str,
    truth: Path,
    answer: Path,
    scores_file: Path | None,
    *,
    label: str,
    true: Collection[str],
    notes: list[str],
    named: set[str],
) -> Track:
    reference, estimate = read_segments(truth), formats.read(answer)
    scores = estimate.scores if scores_file is None else formats.read(scores_file).scores
    if estimate.scores is not None and not estimate.segments:
        notes.append(f"{name}: scores alone; counted as on where they reach 0.5")
        estimate = replace(estimate, segments=tuple(Hysteresis().segments(estimate.scores)))
    if reference.segments or reference.model:  # an empty file names no labels
        named.update(labels_of(reference))
    duration_s = _length(name, reference, estimate, scores, beside=(answer, truth), notes=notes)
    wanted = _of_labels(reference, true, truth, notes, choose="--label or --truth-label")
    found = _of_labels(estimate, (label,), answer, notes, choose="--label")
    values, hop_s = (None, HOP_S) if scores is None else (_column(scores, label), scores.hop_s)
    try:
        return Track(wanted, found, duration_s, values, hop_s, name)
    except ValueError as error:
        raise DataError(f"{answer}: cannot be measured ({error})") from error


def _length(
    name: str,
    reference: Annotation,
    estimate: Annotation,
    scores: Scores | None,
    *,
    beside: Iterable[Path],
    notes: list[str],
) -> float:
    """How long a song is: by scores, by labels, by what lies beside them, or by the last end."""
    lengths = [None if scores is None else scores.end_s, reference.duration_s, estimate.duration_s]
    known = [length_s for length_s in lengths if length_s is not None]
    last_s = max((s.end_s for s in (*reference.segments, *estimate.segments)), default=0.0)
    for path in beside:
        if not known and (length_s := length_beside(path)) is not None:
            known = [length_s]
    if not known:
        notes.append(
            f"{name}: length unknown, taken to be {last_s:.1f} s, the last end of either; "
            "`earmark detect --format csv,json` notes it"
        )
        return last_s
    if (longest_s := max(*known, last_s)) > known[0] + _SAME_LENGTH_S:
        notes.append(
            f"{name}: {known[0]:.1f} s long by one file, {longest_s:.1f} s by another, whose end "
            "is left out. Are they of one recording?"
        )
    return known[0]


def _of_labels(
    annotation: Annotation, wanted: Collection[str], path: Path, notes: list[str], *, choose: str
) -> tuple[Segment, ...]:
    segments = annotation.segments
    kept = tuple(s for s in segments if "all" in wanted or s.label in wanted)
    if segments and not kept:
        labels = _listed(sorted({segment.label for segment in segments}))
        notes.append(
            f"{path}: no segment is labelled {' or '.join(wanted)}, only {labels}; "
            f"choose with {choose}"
        )
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
