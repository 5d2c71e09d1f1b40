"""A recording's outline and spectrogram, in the amounts that a screen can show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.audio import AudioReader, load_audio
from earmark.features.logmel import HOP_LENGTH, N_MELS, SR, logmel, logmel_stream
from earmark.peaks import Peaks, read_peaks
from earmark.web.kept import keep_arrays, load_arrays, place

HOP_S = HOP_LENGTH / SR
COARSE = 10
"""Frames that a column of the coarse spectrogram spans: 0.2 s, 3.5 MB for three hours."""
FINE_S = 120.0
"""A longer stretch is drawn from the coarse spectrogram."""
LOW, HIGH = -14.0, 3.0
"""Log-mel that is black, and white: hardly any music lies beyond."""

Grey = NDArray[np.uint8]


def outline(path: Path, *, song: int) -> Peaks:
    """The outline of a recording, read once.

    Raises
    ------
    AudioError
        If it cannot be read.
    """
    with place(path, song=song, suffix=".peaks.npz") as kept:
        found = load_arrays(kept)
        if found is not None and {"rate_hz", "duration_s", "level0"} <= found.keys():
            levels = tuple(found[f"level{k}"] for k in _while_in(found, "level"))
            return Peaks(float(found["rate_hz"]), levels, float(found["duration_s"]))
        peaks = read_peaks(path)
        kept_levels = {f"level{k}": pairs for k, pairs in enumerate(peaks.levels)}
        told = {"rate_hz": np.array(peaks.rate_hz), "duration_s": np.array(peaks.duration_s)}
        keep_arrays(kept, kept_levels | told)
        return peaks


def spectrogram(path: Path, *, song: int, start_s: float, end_s: float, width: int) -> Grey:
    """The log-mel of a stretch, shape (64, width), lowest band first; black beyond the song's end.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    """
    if end_s - start_s <= FINE_S:
        y, _ = load_audio(path, sr=SR, offset_s=start_s, duration_s=end_s - start_s)
        return columns(grey(logmel(y)), (end_s - start_s) / HOP_S, width)
    hop_s = COARSE * HOP_S
    first, last = math.floor(start_s / hop_s), math.ceil(end_s / hop_s)
    return columns(_coarse(path, song)[first:last], last - first, width)


def grey(X: NDArray[np.float32]) -> Grey:
    """Log-mel as shades, of the same shape."""
    return np.asarray(np.rint(np.clip((X - LOW) / (HIGH - LOW), 0, 1) * 255), dtype=np.uint8)


def columns(frames: Grey, span: float, width: int) -> Grey:
    """Frames of shape (t, 64) that begin a stretch of ``span`` frames, as (64, width) columns.

    A column is the mean of the frames that it covers, or the one frame that it lies in.

    Examples
    --------
    >>> columns(np.array([[10], [20], [30]], np.uint8), 4, 2).tolist()
    [[15, 30]]
    """
    edges = np.floor(np.arange(width + 1) * span / width).astype(np.int64)
    first = np.minimum(edges[:-1], len(frames))
    last = np.minimum(np.maximum(edges[1:], edges[:-1] + 1), len(frames))
    sums = np.zeros((len(frames) + 1, frames.shape[1]), np.int64)
    np.cumsum(frames, axis=0, out=sums[1:])
    means = (sums[last] - sums[first]) / np.maximum(last - first, 1)[:, None]
    return np.ascontiguousarray(np.rint(means).astype(np.uint8).T)


def _coarse(path: Path, song: int) -> Grey:
    """The whole recording's spectrogram, shape (t, 64), read once and block by block."""
    with place(path, song=song, suffix=".mel.npz") as kept:
        found = load_arrays(kept)
        if found is not None and "frames" in found:
            return found["frames"]
        with AudioReader(path, sr=SR) as reader:
            empty = np.zeros((0, N_MELS), np.uint8)
            frames = np.concatenate([empty, *_averaged(logmel_stream(reader))])
        keep_arrays(kept, {"frames": frames})
        return frames


def _averaged(views: Iterable[NDArray[np.float32]]) -> Iterator[Grey]:
    """Means of ``COARSE`` frames each; the last may be of fewer."""
    held = np.zeros((0, N_MELS), np.float32)
    for view in views:
        held = np.concatenate([held, view])
        ready = len(held) // COARSE * COARSE
        yield grey(held[:ready].reshape(-1, COARSE, N_MELS).mean(axis=1))
        held = held[ready:]
    if len(held):
        yield grey(held.mean(axis=0, keepdims=True))


def _while_in(found: dict[str, NDArray[np.int8]], name: str) -> Iterator[int]:
    for k in count():
        if f"{name}{k}" not in found:
            return
        yield k
