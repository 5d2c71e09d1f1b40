"""The whole song as a small drawing (SVG) that needs no script: blocks, waveform, strips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from earmark.annotation import Segment
from earmark.peaks import FULL_SCALE, Peaks

WIDTH = 1000
WAVE = 100
STRIP = 12
GAP = 3
FILL = 0.8
"""Of the height, for the loudest moment: blocks behind a loud song must stay visible."""
MOST_GAIN = 8.0
"""A song this much below full scale is drawn as high as it can be; softer ones stay lower."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Segments of one label by one hand.

    Parameters
    ----------
    name : str
        What it is, for the reader: ``"singing, by hand"``.
    label : str
    kind : str
        Class of its colour: ``sung``, ``speech`` or ``person``.
    segments : sequence of Segment
    """

    name: str
    label: str
    kind: str
    segments: Sequence[Segment]


def overview(peaks: Peaks, strips: Sequence[Strip]) -> str:
    """A song from start to end; the first strip also lies behind the waveform.

    The drawing is stretched to whatever width it gets.
    """
    total_s = peaks.duration_s
    high = WAVE + (STRIP + GAP) * len(strips)
    parts = [f'<rect class="rest" width="{WIDTH}" height="{WAVE}"/>']
    if strips and total_s:
        parts += _blocks(strips[0], total_s, top=0, high=WAVE)
    parts.append(f'<path class="wave" d="{_wave(peaks)}"/>')
    for number, strip in enumerate(strips):
        top = WAVE + GAP + (STRIP + GAP) * number
        parts.append(f'<rect class="rest" y="{top}" width="{WIDTH}" height="{STRIP}"/>')
        parts += _blocks(strip, total_s, top=top, high=STRIP) if total_s else []
    return (
        f'<svg viewBox="0 0 {WIDTH} {high}" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def gain(peaks: Peaks) -> float:
    """How much a waveform is magnified."""
    loudest = int(np.abs(peaks.levels[-1]).max(initial=0))
    return min(MOST_GAIN, FULL_SCALE / loudest) if loudest else 1.0


def _blocks(strip: Strip, total_s: float, *, top: int, high: int) -> Iterable[str]:
    for segment in strip.segments:
        start, end = (
            min(time_s, total_s) * WIDTH / total_s for time_s in (segment.start_s, segment.end_s)
        )
        yield (
            f'<rect class="{strip.kind}" x="{start:.2f}" y="{top}" width="{end - start:.2f}" '
            f'height="{high}"/>'
        )


def _wave(peaks: Peaks) -> str:
    """The outline, up on the way there and down on the way back.

    Extremes of seconds would be full scale throughout in a loud song, so each column is the mean
    of those of its hundredths.
    """
    pairs = peaks.levels[0]
    if not len(pairs):
        return ""
    starts = np.unique(np.arange(min(len(pairs), WIDTH)) * len(pairs) // min(len(pairs), WIDTH))
    counts = np.diff(starts, append=len(pairs))[:, None]
    means = np.add.reduceat(pairs.astype(np.float64), starts, axis=0) / counts
    unit = means * (gain(peaks) * FILL * WAVE / 2 / FULL_SCALE)
    step, middle = WIDTH / len(unit), WAVE / 2
    upper = [f"{(i + 0.5) * step:.1f} {middle - max(v, 0.3):.1f}" for i, v in enumerate(unit[:, 1])]
    lower = [
        f"{(i + 0.5) * step:.1f} {middle - min(v, -0.3):.1f}" for i, v in enumerate(unit[:, 0])
    ]
    return f"M{'L'.join([*upper, *reversed(lower)])}Z"
