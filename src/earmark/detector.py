"""Where there is singing, or speech: a recording in, scores and segments out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from earmark import __version__
from earmark.ahead import ahead
from earmark.annotation import SINGING, Annotation, Scores, Segment
from earmark.audio import AudioReader, load_audio
from earmark.audio.samples import Samples, Source
from earmark.audio.silence import Watched
from earmark.errors import ModelError
from earmark.features.logmel import SR, logmel, logmel_stream
from earmark.hysteresis import Hysteresis
from earmark.runtime import ModelInfo, OnnxModel


class SingingDetector:
    """A model and how its scores become segments. Thread-safe.

    Parameters
    ----------
    model : str or path-like
        Name of a shipped model, or an ``.onnx`` file that ``earmark train`` made.
    labels : sequence of str or "all", optional
        What to look for, of the labels that the model knows: ``"singing"``, ``"speech"``. Where not
        given, singing alone; of a model that knows no singing, all of its labels.
    threads : int
        With two or more, one of them reads a recording while the others run the network.
    onset, offset : float, optional
        Scores at which a segment starts, and below which it ends, in [0, 1]; the model's own
        thresholds where not given. If only ``onset`` is given and lies below the model's
        ``offset``, the offset follows it.
    min_on_s, min_off_s : float, optional
        Shortest segment and shortest pause in seconds; the model's own where not given.

    Raises
    ------
    ModelError
        If there is no such model, the file is not one, or it does not know a label.
    TypeError, ValueError
        If a threshold is out of range, or labels are a single text or none at all.

    Examples
    --------
    >>> detector = SingingDetector()
    >>> scores = detector.scores(np.zeros(16000, np.float32), sr=16000)
    >>> scores.values.shape, scores.labels
    ((50, 1), ('singing',))
    >>> detector.segments(scores)
    []
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = "singing",
        *,
        labels: Sequence[str] | Literal["all"] | None = None,
        threads: int = 1,
        onset: float | None = None,
        offset: float | None = None,
        min_on_s: float | None = None,
        min_off_s: float | None = None,
    ) -> None:
        self._overlap = threads > 1
        self._model = OnnxModel(model, threads=max(1, threads - 1))
        self.labels = self.info.labels if labels == "all" else self.chosen(labels)
        self._columns = [self.info.labels.index(label) for label in self.labels]
        own = asdict(Hysteresis()) | self.info.decoding
        if onset is not None and offset is None:
            offset = min(onset, own["offset"])
        if offset is not None and onset is None:
            onset = max(offset, own["onset"])
        given = {"onset": onset, "offset": offset, "min_on_s": min_on_s, "min_off_s": min_off_s}
        self.hysteresis = Hysteresis(**own | {k: v for k, v in given.items() if v is not None})

    def chosen(self, labels: Sequence[str] | None) -> tuple[str, ...]:
        """The labels of these names, each once; where none are named, those looked for by default.

        Raises
        ------
        ModelError
            If the model does not know one.
        TypeError, ValueError
            If they are a single text, or none at all.
        """
        known = self.info.labels
        if labels is None:
            return (SINGING,) if SINGING in known else known
        if isinstance(labels, str):
            names = [name.strip() for name in labels.split(",")]
            raise TypeError(f"labels are named in a list: {names}, not {labels!r}")
        if not labels:
            raise ValueError(f"name one label at least, of {', '.join(known)}")
        for label in labels:
            if label not in known:
                raise ModelError(
                    f"the model {self.info.name} does not know the label {label!r}, only "
                    f"{', '.join(known)}"
                )
        return tuple(dict.fromkeys(labels))

    @property
    def info(self) -> ModelInfo:
        """What the model says of itself."""
        return self._model.info

    @property
    def provenance(self) -> dict[str, Any]:
        """What it takes to do a detection again."""
        return {
            "version": __version__,
            "model": self.info.name,
            "model_sha256": self.info.sha256,
            "labels": list(self.labels),
            **asdict(self.hysteresis),
        }

    def __repr__(self) -> str:
        settings = ", ".join(f"{k}={v:g}" for k, v in asdict(self.hysteresis).items())
        return f"{type(self).__name__}({self.info.name!r}, labels={self.labels}, {settings})"

    def scores(self, y: NDArray[np.float32], *, sr: int) -> Scores:
        """Score samples.

        Parameters
        ----------
        y : ndarray, shape (n,) or (channels, n)
            Samples in [-1, 1].
        sr : int
            Their rate in Hz.

        Returns
        -------
        Scores
            ``values`` of shape (T, C), ``T = ceil(duration / 0.02 s)``, a column for each of
            ``labels``.

        Raises
        ------
        AudioError
            If a sample is NaN, infinite or beyond 100.
        ValueError
            If ``sr`` is below 1, or ``y`` has a wrong shape or type.
        """
        samples, _ = load_audio(_checked((y, sr)), sr=SR)
        return self._scores([self._model.score(logmel(samples))], np.shape(y)[-1] / sr)

    def segments(self, scores: Scores) -> list[Segment]:
        """Segments of all labels, in order, none before 0 or beyond the recording's end."""
        if not isinstance(scores, Scores):
            raise TypeError(f"give the Scores that scores() returns, not {type(scores).__name__}")
        return self.hysteresis.segments(scores)

    def detect(
        self,
        source: Source,
        *,
        offset_s: float = 0.0,
        duration_s: float | None = None,
        heard: Callable[[float], object] | None = None,
    ) -> Annotation:
        """Find the singing in a recording, in memory that does not grow with its length.

        Parameters
        ----------
        source : path, bytes, binary file or (y, sr)
            Any recording; see :class:`earmark.audio.AudioReader`.
        offset_s, duration_s : float
            An excerpt of it, in seconds. Times in the answer count from the excerpt's start.
        heard : callable, optional
            Called with the seconds heard so far after each block of about ten. What it raises ends
            the detection: whoever waits may be told, and may stop it.

        Returns
        -------
        Annotation
            With ``scores``, and a ``warning`` if the recording is truncated, empty or silent.

        Raises
        ------
        AudioError
            If the recording cannot be read.
        TypeError, ValueError
            If samples come without their rate, after it, or in the shape (n, channels).
        """
        with AudioReader(
            _checked(source), sr=SR, offset_s=offset_s, duration_s=duration_s
        ) as reader:
            samples = Watched(reader if heard is None else _told(reader, heard))
            views = logmel_stream(samples)
            if self._overlap:
                with closing(ahead(views)) as ready:
                    parts = list(self._model.stream(ready))
            else:
                parts = list(self._model.stream(views))
        scores = self._scores(parts, samples.n / SR)
        return Annotation(
            segments=tuple(self.segments(scores)),
            duration_s=scores.duration_s,
            labels=self.labels,
            source=reader.name,
            model=self.info.name,
            scores=scores,
            provenance=self.provenance,
            warning=reader.warning or samples.warning,
        )

    def _scores(self, parts: list[NDArray[np.float32]], duration_s: float) -> Scores:
        empty = np.empty((0, len(self.info.labels)), dtype=np.float32)
        values = np.concatenate([empty, *parts])[:, self._columns]
        return Scores(values, self.info.hop_s, self.labels, duration_s)


