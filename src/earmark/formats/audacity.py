r"""Audacity's label tracks: ``start<tab>end<tab>label``, times in seconds.

The lines of a frequency range, which begin with a backslash, are skipped. A label that is missing
is singing.
"""

from __future__ import annotations

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decimal, decode, encode, numbered, one_line, segment


def dumps(annotation: Annotation) -> bytes:
    """The segments as a label track: File, Import, Labels in Audacity."""
    return encode(
        "".join(
            f"{decimal(item.start_s)}\t{decimal(item.end_s)}\t{one_line(item.label)}\n"
            for item in annotation.segments
        )
    )


def loads(data: bytes, name: str = "audacity") -> Annotation:
    r"""The segments of a label track.

    Raises
    ------
    FormatError
        If a line has no two times, or an interval is reversed.

    Examples
    --------
    >>> loads(b"0.5\t1.5\tsolo\n\\\t100\t900\n").labels
    ('solo',)
    """
    segments = []
    for where, line in numbered(decode(data, name), name):
        if not line or line.startswith("\\"):
            continue
        start, *rest = line.split("\t", 2)
        if not rest:
            raise FormatError(f"{where}: no tab; a label line is start, tab, end, tab, label")
        segments.append(segment(start, rest[0], where=where, label=one_line("".join(rest[1:]))))
    return assemble(segments)
