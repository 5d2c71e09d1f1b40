"""Lines of text as pictures, in whatever script a title is."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Coverage = NDArray[np.float32]


def line(text: str, *, size: int, width: int | None = None) -> Coverage:
    """A line of text.

    Parameters
    ----------
    text : str
        Control characters count for nothing.
    size : int
        Height of the letters in pixels.
    width : int, optional
        Where it would be wider, its end is cut off, and dots say so.

    Returns
    -------
    ndarray, shape (ceil(1.4 * size), n), float32
        How much of each pixel is covered, 0 to 1. Lines of one size share their base line.
    """
    shown = "".join(c if c.isprintable() else " " for c in text)
    if width is not None and _length(shown, size) > width:
        low, high = 0, len(shown)
        while low < high:  # the longest start that fits
            middle = (low + high + 1) // 2
            fits = _length(shown[:middle].rstrip() + "…", size) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        shown = shown[:low].rstrip() + "…"
    return _drawn(shown, size)


def _drawn(text: str, size: int) -> Coverage:
    from PIL import Image, ImageDraw

    wide = max(1, int(np.ceil(_length(text, size))) + size)
    image = Image.new("L", (wide, -(-14 * size // 10)))
    pen, at = ImageDraw.Draw(image), 0.0
    for path, run in _runs(text):
        font = _font(path, size)
        pen.text((at, 1.05 * size), run, fill=255, font=font, anchor="ls")
        at += font.getlength(run)
    pixels = np.asarray(image, np.float32) / np.float32(255)
    used = np.flatnonzero(pixels.any(axis=0))
    return pixels[:, : int(used[-1]) + 1] if len(used) else pixels[:, :1]


def _length(text: str, size: int) -> float:
    return sum(float(_font(path, size).getlength(run)) for path, run in _runs(text))


def _runs(text: str) -> list[tuple[str, str]]:
    """Stretches of text that one font can draw, each with the font's file."""
    return [(path, "".join(run)) for path, run in groupby(text, key=_file_for)]


@lru_cache(maxsize=4096)
def _file_for(character: str) -> str:
    """The first font that has this character: DejaVu, which else draws a box, or the system's."""
    if _has(_own(), character):
        return _own()
    return next((path for path in _others() if _has(path, character)), _own())


@cache
def _own() -> str:
    import matplotlib

    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))


@cache
def _others() -> tuple[str, ...]:
    from matplotlib.font_manager import findSystemFonts

    return tuple(sorted(findSystemFonts()))


@cache
def _characters(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError, ValueError):  # a font that cannot be read has none
        return frozenset()


def _has(path: str, character: str) -> bool:
    return ord(character) in _characters(path)


@cache
def _font(path: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(path, size)
