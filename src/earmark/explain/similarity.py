"""How alike are two sets of patterns? Hou et al. 2020 compare them by eye; these are numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_match_correlation(A: NDArray[np.float32], B: NDArray[np.float32]) -> NDArray[np.float64]:
    """Highest correlation of each pattern of A with any pattern of B.

    Parameters
    ----------
    A, B : ndarray, shapes (n, ...) and (m, ...)
        Patterns of one size.

    Returns
    -------
    ndarray, shape (n,)
        Pearson's r in [-1, 1]; 0 for a pattern without any variation.

    Examples
    --------
    >>> A = np.eye(3)
    >>> best_match_correlation(A, A[::-1]).round(2).tolist()
    [1.0, 1.0, 1.0]
    """
    return np.asarray((_unit(A) @ _unit(B).T).max(axis=1))


def chance_correlation(
    A: NDArray[np.float32], B: NDArray[np.float32], *, rng: np.random.Generator
) -> float:
    """The same, on average, when nothing is alike: B's patterns with their time axis turned round.

    Turning each pattern of B by a random shift in time *and* in its second axis keeps what it is
    made of and destroys where it is; what correlation is left is due to smoothness and to the
    number of patterns to choose from.

    Parameters
    ----------
    A, B : ndarray, shapes (n, T, F) and (m, T, F)
    rng : numpy.random.Generator
    """
    moved = np.stack(
        [
            np.roll(
                pattern, (rng.integers(pattern.shape[0]), rng.integers(pattern.shape[1])), (0, 1)
            )
            for pattern in B
        ]
    )
    return float(best_match_correlation(A, moved).mean())


def _unit(patterns: NDArray[np.float32]) -> NDArray[np.float64]:
    flat = patterns.reshape(len(patterns), -1).astype(np.float64)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(length > 0, length, 1))
