"""Whether a score of 0.8 means that four frames of five are sung.

Guo et al. 2017 (arXiv 1706.04599), section 2: frames are put into bins of equal width by their
score; in each, the mean score is held against the share that is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""As in the paper."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Scores against truth, bin by bin; bins without frames are left out.

    Parameters
    ----------
    score : ndarray, shape (n,)
        Mean score of each bin.
    share : ndarray, shape (n,)
        Share of its frames that are true.
    weight : ndarray, shape (n,)
        Share of all frames that lie in it.
    """

    score: NDArray[np.float64]
    share: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of score and share, by weight."""
        return float(np.sum(self.weight * np.abs(self.score - self.share)))


def reliability(
    reference: NDArray[np.bool_], scores: NDArray[Any], *, bins: int = BINS
) -> Reliability:
    """The reliability diagram of scores.

    Parameters
    ----------
    reference : ndarray of bool, shape (T,)
        Truth.
    scores : ndarray, shape (T,)
        In [0, 1].
    bins : int
        Of equal width.

    Raises
    ------
    ValueError
        If the shapes differ, there are no frames, or a score lies outside [0, 1].

    Examples
    --------
    >>> truth = np.array([True, True, True, False])
    >>> round(reliability(truth, np.array([0.7, 0.7, 0.7, 0.7])).error, 3)
    0.05
    """
    scores = np.asarray(scores, dtype=np.float64)
    if reference.shape != scores.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"truth and scores are two curves, got {reference.shape}, {scores.shape}")
    if not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError("scores must lie in [0, 1]")
    place = np.minimum((scores * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    there = count > 0
    return Reliability(
        np.bincount(place, weights=scores, minlength=bins)[there] / count[there],
        np.bincount(place, weights=reference, minlength=bins)[there] / count[there],
        count[there] / len(scores),
    )
