"""Samples, and what reads them: the words that all decoders share.

Samples are float32 in [-1, 1], shape (n, channels), at the recording's own rate.
"""

from __future__ import annotations

import math
import os
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Source = str | os.PathLike[str] | bytes | BinaryIO | tuple[NDArray[Any], int]


def to_float(pcm: NDArray[Any]) -> Samples:
    """Samples of any width as float32; integers are scaled by their type's range.

    Integers of 64 bits are refused: no recording is that wide, so their scale is anyone's guess.

    Examples
    --------
    >>> to_float(np.array([-32768, 16384], dtype=np.int16)).tolist()
    [-1.0, 0.5]
    >>> to_float(np.array([0, 192], dtype=np.uint8)).tolist()
    [-1.0, 0.5]
    """
    if pcm.dtype.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            return pcm.astype(np.float32, copy=False)
    if pcm.dtype.kind not in "iu" or pcm.dtype.itemsize > 4:
        raise ValueError(
            f"samples must be float or int of 8, 16 or 32 bits, got {pcm.dtype}. "
            "Convert them to the type that holds their range: y.astype('int16') for 16 bits."
        )
    half = 2.0 ** (8 * pcm.dtype.itemsize - 1)
    return ((pcm - half if pcm.dtype.kind == "u" else pcm) / half).astype(np.float32)


class Decoder(Protocol):
    """What reads samples one after the other; ``position`` is the next one's number.

    ``damage`` says what is wrong with what was read so far, such as "damaged at 3.1 s".
    """

    sr: int
    channels: int
    format: str
    frames: int | None
    position: int
    damage: str | None

    @property
    def lost(self) -> int:
        """Samples of silence that stand for what could not be decoded."""

    def seek(self, frame: int) -> None:
        """Go to a sample; beyond the end, to the end."""

    def read(self, n: int) -> Samples:
        """The next ``n`` samples, fewer at the end only; valid until the next call."""

    def close(self) -> None:
        """Close what this decoder opened."""


class ArrayDecoder:
    """Reads from ``y``, shape (n,) or (channels, n), float or int."""

    def __init__(self, y: NDArray[Any], sr: int) -> None:
        y = np.asarray(y)
        if y.ndim not in (1, 2) or (y.ndim == 2 and not 0 < len(y) <= max(64, y.shape[1])):
            raise ValueError(f"y must have the shape (n,) or (channels, n), got {y.shape}")
        if not 1 <= sr < math.inf or sr != int(sr):
            raise ValueError(f"sr must be a whole number of Hz, at least 1, got {sr}")
        self._samples = np.atleast_2d(y).T
        self.sr = int(sr)
        self.frames: int | None = len(self._samples)
        self.channels = self._samples.shape[1]
        self.format = "array"
        self.damage: str | None = None
        self.position = self.lost = 0

    def seek(self, frame: int) -> None:
        self.position = min(frame, len(self._samples))

    def read(self, n: int) -> Samples:
        x = to_float(self._samples[self.position : self.position + n])
        self.position += len(x)
        return x

    def close(self) -> None:
        pass
