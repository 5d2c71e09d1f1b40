"""NIST's Rich Transcription Time Marked: a SPEAKER line a segment, times in seconds.

Ten fields: ``SPEAKER recording channel start duration <NA> <NA> label score <NA>``. No field can
hold a space: spaces become ``_``, in the label and in the recording's name (its file name without
suffix). Lines of other types and comments (``;;``) are skipped. A file of several recordings is
refused, since an annotation is of one.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import (
    ASSUMED,
    assemble,
    decimal,
    decode,
    encode,
    number,
    numbered,
    one_line,
    segment,
)

_NONE = "<NA>"
_SKIPPED = re.compile(
    r"(;;|(SEGMENT|NOSCORE|NO_RT_METADATA|LEXEME|NON-LEX|NON-SPEECH|FILLER|EDIT|IP|SU|CB|A/P"
    r"|SPKR-INFO)\s)"
)


def dumps(annotation: Annotation) -> bytes:
    """The segments as SPEAKER lines."""
    stem = PurePath(annotation.source or "").stem
    recording = _word(stem) if stem else _NONE
    lines = []
    for item in annotation.segments:
        length = decimal(round(item.end_s, 6) - round(item.start_s, 6))
        score = decimal(item.score) or _NONE
        lines.append(
            f"SPEAKER {recording} 1 {decimal(item.start_s)} {length} "
            f"{_NONE} {_NONE} {_word(item.label)} {score} {_NONE}\n"
        )
    return encode("".join(lines))


def loads(data: bytes, name: str = "rttm") -> Annotation:
    """The segments of the SPEAKER lines; ``source`` is the recording's name in them.

    Raises
    ------
    FormatError
        If a line is not RTTM, a time is wrong, or the lines are of several recordings.

    Examples
    --------
    >>> loads(b"SPEAKER song 1 0.5 1.0 <NA> <NA> alto <NA> <NA>").segments
    (Segment(0.5, 1.5, 'alto'),)
    """
    segments = []
    recordings: dict[str, None] = {}
    for where, line in numbered(decode(data, name), name):
        fields = line.split()
        if not fields or _SKIPPED.match(line):
            continue
        if fields[0] != "SPEAKER" or len(fields) < 8:
            raise FormatError(
                f"{where}: not an RTTM line; expected "
                "'SPEAKER recording 1 start duration <NA> <NA> label <NA> <NA>'"
            )
        recordings[fields[1]] = None
        start_s = number(fields[3], where=where, what="start")
        end_s = round(start_s + number(fields[4], where=where, what="duration"), 6)
        label = ASSUMED if fields[7] == _NONE else fields[7]
        score = fields[8] if len(fields) > 8 and fields[8] != _NONE else None
        segments.append(segment(start_s, end_s, where=where, label=label, score=score))
    if len(recordings) > 1:
        raise FormatError(
            f"{name}: the lines are of {len(recordings)} recordings "
            f"({', '.join(recordings)[:80]}); keep one recording a file"
        )
    source = next(iter(recordings), _NONE)
    return assemble(segments, source=None if source == _NONE else source)


def _word(text: str) -> str:
    """A text without spaces."""
    return one_line(text).replace(" ", "_")
