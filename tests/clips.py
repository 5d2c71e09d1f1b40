"""Short recordings, and a detector of known answers, for the tests of many songs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from earmark.annotation import Annotation, Scores, Segment
from earmark.errors import AudioError

SR = 16000


def write_clip(path: Path, *, seconds: float = 1.0, seed: int = 0) -> Path:
    """A tone in noise, in the format of the suffix."""
    times_s = np.arange(round(seconds * SR)) / SR
    noise = np.random.default_rng(seed).standard_normal(len(times_s))
    path.parent.mkdir(parents=True, exist_ok=True)
    y = 0.2 * np.sin(2 * np.pi * 330 * times_s) + 0.01 * noise
    with open(path, "wb") as file:  # soundfile takes no path with bytes that are no text
        soundfile.write(file, y, SR, format=path.suffix[1:])
    return path


class StubDetector:
    """Stands in for :class:`earmark.SingingDetector`: hears singing from 1 s to 3 s, in 10 s.

    Parameters
    ----------
    delay_s : float
        How long a song takes.
    **settings
        Join the provenance.
    """

    def __init__(self, *, delay_s: float = 0.0, **settings: Any) -> None:
        self.labels = ("singing",)
        self.provenance = {"model_sha256": "0" * 64, **settings}
        self.delay_s = delay_s
        self.heard: list[str] = []

    def detect(self, source: Any) -> Annotation:
        name = str(source)
        self.heard.append(Path(name).name)
        time.sleep(self.delay_s)
        if "bad" in Path(name).name:
            raise AudioError(f"{name}: cannot be decoded.")
        if "bug" in Path(name).name:
            raise ZeroDivisionError("of the stub")
        return Annotation(
            (Segment(1.0, 3.0, score=0.9),),
            duration_s=10.0,
            source=name,
            scores=Scores(np.full((500, 1), 0.5, np.float32)),
            provenance=self.provenance,
        )
