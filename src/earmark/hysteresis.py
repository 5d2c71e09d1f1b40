"""From a curve of scores to intervals: two thresholds and two minimum lengths.

The words are pyannote's: a segment starts when the score reaches ``onset`` and lasts until it falls
below ``offset``; pauses shorter than ``min_off_s`` are bridged first, then segments shorter than
``min_on_s`` are dropped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Scores, Segment, frames_to_segments


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How scores become segments.

    Parameters
    ----------
    onset, offset : float
        Thresholds in [0, 1], ``offset <= onset``.
    min_on_s, min_off_s : float
        Shortest segment and shortest pause, seconds.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    onset: float = 0.5
    offset: float = 0.5
    min_on_s: float = 0.0
    min_off_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.offset <= self.onset <= 1:
            raise ValueError(
                f"thresholds need 0 <= offset <= onset <= 1, got onset {self.onset} and "
                f"offset {self.offset}"
            )
        for name in ("min_on_s", "min_off_s"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be at least 0 s, got {getattr(self, name)}")

    def segments(self, scores: Scores) -> list[Segment]:
        """All labels' segments in order of their starts, each with its mean score.

        Parameters
        ----------
        scores : Scores

        Examples
        --------
        >>> values = np.array([[0.2], [0.9], [0.6], [0.1]], np.float32)
        >>> Hysteresis(onset=0.8, offset=0.5).segments(Scores(values))
        [Segment(0.02, 0.06, 'singing', score=0.75)]
        """
        found = [
            segment
            for column, label in enumerate(scores.labels)
            for segment in self._of_label(scores, scores.values[:, column], label)
        ]
        return sorted(found, key=lambda segment: (segment.start_s, segment.end_s))

    def active(self, values: NDArray[np.float32], *, hop_s: float) -> NDArray[np.bool_]:
        """Which frames are on, shape (T,), for the scores of one label, shape (T,)."""
        # what each frame decides: on, off, or (between the thresholds) what the last one said
        decides = np.where(values >= self.onset, 1, np.where(values < self.offset, 0, -1))
        last = np.maximum.accumulate(np.where(decides >= 0, np.arange(len(values)), 0))
        active: NDArray[np.bool_] = decides[last] == 1
        _flip_short(active, False, self.min_off_s / hop_s)
        _flip_short(active, True, self.min_on_s / hop_s)
        return active

    def _of_label(self, scores: Scores, values: NDArray[np.float32], label: str) -> list[Segment]:
        active = self.active(values, hop_s=scores.hop_s)
        return [
            Segment(s.start_s, s.end_s, label, _mean(values, s, scores.hop_s))
            for s in frames_to_segments(
                active, hop_s=scores.hop_s, label=label, duration_s=scores.end_s
            )
            if s.end_s > s.start_s
        ]


def _mean(values: NDArray[np.float32], segment: Segment, hop_s: float) -> float:
    first, last = round(segment.start_s / hop_s), math.ceil(segment.end_s / hop_s - 1e-6)
    return round(float(values[first:last].mean(dtype=np.float64)), 4)


def _flip_short(active: NDArray[np.bool_], state: bool, frames: float) -> None:
    """Turn runs of a state that are shorter than a length; pauses at either end are no pauses."""
    edges = np.flatnonzero(np.diff((active == state).astype(np.int8), prepend=0, append=0))
    for start, end in edges.reshape(-1, 2):
        inner = start > 0 and end < len(active)
        if end - start < frames - 1e-6 and (state or inner):
            active[start:end] = not state
