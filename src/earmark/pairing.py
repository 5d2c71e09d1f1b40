"""Which label files belong together: truth, answer and scores of each song.

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

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from earmark.annotation import SINGING
from earmark.errors import DataError
from earmark.labels import full_name, label_format, output_labels, output_tag, song_name

_BY_WEALTH = ("json", "jams", "jsonl", "textgrid", "csv", "audacity", "lab", "rttm", "srt", "vtt")


def pairs(
    reference: Path, estimate: Path, *, label: str, missing: list[str], notes: list[str]
) -> Iterator[tuple[str, Path, Path, Path | None]]:
    """Name, truth, answer and scores of each song.

    Parameters
    ----------
    reference, estimate : Path
        Two label files, or two folders of them, which may be one and the same.
    label : str
        What answers must tell of; ``"all"`` takes any.
    missing, notes : list of str
        Get the songs that have no answer, and what else is to be told.

    Raises
    ------
    DataError
        If nothing can be paired.
    """
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
            f"(one.{tag}.csv); there are {listed(truths)}. Name the folder of each if there "
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
            f"{listed(truths)} in the one and {listed(answers)} in the other"
        )
    if strange:
        notes.append(f"{estimate}: left out for want of a truth: {listed(strange)}")


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


def listed(names: Iterable[str], *, most: int = 8) -> str:
    """Names in one line, not too long."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more if names else "no label files"
