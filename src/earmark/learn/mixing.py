"""Mixtures with known truth: a voice over music at a given signal-to-noise ratio.

Mixing happens on *power* mel spectra. Two independent sounds add in power on average (their cross
terms have mean zero), so spectra that were computed once can be mixed again in each training step
without an FFT. What that leaves out are the beats between voice and music within one band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Power = NDArray[np.float32]


def mix_power(voice: Power, music: Power, *, snr_db: float, active: NDArray[np.bool_]) -> Power:
    """Add a voice to music.

    Parameters
    ----------
    voice, music : ndarray, shape (T, F)
        Power spectra.
    snr_db : float
        Level of the voice over its *active* frames against that of the music over all frames, in
        dB. Silent pauses therefore do not make the voice louder.
    active : ndarray of bool, shape (T,)
        Where the voice is.

    Returns
    -------
    ndarray, shape (T, F)
        The music at its own level with the scaled voice on top. If either is silent, their sum.

    Examples
    --------
    >>> voice, music = np.ones((4, 2), np.float32), np.full((4, 2), 3, np.float32)
    >>> mix_power(voice, music, snr_db=0, active=np.array([True, True, False, False]))[0]
    array([6., 6.], dtype=float32)
    """
    loud, ground = level(voice[active]), level(music)
    if loud <= 0 or ground <= 0:
        return voice + music
    gain = np.float32(ground / loud * 10 ** (snr_db / 10))
    return music + gain * voice


def level(power: Power) -> float:
    """Mean power over frames and bands; 0 for nothing."""
    return float(power.mean()) if power.size else 0.0


def reverberate(power: Power, *, decay_s: float, wet: float, hop_s: float = 0.02) -> Power:
    """Smear a power spectrum in time by an exponential tail.

    Parameters
    ----------
    power : ndarray, shape (T, F)
    decay_s : float
        Time in which the tail falls by 60 dB.
    wet : float
        Energy of the tail against that of the direct sound.
    """
    keep = np.float32(10 ** (-6 * hop_s / decay_s))
    tail = np.empty_like(power)
    state = np.zeros(power.shape[1], dtype=np.float32)
    for t, frame in enumerate(power):
        tail[t] = state  # the tail follows its frame
        state = keep * (state + frame)
    return power + np.float32(wet * (1 - keep) / keep) * tail


def colour(rng: np.random.Generator, *, n_mels: int = 64, spread_db: float = 5.0) -> Power:
    """A random smooth equaliser as power gains, shape (F,): microphones, rooms, mastering."""
    knots = rng.normal(0, spread_db, 6)
    curve_db = np.interp(np.linspace(0, 5, n_mels), np.arange(6), knots)
    return (10 ** (curve_db / 10)).astype(np.float32)
