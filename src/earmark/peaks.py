"""The outline of a recording: lowest and highest sample of each hundredth of a second.

What draws a waveform needs no samples. Peaks are those of the mono mix that the model hears, read
block by block, so that memory does not grow with the audio but by 200 bytes a second of it, and
kept at several levels of zoom: each further level has half as many pairs as the one before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.audio import AudioReader
from earmark.audio.samples import Samples, Source

RATE_HZ = 100.0
"""Pairs a second at the finest level (our choice: half a model's frame)."""
COARSEST = 1000
"""The last level has this many pairs or fewer: hardly more than a phone's screen has columns."""
FULL_SCALE = 127

Pairs = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Peaks:
    """The outline of a recording.

    Parameters
    ----------
    rate_hz : float
        Pairs a second at level 0; level ``k`` has ``rate_hz / 2 ** k``.
    levels : tuple of ndarray, shape (n_k, 2), int8
        Minimum and maximum of each stretch, full scale being 127, finest level first;
        ``n_0 = ceil(duration_s * rate_hz)`` and ``n_(k+1) = ceil(n_k / 2)``. There is one at
        least, which may be empty.
    duration_s : float
        Length of the recording in seconds.
    """

    rate_hz: float
    levels: tuple[Pairs, ...]
    duration_s: float

    def __repr__(self) -> str:
        pairs, count = len(self.levels[0]), len(self.levels)
        return (
            f"<Peaks: {pairs} pairs, {self.rate_hz:g} a second, {count} level{'s' * (count != 1)}>"
        )


def read_peaks(source: Source, *, rate_hz: float = RATE_HZ) -> Peaks:
    """Read the outline of a recording, at its own sampling rate.

    Parameters
    ----------
    source : path, bytes, binary file or (y, sr)
        Any recording; see :class:`earmark.audio.AudioReader`. One that is damaged gives what
        can be decoded.
    rate_hz : float
        Pairs a second at the finest level, above 0.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    ValueError
        If ``rate_hz`` is not above 0.

    Examples
    --------
    >>> peaks = read_peaks((np.array([0.5, -0.5] * 8000), 16000))
    >>> peaks, peaks.levels[0][0].tolist()
    (<Peaks: 100 pairs, 100 a second, 1 level>, [-64, 64])
    """
    if not 0 < rate_hz < math.inf:
        raise ValueError(f"rate_hz must be above 0 and finite, got {rate_hz}")
    with AudioReader(source, sr=None) as reader:
        finest = np.concatenate(
            [np.empty((0, 2), np.int8), *_pairs(reader, reader.sr, rate_hz=rate_hz)]
        )
    return Peaks(rate_hz, tuple(_levels(finest)), reader.duration_s or 0.0)


def _pairs(blocks: Iterable[Samples], sr: int, *, rate_hz: float) -> Iterator[Pairs]:
    """Minimum and maximum of each stretch, in pieces of (n, 2) as blocks complete them.

    Stretch ``k`` is the samples from ``floor(k * sr / rate_hz)`` to those of the next; at rates
    below ``rate_hz`` several share one sample.
    """
    held, at, done = np.empty(0, np.float32), 0, 0  # held begins at sample ``at``
    for block in blocks:
        held = np.concatenate([held, block])
        ready = max(done, math.floor((at + len(held)) * rate_hz / sr))
        while ready > done and math.floor(ready * sr / rate_hz) > at + len(held):
            ready -= 1  # rounding
        if ready > done:
            starts = np.floor(np.arange(done, ready + 1) * sr / rate_hz).astype(np.int64) - at
            yield _extremes(held[: max(1, starts[-1])], starts[:-1])
            held, at, done = held[starts[-1] :], at + int(starts[-1]), ready
    left = math.ceil((at + len(held)) * rate_hz / sr - 1e-9) - done
    if left > 0 and len(held):
        starts = np.floor(np.arange(done, done + left) * sr / rate_hz).astype(np.int64) - at
        yield _extremes(held, np.minimum(starts, len(held) - 1))


def _extremes(y: Samples, starts: NDArray[np.int64]) -> Pairs:
    both = np.stack([np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)], axis=1)
    both = np.rint(both * np.float32(FULL_SCALE))
    pairs: Pairs = np.clip(both, -FULL_SCALE, FULL_SCALE).astype(np.int8)
    return pairs


def _levels(pairs: Pairs) -> Iterator[Pairs]:
    """These pairs, and ever coarser ones."""
    yield pairs
    while len(pairs) > COARSEST:
        pairs = coarser(pairs)
        yield pairs


def coarser(pairs: Pairs) -> Pairs:
    """Half as many pairs, each the extremes of two; an odd last one stays alone.

    Examples
    --------
    >>> coarser(np.array([[-1, 2], [-5, 1], [0, 3]], np.int8)).tolist()
    [[-5, 2], [0, 3]]
    """
    even, odd = pairs[::2], pairs[1::2]
    half = even.copy()
    half[: len(odd), 0] = np.minimum(even[: len(odd), 0], odd[:, 0])
    half[: len(odd), 1] = np.maximum(even[: len(odd), 1], odd[:, 1])
    return half
