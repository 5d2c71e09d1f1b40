"""What happens to a mix on its way to the listener, on power mel spectra (T, F).

Tempo and pitch, a compressor, a stereo mix made mono, short drop-outs. None of it changes who sings
when, and all of it happens to songs. All ranges are our choices.
"""

from __future__ import annotations

import numpy as np

from earmark.features.logmel import HOP_LENGTH, SR, mel_filters
from earmark.learn.mixing import Power

MOST_TEMPO = 0.22
"""Nepers: 0.8 to 1.25 of the pace."""
MOST_BANDS = 3.0
"""Mel bands up or down: about 3 semitones in the middle of the view."""
_FRAME_S = HOP_LENGTH / SR


def stretch(power: Power, frames: int) -> Power:
    """Power spectra in another tempo: T frames as ``frames``, interpolated, the pitch as it was.

    Examples
    --------
    >>> stretch(np.array([[0.0], [2.0]], np.float32), 3).ravel().tolist()
    [0.0, 1.0, 2.0]
    """
    at = np.linspace(0, len(power) - 1, frames)
    low = at.astype(int)
    share = (at - low).astype(np.float32)[:, None]
    return (1 - share) * power[low] + share * power[np.minimum(low + 1, len(power) - 1)]


def transpose(power: Power, bands: float) -> Power:
    """Power spectra moved up by some mel bands (down if negative), the tempo as it was.

    Pitch and formants move together, as with a smaller singer. Where nothing comes from, the
    outermost band is held.

    Examples
    --------
    >>> transpose(np.array([[1.0, 2.0, 4.0]], np.float32), 0.5).ravel().tolist()
    [1.0, 1.5, 3.0]
    """
    n = power.shape[1]
    at = np.clip(np.arange(n) - bands, 0, n - 1)
    low = at.astype(int)
    share = (at - low).astype(np.float32)
    return (1 - share) * power[:, low] + share * power[:, np.minimum(low + 1, n - 1)]


def compress(power: Power, *, ratio: float, release_s: float) -> Power:
    """Bring loud and soft frames nearer to each other, as mastering does.

    In a plain sum the mix is louder wherever somebody sings, and a network would learn just that.

    Parameters
    ----------
    power : ndarray, shape (T, F)
    ratio : float
        Share of each frame's level, in dB against the loudest, that is taken away, in [0, 1].
    release_s : float
        How fast the gain comes back after a loud frame; it falls at once.

    Examples
    --------
    >>> compress(np.array([[1.0], [0.01]], np.float32), ratio=0.5, release_s=0.0).ravel().round(2)
    array([1. , 0.1], dtype=float32)
    """
    level = power.mean(axis=1)
    keep = float(np.exp(-_FRAME_S / release_s)) if release_s > 0 else 0.0
    held = np.empty_like(level)
    state = 0.0
    for t, now in enumerate(level):
        state = max(float(now), keep * state)
        held[t] = state
    loudest = float(held.max(initial=0.0))
    if loudest <= 0:
        return power
    relative = np.maximum(held / loudest, 1e-4)
    return power * (relative**-ratio).astype(np.float32)[:, None]


def comb(rng: np.random.Generator) -> Power:
    """Power gains, shape (F,), of a sound that meets itself again 0.1 to 3 ms later.

    That is what is left of a stereo mix whose channels differ in time, once they are added up.
    """
    bins_hz = np.linspace(0, SR / 2, mel_filters().shape[1])
    delay_s, depth = rng.uniform(1e-4, 3e-3), rng.uniform(0.2, 0.9)
    gain = 1 + depth**2 + 2 * depth * np.cos(2 * np.pi * bins_hz * delay_s)
    filters = mel_filters()
    return np.asarray(filters @ gain / filters.sum(axis=1) / (1 + depth**2), dtype=np.float32)


def treat(power: Power, rng: np.random.Generator) -> Power:
    """Compressor, stereo made mono and drop-outs, each at times.

    Parameters
    ----------
    power : ndarray, shape (T, F)
        Of a whole mix.
    rng : numpy.random.Generator
    """
    if rng.random() < 0.5:
        ratio = rng.uniform(0.2, 0.9)
        power = compress(power, ratio=ratio, release_s=10 ** rng.uniform(-1.3, 0.3))
    if rng.random() < 0.2:
        power = power * comb(rng)
    if rng.random() < 0.2:
        power = power.copy()
        for _ in range(int(rng.integers(1, 4))):
            start = int(rng.integers(len(power)))
            power[start : start + int(rng.integers(1, 12))] = 0  # up to 0.2 s
    return power
