"""Where somebody speaks in a *clean* recording: endpoints by adaptive energy.

The labels of the source task of Hou et al. 2020 are the endpoints of clean speech; the paper does
not say how they were found. This way is our choice: the loudness of each frame is placed between
the recording's own noise floor and its own loudest speech; two thresholds with hysteresis decide,
short pauses are bridged, short bursts dropped, and a hang-over keeps the soft ends of words.

It is meant for speech alone, in a quiet room. Music, or noise that comes and goes, would count as
speech.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, SPEECH, Segment, frames_to_segments
from earmark.audio import load_audio
from earmark.features.logmel import SR, mel_power
from earmark.hysteresis import Hysteresis

_SILENCE = 1e-12


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """How endpoints are found; all values are our choice.

    Raises
    ------
    ValueError
        If the quantiles are not 0 <= floor < peak <= 1, or a range is not above 0 dB. The other
        values are checked by :class:`earmark.hysteresis.Hysteresis`.
    """

    floor: float = 0.05
    """Quantile of the frames' loudness that stands for the noise: there are pauses in speech."""
    peak: float = 0.95
    """Quantile that stands for loud speech: single bangs do not count."""
    range_db: float = 35.0
    """Speech fades within this range below its loud parts, however quiet the room, in dB."""
    least_db: float = 12.0
    """With less than this between noise and loud speech, there is no speech to be found, in dB."""
    onset: float = 0.35
    """Share of the way from noise to loud speech at which speech starts."""
    offset: float = 0.22
    """Share of the way below which it ends."""
    min_on_s: float = 0.06
    """Shorter bursts are clicks, seconds."""
    min_off_s: float = 0.2
    """Shorter pauses are closures of consonants, seconds."""
    hang_over_s: float = 0.04
    """By this much speech is kept after it fell below the threshold, seconds."""

    def __post_init__(self) -> None:
        if not 0 <= self.floor < self.peak <= 1:
            raise ValueError(f"quantiles are 0 <= floor < peak <= 1: {self.floor}, {self.peak}")
        if not (self.range_db > 0 and self.least_db > 0 and self.hang_over_s >= 0):
            raise ValueError("range_db and least_db lie above 0, hang_over_s is not below")


DEFAULT = EndpointSettings()


def endpoints(
    y: NDArray[np.float32], *, sr: int = SR, settings: EndpointSettings = DEFAULT
) -> list[Segment]:
    """Stretches of speech in a clean recording.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples in [-1, 1].
    sr : int
        Rate in Hz.
    settings : EndpointSettings

    Returns
    -------
    list of Segment
        Labelled ``speech``, in order, within [0, n / sr] seconds; none in silence or steady noise.

    Raises
    ------
    ValueError
        If there is more than one channel.
    AudioError
        If samples are not finite.

    Examples
    --------
    >>> t = np.arange(32000) / 16000
    >>> y = np.where((t > 0.5) & (t < 1.5), np.sin(600 * t), 0).astype(np.float32)
    >>> [(round(s.start_s, 2), round(s.end_s, 2)) for s in endpoints(y)]
    [(0.48, 1.56)]
    """
    if np.ndim(y) != 1:
        raise ValueError(f"y is one channel, shape (n,), not {np.shape(y)}: take its mean")
    samples, _ = load_audio((y, sr), sr=SR)
    active = active_frames(mel_power(samples), settings=settings)
    return frames_to_segments(active, hop_s=HOP_S, label=SPEECH, duration_s=len(y) / sr)


def active_frames(
    power: NDArray[np.float32], *, settings: EndpointSettings = DEFAULT
) -> NDArray[np.bool_]:
    """The same from a mel power spectrogram, frame by frame.

    Parameters
    ----------
    power : ndarray, shape (T, F)
        Mel power on earmark's frames, of the whole recording: its levels are estimated from it.
    settings : EndpointSettings

    Returns
    -------
    ndarray of bool, shape (T,)
    """
    if len(power) == 0:
        return np.zeros(0, dtype=np.bool_)
    loudness_db = 10 * np.log10(power.sum(axis=1, dtype=np.float64) + _SILENCE)
    peak_db = np.quantile(loudness_db, settings.peak)
    floor_db = max(np.quantile(loudness_db, settings.floor), peak_db - settings.range_db)
    if peak_db - floor_db < settings.least_db:
        return np.zeros(len(power), dtype=np.bool_)
    height = np.clip((loudness_db - floor_db) / (peak_db - floor_db), 0, 1).astype(np.float32)
    rule = Hysteresis(
        onset=settings.onset,
        offset=settings.offset,
        min_on_s=settings.min_on_s,
        min_off_s=settings.min_off_s,
    )
    active = rule.active(height, hop_s=HOP_S)
    return _hang_over(active, round(settings.hang_over_s / HOP_S))


def _hang_over(active: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Each stretch some frames longer."""
    held = active.copy()
    for shift in range(1, frames + 1):
        held[shift:] |= active[:-shift]
    return held
