"""Where singing begins and ends: matching and distances of edges.

Edges are the starts and ends of *runs*: the union of a recording's segments, in which touching and
overlapping segments are one. A run that begins with the recording has its start at 0 and one that
lasts to the end has its end there; both count as edges, so that an answer which begins a tenth
of a second late still finds its partner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Segment
from earmark.metrics.counts import Counts, rates

WINDOW_S = 0.3
"""How far apart two edges may lie, in seconds, and still be the same one: our choice."""

_ROUNDING_S = 1e-6  # what times written with six decimals may be off by


def runs(segments: Iterable[Segment], *, duration_s: float = math.inf) -> NDArray[np.float64]:
    """Union of segments.

    Parameters
    ----------
    segments : iterable of Segment
        In any order; labels are not looked at.
    duration_s : float
        Length of the recording: what lies beyond it is cut off.

    Returns
    -------
    ndarray of float64, shape (R, 2)
        Start and end of each run in seconds, ascending, apart from each other.

    Examples
    --------
    >>> runs([Segment(3, 5), Segment(0, 1), Segment(1, 2)], duration_s=4).tolist()
    [[0.0, 2.0], [3.0, 4.0]]
    """
    union: list[list[float]] = []
    for start_s, end_s in sorted((s.start_s, min(s.end_s, duration_s)) for s in segments):
        if end_s <= start_s:
            continue
        if union and start_s <= union[-1][1] + _ROUNDING_S:
            union[-1][1] = max(union[-1][1], end_s)
        else:
            union.append([start_s, end_s])
    return np.array(union, dtype=np.float64).reshape(-1, 2)


def match_edges(
    reference_s: NDArray[Any], estimate_s: NDArray[Any], *, window_s: float = WINDOW_S
) -> NDArray[np.intp]:
    """Pair edges one to one, as many as can be paired within a tolerance.

    Parameters
    ----------
    reference_s, estimate_s : ndarray, shapes (R,), (E,)
        Times in seconds, ascending.
    window_s : float
        Largest distance of a pair in seconds, inclusive.

    Returns
    -------
    ndarray of int, shape (P, 2)
        Indices into reference and estimate, ascending. No matching has more pairs: on a line with
        one tolerance for all, pairing the earliest that fit is optimal.

    Raises
    ------
    ValueError
        If times do not ascend or the window is negative.

    Examples
    --------
    >>> match_edges(np.array([1.0, 2.0]), np.array([1.2, 1.8, 9.0])).tolist()
    [[0, 0], [1, 1]]
    """
    reference_s, estimate_s = np.asarray(reference_s), np.asarray(estimate_s)
    if (np.diff(reference_s) < 0).any() or (np.diff(estimate_s) < 0).any():
        raise ValueError("edge times must ascend")
    if not window_s >= 0:
        raise ValueError(f"window_s must be 0 or more, got {window_s}")
    pairs, i, j = [], 0, 0
    while i < len(reference_s) and j < len(estimate_s):
        if abs(reference_s[i] - estimate_s[j]) <= window_s + _ROUNDING_S:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif reference_s[i] < estimate_s[j]:
            i += 1
        else:
            j += 1
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def edge_counts(
    reference_s: NDArray[Any],
    estimate_s: NDArray[Any],
    *,
    window_s: float = WINDOW_S,
    block_s: float = math.inf,
    n_blocks: int = 1,
) -> Counts:
    """Count found, invented and missed edges, block by block.

    Parameters
    ----------
    reference_s, estimate_s, window_s
        As in :func:`match_edges`; edges are matched over the whole recording.
    block_s : float
        Length of a block in seconds. A pair belongs to the block of its reference edge.
    n_blocks : int
        Number of blocks B; the last one takes what lies beyond.

    Returns
    -------
    ndarray of int64, shape (B, 4)
        ``tp, fp, fn, tn``; the last is 0.

    Examples
    --------
    >>> edge_counts(np.array([1.0, 2.0]), np.array([1.2])).tolist()
    [[1, 0, 1, 0]]
    """
    pairs = match_edges(reference_s, estimate_s, window_s=window_s)
    found = np.asarray(reference_s)[pairs[:, 0]]
    invented = np.delete(estimate_s, pairs[:, 1])
    missed = np.delete(reference_s, pairs[:, 0])
    counts = np.zeros((n_blocks, 4), dtype=np.int64)
    for column, times_s in enumerate((found, invented, missed)):
        block = blocks_of(times_s, block_s=block_s, n_blocks=n_blocks)
        counts[:, column] = np.bincount(block, minlength=n_blocks)
    return counts


def edge_f(
    reference_s: NDArray[Any], estimate_s: NDArray[Any], *, window_s: float = WINDOW_S
) -> float:
    """F measure of edges: of onsets, or of offsets.

    The same as ``mir_eval.onset.f_measure``, but nan where the reference has no edge.

    Examples
    --------
    >>> round(edge_f(np.array([1.0, 2.0]), np.array([1.2])), 3)
    0.667
    """
    return float(rates(edge_counts(reference_s, estimate_s, window_s=window_s)[0])["f1"])


def edge_errors(reference_s: NDArray[Any], estimate_s: NDArray[Any]) -> NDArray[np.float64]:
    """How far each reference edge is from the nearest estimated one.

    Returns
    -------
    ndarray of float64, shape (R,)
        Seconds, >= 0; nan where nothing was estimated.

    Examples
    --------
    >>> edge_errors(np.array([1.0, 4.0]), np.array([1.5, 3.0])).tolist()
    [0.5, 1.0]
    """
    if len(estimate_s) == 0:
        return np.full(len(reference_s), np.nan)
    distance = np.abs(np.subtract.outer(reference_s, estimate_s))
    return np.asarray(distance.min(axis=1), dtype=np.float64)


def blocks_of(times_s: NDArray[Any], *, block_s: float, n_blocks: int) -> NDArray[np.intp]:
    """The block that each time lies in, in [0, n_blocks).

    Examples
    --------
    >>> blocks_of(np.array([0.0, 10.0, 99.0]), block_s=10, n_blocks=3).tolist()
    [0, 1, 2]
    """
    return np.minimum(np.asarray(times_s) // block_s, n_blocks - 1).astype(np.intp)
