"""Segments as they are kept and sent: who said so belongs to each.

A *marked* segment is a dict of ``start_s``, ``end_s`` (seconds), ``label``, ``score`` (or None) and
``by``, which is ``"model"`` or ``"person"``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from earmark.annotation import SINGING, Segment, covered_s, labelled

MODEL, PERSON = "model", "person"
Marked = dict[str, Any]


def marked(segments: Iterable[Segment], *, by: str = MODEL) -> list[Marked]:
    """Segments with the word of who made them.

    Examples
    --------
    >>> marked([Segment(1.0, 2.5, score=0.9)])[0]["by"]
    'model'
    """
    return [
        {
            "start_s": round(s.start_s, 4),
            "end_s": round(s.end_s, 4),
            "label": s.label,
            "score": s.score,
            "by": by,
        }
        for s in segments
    ]


def plain(segments: Iterable[Mapping[str, Any]]) -> tuple[Segment, ...]:
    """Marked segments as earmark's own, in order."""
    return tuple(
        Segment(s["start_s"], s["end_s"], s["label"], s["score"])
        for s in sorted(segments, key=lambda s: (s["start_s"], s["end_s"]))
    )


def alike(one: Iterable[Mapping[str, Any]], other: Iterable[Mapping[str, Any]]) -> bool:
    """Whether two lists mark the same, whoever said so and however sure; to a millisecond."""
    return _places(one) == _places(other)


def figures(
    segments: Sequence[Mapping[str, Any]], *, duration_s: float | None
) -> tuple[float | None, float | None]:
    """Share of a song that is sung (None where its length is unknown), and its first sung second.

    Examples
    --------
    >>> figures(marked([Segment(1, 3), Segment(5, 7)]), duration_s=8.0)
    (0.5, 1)
    """
    sung = labelled(plain(segments), SINGING)
    share = min(1.0, covered_s(sung) / duration_s) if duration_s else None
    return share, sung[0].start_s if sung else None


def _places(segments: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    return sorted(
        (round(s["start_s"] * 1000), round(s["end_s"] * 1000), s["label"]) for s in segments
    )
