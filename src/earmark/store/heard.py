"""Where in a song a person has listened, as far as its labels tell.

A song that is *checked* was heard as a whole. Of another one only the places are known at which a
person made, moved or took away a block: the rest is what the model said, which is no truth to teach
it by, nor to measure it on.
"""

from __future__ import annotations

from earmark.hysteresis import Hysteresis
from earmark.store.detections import Detection
from earmark.store.labels import Labels
from earmark.store.segments import PERSON, Marked, marked

AROUND_S = 5.0
"""Before and after a block: nobody sets its edges without hearing what lies there."""
Ranges = tuple[tuple[float, float], ...]


def heard_ranges(
    now: Labels, detection: Detection | None, *, duration_s: float | None = None
) -> Ranges | None:
    """The stretches (start_s, end_s) that a person heard, in order and apart; None: all of it.

    Parameters
    ----------
    now : Labels
    detection : Detection, optional
        What the model said: what is not there any more was taken away by somebody.
    duration_s : float, optional
        Of the song.
    """
    if now.checked:
        return None
    places = [block for block in now.segments if block["by"] == PERSON]
    if detection is not None:
        kept = {_place(block) for block in now.segments}
        places += [block for block in _said(now, detection) if _place(block) not in kept]
    end_s = float("inf") if duration_s is None else duration_s
    found: list[tuple[float, float]] = []
    for start, end in sorted((b["start_s"] - AROUND_S, b["end_s"] + AROUND_S) for b in places):
        start, end = max(0.0, start), min(end_s, end)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def _said(now: Labels, detection: Detection) -> list[Marked]:
    """What the model says by the thresholds in use: a block that these took away nobody heard."""
    if now.decoding is None:
        return detection.segments
    return marked(Hysteresis(**now.decoding).segments(detection.scores))


def _place(block: Marked) -> tuple[int, int, str]:
    return round(block["start_s"] * 1000), round(block["end_s"] * 1000), block["label"]
