"""What a detection is: segments, scores, and how frames, seconds and segments turn into each other.

Conventions, the same everywhere in earmark: frame ``i`` covers ``[i * hop_s, (i + 1) * hop_s)``
seconds, its time is its centre, and a recording of ``n`` samples at 16 kHz has
``ceil(n / 320)`` frames of 20 ms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOP_S = 0.02
"""Seconds between frames (Hou et al. 2020, section 3.1: 40 ms windows, 50 % overlap)."""

SINGING = "singing"
SPEECH = "speech"
Ranges = tuple[tuple[float, float], ...]
"""Stretches (start_s, end_s) of a recording, such as those that somebody has heard."""


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """One interval of a recording that carries a label.

    Parameters
    ----------
    start_s, end_s : float
        Seconds from the start of the recording, ``0 <= start_s <= end_s``.
    label : str
        Class name, such as ``"singing"``.
    score : float or None
        Mean score of the segment's frames in [0, 1]; None where nobody measured one.

    Raises
    ------
    ValueError
        If a time is not finite, negative, or the end lies before the start.

    Examples
    --------
    >>> Segment(1.0, 2.5).duration_s
    1.5
    """

    start_s: float
    end_s: float
    label: str = SINGING
    score: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise ValueError(f"segment times must be finite, got {self.start_s} to {self.end_s}")
        if self.start_s < 0 or self.end_s < self.start_s:
            raise ValueError(
                f"a segment needs 0 <= start_s <= end_s, got {self.start_s} to {self.end_s}"
            )

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def __repr__(self) -> str:
        score = "" if self.score is None else f", score={round(self.score, 3)}"
        times = f"{round(self.start_s, 3)}, {round(self.end_s, 3)}"
        return f"Segment({times}, {self.label!r}{score})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scores:
    """Probabilities over time, one column a label.

    Parameters
    ----------
    values : ndarray, shape (T, C), float32
        Scores in [0, 1].
    hop_s : float
        Seconds between frames.
    labels : tuple of str, length C
        What each column stands for.
    duration_s : float or None
        Length of the recording; None where it is unknown (then the frames' own end counts).
    """

    values: NDArray[np.float32]
    hop_s: float = HOP_S
    labels: tuple[str, ...] = (SINGING,)
    duration_s: float | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.labels):
            raise ValueError(
                f"scores of {len(self.labels)} labels need the shape (T, {len(self.labels)}), "
                f"got {self.values.shape}"
            )

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Centres of the frames in seconds, shape (T,)."""
        return frames_to_time(np.arange(len(self.values)), hop_s=self.hop_s)

    @property
    def end_s(self) -> float:
        """Where the recording ends, in seconds."""
        return len(self.values) * self.hop_s if self.duration_s is None else self.duration_s

    def only(self, labels: Sequence[str]) -> Scores:
        """The columns of some of its labels."""
        columns = [self.labels.index(label) for label in labels]
        return Scores(self.values[:, columns], self.hop_s, tuple(labels), self.duration_s)

    def __repr__(self) -> str:
        frames = f"{len(self.values)} frames of {self.hop_s:g} s"
        return f"<Scores: {', '.join(self.labels)}; {frames}>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Annotation:
    """The segments of one recording, and where they come from.

    Parameters
    ----------
    segments : tuple of Segment
        Ordered by start.
    duration_s : float or None
        Length of the recording in seconds; None where a label file does not tell.
    labels : tuple of str
        The labels that were looked for, whether or not they were found.
    source : str or None
        The recording's name or path.
    model : str or None
        Name of the model that made the segments; None for labels made by a person.
    scores : Scores or None
        The curve behind the segments.
    provenance : mapping
        Version, model's sha256, thresholds: whatever is needed to do it again.
    warning : str or None
        What the user should know of the recording (such as "truncated: 12.3 s could be decoded").
    """

    segments: tuple[Segment, ...]
    duration_s: float | None = None
    labels: tuple[str, ...] = (SINGING,)
    source: str | None = None
    model: str | None = None
    scores: Scores | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    warning: str | None = None

    def only(self, labels: Sequence[str]) -> Annotation:
        """What it says of some of its labels.

        Examples
        --------
        >>> segments = (Segment(0, 2), Segment(1, 4, "speech"))
        >>> both = Annotation(segments, labels=("singing", "speech"))
        >>> both.only(["speech"])
        <Annotation: speech; 1 segment>
        """
        kept = {"labels": list(labels)} if "labels" in self.provenance else {}
        return replace(
            self,
            segments=tuple(segment for segment in self.segments if segment.label in labels),
            labels=tuple(labels),
            scores=None if self.scores is None else self.scores.only(labels),
            provenance={**self.provenance, **kept},
        )

    def __repr__(self) -> str:
        count = len(self.segments)
        said = [
            ", ".join(self.labels),
            f"{count} segment{'s' * (count != 1)}",
            *([] if self.duration_s is None else [f"{self.duration_s:g} s"]),
            *([] if self.source is None else [self.source]),
        ]
        return f"<Annotation: {'; '.join(said)}>"


def frames_to_time(
    frames: NDArray[np.integer[Any]], *, hop_s: float = HOP_S
) -> NDArray[np.float64]:
    """Centres of frames, in seconds.

    Parameters
    ----------
    frames : ndarray of int
        Frame numbers.
    hop_s : float
        Seconds between frames.

    Examples
    --------
    >>> frames_to_time(np.arange(3)).round(2).tolist()
    [0.01, 0.03, 0.05]
    """
    return (np.asarray(frames, dtype=np.float64) + 0.5) * hop_s


def segments_to_frames(
    segments: Iterable[Segment], n_frames: int, *, hop_s: float = HOP_S
) -> NDArray[np.bool_]:
    """Which frames lie in a segment: those whose centre does.

    Parameters
    ----------
    segments : iterable of Segment
        In any order; they may overlap and reach beyond the last frame.
    n_frames : int
        Length T of the answer.
    hop_s : float
        Seconds between frames.

    Returns
    -------
    ndarray of bool, shape (T,)

    Examples
    --------
    >>> segments_to_frames([Segment(0.02, 0.06)], 4).tolist()
    [False, True, True, False]
    """
    active = np.zeros(n_frames, dtype=np.bool_)
    for segment in segments:
        active[_first_centre(segment.start_s, hop_s) : _first_centre(segment.end_s, hop_s)] = True
    return active


def frames_to_segments(
    active: NDArray[np.bool_],
    *,
    hop_s: float = HOP_S,
    label: str = SINGING,
    duration_s: float | None = None,
) -> list[Segment]:
    """Runs of active frames as segments.

    Parameters
    ----------
    active : ndarray of bool, shape (T,)
        One value a frame.
    hop_s : float
        Seconds between frames.
    label : str
        Label of the segments.
    duration_s : float, optional
        Length of the recording: no segment ends beyond it.

    Examples
    --------
    >>> frames_to_segments(np.array([False, True, True]))
    [Segment(0.02, 0.06, 'singing')]
    """
    edges = np.flatnonzero(np.diff(active.astype(np.int8), prepend=0, append=0))
    limit_s = math.inf if duration_s is None else duration_s
    return [
        Segment(round(int(a) * hop_s, 6), min(round(int(b) * hop_s, 6), limit_s), label)
        for a, b in edges.reshape(-1, 2)
    ]


def labelled(segments: Sequence[Segment], label: str) -> list[Segment]:
    """The segments that carry one label, in their order.

    Examples
    --------
    >>> labelled([Segment(0, 1, "speech"), Segment(1, 2)], "singing")
    [Segment(1, 2, 'singing')]
    """
    return [segment for segment in segments if segment.label == label]


def covered_s(segments: Iterable[Segment]) -> float:
    """Seconds that lie in any of the segments; where some overlap, these count once.

    Examples
    --------
    >>> covered_s([Segment(0, 3), Segment(2, 4, "speech"), Segment(9, 10)])
    5.0
    """
    total_s = at_s = 0.0
    for start_s, end_s in sorted((segment.start_s, segment.end_s) for segment in segments):
        total_s += max(0.0, end_s - max(start_s, at_s))
        at_s = max(at_s, end_s)
    return total_s


def _first_centre(time_s: float, hop_s: float) -> int:
    """The first frame whose centre is not before a time (1e-6 of a frame forgives rounding)."""
    return max(0, math.ceil(time_s / hop_s - 0.5 - 1e-6))
