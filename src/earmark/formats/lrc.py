"""Lyrics to fill in, with a time a line (LRC), as karaoke players show them. Written, not read.

Each sung segment is a line ``[00:12.34]line 1``, in whose place the words are to be typed; a line
without words clears the screen where singing pauses. Of labels without singing all segments count.
Times have two decimals, which is all that players know, and minutes may have three digits.
"""

from __future__ import annotations

from pathlib import PurePath

from earmark.annotation import SINGING, Annotation, labelled
from earmark.formats.fields import encode, one_line

PAUSE_S = 1.0
"""A shorter pause is not shown: the next line comes soon enough."""


def dumps(annotation: Annotation) -> bytes:
    """The segments as lines to fill in.

    Examples
    --------
    >>> from earmark.annotation import Segment
    >>> song = Annotation((Segment(1.5, 4.0), Segment(65.0, 66.0)), duration_s=200.0)
    >>> print(dumps(song).decode(), end="")
    [re:earmark]
    [length:03:20.00]
    [00:01.50]line 1
    [00:04.00]
    [01:05.00]line 2
    [01:06.00]
    """
    sung = SINGING in annotation.labels or not annotation.segments
    segments = labelled(annotation.segments, SINGING) if sung else list(annotation.segments)
    lines = ["[re:earmark]"]
    if annotation.source is not None:
        title = one_line(PurePath(annotation.source.replace("\\", "/")).stem)
        lines.append(f"[ti:{title.replace('[', '(').replace(']', ')')}]")
    if annotation.duration_s is not None:
        lines.append(f"[length:{_stamp(annotation.duration_s)}]")
    starts = [segment.start_s for segment in segments[1:]]
    shown_to_s = 0.0
    for number, segment in enumerate(segments, 1):
        lines.append(f"[{_stamp(segment.start_s)}]line {number}")
        shown_to_s = max(shown_to_s, segment.end_s)
        next_s = starts[number - 1] if number <= len(starts) else float("inf")
        if next_s - shown_to_s >= PAUSE_S:
            lines.append(f"[{_stamp(shown_to_s)}]")
    return encode("\n".join(lines) + "\n")


def _stamp(time_s: float) -> str:
    """Minutes, seconds and hundredths.

    Examples
    --------
    >>> _stamp(59.996), _stamp(6001.5)
    ('01:00.00', '100:01.50')
    """
    minutes, hundredths = divmod(round(time_s * 100), 6000)
    return f"{minutes:02d}:{hundredths // 100:02d}.{hundredths % 100:02d}"
