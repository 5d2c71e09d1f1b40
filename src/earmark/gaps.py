"""The stretches of a recording that no segment covers: between, before and after them."""

from __future__ import annotations

from collections.abc import Iterable

from earmark.annotation import Segment

INSTRUMENTAL = "instrumental"


def gaps(
    segments: Iterable[Segment],
    *,
    duration_s: float,
    min_s: float = 0.0,
    label: str = INSTRUMENTAL,
) -> list[Segment]:
    """Stretches that no segment covers.

    Parameters
    ----------
    segments : iterable of Segment
        In any order; they may overlap. Their labels are not looked at.
    duration_s : float
        Length of the recording in seconds: the last gap ends there.
    min_s : float
        Shortest gap in seconds, >= 0.
    label : str
        What the gaps are called.

    Returns
    -------
    list of Segment
        In order of their starts.

    Raises
    ------
    ValueError
        If a length is negative.

    Examples
    --------
    >>> [(s.start_s, s.end_s) for s in gaps([Segment(8, 9), Segment(0, 2)], duration_s=10, min_s=2)]
    [(2, 8)]
    """
    if not (duration_s >= 0 and min_s >= 0):
        raise ValueError(f"lengths must be 0 or more, got {duration_s} and {min_s}")
    found, at_s = [], 0.0
    spans = sorted((segment.start_s, segment.end_s) for segment in segments)
    for start_s, end_s in [*spans, (duration_s, duration_s)]:
        until_s = min(start_s, duration_s)
        if until_s > at_s and until_s - at_s >= min_s - 1e-6:
            found.append(Segment(at_s, until_s, label))
        at_s = max(at_s, end_s)
    return found
