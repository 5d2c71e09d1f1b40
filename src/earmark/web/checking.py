"""What a request says of labels, believed only when it can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeGuard

from earmark.store.segments import MODEL, PERSON, Marked
from earmark.web.answers import RefusedError
from earmark.web.models import hysteresis

MOST_SEGMENTS = 20_000
"""Of a song: two a second for three hours."""
SLACK_S = 0.05
"""A drag may end this much beyond the song, and is cut there."""


def segments_of(
    wanted: dict[str, Any],
    *,
    known: Sequence[str],
    duration_s: float | None,
    standing: Iterable[Marked] = (),
) -> list[Marked]:
    """The marked segments of a request, in order.

    Parameters
    ----------
    wanted : dict
    known : sequence of str
        Labels that may occur.
    duration_s : float or None
        Length of the song; None where nobody knows it.
    standing : iterable of dict
        The segments that stand, or stood before. Where they reach beyond the song (its header told
        a greater length than it has), others may as well: else no edit could be saved.

    Raises
    ------
    RefusedError
        400 if one cannot be, or two of a label overlap.
    """
    given = wanted.get("segments")
    if not isinstance(given, list) or len(given) > MOST_SEGMENTS:
        raise RefusedError(400, "The request needs a list of segments.")
    end_s = math.inf if duration_s is None else duration_s
    end_s = max([end_s, *(segment["end_s"] for segment in standing)])
    found = [_segment(each, known, end_s) for each in given]
    found.sort(key=lambda s: (s["start_s"], s["end_s"]))
    for label in known:
        for one, next_one in pairwise(s for s in found if s["label"] == label):
            if next_one["start_s"] < one["end_s"] - 1e-6:
                raise RefusedError(
                    400, f"Two segments of {label} overlap at {next_one['start_s']:.2f} s."
                )
    return found


def _segment(given: Any, known: Sequence[str], end_s: float) -> Marked:
    if not isinstance(given, dict):
        raise RefusedError(400, "A segment has start_s, end_s and a label.")
    start, end, score = given.get("start_s"), given.get("end_s"), given.get("score")
    if not (_is_number(start) and _is_number(end) and 0 <= start < end <= end_s + SLACK_S):
        raise RefusedError(400, "A segment does not lie in the song, or ends before it starts.")
    if given.get("label") not in known:
        raise RefusedError(400, f"A segment has none of the labels {', '.join(known)}.")
    if score is not None and not (_is_number(score) and 0 <= score <= 1):
        raise RefusedError(400, "A segment's score lies in [0, 1], or is null.")
    by = given.get("by", PERSON)
    if by not in (MODEL, PERSON):
        raise RefusedError(400, "A segment is made by 'model' or by 'person'.")
    start_s, end_s = round(float(start), 4), round(min(float(end), end_s), 4)
    if start_s >= end_s:
        raise RefusedError(400, "A segment lasts a tenth of a millisecond at least.")
    return {
        "start_s": start_s,
        "end_s": end_s,
        "label": given["label"],
        "score": None if score is None else float(score),
        "by": by,
    }


def decoding_of(wanted: dict[str, Any], *, own: dict[str, float]) -> dict[str, float] | None:
    """The thresholds and lengths in a request; None where it has none."""
    given = wanted.get("decoding")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise RefusedError(400, "Thresholds and lengths come as an object.")
    rule = hysteresis(given, own)
    return {name: getattr(rule, name) for name in own}


def revision_of(wanted: dict[str, Any]) -> int:
    """The revision that a request changes."""
    value = wanted.get("revision")
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1 << 53:
        raise RefusedError(400, "The request needs the revision that it changes.")
    return value


def _is_number(value: Any) -> TypeGuard[float]:
    return not isinstance(value, bool) and isinstance(value, int | float) and abs(value) < 1e12
