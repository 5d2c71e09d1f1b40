"""SubRip subtitles: numbered cues with times to a millisecond.

A cue's text is the label, with the score in brackets where there is one: ``singing (0.93)``. The
reader takes all text of a cue as its label (lines joined), and a number from 0 to 1 in brackets
at its end as the score. A cue lasts at least 1 ms, since players skip empty ones.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator

from earmark.annotation import Annotation, Segment
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decode, encode, numbered, one_line, segment

Block = list[tuple[str, str]]
"""Lines between two blank ones, each with its place."""

_STAMP = r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)"
_TIMING = re.compile(rf"{_STAMP}\s*-->\s*{_STAMP}(?:\s.*)?")
_SCORE = re.compile(r"(.*?) ?\((0\.\d+|1\.0+)\)")


def dumps(annotation: Annotation) -> bytes:
    """The segments as subtitles."""
    cues = (
        f"{i}\n{timing(item, point=',')}\n{text(item)}\n\n"
        for i, item in enumerate(annotation.segments, 1)
    )
    return encode("".join(cues))


def loads(data: bytes, name: str = "srt") -> Annotation:
    r"""The cues of a subtitle file.

    Raises
    ------
    FormatError
        If a cue has no line of times, or its times are reversed.

    Examples
    --------
    >>> loads(b"1\n00:00:01,500 --> 00:00:02,250\nsinging (0.93)\n").segments
    (Segment(1.5, 2.25, 'singing', score=0.93),)
    """
    return assemble(cue(block) for block in blocks(decode(data, name), name))


def timing(item: Segment, *, point: str) -> str:
    """The line of times, with a decimal comma or point.

    Examples
    --------
    >>> timing(Segment(0.9996, 3661.0), point=".")
    '00:00:01.000 --> 01:01:01.000'
    """
    start_ms = round(item.start_s * 1000)
    end_ms = max(round(item.end_s * 1000), start_ms + 1)
    return f"{_stamp(start_ms, point)} --> {_stamp(end_ms, point)}"


def text(item: Segment) -> str:
    """The text of a cue: label and score."""
    known = item.score is not None and math.isfinite(item.score)
    return one_line(item.label) + (f" ({item.score:.2f})" if known else "")


def blocks(content: str, name: str) -> Iterator[Block]:
    """The groups of lines between blank ones."""
    lines = numbered(content, name)
    for filled, group in itertools.groupby(lines, key=lambda line: bool(line[1])):
        if filled:
            yield list(group)


def cue(block: Block, *, clean: Callable[[str], str] = str) -> Segment:
    """The segment of a block: an optional number or name, the line of times, the text."""
    head = 0 if "-->" in block[0][1] or len(block) == 1 else 1
    where, line = block[head]
    match = _TIMING.fullmatch(line)
    if match is None:
        raise FormatError(
            f"{where}: no times of a cue; expected a line such as 00:00:01,500 --> 00:00:02,250"
        )
    start_s, end_s = _seconds(*match.groups()[:3]), _seconds(*match.groups()[3:])
    label = one_line(clean(" ".join(line for _, line in block[head + 1 :])))
    scored = _SCORE.fullmatch(label)
    label, score = (one_line(scored[1]), scored[2]) if scored else (label, None)
    return segment(start_s, end_s, where=where, label=label, score=score)


def _stamp(time_ms: int, point: str) -> str:
    seconds, ms = divmod(time_ms, 1000)
    minutes, s = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{s:02d}{point}{ms:03d}"


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    whole = 3600 * float(hours or 0) + 60 * float(minutes)
    return round(whole + float(seconds.replace(",", ".")), 6)
