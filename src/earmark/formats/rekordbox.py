"""Cue points for DJs: an XML collection that rekordbox imports. Written, not read.

A track has a memory cue where each label starts and where it ends. Memory cues are for what is
looked at: they stand on the waveform and take no pad. A deck shows few of them, so pauses are
bridged, the shortest first, until at most five stretches of a label are left (our choice): where
the singing comes in, and where the band is alone for long. rekordbox looks into one such file at
a time, so a folder of songs is best a collection of many tracks: ``earmark cues`` writes it.

``Location`` is where the recording lies, by which rekordbox finds it; a relative
path counts from the current folder if a file is there, and is named as it is otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path, PurePath
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from earmark.annotation import Annotation, Segment, labelled
from earmark.formats.fields import decimal, encode, one_line

MOST = 5
_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def dumps(annotation: Annotation) -> bytes:
    r"""A collection of one track, and a playlist of it.

    Examples
    --------
    >>> song = Annotation((Segment(1.5, 4.0),), duration_s=9.0, source="/music/a b.mp3")
    >>> print("\n".join(dumps(song).decode().splitlines()[4:7]))
    <TRACK TrackID="1" Name="a b" TotalTime="9" Location="file://localhost/music/a%20b.mp3">
      <POSITION_MARK Name="singing" Type="0" Start="1.500" Num="-1"/>
      <POSITION_MARK Name="singing ends" Type="0" Start="4.000" Num="-1"/>
    """
    return collection([annotation])


def collection(annotations: Sequence[Annotation]) -> bytes:
    """A collection of a track for each annotation, and a playlist of all of them.

    Parameters
    ----------
    annotations : sequence of Annotation
        Each with the recording's path as its ``source``.
    """
    count = len(annotations)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<DJ_PLAYLISTS Version="1.0.0">',
        '  <PRODUCT Name="earmark" Version="1" Company="earmark"/>',
        f'  <COLLECTION Entries="{count}">',
        *(f"    {line}" for i, song in enumerate(annotations) for line in _track(song, i + 1)),
        "  </COLLECTION>",
        "  <PLAYLISTS>",
        '    <NODE Type="0" Name="ROOT" Count="1">',
        f'      <NODE Name="earmark" Type="1" KeyType="0" Entries="{count}">',
        *(f'        <TRACK Key="{i + 1}"/>' for i in range(count)),
        "      </NODE>",
        "    </NODE>",
        "  </PLAYLISTS>",
        "</DJ_PLAYLISTS>",
    ]
    return encode("\n".join(lines) + "\n")


def _track(annotation: Annotation, number: int) -> Iterable[str]:
    source = annotation.source or "recording"
    name = _text(PurePath(source.replace("\\", "/")).stem)
    length = "" if annotation.duration_s is None else f' TotalTime="{round(annotation.duration_s)}"'
    yield f'<TRACK TrackID="{number}" Name={name}{length} Location={_text(_location(source))}>'
    yield from (f"  {mark}" for mark in _marks(annotation))
    yield "</TRACK>"


def bridged(segments: Sequence[Segment], *, most: int = MOST) -> list[tuple[float, float]]:
    """Stretches (start_s, end_s), at most so many, with the shortest pauses bridged.

    Examples
    --------
    >>> bridged([Segment(0, 1), Segment(1.5, 2), Segment(9, 10)], most=2)
    [(0, 2), (9, 10)]
    """
    spans: list[tuple[float, float]] = []
    for segment in segments:
        if spans and segment.start_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], segment.end_s))
        else:
            spans.append((segment.start_s, segment.end_s))
    while len(spans) > most:
        pauses = [b[0] - a[1] for a, b in pairwise(spans)]
        at = pauses.index(min(pauses))
        spans[at : at + 2] = [(spans[at][0], spans[at + 1][1])]
    return spans


def _marks(annotation: Annotation) -> Iterable[str]:
    cues = []
    for label in dict.fromkeys(segment.label for segment in annotation.segments):
        shown = one_line(label)
        for start_s, end_s in bridged(labelled(annotation.segments, label)):
            cues += [(start_s, shown), (end_s, f"{shown} ends")]
    for time_s, name in sorted(cues):
        start = f'Start="{decimal(time_s)}"'
        yield f'<POSITION_MARK Name={_text(name)} Type="0" {start} Num="-1"/>'


def _location(source: str) -> str:
    """A path as rekordbox writes it."""
    path = source.replace("\\", "/")
    if not path.startswith("/") and Path(path).is_file():
        path = Path(path).resolve().as_posix()
    if re.match(r"[A-Za-z]:/", path):
        path = "/" + path
    if not path.startswith("/"):
        return quote(path.encode("utf-8", "backslashreplace"))
    return "file://localhost" + quote(path.encode("utf-8", "backslashreplace"), safe="/:")


def _text(value: str) -> str:
    """An attribute's value in quotes; control characters are left out."""
    return quoteattr(one_line(_CONTROL.sub("", value)), {'"': "&quot;"})
