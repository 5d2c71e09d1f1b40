"""Mixtures with known truth: a voice over music at a given signal-to-noise ratio.

Mixing happens on *power* mel spectra. Two independent sounds add in power on average (their cross
terms have mean zero), so spectra that were computed once can be mixed again in each training step
without an FFT. What that leaves out are the beats between voice and music within one band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.features.logmel import N_MELS, OFFSET, to_log

Power = NDArray[np.float32]


def scale_to(voice: Power, music: Power, *, snr_db: float, active: NDArray[np.bool_]) -> Power:
    """A voice at the level at which it is to be added to music.

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
        The scaled voice; if either is silent, the voice as it is.

    Examples
    --------
    >>> voice, music = np.ones((4, 2), np.float32), np.full((4, 2), 3, np.float32)
    >>> scale_to(voice, music, snr_db=0, active=np.array([True, True, False, False]))[0]
    array([3., 3.], dtype=float32)
    """
    loud, ground = level(voice[active]), level(music)
    if loud <= 0 or ground <= 0:
        return voice
    return voice * np.float32(ground / loud * 10 ** (snr_db / 10))


def audible(voice: Power, music: Power) -> NDArray[np.bool_]:
    """Frames in which a voice can be made out: it is within 6 dB of the music in two bands or more.

    Our choice. Where a voice drowns, "voice" would be a wrong label and "none" would be too.

    Parameters
    ----------
    voice, music : ndarray, shape (T, F)
        Power spectra at the levels at which they are heard.
    """
    return np.asarray((voice > 0.25 * music).sum(axis=1) >= 2)


def denoise(power: Power) -> Power:
    """Take the steady noise out of a voice recording by spectral subtraction.

    Without it a network learns to find the noise of the microphone, which in a mixture comes and
    goes with the voice, instead of the voice. The noise is what the quietest twentieth of the
    frames hold on average; 2.5 times of it is subtracted (our choice). A recording without pauses
    (its quietest frames less than 20 dB below its loud ones) stays as it is.

    Parameters
    ----------
    power : ndarray, shape (T, F)
    """
    loudness = power.sum(axis=1)
    quiet = loudness <= np.quantile(loudness, 0.05)
    if loudness[quiet].mean() > 0.01 * np.quantile(loudness, 0.95):
        return power
    return np.maximum(power - np.float32(2.5) * power[quiet].mean(axis=0), 0)


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


def colour(rng: np.random.Generator, *, n_mels: int = N_MELS, spread_db: float = 5.0) -> Power:
    """A random smooth equaliser as power gains, shape (F,): microphones, rooms, mastering."""
    knots = rng.normal(0, spread_db, 6)
    curve_db = np.interp(np.linspace(0, 5, n_mels), np.arange(6), knots)
    return (10 ** (curve_db / 10)).astype(np.float32)


def master(power: Power, rng: np.random.Generator) -> NDArray[np.float32]:
    """The finished mix: equaliser, level, noise, low-pass, logarithm, dropped bands.

    Songs as they are sold are loud and bright: a mean power of 0.1 to 5 and 22 dB from the lowest
    bands to the highest, where the music of small games has 31 dB.

    Parameters
    ----------
    power : ndarray, shape (T, 64)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (T, 64)
        Log-mel.
    """
    power = power * colour(rng, spread_db=3.0) * _tilt(rng.uniform(-6, 22))
    loud = level(power)
    if loud > 0:
        power *= np.float32(10 ** rng.uniform(-2.5, 1.0) / loud)
    if rng.random() < 0.3:
        power += np.float32(10 ** rng.uniform(-7, -4)) * colour(rng)
    if rng.random() < 0.25:
        cut = int(rng.integers(36, N_MELS))  # band 36 is about 3 kHz: a telephone
        power[:, cut:] *= np.float32(OFFSET)
    view = to_log(power)
    for _ in range(int(rng.integers(3))):
        width = int(rng.integers(1, 9))
        at = int(rng.integers(N_MELS - width))
        view[:, at : at + width] = view[:, at : at + width].mean()
    return view


def _tilt(rise_db: float) -> Power:
    """Power gains that rise evenly from the lowest band to the highest."""
    return (10 ** (np.linspace(0, rise_db, N_MELS) / 10)).astype(np.float32)
