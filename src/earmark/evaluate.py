"""Label files against label files: what is measured of them.

Which belong together is said in :mod:`earmark.pairing`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark import formats
from earmark.annotation import HOP_S, SINGING, Annotation, Scores, Segment
from earmark.errors import DataError
from earmark.hysteresis import Hysteresis
from earmark.labels import length_beside, looked_for, read_segments
from earmark.metrics.tracks import Track
from earmark.pairing import listed, pairs

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
    left_out : tuple of str
        Why, of each song whose truth has other labels only: nobody may have looked for this one.
    notes : tuple of str
        What else the reader of the figures should know: answers without truth, guessed lengths.
    """

    tracks: tuple[Track, ...]
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
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
    found = list(pairs(Path(reference), Path(estimate), label=label, missing=missing, notes=notes))
    tracks: list[Track] = []
    left_out: list[str] = []
    named: set[str] = set()
    true = tuple(truth_labels) or (label,)
    for name, truth, answer, scores_file in found:
        annotation = read_segments(truth)
        known = looked_for(annotation, truth)
        named |= known
        if known and "all" not in true and known.isdisjoint(true):
            left_out.append(
                f"{truth}: left out: nothing in it is labelled {' or '.join(true)}, only "
                f"{listed(sorted(known))}. Name what means {label} with --truth-label; the file "
                "of a song without any holds no segments"
            )
            continue
        files = (truth, annotation), answer, scores_file
        tracks.append(_track(name, *files, label=label, true=true, notes=notes))
    if named and (strange := [name for name in true if name not in {*named, "all"}]):
        raise DataError(
            f"{reference}: of what is measured, nothing is labelled {' or '.join(strange)}, only "
            f"{listed(sorted(named))}; choose with --label, or name what means {label} with "
            "--truth-label"
        )
    return Comparison(tuple(tracks), tuple(missing), tuple(left_out), tuple(notes))


def _track(
    name: str,
    truth: tuple[Path, Annotation],
    answer: Path,
    scores_file: Path | None,
    *,
    label: str,
    true: Collection[str],
    notes: list[str],
) -> Track:
    (file, reference), estimate = truth, formats.read(answer)
    scores = estimate.scores if scores_file is None else formats.read(scores_file).scores
    if estimate.scores is not None and not estimate.segments:
        notes.append(f"{name}: scores alone; counted as on where they reach 0.5")
        estimate = replace(estimate, segments=tuple(Hysteresis().segments(estimate.scores)))
    known = looked_for(estimate, answer)
    if known and label not in {*known, "all"}:
        labels = listed(sorted(known))
        notes.append(f"{answer}: nothing in it is labelled {label}, only {labels}")
    duration_s = _length(name, reference, estimate, scores, beside=(answer, file), notes=notes)
    wanted, found = _of_labels(reference, true), _of_labels(estimate, (label,))
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


def _of_labels(annotation: Annotation, wanted: Collection[str]) -> tuple[Segment, ...]:
    return tuple(s for s in annotation.segments if "all" in wanted or s.label in wanted)


def _column(scores: Scores, label: str) -> NDArray[np.float32] | None:
    """The scores of a label, shape (T,), if there are any."""
    if label == "all" and len(scores.labels) == 1:
        return scores.values[:, 0]
    return scores.values[:, scores.labels.index(label)] if label in scores.labels else None
