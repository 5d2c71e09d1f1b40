"""Praat's TextGrid: an interval tier a label, from 0 to the end of the recording.

The tier's name and its intervals' text are the label; the gaps are intervals without text. Praat
forbids overlaps in a tier, so overlapping segments of a label become one, and it has no interval
of no length, so a segment shorter than a microsecond is left out. Where the duration is unknown,
the last end stands in (a millisecond if there is none).

The reader takes the long and the short text form. It needs nothing of a file's layout: in both, as
Praat itself reads them, all but quoted texts, flags and free-standing numbers is comment. An
interval's text is its label, white space counts as none, and points are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from earmark.annotation import SINGING, Annotation, Segment
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decimal, decode, encode, number, one_line, segment

_TOKEN = re.compile(
    r"(?<!\S)(?:"
    r'"(?P<text>(?:[^"]|"")*+)"'
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)"
    r"|!.*)"
)
_US = 1_000_000


def dumps(annotation: Annotation) -> bytes:
    """The segments in the long text form."""
    tiers: dict[str, list[list[int]]] = {one_line(label): [] for label in annotation.labels}
    for item in sorted(annotation.segments, key=lambda item: item.start_s):
        start, end = round(item.start_s * _US), round(item.end_s * _US)
        spans = tiers.setdefault(one_line(item.label), [])
        if spans and start < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        elif start < end:
            spans.append([start, end])
    tiers = tiers or {SINGING: []}
    last = max((spans[-1][1] for spans in tiers.values() if spans), default=1000)
    xmax = max(last, round((annotation.duration_s or 0) * _US))
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {_seconds(xmax)}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for i, (label, spans) in enumerate(tiers.items(), 1):
        lines += [f"    item [{i}]:", *_tier(label, spans, xmax)]
    return encode("\n".join(lines) + "\n")


def loads(data: bytes, name: str = "textgrid") -> Annotation:
    """The intervals of a TextGrid that have a text.

    Raises
    ------
    FormatError
        If it is not a TextGrid's text form, or an interval is reversed.
    """
    tokens = _tokens(decode(data, name), name)
    kind, grid = _text(tokens, name), _text(tokens, name)
    if not kind.startswith("ooTextFile") or grid != "TextGrid":
        raise FormatError(
            f"{name}: a {grid} of type {kind}, not a TextGrid; in Praat, Save as text file"
        )
    _number(tokens, name)
    duration_s = _number(tokens, name)
    labels: list[str] = []
    segments: list[Segment] = []
    for _ in range(int(_number(tokens, name))):
        tier, label = _text(tokens, name), one_line(_text(tokens, name))
        if tier not in ("IntervalTier", "TextTier"):
            raise FormatError(f"{name}: unknown kind of tier {tier[:40]!r}")
        _number(tokens, name), _number(tokens, name)
        found = len(segments)
        for _ in range(int(_number(tokens, name))):
            where, start = next(tokens, (name, ""))
            end = _number(tokens, name) if tier == "IntervalTier" else start
            text = _text(tokens, name)
            if tier == "IntervalTier" and text.strip():
                segments.append(segment(start, end, where=where, label=one_line(text)))
        labels += [item.label for item in segments[found:]] or [label] * (tier == "IntervalTier")
    return assemble(segments, labels=labels, duration_s=duration_s if duration_s > 0 else None)


def _tier(label: str, spans: list[list[int]], xmax: int) -> list[str]:
    """The lines of a tier, gaps included."""
    text = label.replace('"', '""')
    intervals = []
    edge = 0
    for start, end in [*spans, [xmax, xmax]]:
        intervals += [(edge, start, "")] * (edge < start)
        intervals += [(start, end, text)] * (start < end)
        edge = end
    lines = [
        'class = "IntervalTier"',
        f'name = "{text}"',
        "xmin = 0",
        f"xmax = {_seconds(xmax)}",
        f"intervals: size = {len(intervals)}",
    ]
    for i, (start, end, mark) in enumerate(intervals, 1):
        lines += [
            f"intervals [{i}]:",
            f"    xmin = {_seconds(start)}",
            f"    xmax = {_seconds(end)}",
            f'    text = "{mark}"',
        ]
    return [" " * 8 + line for line in lines]


def _seconds(time_us: int) -> str:
    return decimal(time_us / _US)


def _tokens(content: str, name: str) -> Iterator[tuple[str, str | float]]:
    """Texts and numbers of a file, each with its place."""
    line, edge = 1, 0
    for match in _TOKEN.finditer(content):
        line, edge = line + content.count("\n", edge, match.start()), match.start()
        where = f"{name}, line {line}"
        if match["text"] is not None:
            yield where, match["text"].replace('""', '"')
        elif match["number"] is not None:
            yield where, number(match["number"], where=where, what="number")


def _text(tokens: Iterator[tuple[str, str | float]], name: str) -> str:
    where, value = next(tokens, (f"{name}, at its end", None))
    if not isinstance(value, str):
        raise FormatError(f"{where}: expected a quoted text of a TextGrid; is the file whole?")
    return value


def _number(tokens: Iterator[tuple[str, str | float]], name: str) -> float:
    where, value = next(tokens, (f"{name}, at its end", None))
    if not isinstance(value, float):
        raise FormatError(f"{where}: expected a number of a TextGrid; is the file whole?")
    return value
