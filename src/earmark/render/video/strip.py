"""What scrolls: the waveform over its blocks, and a row of blocks for each hand, a column a time.

A column is 1/120 s, so a frame of 1/30 s moves the strip by four whole pixels: by an even number,
since colours have half the width. The strip is drawn in stretches of some thousand columns, each
once; frames are slices of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Segment, segments_to_frames
from earmark.peaks import FULL_SCALE, Peaks
from earmark.render.video.colours import PAPER, REST, SUNG, WAVE, yuv

COLUMNS_HZ = 120
STRETCH = 8192
"""Columns that are drawn at once, beside those that a frame shows."""
MOST_GAIN = 8.0
FILL = 0.92

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
"""Y of shape (height, width), U and V of half of either."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A row of blocks: yellow where there are segments, grey for the rest.

    Parameters
    ----------
    name : str
        Who says so.
    segments : sequence of Segment
        In any order.
    """

    name: str
    segments: Sequence[Segment]


class Strip:
    """The strip of a song.

    Parameters
    ----------
    peaks : Peaks
        At :data:`COLUMNS_HZ`.
    rows : sequence of Blocks
        The first one lies behind the waveform as well.
    wave_high, row_high : int
        Pixels; even.
    """

    def __init__(
        self, peaks: Peaks, rows: Sequence[Blocks], *, wave_high: int, row_high: int
    ) -> None:
        self._pairs = peaks.levels[0]
        self._wave_high, self._row_high = wave_high, row_high
        loudest = int(np.abs(peaks.levels[-1]).max(initial=0))
        gain = min(MOST_GAIN, FULL_SCALE / loudest) if loudest else 1.0
        self._scale = gain * FILL * wave_high / 2 / FULL_SCALE
        self._active = [
            segments_to_frames(row.segments, len(self._pairs), hop_s=1 / COLUMNS_HZ) for row in rows
        ]
        self._first, self._drawn = 0, list[Planes]()

    def parts(self, first: int, width: int) -> list[Planes]:
        """What a frame shows: the waveform, then each row.

        Parameters
        ----------
        first : int
            Its leftmost column, even; beyond the song, on either side, there is paper.
        width : int
            Columns, even.
        """
        at = first - self._first
        if not self._drawn or at < 0 or at + width > self._drawn[0][0].shape[1]:
            self._draw(first, width + STRETCH)
            at = 0
        half = slice(at // 2, (at + width) // 2)
        return [(y[:, at : at + width], u[:, half], v[:, half]) for y, u, v in self._drawn]

    def _draw(self, first: int, width: int) -> None:
        columns = np.arange(first, first + width)
        inside = (columns >= 0) & (columns < len(self._pairs))
        kinds = []  # 0 paper, 1 rest, 2 sung
        for active in self._active:
            kind = np.zeros(width, np.intp)
            kind[inside] = 1 + active[columns[inside]]
            kinds.append(kind)
        pairs = np.zeros((width, 2), np.float32)
        pairs[inside] = self._pairs[columns[inside]]
        cover = _outline(pairs, high=self._wave_high, scale=self._scale) * inside
        rows = [_painted(kind, np.zeros((self._row_high, 1), np.float32)) for kind in kinds]
        self._first, self._drawn = first, [_painted(kinds[0], cover), *rows]


def _outline(pairs: NDArray[np.float32], *, high: int, scale: float) -> NDArray[np.float32]:
    """How much of each pixel the waveform covers, shape (high, n); it is 1.5 pixels thick."""
    middle = high / 2
    top = np.minimum(middle - pairs[:, 1] * scale, middle - 0.75).astype(np.float32)
    bottom = np.maximum(middle - pairs[:, 0] * scale, middle + 0.75).astype(np.float32)
    y = np.arange(high, dtype=np.float32)[:, None]
    cover: NDArray[np.float32] = np.minimum(bottom, y + 1)
    cover -= np.maximum(top, y)
    return np.clip(cover, 0, 1, out=cover)


def _painted(kind: NDArray[np.intp], cover: NDArray[np.float32]) -> Planes:
    """Blocks with a wave before them: a kind a column, a coverage a pixel, (high, n) or (high, 1).

    Colours of four pixels are averaged.
    """
    grounds = np.array([yuv(PAPER), yuv(REST), yuv(SUNG)], np.float32)[kind]  # (n, 3)
    wave = np.array(yuv(WAVE), np.float32)
    half = grounds.reshape(-1, 2, 3).mean(axis=1)
    half_of = np.float32(0.5)
    rows = half_of * (cover[::2] + cover[1::2])
    few = rows if rows.shape[1] == 1 else half_of * (rows[:, ::2] + rows[:, 1::2])
    return (
        _blended(grounds[:, 0], wave[0], cover),
        _blended(half[:, 1], wave[1], few),
        _blended(half[:, 2], wave[2], few),
    )


def _blended(ground: NDArray[np.float32], over: np.float32, cover: NDArray[np.float32]) -> Plane:
    return np.rint(ground + (over - ground) * cover).astype(np.uint8)
