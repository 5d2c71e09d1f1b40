"""Colours as a video keeps them: brightness, and two differences of colour at half the size.

ITU-R BT.709 in the limited range (16 to 235, 16 to 240), which is what players expect of a picture
of this size.
"""

from __future__ import annotations

PAPER, INK, SOFT = (255, 255, 255), (0, 0, 0), (105, 105, 105)
SUNG, REST, WAVE = (247, 205, 69), (222, 222, 220), (31, 95, 168)

Colour = tuple[int, int, int]


def yuv(colour: Colour) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 255, as Y, U and V.

    Examples
    --------
    >>> yuv((255, 255, 255)), yuv((0, 0, 0))
    ((235.0, 128.0, 128.0), (16.0, 128.0, 128.0))
    """
    red, green, blue = (value / 255 for value in colour)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    u, v = (blue - y) / 1.8556, (red - y) / 1.5748
    return round(16 + 219 * y, 3), round(128 + 224 * u, 3), round(128 + 224 * v, 3)
