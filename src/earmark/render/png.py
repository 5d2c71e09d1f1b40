"""PNG pictures of few colours, without a drawing library: a report needs no more than that."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def palette_png(pixels: NDArray[np.uint8], colours: Sequence[tuple[int, int, int]]) -> bytes:
    r"""A picture whose pixels are numbers of colours.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), uint8
        Below ``len(colours)``; neither side is empty.
    colours : sequence of (red, green, blue)
        256 at most, each 0 to 255.

    Raises
    ------
    ValueError
        If a side is empty, or a pixel has no colour.

    Examples
    --------
    >>> palette_png(np.zeros((2, 3), np.uint8), [(255, 0, 0)])[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    if not pixels.size or int(pixels.max()) >= len(colours):
        raise ValueError(f"no picture: {pixels.shape} pixels of {len(colours)} colours")
    height, width = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = np.asarray(colours, np.uint8).tobytes()
    lines = np.pad(pixels.astype(np.uint8), ((0, 0), (1, 0)))  # each begins with "no filter"
    parts = [(b"IHDR", head), (b"PLTE", table), (b"IDAT", zlib.compress(lines.tobytes(), 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in [*parts, (b"IEND", b"")])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
