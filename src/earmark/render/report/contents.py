"""What a report says of a song: what was detected, its outline, its picture, a person's labels."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from earmark.annotation import SINGING, Annotation, labelled
from earmark.detector import SingingDetector
from earmark.labels import looked_for, read_segments
from earmark.metrics.frames import evaluate
from earmark.metrics.tracks import Track
from earmark.peaks import Peaks, read_peaks
from earmark.render.report.spectrogram import Spectrogram, spectrogram
from earmark.rows import Row, describe
from earmark.runtime import ModelInfo, model_path
from earmark.song_labels import fitted, song_length


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """All that a song's page is made of.

    Parameters
    ----------
    path : Path
        The recording.
    heard : Annotation
        What was detected, with scores.
    row : dict
        What the summary tells of it (:mod:`earmark.rows`).
    peaks : Peaks
    picture : Spectrogram
    model : ModelInfo
    card : str
        The model's card in Markdown; empty where it has none.
    truth : Annotation or None
        A person's labels.
    truth_name : str
        Their file's name.
    figures : dict of str to float, or None
        How alike the two are; None without a person's labels of singing.
    partly : bool
        Whether nobody heard all of what the labels tell: the rest is a model's word.
    """

    path: Path
    heard: Annotation
    row: Row
    peaks: Peaks
    picture: Spectrogram
    model: ModelInfo
    card: str
    truth: Annotation | None = None
    truth_name: str = ""
    figures: dict[str, float] | None = None
    partly: bool = False


def gather(
    path: str | os.PathLike[str],
    detector: SingingDetector,
    *,
    card: str = "",
    labels: str | os.PathLike[str] | None = None,
    partly: bool = False,
) -> Contents:
    """Listen to a song, and measure it against a person's labels if there are any.

    Parameters
    ----------
    path : path-like
        The recording; it is read three times.
    detector : SingingDetector
    card : str
        Its model's card.
    labels : path-like, optional
        A person's label file.
    partly : bool
        Whether nobody heard all of what it tells; then nothing is measured against it.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    FormatError
        If the label file cannot be read.
    DataError
        If it has labels beyond the song.
    """
    truth = None if labels is None else read_segments(labels)
    if truth is not None and labels is not None:
        segments = fitted(truth.segments, duration_s=song_length(path), name=labels, audio=path)
        truth = replace(truth, segments=segments)
    heard = detector.detect(path)
    return Contents(
        path=Path(path),
        heard=heard,
        row=describe(heard, path=os.fspath(path)),
        peaks=read_peaks(path),
        picture=spectrogram(path),
        model=detector.info,
        card=card,
        truth=truth,
        truth_name="" if labels is None else Path(labels).name,
        figures=None
        if labels is None or truth is None or partly
        else _figures(heard, truth, labels),
        partly=partly,
    )


def card_of(model: str | os.PathLike[str]) -> str:
    """The card beside a model; empty where there is none."""
    try:
        return model_path(model).with_suffix(".md").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _figures(
    heard: Annotation, truth: Annotation, labels: str | os.PathLike[str]
) -> dict[str, float] | None:
    """Measures of singing, where a person looked for it and the model knows it."""
    known = looked_for(truth, labels)
    scores = heard.scores
    if SINGING not in heard.labels or (known and SINGING not in known):
        return None
    if scores is None or not heard.duration_s or np.isnan(scores.values).any():
        return None
    track = Track(
        labelled(truth.segments, SINGING),
        labelled(heard.segments, SINGING),
        heard.duration_s,
        scores.values[:, scores.labels.index(SINGING)],
        scores.hop_s,
        "",
    )
    return {key: float(value) for key, value in evaluate([track])["pooled"].items()}
