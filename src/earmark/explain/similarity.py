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

    Raises
    ------
    ValueError
        If the patterns differ in size, or a set has none.

    Examples
    --------
    >>> A = np.eye(3)
    >>> best_match_correlation(A, A[::-1]).round(2).tolist()
    [1.0, 1.0, 1.0]
    """
    if A.shape[1:] != B.shape[1:] or not (len(A) and len(B)):
        raise ValueError(f"patterns of one size, at least one in each set: {A.shape}, {B.shape}")
    return np.asarray((_unit(A) @ _unit(B).T).max(axis=1))


def magnitudes(patterns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Magnitudes of the patterns' two-dimensional spectra: what texture, wherever it lies.

    Two stripes that are shifted against each other do not correlate, their magnitudes do.

    Parameters
    ----------
    patterns : ndarray, shape (n, T, F)

    Returns
    -------
    ndarray, shape (n, T, F // 2 + 1)

    Examples
    --------
    >>> stripes = np.tile([0.0, 1.0], (1, 4, 4))
    >>> best_match_correlation(stripes, 1 - stripes).round(2).tolist()
    [-1.0]
    >>> bool(np.allclose(magnitudes(stripes), magnitudes(1 - stripes)))
    True
    """
    centred = patterns - patterns.mean(axis=(1, 2), keepdims=True)
    return np.abs(np.fft.rfft2(centred)).astype(np.float32)


def _unit(patterns: NDArray[np.float32]) -> NDArray[np.float64]:
    flat = patterns.reshape(len(patterns), -1).astype(np.float64)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(length > 0, length, 1))
