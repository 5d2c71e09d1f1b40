"""Log-mel spectrogram: 16 kHz, 40 ms Hamming window, 20 ms hop, 64 bands (Hou et al. 2020, 3.1).

The paper does not give the FFT's length, the band edges, the mel scale or the offset of the
logarithm. Our choices: an FFT of the window's own 640 samples, Slaney's mel scale with filters of
equal area from 0 to 8 kHz (librosa's default), and ``log(power + 1e-7)``.

Frame ``i`` covers ``[320 i, 320 (i + 1))`` samples and its window reaches 160 samples beyond on
either side; outside the recording there is silence. ``T = ceil(n / 320)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SR = 16000
N_FFT = 640
HOP_LENGTH = 320
N_MELS = 64
PAD = (N_FFT - HOP_LENGTH) // 2
"""Samples that a frame's window reaches beyond the frame, on either side."""
OFFSET = 1e-7
SILENCE = float(np.log(OFFSET))
"""What every band of digital silence is."""

_BLOCK = 256  # frames at a time: spectra of a block stay in the second-level cache


def logmel(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel spectrogram of a whole recording.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples at 16 kHz in [-1, 1].

    Returns
    -------
    ndarray, shape (T, 64), float32
        Natural logarithm of mel power, ``T = ceil(n / 320)``.

    Examples
    --------
    >>> logmel(np.zeros(16000, np.float32)).shape
    (50, 64)
    """
    return to_log(mel_power(y))


def logmel_stream(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Log-mel spectrogram of a recording that comes in blocks; together they equal the whole's.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n,)
        Samples at 16 kHz, in order; blocks may have any length.

    Yields
    ------
    ndarray, shape (t, 64), float32
        The frames that each block completes, and at the end the rest.
    """
    held = np.zeros(PAD, dtype=np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        n_ready = (len(held) - 2 * PAD) // HOP_LENGTH * HOP_LENGTH
        if n_ready > 0:
            yield to_log(mel_power_framed(held[: n_ready + 2 * PAD]))
            held = held[n_ready:]
    n_left = -(-(len(held) - PAD) // HOP_LENGTH) * HOP_LENGTH
    yield to_log(mel_power_framed(np.pad(held, (0, n_left + 2 * PAD - len(held)))))


def to_log(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of mel power, with the offset that every part of earmark uses."""
    log_power: NDArray[np.float32] = np.log(power + np.float32(OFFSET))
    return log_power


def mel_power(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mel power spectrogram, shape (T, 64): what mixtures are added in.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples at 16 kHz in [-1, 1].
    """
    n_frames = -(-len(y) // HOP_LENGTH)
    padded = np.zeros(n_frames * HOP_LENGTH + 2 * PAD, dtype=np.float32)
    padded[PAD : PAD + len(y)] = y
    return mel_power_framed(padded)


def mel_power_framed(padded: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mel power of samples that bring their own 160 samples of context on either side.

    Parameters
    ----------
    padded : ndarray, shape (320 T + 320,)
        160 samples before the first frame, the frames, 160 samples after the last.

    Returns
    -------
    ndarray, shape (T, 64), float32
    """
    n_frames = (len(padded) - 2 * PAD) // HOP_LENGTH
    power = np.empty((n_frames, N_MELS), dtype=np.float32)
    if n_frames == 0:
        return power
    frames = sliding_window_view(padded, N_FFT)[::HOP_LENGTH]
    window = _window()
    rising, falling, starts = _slopes()
    for start in range(0, n_frames, _BLOCK):
        spectrum = np.fft.rfft(frames[start : start + _BLOCK] * window)
        parts = spectrum.view(spectrum.real.dtype)  # (t, 2 * 321): real, imaginary, real, ...
        parts *= parts
        bins = parts[:, ::2] + parts[:, 1::2]
        up = np.add.reduceat(bins * rising, starts, axis=1)
        down = np.add.reduceat(bins * falling, starts, axis=1)
        power[start : start + _BLOCK] = up[:, :-1] + down[:, 1:]
    return power


@lru_cache(maxsize=1)
def mel_filters() -> NDArray[np.float32]:
    """Triangular mel filters of equal area, shape (64, 321).

    Slaney's scale (Auditory Toolbox, 1998): linear up to 1 kHz (66.7 Hz a mel), then
    logarithmic (27 mels for a factor of 6.4).
    """
    edges_hz, bins_hz = _edges_hz(), _bins_hz()
    low, centre, high = (edges_hz[i : i + N_MELS, None] for i in range(3))
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * 2 / (high - low)).astype(np.float32)


@lru_cache(maxsize=1)
def _slopes() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]:
    """The filter bank bin by bin: between two edges one filter rises and the one before it falls.

    Summing between edges is as fast as a product with the matrix and needs no thread pool.

    Returns
    -------
    rising, falling : ndarray, shape (321,)
        Each bin's weight in the filter that rises there, and in the one that falls.
    starts : ndarray, shape (65,)
        First bin of each of the 65 stretches between edges.
    """
    edges_hz, bins_hz = _edges_hz(), _bins_hz()
    stretch = np.searchsorted(edges_hz, bins_hz, side="right") - 1
    bank = np.pad(mel_filters(), ((1, 2), (0, 0)))  # nothing falls in the first stretch
    bins = np.arange(len(bins_hz))
    return bank[stretch + 1, bins], bank[stretch, bins], np.searchsorted(bins_hz, edges_hz[:-1])


def _edges_hz() -> NDArray[np.float64]:
    """Where filters start, peak and end: 66 frequencies, evenly spaced in mels."""
    step = np.log(6.4) / 27
    top = 15 + np.log(SR / 2 / 1000) / step
    mels = np.linspace(0, top, N_MELS + 2)
    edges: NDArray[np.float64] = np.where(
        mels < 15, mels * 200 / 3, 1000 * np.exp(step * (mels - 15))
    )
    return edges


def _bins_hz() -> NDArray[np.float64]:
    return np.linspace(0, SR / 2, N_FFT // 2 + 1)


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    """Periodic Hamming window of 640 samples."""
    phase = 2 * np.pi * np.arange(N_FFT) / N_FFT
    return (0.54 - 0.46 * np.cos(phase)).astype(np.float32)
