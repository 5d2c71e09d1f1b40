"""Label files of Sonic Visualiser, mir_eval and HTK's kin: ``start end label``, times in seconds.

White space separates the columns; the label is the rest of the line and may hold spaces. Without
one it is singing. Lines that begin with ``#`` are comments. HTK's own unit of 100 ns is not read.
"""

from __future__ import annotations

from earmark.annotation import Annotation
from earmark.formats.fields import read_columns, write_columns


def dumps(annotation: Annotation) -> bytes:
    """The segments, a line each."""
    return write_columns(annotation, " ")


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
    return read_columns(data, name, separator=None, skip="#")
