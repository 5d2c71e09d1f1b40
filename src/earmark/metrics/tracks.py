"""A song with its truth and a detector's answer, and which of its frames count."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, Segment, segments_to_frames
from earmark.metrics.edges import runs


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A song with its truth and a detector's answer.

    Parameters
    ----------
    reference, estimate : sequence of Segment
        Segments of one label, in any order; what lies beyond ``duration_s`` is cut off.
    duration_s : float
        Length of the recording in seconds, > 0.
    scores : ndarray, shape (T,), optional
        One score a frame; ``T`` is ``ceil(duration_s / hop_s)``, give or take one.
    hop_s : float
        Seconds between frames.
    name : str
        What the song is called in the table.

    Raises
    ------
    ValueError
        If the duration or the hop is not positive, or the scores have another length or hold nan.
    """

    reference: Sequence[Segment]
    estimate: Sequence[Segment]
    duration_s: float
    scores: NDArray[Any] | None = None
    hop_s: float = HOP_S
    name: str = ""

    def __post_init__(self) -> None:
        if not (0 < self.duration_s < math.inf and 0 < self.hop_s < math.inf):
            raise ValueError(
                f"{self.name}: duration_s and hop_s must be positive and finite, "
                f"got {self.duration_s} and {self.hop_s}"
            )
        if self.scores is None:
            return
        expected = math.ceil(self.duration_s / self.hop_s - 1e-6)
        if np.ndim(self.scores) != 1 or abs(len(self.scores) - expected) > 1:
            raise ValueError(
                f"{self.name}: {self.duration_s:.2f} s need scores of the shape ({expected},), "
                f"got {np.shape(self.scores)}"
            )
        if np.isnan(self.scores).any():
            raise ValueError(f"{self.name}: scores must not be nan")

    @property
    def n_frames(self) -> int:
        """Number of frames T."""
        if self.scores is not None:
            return len(self.scores)
        return math.ceil(self.duration_s / self.hop_s - 1e-6)


def collar_mask(
    reference: Iterable[Segment], n_frames: int, *, collar_s: float, hop_s: float = HOP_S
) -> NDArray[np.bool_]:
    """Which frames count: those that are not near an edge of the reference.

    Parameters
    ----------
    reference : iterable of Segment
        Touching and overlapping segments are one and have no edge between them.
    n_frames : int
        Length T of the answer.
    collar_s : float
        What is left out on each side of an edge, in seconds, >= 0.
    hop_s : float
        Seconds between frames.

    Returns
    -------
    ndarray of bool, shape (T,)
        False for frames whose centre lies in ``[edge - collar_s, edge + collar_s)``.

    Raises
    ------
    ValueError
        If the collar is negative.

    Examples
    --------
    >>> collar_mask([Segment(0, 0.06)], 6, collar_s=0.02).tolist()
    [True, True, False, False, True, True]
    """
    if not collar_s >= 0:
        raise ValueError(f"collar_s must be 0 or more, got {collar_s}")
    near = [
        Segment(max(0.0, edge - collar_s), edge + collar_s)
        for edge in runs(reference).ravel().tolist()
        if 0.5 * hop_s < edge < (n_frames - 0.5) * hop_s
    ]
    return ~segments_to_frames(near, n_frames, hop_s=hop_s)
