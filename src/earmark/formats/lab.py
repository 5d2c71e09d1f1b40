"""Label files of Sonic Visualiser, mir_eval and HTK's kin: ``start end label``, times in seconds.

White space separates the columns; the label is the rest of the line and may hold spaces. Without
one it is singing. Lines that begin with ``#`` are comments. HTK's own unit of 100 ns is not read.
"""

from __future__ import annotations

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decimal, decode, encode, numbered, one_line, segment


def dumps(annotation: Annotation) -> bytes:
    """The segments, a line each."""
    return encode(
        "".join(
            f"{decimal(item.start_s)} {decimal(item.end_s)} {one_line(item.label)}\n"
            for item in annotation.segments
        )
    )


def loads(data: bytes, name: str = "lab") -> Annotation:
    """The segments of a label file.

    Raises
    ------
    FormatError
        If a line has no two times, or an interval is reversed.

    Examples
    --------
    >>> loads(b"0.5  1.5  lead voice").labels
    ('lead voice',)
    """
    segments = []
    for where, line in numbered(decode(data, name), name):
        if not line or line.startswith("#"):
            continue
        start, *rest = line.split(maxsplit=2)
        if not rest:
            raise FormatError(f"{where}: one column only; a line is start, end and label")
        segments.append(segment(start, rest[0], where=where, label=one_line("".join(rest[1:]))))
    return assemble(segments)
