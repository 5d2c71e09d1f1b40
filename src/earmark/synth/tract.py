"""The physics under :mod:`earmark.synth.voice`: a glottis, a vocal tract, and noise.

Curves of pitch and formants have one value every 5 ms, shape (T,) or (T, 5); sounds have the shape
(n,). The tract is applied to short-time spectra, where it is a product.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

HOP_S = 0.005
_BANDWIDTHS_HZ = (80.0, 90.0, 120.0, 170.0, 220.0)
_HIGHER_HZ = ((4700.0, 400.0), (5700.0, 500.0), (6700.0, 600.0), (7800.0, 700.0))


def pulses(f0: Curve, *, sr: int) -> NDArray[np.float64]:
    """A glottal wave of the pitch ``f0`` in Hz, shape (n,): harmonics k of level 1/k, no aliases.

    Tables of one period each hold the harmonics below 0.47 sr for half an octave of pitch.
    """
    phase = np.cumsum(f0 / sr) % 1.0
    y = np.zeros(len(f0))
    table_of = np.floor(2 * np.log2(f0 / 20.0)).astype(int)
    for number in np.unique(table_of):
        top_hz = 20.0 * 2 ** ((number + 1) / 2)
        k = np.arange(1, max(2, int(0.47 * sr / top_hz) + 1))
        spectrum = np.zeros(1025, complex)
        spectrum[k[k < 1025]] = (1.0 / k * np.exp(-1j * 0.4 * np.sqrt(k)))[k < 1025]
        table = np.fft.irfft(spectrum) * 1024
        here = table_of == number
        y[here] = np.interp(phase[here] * 2048, np.arange(2049), np.append(table, table[0]))
    return y


def envelope(formants: Curve, *, sr: int) -> Curve:
    """Magnitude of the vocal tract, shape (T, F), for formants of shape (T, 5) in Hz."""
    f = np.arange(_n_fft(sr) // 2 + 1) * sr / _n_fft(sr)
    tract = formants[:, 4:5] / 3700.0
    poles = [(formants[:, i : i + 1], width) for i, width in enumerate(_BANDWIDTHS_HZ)]
    poles += [(centre * tract, width) for centre, width in _HIGHER_HZ]
    gain = np.ones((len(formants), len(f)))
    for centre, width in poles:
        gain *= centre**2 / np.sqrt((centre**2 - f**2) ** 2 + (width * f) ** 2)
    return gain


def filtered(x: NDArray[np.float64], envelope: Curve, *, sr: int) -> NDArray[np.float64]:
    """A signal whose short-time spectra, one every 5 ms, are multiplied by ``envelope`` (T, F)."""
    hop, n_fft = round(HOP_S * sr), _n_fft(sr)
    n_frames = -(-len(x) // hop) + 1
    window = np.hanning(4 * hop + 1)[:-1]
    padded = np.concatenate([np.zeros(2 * hop), x, np.zeros((n_frames + 4) * hop - len(x))])
    frames = np.lib.stride_tricks.sliding_window_view(padded, 4 * hop)[::hop][:n_frames] * window
    gains = envelope[np.minimum(np.arange(n_frames), len(envelope) - 1)]
    shift = n_fft // 2 - 2 * hop
    frames = np.fft.irfft(np.fft.rfft(np.pad(frames, ((0, 0), (shift, 0))), n_fft) * gains, n_fft)
    parts = -(-n_fft // hop)
    frames = np.pad(frames, ((0, 0), (0, parts * hop - n_fft))).reshape(n_frames, parts, hop)
    y = np.zeros((n_frames + parts, hop))
    for part in range(parts):
        y[part : part + n_frames] += frames[:, part]
    return y.ravel()[n_fft // 2 :][: len(x)] / 2.0


def _n_fft(sr: int) -> int:
    """Samples of a spectrum: a power of 2 that is at least 40 ms."""
    return int(2 ** np.ceil(np.log2(0.04 * sr)))


def band(
    rng: np.random.Generator, n: int, *, low_hz: float, high_hz: float, sr: int
) -> NDArray[np.float64]:
    """Noise of RMS 1 between two frequencies, with soft edges, shape (n,)."""
    f = np.fft.rfftfreq(n, 1 / sr) + 1.0
    gain = 1 / np.sqrt((1 + (low_hz / f) ** 6) * (1 + (f / high_hz) ** 6))
    y = np.fft.irfft(np.fft.rfft(rng.normal(size=n)) * gain, n)
    return np.asarray(y / np.sqrt(np.mean(y**2) + 1e-12))


def smooth(x: Curve, width_s: float) -> Curve:
    """A curve on the 5 ms grid, averaged twice over ``width_s`` seconds; its ends are held."""
    width = max(1, round(width_s / HOP_S)) | 1
    kernel = np.convolve(np.ones(width), np.ones(width)) / width**2
    padded = np.pad(x, len(kernel) // 2, mode="edge")
    return np.convolve(padded, kernel, mode="valid")
