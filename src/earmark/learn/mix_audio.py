"""Voice over music as audio, at a given signal-to-noise ratio."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Segment
from earmark.audio import load_audio
from earmark.errors import DataError

PEAK = 0.9
"""Louder mixtures are turned down to this peak, voice and music alike."""

Samples = NDArray[np.float32]


def load_mix(paths: Sequence[str | os.PathLike[str]], *, sr: int) -> Samples:
    """A recording, or the sum of its stems up to the end of the shortest.

    Parameters
    ----------
    paths : sequence of path-like
        At least one.
    sr : int
        Rate in Hz.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    AudioError
        If a file cannot be read.
    """
    stems = [load_audio(path, sr=sr)[0] for path in paths]
    mix: Samples = np.sum([stem[: min(map(len, stems))] for stem in stems], axis=0)
    return mix


def mix_at_snr(
    voice: Samples, music: Samples, *, active: NDArray[np.bool_], snr_db: float = 0.0
) -> tuple[Samples, Samples]:
    """Bring a voice to its level over music.

    The signal-to-noise ratio is the mean power of the voice over its *active* samples against that
    of the music over all of them (Hou et al. 2020 mix at 0 dB and do not say over what; ours: a
    voice with long pauses is not made louder for it). What would clip is turned down as a whole.

    Parameters
    ----------
    voice, music : ndarray, shape (n,)
        Of one rate.
    active : ndarray of bool, shape (n,)
        Where the voice is.
    snr_db : float
        In dB.

    Returns
    -------
    voice, music : ndarray, shape (n,)
        Scaled; their sum is the mixture, its peak at most 0.9.

    Raises
    ------
    DataError
        If the voice is never active, or either is silent.

    Examples
    --------
    >>> tone = np.ones(4, np.float32)
    >>> voice, music = mix_at_snr(tone, tone, active=np.ones(4, bool), snr_db=-20)
    >>> round(float(voice[0] / music[0]), 3)
    0.1
    """
    loud = float(np.mean(voice[active] ** 2)) if active.any() else 0.0
    ground = float(np.mean(music**2)) if music.size else 0.0
    if loud <= 0 or ground <= 0:
        raise DataError("voice or music is silent, so there is no ratio to bring them to")
    voice = voice * np.float32(np.sqrt(ground / loud * 10 ** (snr_db / 10)))
    peak = float(np.abs(voice + music).max())
    gain = np.float32(min(1.0, PEAK / peak))
    return voice * gain, music * gain


def active_samples(segments: Iterable[Segment], *, n: int, sr: int) -> NDArray[np.bool_]:
    """Where segments lie among n samples, shape (n,).

    Examples
    --------
    >>> active_samples([Segment(0.5, 1.0)], n=4, sr=2).tolist()
    [False, True, False, False]
    """
    mask = np.zeros(n, dtype=np.bool_)
    for s in segments:
        mask[round(s.start_s * sr) : round(s.end_s * sr)] = True
    return mask
