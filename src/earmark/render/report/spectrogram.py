"""The log-mel spectrogram that a model hears, as a picture of bounded width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.audio import AudioReader
from earmark.audio.samples import Source
from earmark.features.logmel import HOP_LENGTH, N_MELS, SR, logmel_stream
from earmark.render.png import palette_png

MOST_COLUMNS = 12_000
"""Four minutes of frames; a column of a longer song is the mean of several."""
SHADES = 24
"""More make the file larger, and look the same."""
RANGE = 12.0
"""From black to white, in natural logarithms of power: 52 dB."""
_STEP = 0.1
_STOPS = (
    (0.0, (7, 8, 32)),
    (0.3, (58, 22, 110)),
    (0.55, (160, 44, 110)),
    (0.8, (245, 132, 66)),
    (1.0, (252, 240, 170)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Spectrogram:
    """A picture, and how much time it spans.

    Parameters
    ----------
    png : bytes or None
        64 pixels high, the highest band first; None of a recording without samples.
    span_s : float
        Seconds from its left to its right edge: the recording and a part of a frame.
    """

    png: bytes | None
    span_s: float


def spectrogram(source: Source) -> Spectrogram:
    """Draw a recording, in memory of a byte a frame and band: 12 MB an hour.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    """
    with AudioReader(source, sr=SR) as reader:
        frames = np.concatenate([_small(part) for part in logmel_stream(reader)])
    if not len(frames):
        return Spectrogram(None, 0.0)
    fold = -(-len(frames) // MOST_COLUMNS)
    count = -(-len(frames) // fold)
    full = len(frames) // fold
    columns = np.empty((count, N_MELS), np.float32)
    columns[:full] = frames[: full * fold].reshape(full, fold, N_MELS).mean(axis=1)
    if count > full:
        columns[full:] = frames[full * fold :].mean(axis=0)
    top = max(float(np.quantile(columns, 0.998)), RANGE / _STEP)
    unit = np.clip((columns - top) * (_STEP / RANGE) + 1, 0, 1)
    pixels = np.rint(unit.T[::-1] * (SHADES - 1)).astype(np.uint8)
    return Spectrogram(palette_png(pixels, shades(SHADES)), count * fold * HOP_LENGTH / SR)


def _small(logmel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Frames in steps of 0.1 above digital silence; 25.5, where they end, is far beyond music."""
    steps: NDArray[np.uint8] = np.clip((logmel + 16.2) / _STEP, 0, 255).astype(np.uint8)
    return steps


def shades(count: int) -> list[tuple[int, int, int]]:
    """Colours from dark to bright.

    Examples
    --------
    >>> shades(2)
    [(7, 8, 32), (252, 240, 170)]
    """
    at = np.linspace(0, 1, count)
    places = [place for place, _ in _STOPS]
    channels: Iterable[NDArray[np.float64]] = (
        np.interp(at, places, [colour[i] for _, colour in _STOPS]) for i in range(3)
    )
    red, green, blue = (np.rint(channel).astype(int).tolist() for channel in channels)
    return list(zip(red, green, blue, strict=True))
