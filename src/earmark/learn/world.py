"""Speech taken apart into pitch, spectral envelope and noise, and put together again.

WORLD (Morise, Yokomori, Ozawa 2016) does so every 5 ms; syllables are found in what it gives.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.errors import DataError, how_to_install

SR = 16000
PERIOD_MS = 5.0
RATE = 1000 / PERIOD_MS
"""Frames of WORLD in a second."""
SHORTEST_VOWEL = 6
"""Frames."""

Curve = NDArray[np.float64]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """What WORLD makes of speech.

    Parameters
    ----------
    f0_hz : ndarray, shape (T,)
        Pitch, 0 where there is none.
    envelope, aperiodicity : ndarray, shape (T, F)
        Power, and the share of noise in it, from 0 to 8 kHz.
    """

    f0_hz: Curve
    envelope: Curve
    aperiodicity: Curve


def analyse(y: Samples) -> Speech:
    """Take speech apart by WORLD (DIO, StoneMask, CheapTrick, D4C).

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples at 16 kHz.

    Raises
    ------
    DataError
        If pyworld is not installed.
    """
    world = _world()
    if len(y) < SR // 4:  # too short to have a pitch
        return Speech(np.zeros(1), np.ones((1, 2)), np.ones((1, 2)))
    x = y.astype(np.float64)
    f0_hz, times_s = world.dio(x, SR, f0_floor=70, f0_ceil=500, frame_period=PERIOD_MS)
    f0_hz = world.stonemask(x, f0_hz, times_s, SR)
    envelope = world.cheaptrick(x, f0_hz, times_s, SR)
    return Speech(f0_hz, envelope, world.d4c(x, f0_hz, times_s, SR))


def vowels(speech: Speech) -> list[tuple[int, int]]:
    """Where syllables sound: voiced runs, cut where their loudness dips by 2 dB or more.

    Returns
    -------
    list of (int, int)
        First frame, and the one after the last.
    """
    loudness_db = smooth(10 * np.log10(speech.envelope.sum(axis=1) + 1e-12), 9)
    voiced = np.pad(speech.f0_hz > 0, 1).astype(np.int8)
    found = []
    for start, stop in np.flatnonzero(np.diff(voiced)).reshape(-1, 2):
        if stop - start < SHORTEST_VOWEL:
            continue
        cuts = [int(start)]
        for i in range(start + 8, stop - 8):
            here = loudness_db[i]
            peaks = loudness_db[max(start, i - 25) : i].max(), loudness_db[i + 1 : i + 26].max()
            lowest = here <= loudness_db[max(start, i - 8) : i + 9].min()
            if lowest and here < min(peaks) - 2 and i - cuts[-1] > 12:
                cuts.append(i)
        found += list(zip(cuts, [*cuts[1:], int(stop)], strict=True))
    return found


def synthesise(f0_hz: Curve, envelope: Curve, aperiodicity: Curve) -> Curve:
    """Put speech together again, at 16 kHz; the arguments are those of :class:`Speech`."""
    parts = map(np.ascontiguousarray, (envelope, aperiodicity))
    return np.asarray(_world().synthesize(f0_hz, *parts, SR, PERIOD_MS))


def smooth(x: Curve, width: int) -> Curve:
    """Averaged under a Hann window of ``width`` frames; the ends are held."""
    width = max(3, width) | 1
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.pad(x, width // 2, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _world():  # type: ignore[no-untyped-def]  # a module without types
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks setuptools for its own version
            import pyworld
    except ImportError as error:
        raise DataError(
            f"speech is sung by pyworld, which is not installed: {how_to_install('train')}"
        ) from error
    return pyworld
