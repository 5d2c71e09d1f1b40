"""earmark marks where there is singing in a recording.

>>> import earmark
>>> earmark.Segment(12.0, 15.5).duration_s
3.5

The staircase, one public step a line (times in seconds, arrays as in librosa)::

    y, sr = earmark.load_audio("song.mp3")              # file -> samples
    detector = earmark.SingingDetector()                # the shipped model
    scores = detector.scores(y, sr=sr)                  # samples -> one score every 20 ms
    segments = detector.segments(scores)                # scores -> segments
    annotation = earmark.detect("song.mp3")             # all of it at once

Importing earmark loads numpy and nothing heavier; the rest comes when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from earmark.annotation import Annotation, Scores, Segment
from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from earmark.audio import load_audio
    from earmark.detector import SingingDetector, detect

__version__ = "0.1.0"

__all__ = [
    "Annotation",
    "EarmarkError",
    "Scores",
    "Segment",
    "SingingDetector",
    "__version__",
    "detect",
    "load_audio",
]

_HOMES = {
    "SingingDetector": "earmark.detector",
    "detect": "earmark.detector",
    "load_audio": "earmark.audio",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, when it is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'earmark' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
