"""Area under the ROC curve: how often a singing frame scores above one without singing.

Exact, by ranks (Hanley and McNeil 1982: it is the Mann-Whitney U over all pairs); two equal scores
count one half. No threshold is chosen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def auc(
    reference: NDArray[np.bool_], scores: NDArray[Any], *, weights: ArrayLike | None = None
) -> float:
    """Area under the ROC curve.

    Parameters
    ----------
    reference : ndarray of bool, shape (T,)
        Truth.
    scores : ndarray, shape (T,)
        Higher means more likely; any finite scale.
    weights : array_like, shape (T,), optional
        How often each frame counts (>= 0); default: once.

    Returns
    -------
    float
        In [0, 1]; nan where the reference has one class only.

    Raises
    ------
    ValueError
        If the shapes differ or are not (T,), or a score is nan.

    Examples
    --------
    >>> auc(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    reference, scores = np.asarray(reference, dtype=bool), np.asarray(scores)
    if reference.ndim != 1 or reference.shape != scores.shape:
        raise ValueError(
            f"reference and scores need one shape (T,), got {reference.shape}, {scores.shape}"
        )
    if np.isnan(scores).any():
        raise ValueError("scores must not be nan")
    return auc_of_levels(reference, levels(scores), weights=weights)


def levels(scores: NDArray[Any]) -> NDArray[np.intp]:
    """Dense ranks from 0: equal scores share one.

    Examples
    --------
    >>> levels(np.array([0.5, 0.1, 0.5])).tolist()
    [1, 0, 1]
    """
    return np.unique(scores, return_inverse=True)[1]


def auc_of_levels(
    reference: NDArray[np.bool_], level: NDArray[np.intp], *, weights: ArrayLike | None = None
) -> float:
    """:func:`auc` of scores that were ranked before (a bootstrap ranks them once).

    Examples
    --------
    >>> auc_of_levels(np.array([False, True]), np.array([0, 1]))
    1.0
    """
    weight = np.ones(len(level)) if weights is None else np.asarray(weights, dtype=np.float64)
    positive = np.bincount(level, weights=weight * reference)
    negative = np.bincount(level, weights=weight * ~reference)
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        return float("nan")
    below = np.cumsum(negative) - negative / 2  # weight of the negatives below, half of the equals
    return float(positive @ below / pairs)
