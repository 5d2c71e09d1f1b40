"""What a page's script draws, as JSON within the page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from earmark.annotation import Annotation
from earmark.peaks import Peaks
from earmark.render.report.contents import Contents
from earmark.render.report.drawing import Strip, gain

MOST_PAIRS = 60_000
"""Of the waveform that a page holds: ten minutes at the finest level."""
MOST_SCORES = 100_000
"""Of a score curve that a page holds: half an hour at 20 ms. Longer ones are thinned by means."""


def payload(contents: Contents, strips: Sequence[Strip]) -> str:
    """What the script draws; no text in it can end the element that holds it."""
    level, peaks_hz = _level(contents.peaks)
    kinds = {strip.label: strip.kind for strip in reversed(strips) if strip.kind != "person"}
    return _json(
        {
            "duration_s": contents.peaks.duration_s,
            "peaks": base64_of(level),
            "peaks_hz": peaks_hz,
            "gain": round(gain(contents.peaks), 3),
            "onset": float(contents.heard.provenance.get("onset", 0.5)),
            "picture_s": contents.picture.span_s,
            "rows": [
                {
                    "name": strip.name,
                    "label": strip.label,
                    "colour": strip.kind,
                    "segments": [[round(s.start_s, 3), round(s.end_s, 3)] for s in strip.segments],
                }
                for strip in strips
            ],
            "curves": list(_curves(contents.heard, kinds)),
        }
    )


def _level(peaks: Peaks) -> tuple[bytes, float]:
    """The finest zoom level that a page may hold, and its pairs a second."""
    number = next(
        (k for k, level in enumerate(peaks.levels) if len(level) <= MOST_PAIRS),
        len(peaks.levels) - 1,
    )
    return peaks.levels[number].tobytes(), peaks.rate_hz / 2**number


def _curves(heard: Annotation, kinds: dict[str, str]) -> Iterable[dict[str, Any]]:
    scores = heard.scores
    if scores is None or not len(scores.values):
        return
    fold = -(-len(scores.values) // MOST_SCORES)
    whole = len(scores.values) // fold * fold
    for column, label in enumerate(scores.labels):
        values = scores.values[:whole, column].reshape(-1, fold).mean(axis=1)
        small = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
        colour = {"sung": "wave"}.get(kinds.get(label, "speech"), "speech")
        yield {
            "label": label,
            "colour": colour,
            "hop_s": scores.hop_s * fold,
            "values": base64_of(small.tobytes()),
        }


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
