"""ONNX models: checking them, and scoring recordings of any length.

A bidirectional network's answer depends on how much it hears, so a score is *defined* on fixed
windows: an absolute grid of windows of ``window`` frames, each of which is heard whole and overlaps
the next by two ``border``; beyond the recording there is silence, one border of it before the
start. Where windows overlap their scores are cross-faded: a jump from one window's opinion to the
next one's would look like an edge of singing. The last window is moved back until it ends a border
after the recording, so that a song's last seconds are not heard alone. A recording that one window
holds is heard over and over until the window is full (:meth:`OnnxModel._short`). Whole, streamed,
batched and threaded runs compute these same windows.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from earmark.annotation import SINGING, SPEECH
from earmark.errors import ModelError
from earmark.features.logmel import N_MELS, SILENCE
from earmark.hysteresis import Hysteresis
from earmark.runtime.names import model_path

BATCH = 2
"""Windows that run at once: more does not pay (their activations leave the cache)."""

Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model says of itself; ``parameters`` is how many were trained, None if untold."""

    name: str
    labels: tuple[str, ...]
    view: str
    hop_s: float
    window: int
    border: int
    decoding: dict[str, float]
    earmark_version: str
    sha256: str
    parameters: int | None = None


class OnnxModel:
    """A model of earmark's in ONNX Runtime. Thread-safe: sessions hold no state between runs.

    Parameters
    ----------
    name_or_path : str or path-like
        A shipped model's name such as ``"singing"``, the name of one taught here, a file that ends
        in ``.onnx``, or a folder with one such file in it.
    threads : int
        Threads that one run may use.

    Raises
    ------
    ModelError
        If there is no such model, or the file is damaged or not earmark's.
    """

    def __init__(self, name_or_path: str | os.PathLike[str], *, threads: int = 1) -> None:
        path = model_path(name_or_path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: the model cannot be read ({error.strerror})") from error
        self._load(data, str(path), threads)

    @classmethod
    def from_bytes(cls, data: bytes, *, origin: str, threads: int = 1) -> OnnxModel:
        """A model from memory; ``origin`` names it in errors."""
        model = cls.__new__(cls)
        model._load(data, origin, threads)
        return model

    def _load(self, data: bytes, origin: str, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong comes as an exception
        try:
            self._session = ort.InferenceSession(data, options, ["CPUExecutionProvider"])
            properties = self._session.get_modelmeta().custom_metadata_map
        except Exception as error:  # ONNX Runtime has a dozen unrelated exception types
            raise ModelError(f"{origin}: not a model that can be loaded; is it damaged?") from error
        try:
            said: dict[str, Any] = json.loads(properties["earmark"])
            self.info = ModelInfo(
                name=str(said["name"]),
                labels=tuple(said["labels"]),
                view=str(said["view"]),
                hop_s=float(said["hop_s"]),
                window=int(said["window"]),
                border=int(said["border"]),
                decoding={k: float(v) for k, v in said["decoding"].items()},
                earmark_version=str(said["earmark_version"]),
                sha256=hashlib.sha256(data).hexdigest(),
                parameters=int(said["parameters"]) if "parameters" in said else None,
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{origin}: an ONNX file, but not one of earmark's (no metadata); "
                "`earmark train` makes models that can be used here"
            ) from error
        if self.info.view != "logmel":
            raise ModelError(
                f"{origin}: needs the view {self.info.view!r}, which this version of earmark "
                "does not have; update earmark"
            )
        if flaw := _flaw(self._session, self.info):
            raise ModelError(
                f"{origin}: {flaw}; `earmark train` makes models that can be used here"
            )

    def run(self, X: Frames) -> Frames:
        """Score whole windows: (B, T, F) view -> (B, T, C) scores."""
        scores: Frames = self._session.run(None, {"X": X})[0]
        return scores

    def stream(self, views: Iterable[Frames]) -> Iterator[Frames]:
        """Score a recording that comes in pieces.

        Parameters
        ----------
        views : iterable of ndarray, shape (t, F)
            The recording's frames in order, in pieces of any length.

        Yields
        ------
        ndarray, shape (u, C)
            Scores; together there are as many as frames.
        """
        step = self.info.window - 2 * self.info.border
        skip = step + self.info.border  # silence before the start, and a step for the last window
        held: list[Frames] = []  # begins a step before the next window, as ``sums`` does
        sums = np.zeros((0, len(self.info.labels) + 1), dtype=np.float32)
        n_held = n_seen = n_run = 0
        for view in views:
            if not n_seen:
                held, n_held = [_silence(skip, view)], skip
            held.append(view)
            n_held += len(view)
            n_seen += len(view)
            ready = (n_held - step - 2 * self.info.border) // step
            if ready >= BATCH:
                buffer = np.concatenate(held)
                sums = self._add(sums, buffer, [step * (1 + k) for k in range(ready)])
                done = ready * step
                yield _mean(sums[skip:done])
                held, n_held, sums = [buffer[done:]], n_held - done, sums[done:]
                skip, n_run = max(0, skip - done), n_run + ready
        if 0 < n_seen <= step:
            yield self._short(np.concatenate(held)[skip:])
        elif n_seen:
            left = n_seen - n_run * step  # where a window starts that ends a border after the end
            starts = [*range(step, left, step), left]
            buffer = np.concatenate([*held, _silence(self.info.window, held[0])])
            sums = self._add(sums, buffer, starts)
            yield _mean(sums[skip : step + self.info.border + left])

    def score(self, view: Frames) -> Frames:
        """Score a whole recording: (T, F) view -> (T, C) scores."""
        empty = np.empty((0, len(self.info.labels)), dtype=np.float32)
        return np.concatenate([empty, *self.stream([view])])

    def _short(self, X: Frames) -> Frames:
        """Scores of a recording that one window holds.

        It is heard over and over, which tells singing from music far better than hearing it once.
        But speech that is repeated turns into song, for people too (D. Deutsch, T. Henthorn and
        R. Lapidis, JASA 2011): where it is speech and no singing when heard once, it is not sung.
        """
        window, first = self.info.window, (self.info.window - len(X)) // 2
        alone = _silence(window, X)
        alone[first : first + len(X)] = X
        pair = self.run(np.stack([X[looped(len(X), window)], alone]))
        scores: Frames = pair[0, first : first + len(X)]
        once = pair[1, first : first + len(X)]
        if SINGING in self.info.labels and SPEECH in self.info.labels:
            sung, spoken = map(self.info.labels.index, (SINGING, SPEECH))
            scores[:, sung] *= 1 - once[:, spoken] * (1 - once[:, sung])
        return scores

    def _add(self, sums: Frames, buffer: Frames, starts: Sequence[int]) -> Frames:
        """``sums`` (weighted scores, and last the weights) with those of more windows added."""
        fade = _fade(self.info.window, self.info.border)
        sums = np.pad(sums, ((0, len(buffer) - len(sums)), (0, 0)))
        for first in range(0, len(starts), BATCH):
            batch = starts[first : first + BATCH]
            scores = self.run(np.stack([buffer[s : s + self.info.window] for s in batch]))
            for start, found in zip(batch, scores, strict=True):
                sums[start : start + len(found), :-1] += fade * found
                sums[start : start + len(found), -1:] += fade
        return sums


def looped(length: int, window: int) -> NDArray[np.intp]:
    """Which frames fill a window with a recording that is shorter: all of them, over and over.

    The recording itself lies in the middle.

    Parameters
    ----------
    length, window : int
        In frames, both at least 1.

    Returns
    -------
    ndarray of int, shape (window,)
        In [0, length).

    Examples
    --------
    >>> looped(3, 8).tolist()
    [1, 2, 0, 1, 2, 0, 1, 2]
    """
    return (np.arange(window) - (window - length) // 2) % length


def _silence(frames: int, like: Frames) -> Frames:
    return np.full((frames, like.shape[1]), SILENCE, dtype=np.float32)


def _fade(window: int, border: int) -> Frames:
    """A window's weights, shape (window, 1): up over two borders, 1, and down again."""
    up = np.clip((np.arange(window) + 0.5) / max(2 * border, 1), 0, 1)
    fade = np.sin(np.pi / 2 * np.minimum(up, up[::-1])) ** 2
    return fade[:, None].astype(np.float32)


def _mean(sums: Frames) -> Frames:
    return sums[:, :-1] / sums[:, -1:]


def _flaw(session: ort.InferenceSession, info: ModelInfo) -> str | None:
    """What in a model's metadata contradicts itself or the graph; None if nothing does."""
    window, border = info.window, info.border
    if not 0 <= 2 * border < window:
        return f"windows of {window} frames of which {border} on either side belong to others"
    try:
        Hysteresis(**info.decoding)
    except (TypeError, ValueError) as error:
        return f"segments cannot be made as it says ({error})"
    takes = {value.name: value.shape for value in session.get_inputs()}
    if list(takes) != ["X"] or not _fits(takes["X"], window, N_MELS):
        return f"takes {takes}, which is not X of shape (any, {window}, {N_MELS})"
    gives, n_labels = session.get_outputs()[0].shape, len(info.labels)
    if not _fits(gives, window, n_labels):
        return f"gives {gives}, which is not of shape (any, {window}, {n_labels}): a column a label"
    return None


def _fits(shape: Sequence[int | str | None], window: int, width: int) -> bool:
    """Whether it takes (B, window, width) for every B; a size that is no number is free."""
    if len(shape) != 3 or isinstance(shape[0], int):
        return False
    return shape[2] == width and (shape[1] == window or not isinstance(shape[1], int))
