"""Where a vocal stem sounds: labels for songs that come in stems.

The level of each frame of 20 ms is compared with the stem's own loud singing. All values are our
choice, after ``docs/labels.md``: a reverberation tail is not singing, and a pause of less than
0.3 s is. Whatever else is in the stem counts as singing.

:mod:`earmark.endpoints` and :func:`earmark.learn.library.energy_active` do not serve here: they
place speech between the quietest and the loudest share of *all* frames. A stem may be silent for
nearly all of a song, or sound throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, frames_to_segments
from earmark.audio import load_audio
from earmark.hysteresis import Hysteresis

SR = 16000
HOP_LENGTH = 320


@dataclass(frozen=True, slots=True)
class StemSettings:
    """How a sounding stem is found; all values are our choice."""

    silence_db: float = -60.0
    """Frames below this level (RMS, full scale is 0 dB) hold no voice, in dB."""
    peak: float = 0.95
    """Quantile, of the frames above silence, that stands for loud singing."""
    onset_db: float = -26.0
    """Level from loud singing at which a segment starts, in dB."""
    offset_db: float = -30.0
    """Level from loud singing below which it ends, in dB."""
    min_on_s: float = 0.1
    """Shorter segments are clicks, seconds."""
    min_off_s: float = 0.3
    """Shorter pauses are part of a phrase, seconds."""


DEFAULT = StemSettings()


def sung(
    vocals: NDArray[np.float32], *, sr: int, settings: StemSettings = DEFAULT
) -> list[list[float]]:
    """Endpoints of a vocal stem as a manifest holds them, [[start_s, end_s], ...].

    Parameters
    ----------
    vocals : ndarray, shape (n,)
        Samples of the stem, or of the sum of several, in [-1, 1].
    sr : int
        Rate in Hz.
    settings : StemSettings

    Raises
    ------
    AudioError
        If samples are not finite.

    Examples
    --------
    >>> t = np.arange(48000) / 16000
    >>> y = np.where((t >= 1) & (t < 2), np.sin(3000 * t), 0.003).astype(np.float32)
    >>> sung(y, sr=16000)
    [[1.0, 2.0]]
    """
    samples, _ = load_audio((vocals, sr), sr=SR)
    level_db = _level_db(samples)
    heard = level_db > settings.silence_db
    if not heard.any():
        return []
    # Heights are shares of the way from silence to loud singing: no threshold lies in silence.
    way_db = max(float(np.quantile(level_db[heard], settings.peak)) - settings.silence_db, 1e-6)
    rule = Hysteresis(
        onset=max(0.0, 1 + settings.onset_db / way_db),
        offset=max(0.0, 1 + settings.offset_db / way_db),
        min_on_s=settings.min_on_s,
        min_off_s=settings.min_off_s,
    )
    height = ((level_db - settings.silence_db) / way_db).astype(np.float32)
    active = rule.active(height, hop_s=HOP_S)
    found = frames_to_segments(active, duration_s=len(samples) / SR)
    return [[round(s.start_s, 3), round(s.end_s, 3)] for s in found]


def _level_db(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """RMS level of each frame, shape (T,), in dB; a full-scale square wave has 0 dB."""
    n_frames = -(-len(samples) // HOP_LENGTH)
    padded = np.zeros(n_frames * HOP_LENGTH, dtype=np.float32)
    padded[: len(samples)] = samples
    power = np.square(padded.reshape(-1, HOP_LENGTH)).mean(axis=1, dtype=np.float64)
    level: NDArray[np.float64] = 10 * np.log10(power + 1e-12)
    return level
