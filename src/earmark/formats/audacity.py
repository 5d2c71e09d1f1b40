r"""Audacity's label tracks: ``start<tab>end<tab>label``, times in seconds.

The lines of a frequency range, which begin with a backslash, are skipped. A label that is missing
is singing.
"""

from __future__ import annotations

from earmark.annotation import Annotation
from earmark.formats.fields import read_columns, write_columns


def dumps(annotation: Annotation) -> bytes:
    """The segments as a label track: File, Import, Labels in Audacity."""
    return write_columns(annotation, "\t")


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
    return read_columns(data, name, separator="\t", skip="\\")
