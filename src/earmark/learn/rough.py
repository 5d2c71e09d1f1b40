"""Songs as they reach listeners: driven into clipping, from a hall, through a telephone.

In samples, since what clipping adds lies between voice and music and cannot be had from their
spectra (tried: it did not help). All ranges are our choices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

Samples = NDArray[np.float32]


def roughen(y: Samples, *, sr: int, rng: np.random.Generator) -> Samples:
    """Treat a recording badly, in one to three ways.

    Parameters
    ----------
    y : ndarray, shape (n,)
    sr : int
        Rate in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n,)
        Its peak at most 1. Nothing is later than it was.
    """
    ways = [way for way in (_hall, _telephone, _clip) if rng.random() < 0.5] or [_clip]
    for way in ways:
        y = way(y, sr, rng)
    return y


def _hall(y: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Noise that dies away within 0.3 to 2.5 s, 12 dB softer than the direct sound or as loud."""
    decay_s = rng.uniform(0.3, 2.5)
    t = np.arange(int(decay_s * sr)) / sr
    tail = rng.normal(size=len(t)) * 10 ** (-3 * t / decay_s)
    tail *= 10 ** (rng.uniform(-12, 0) / 20) / np.sqrt(np.sum(tail**2))
    return _fitted(y + fftconvolve(y, tail)[: len(y)])


def _telephone(y: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Nothing below 50 to 500 Hz and above 2.7 to 5 kHz, more or less steeply."""
    band_hz = rng.uniform(50, 500), rng.uniform(2700, 5000)
    sos = butter(int(rng.integers(1, 7)), band_hz, btype="band", fs=sr, output="sos")
    return _fitted(sosfilt(sos, y))


def _clip(y: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Louder than full scale by 3 to 25 dB, and cut off there, hard or softly."""
    peak = max(1e-9, float(np.abs(y).max()))
    y = y * np.float32(10 ** (rng.uniform(3, 25) / 20) / peak)
    return (np.clip(y, -1, 1) if rng.random() < 0.7 else np.tanh(y)).astype(np.float32)


def _fitted(y: NDArray[np.floating]) -> Samples:
    return np.asarray(y / max(1.0, float(np.abs(y).max())), np.float32)
