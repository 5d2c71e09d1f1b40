"""Hits and errors counted, and the rates that follow from them.

Counts are arrays whose last axis is ``(tp, fp, fn, tn)``: singing found, singing claimed where
there is none, singing missed, its absence kept. Counts add up over blocks and songs; rates do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

RATES = ("precision", "recall", "f1", "accuracy", "balanced_accuracy", "false_alarm")


def frame_counts(
    reference: NDArray[np.bool_],
    estimate: NDArray[np.bool_],
    *,
    block: NDArray[np.integer[Any]] | None = None,
    n_blocks: int = 1,
) -> Counts:
    """Count hits and errors, block by block.

    Parameters
    ----------
    reference, estimate : ndarray of bool, shape (T,)
        Truth and answer.
    block : ndarray of int, shape (T,), optional
        Which block each frame belongs to, in [0, n_blocks); default: one block for all.
    n_blocks : int
        Number of blocks B.

    Returns
    -------
    ndarray of int64, shape (B, 4)
        ``tp, fp, fn, tn`` of each block.

    Raises
    ------
    ValueError
        If the shapes differ or are not (T,).

    Examples
    --------
    >>> frame_counts(np.array([True, True, False]), np.array([True, False, False])).tolist()
    [[1, 0, 1, 1]]
    """
    reference, estimate = np.asarray(reference, dtype=bool), np.asarray(estimate, dtype=bool)
    if reference.ndim != 1 or reference.shape != estimate.shape:
        raise ValueError(
            f"reference and estimate need one shape (T,), got {reference.shape}, {estimate.shape}"
        )
    outcome = 3 - reference - 2 * estimate.astype(np.int64)  # tp 0, fp 1, fn 2, tn 3
    cell = outcome if block is None else 4 * block + outcome
    return np.bincount(cell, minlength=4 * n_blocks).reshape(n_blocks, 4).astype(np.int64)


def rates(counts: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Rates of counts, each in [0, 1], nan where undefined.

    ``precision = tp / (tp + fp)``, ``recall = tp / (tp + fn)``, ``f1 = 2 tp / (2 tp + fp + fn)``,
    ``accuracy = (tp + tn) / all``, ``false_alarm = fp / (fp + tn)`` and ``balanced_accuracy``, the
    mean of ``recall`` and ``1 - false_alarm``.

    Where the reference has no singing (``tp + fn == 0``), precision, recall and F1 are nan,
    whatever was estimated: an instrumental is measured by its accuracy and ``false_alarm``. Where
    nothing was estimated, precision is nan and F1 is 0.

    Parameters
    ----------
    counts : ndarray, shape (..., 4)
        ``tp, fp, fn, tn``.

    Returns
    -------
    dict of str to ndarray, shape (...)
        The names in ``RATES``.

    Examples
    --------
    >>> float(rates(np.array([3, 1, 1, 5]))["f1"])
    0.75
    """
    tp, fp, fn, tn = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = tp / (tp + fn)
        false_alarm = fp / (fp + tn)
        return {
            "precision": np.where(tp + fn > 0, tp / (tp + fp), np.nan),
            "recall": recall,
            "f1": np.where(tp + fn > 0, 2 * tp / (2 * tp + fp + fn), np.nan),
            "accuracy": (tp + tn) / (tp + fp + fn + tn),
            "balanced_accuracy": (recall + 1 - false_alarm) / 2,
            "false_alarm": false_alarm,
        }
