"""A frame of the video: title and clock, the strip under its playhead, and the whole song below.

1280 x 720 pixels as one array (1080, 1280): brightness, then the two differences of colour at half
the size, which is what encoders take (``yuv420p``). The array is the same for all frames; only what
moves is written anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Segment
from earmark.peaks import Peaks
from earmark.render.video.colours import INK, PAPER, REST, SOFT, SUNG, Colour, yuv
from earmark.render.video.lettering import Coverage, line
from earmark.render.video.strip import COLUMNS_HZ, Blocks, Strip

WIDTH, HEIGHT = 1280, 720
FRAMES_HZ = 30
HEAD = WIDTH // 2
"""The column whose left edge is the time of the frame; the playhead is this and the next one."""
_MARGIN = 40
_TOP, _BOTTOM = 112, 616
_CAPTION, _ROW, _MOST_ROW = 28, 44, 96
_MAP_TOP, _MAP_HIGH = 654, 32


class Scene:
    """The frames of a song.

    Parameters
    ----------
    peaks : Peaks
        Of the song, at :data:`~earmark.render.video.strip.COLUMNS_HZ`.
    title : str
    rows : sequence of Blocks
        From one to four; the first lies behind the waveform as well.
    """

    def __init__(self, peaks: Peaks, *, title: str, rows: Sequence[Blocks]) -> None:
        self._duration_s = peaks.duration_s
        self.buffer = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        flat = self.buffer.reshape(-1)
        self._y = flat[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
        self._u, self._v = flat[WIDTH * HEIGHT :].reshape(2, HEIGHT // 2, WIDTH // 2)
        self._fill(slice(0, HEIGHT), slice(0, WIDTH), PAPER)
        row_high = _MOST_ROW if len(rows) == 1 else _ROW
        wave_high = _BOTTOM - _TOP - len(rows) * (_CAPTION + row_high)
        self._strip = Strip(peaks, rows, wave_high=wave_high, row_high=row_high)
        tops = [_TOP + wave_high + _CAPTION + k * (_CAPTION + row_high) for k in range(len(rows))]
        self._places = [slice(_TOP, _TOP + wave_high)] + [slice(t, t + row_high) for t in tops]
        self._write(line(title, size=34, width=WIDTH - 2 * _MARGIN - 300), _MARGIN, 26, INK)
        self._key()
        for row, top in zip(rows, tops, strict=True):
            caption = line(row.name, size=17, width=HEAD - _MARGIN - 20)
            self._write(caption, _MARGIN, top - 25, SOFT)
        self._map(rows[0].segments)
        self._second, self._marked = -1, slice(0, 0)
        self._fill(slice(_TOP - 8, _BOTTOM + 8), slice(HEAD, HEAD + 2), INK)

    @property
    def count(self) -> int:
        """How many frames there are: the last one is shown while the song ends."""
        return max(1, int(np.ceil(self._duration_s * FRAMES_HZ - 1e-6)))

    def frame(self, number: int) -> NDArray[np.uint8]:
        """What is seen from ``number / 30`` s on; the array is written over by the next call."""
        first = number * (COLUMNS_HZ // FRAMES_HZ) - HEAD
        for place, (y, u, v) in zip(self._places, self._strip.parts(first, WIDTH), strict=True):
            half = slice(place.start // 2, place.stop // 2)
            self._y[place], self._u[half], self._v[half] = y, u, v
            self._fill(place, slice(HEAD, HEAD + 2), INK)
        self._tell(number / FRAMES_HZ)
        return self.buffer

    def _tell(self, time_s: float) -> None:
        """The clock, and where in the whole song this is."""
        if int(time_s) != self._second:
            self._second = int(time_s)
            said = line(f"{_clock(time_s)} / {_clock(self._duration_s)}", size=30)
            self._fill(slice(24, 76), slice(WIDTH - _MARGIN - 300, WIDTH), PAPER)
            self._write(said, WIDTH - _MARGIN - said.shape[1], 30, SOFT)
        share = min(1.0, time_s / self._duration_s) if self._duration_s else 0.0
        at = (_MARGIN + round(share * (WIDTH - 2 * _MARGIN))) // 2 * 2
        marked = slice(at - 2, at + 2)
        if marked != self._marked:
            tall = slice(_MAP_TOP - 8, _MAP_TOP + _MAP_HIGH + 8)
            half = slice(tall.start // 2, tall.stop // 2)
            for plane, kept, rows, by in zip(
                (self._y, self._u, self._v), self._plain, (tall, half, half), (1, 2, 2), strict=True
            ):
                old = slice(self._marked.start // by, self._marked.stop // by)
                plane[rows, old] = kept[:, old]
            self._fill(tall, marked, INK)
            self._marked = marked

    def _map(self, segments: Sequence[Segment]) -> None:
        """The whole song in one line of blocks; kept, to take the marker away again."""
        wide = WIDTH - 2 * _MARGIN
        place = slice(_MAP_TOP, _MAP_TOP + _MAP_HIGH)
        self._fill(place, slice(_MARGIN, WIDTH - _MARGIN), REST)
        for segment in segments if self._duration_s else ():
            edges = (
                _MARGIN + round(wide * min(1.0, time_s / self._duration_s) / 2) * 2
                for time_s in (segment.start_s, segment.end_s)
            )
            self._fill(place, slice(*edges), SUNG)
        tall = slice(place.start - 8, place.stop + 8)
        half = slice(tall.start // 2, tall.stop // 2)
        self._plain = (self._y[tall].copy(), self._u[half].copy(), self._v[half].copy())

    def _key(self) -> None:
        """What the colours mean."""
        at = _MARGIN
        for colour, said in ((SUNG, "singing"), (REST, "the rest")):
            self._fill(slice(84, 100), slice(at, at + 16), colour)
            text = line(said, size=17)
            self._write(text, at + 24, 81, SOFT)
            at += (text.shape[1] + 56) // 2 * 2

    def _fill(self, rows: slice, columns: slice, colour: Colour) -> None:
        """An even rectangle in one colour."""
        y, u, v = (round(value) for value in yuv(colour))
        half = (
            slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
        )  # fmt: skip
        self._y[rows, columns], self._u[half], self._v[half] = y, u, v

    def _write(self, text: Coverage, left: int, top: int, colour: Colour) -> None:
        """A line of text in black or grey on paper, which changes the brightness alone."""
        high, wide = text.shape
        place = self._y[top : top + high, left : left + wide]
        place[:] = np.rint(place + (yuv(colour)[0] - place) * text[:, : place.shape[1]])


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
