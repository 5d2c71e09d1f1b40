"""Where in a song a person has listened, as far as its labels tell.

A song that is *checked* was heard as a whole. Of another one only the places are known at which a
person made, moved or took away a block: the rest is what the model said, which is no truth to teach
it by, nor to measure it on. Labels that came from a file know what the file knew, and where they
were changed since.
"""

from __future__ import annotations

from collections.abc import Sequence

from earmark.annotation import Ranges
from earmark.hysteresis import Hysteresis
from earmark.store.detections import Detection
from earmark.store.labels import Labels
from earmark.store.segments import PERSON, Marked, marked

AROUND_S = 5.0
"""Before and after a block: nobody sets its edges without hearing what lies there."""


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
    # Labels from a file were not made from this detection: what it says elsewhere nobody took away.
    before = now.brought
    if before is not None and _decoded_anew(now, before, detection):
        before = [block for block in before if block["by"] == PERSON]
    if before is None and detection is not None and now.known is None:
        before = _said(now, detection)
    kept = {_place(block) for block in now.segments}
    places = [block for block in before or () if _place(block) not in kept]
    # Of a file that says where somebody listened, only that counts, and what was changed since.
    came = set() if now.known is None else {_place(block) for block in now.brought or ()}
    places += [
        block for block in now.segments if block["by"] == PERSON and _place(block) not in came
    ]
    end_s = float("inf") if duration_s is None else duration_s
    found: list[tuple[float, float]] = []
    around = [(b["start_s"] - AROUND_S, b["end_s"] + AROUND_S) for b in places]
    for start, end in sorted([*around, *(now.known or ())]):
        start, end = max(0.0, start), min(end_s, end)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def heard_labels(now: Labels, labels: Sequence[str]) -> list[str]:
    """Those of the labels that a person has looked for: those that a file told of, or all.

    Examples
    --------
    >>> heard_labels(Labels(1, [], True, True, None, tells=("singing",)), ["singing", "speech"])
    ['singing']
    """
    if now.tells is None:
        return list(labels)
    told = {*now.tells, *(block["label"] for block in now.segments)}
    return [label for label in labels if label in told]


def _said(now: Labels, detection: Detection) -> list[Marked]:
    """What the model says by the thresholds in use: a block that these took away nobody heard."""
    if now.decoding is None:
        return detection.segments
    return marked(Hysteresis(**now.decoding).segments(detection.scores))


def _decoded_anew(now: Labels, before: Sequence[Marked], detection: Detection | None) -> bool:
    """Whether thresholds were moved since labels came: these take a model's blocks away unheard."""
    came = {_place(block) for block in before}
    if any(block["by"] != PERSON and _place(block) not in came for block in now.segments):
        return True
    own = {} if detection is None else detection.provenance
    return any(own.get(name, value) != value for name, value in (now.decoding or {}).items())


def _place(block: Marked) -> tuple[int, int, str]:
    return round(block["start_s"] * 1000), round(block["end_s"] * 1000), block["label"]
