"""The view of Lee, Choi and Nam 2018 (after Schlüter and Grill 2015): 80 mel bands at 70 frames/s.

22,050 Hz, Hann window of 1,024 samples, hop 315, 80 bands from 27.5 to 8,000 Hz, logarithm of the
magnitude. Their choices are the rate, lengths, bands and edges; the window, Slaney's mel scale and
equal areas are librosa's defaults, which they used. Theirs is in dB, cut 80 dB below the peak
(librosa's ``amplitude_to_db``); the natural logarithm with an offset, which needs no peak, is ours.

Frame ``i`` is centred at sample ``315 i + 157``, that is, frames tile the recording as earmark's
own do; ``T = ceil(n / 315)``.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from earmark.annotation import HOP_S, frames_to_time

SR = 22050
N_FFT = 1024
HOP_LENGTH = 315
N_MELS = 80
FMIN_HZ, FMAX_HZ = 27.5, 8000.0
OFFSET = 1e-5
SILENCE = math.log(OFFSET)
"""What digital silence looks like."""
_BLOCK = 256  # frames at a time


def logmel_schluter(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel spectrogram of a whole recording.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples at 22,050 Hz in [-1, 1].

    Returns
    -------
    ndarray, shape (T, 80), float32
        Natural logarithm of mel magnitude, ``T = ceil(n / 315)``.

    Examples
    --------
    >>> logmel_schluter(np.zeros(22050, np.float32)).shape
    (70, 80)
    """
    n_frames = -(-len(y) // HOP_LENGTH)
    left = N_FFT // 2 - HOP_LENGTH // 2
    padded = np.zeros(n_frames * HOP_LENGTH + N_FFT, dtype=np.float32)
    padded[left : left + len(y)] = y
    frames = sliding_window_view(padded, N_FFT)[::HOP_LENGTH]
    view = np.empty((n_frames, N_MELS), dtype=np.float32)
    for start in range(0, n_frames, _BLOCK):
        stop = min(n_frames, start + _BLOCK)
        magnitude = np.abs(np.fft.rfft(frames[start:stop] * _window())).astype(np.float32)
        view[start:stop] = np.log(magnitude @ mel_filters().T + np.float32(OFFSET))
    return view


def to_grid(scores: NDArray[np.float32], n_frames: int) -> NDArray[np.float32]:
    """Scores of 70 frames a second at the centres of earmark's frames, between neighbours linearly.

    Parameters
    ----------
    scores : ndarray, shape (T',)
    n_frames : int
        Frames of 20 ms wanted.

    Returns
    -------
    ndarray, shape (n_frames,), float32

    Examples
    --------
    >>> to_grid(np.array([0.0, 1.0, 1.0], np.float32), 2).round(2)
    array([0.2, 1. ], dtype=float32)
    """
    at_s = frames_to_time(np.arange(n_frames), hop_s=HOP_S)
    own_s = frames_to_time(np.arange(len(scores)), hop_s=HOP_LENGTH / SR)
    return np.interp(at_s, own_s, scores).astype(np.float32)


@lru_cache(maxsize=1)
def mel_filters() -> NDArray[np.float32]:
    """Triangular mel filters of equal area, shape (80, 513)."""
    low, high = _hz_to_mel(FMIN_HZ), _hz_to_mel(FMAX_HZ)
    edges_hz = _mel_to_hz(np.linspace(low, high, N_MELS + 2))
    bins_hz = np.linspace(0, SR / 2, N_FFT // 2 + 1)
    left, centre, right = (edges_hz[i : i + N_MELS, None] for i in range(3))
    triangles = np.minimum((bins_hz - left) / (centre - left), (right - bins_hz) / (right - centre))
    return (np.maximum(0, triangles) * 2 / (right - left)).astype(np.float32)


def _hz_to_mel(hz: float) -> float:
    """Slaney's scale: 66.7 Hz a mel up to 1 kHz, then 27 mels for a factor of 6.4."""
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def _mel_to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = 1000 * 6.4 ** ((mels - 15) / 27)
    return np.asarray(np.where(mels < 15, mels * 200 / 3, above))


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    """Periodic Hann window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(np.float32)