def _told(reader: AudioReader, heard: Callable[[float], object]) -> Iterator[Samples]:
    """The reader's blocks; after each has been used, how far they reach is told."""
    n = 0
    for block in reader:
        yield block
        n += len(block)
        heard(n / reader.sr)


def _checked(source: Source) -> Source:
    """The source, unless it is samples in another order than (y, sr), or y in another than ours."""
    if isinstance(source, np.ndarray):
        raise TypeError("an array does not tell its rate: give (y, sr)")
    if isinstance(source, tuple) and len(source) == 2:
        if np.ndim(source[0]) == 0 and np.ndim(source[1]) > 0:
            raise TypeError("samples come first: give (y, sr), not (sr, y)")
        shape = np.shape(source[0])
        if len(shape) == 2 and shape[0] > max(64, shape[1]):
            raise ValueError(
                f"y must have the shape (n,) or (channels, n), got {shape}: transpose it, y.T"
            )
    return source


def detect(
    source: Source,
    *,
    model: str | os.PathLike[str] = "singing",
    labels: Sequence[str] | Literal["all"] | None = None,
    threads: int = 1,
    onset: float | None = None,
    offset: float | None = None,
    min_on_s: float | None = None,
    min_off_s: float | None = None,
) -> Annotation:
    """Find the singing in one recording.

    For many recordings, make one :class:`SingingDetector` and use its ``detect``.

    Parameters
    ----------
    source : path, bytes, binary file or (y, sr)
    model, labels, threads, onset, offset, min_on_s, min_off_s
        As :class:`SingingDetector` takes them.

    Raises
    ------
    AudioError, ModelError
        If the recording or the model cannot be read.
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> detect((np.zeros(32000, np.float32), 16000)).segments
    ()
    """
    detector = SingingDetector(
        model, labels=labels, threads=threads,
        onset=onset, offset=offset, min_on_s=min_on_s, min_off_s=min_off_s,
    )  # fmt: skip
    return detector.detect(source)
