"""WebVTT subtitles, which browsers show under ``<video>`` and ``<audio>``.

Cues are those of :mod:`earmark.formats.srt`, with a decimal point; ``&``, ``<`` and ``>`` of a
label are escaped. The reader drops tags such as ``<v Anna>`` and skips notes, styles and regions.
"""

from __future__ import annotations

import html
import re

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decode, encode
from earmark.formats.srt import blocks, cue, text, timing

_TAG = re.compile(r"<[^>]*>")
_SKIPPED = re.compile(r"(NOTE|STYLE|REGION)\b")


def dumps(annotation: Annotation) -> bytes:
    """The segments as a WebVTT file."""
    cues = (
        f"\n{timing(item, point='.')}\n{html.escape(text(item), quote=False)}\n"
        for item in annotation.segments
    )
    return encode("WEBVTT\n" + "".join(cues))


def loads(data: bytes, name: str = "vtt") -> Annotation:
    r"""The cues of a WebVTT file.

    Raises
    ------
    FormatError
        If the line WEBVTT is missing, a cue has no line of times, or its times are reversed.

    Examples
    --------
    >>> loads(b"WEBVTT\n\n00:01.500 --> 00:02.250 align:start\n<i>solo</i>\n").labels
    ('solo',)
    """
    content = decode(data, name)
    if not re.match(r"WEBVTT(?!\S)", content):
        raise FormatError(f"{name}, line 1: a WebVTT file begins with the line WEBVTT")
    _, *rest = blocks(content, name)
    return assemble(cue(block, clean=_clean) for block in rest if not _SKIPPED.match(block[0][1]))


def _clean(content: str) -> str:
    return html.unescape(_TAG.sub("", content))
