"""The curve of scores as NumPy's ``.npz``, for one's own thresholds and plots.

Arrays: ``times_s`` (T,) the frames' centres, ``values`` (T, C) float32, ``labels`` (C,) text,
``hop_s`` () and, where it is known, ``duration_s`` (). Nothing is pickled, in either direction.
The reader gives an annotation without segments; it needs ``values``, ``labels`` and ``hop_s``.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from earmark.annotation import Annotation, Scores
from earmark.errors import FormatError


def dumps(annotation: Annotation) -> bytes:
    """The scores of an annotation.

    Raises
    ------
    FormatError
        If it has none.
    """
    scores = annotation.scores
    if scores is None:
        raise FormatError(
            f"{annotation.source or 'the annotation'}: no scores to write as npz; "
            "detect with scores, or choose a format of segments"
        )
    arrays: dict[str, Any] = {
        "times_s": scores.times_s,
        "values": scores.values.astype(np.float32),
        "labels": np.array(scores.labels, dtype=np.str_),
        "hop_s": scores.hop_s,
    }
    if scores.duration_s is not None:
        arrays["duration_s"] = scores.duration_s
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def loads(data: bytes, name: str = "npz") -> Annotation:
    """The scores of a file, in an annotation without segments.

    Raises
    ------
    FormatError
        If it is not an archive of arrays, an array is missing, or its shape or kind is wrong.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            values = np.asarray(arrays["values"], dtype=np.float32)
            labels = tuple(str(label) for label in arrays["labels"].reshape(-1))
            hop_s = float(arrays["hop_s"])
            duration_s = float(arrays["duration_s"]) if "duration_s" in arrays else None
        scores = Scores(values, hop_s, labels, duration_s)
    except Exception as error:  # a damaged archive raises a dozen kinds, from zlib's to numpy's
        raise FormatError(
            f"{name}: not scores that earmark wrote ({str(error)[:80] or type(error).__name__}); "
            "expected the arrays values (T, C), labels (C,) and hop_s"
        ) from error
    length_s = 0.0 if duration_s is None else duration_s
    if not (np.isfinite(values).all() and 0 < hop_s < np.inf and 0 <= length_s < np.inf):
        raise FormatError(f"{name}: scores, hop_s or duration_s is not finite or negative")
    return Annotation((), duration_s=duration_s, labels=labels, scores=scores)
