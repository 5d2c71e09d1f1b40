"""JSON lines: a recording a line, each the object of :mod:`earmark.formats.json`.

So the files of a folder can be put one after the other (``cat *.jsonl``) and read again:
:func:`loads_all` gives all recordings of a file, :func:`loads` the only one.
"""

from __future__ import annotations

import json

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import assemble, decode, encode, numbered
from earmark.formats.json import from_record, parse, to_record


def dumps(annotation: Annotation) -> bytes:
    """All but the scores' curve, in one line."""
    return encode(json.dumps(to_record(annotation), ensure_ascii=False) + "\n")


def loads(data: bytes, name: str = "jsonl") -> Annotation:
    """The annotation of a file that holds one recording.

    Raises
    ------
    FormatError
        If a line is not JSON of an annotation, or there are several.
    """
    annotations = loads_all(data, name)
    if len(annotations) > 1:
        raise FormatError(
            f"{name}: {len(annotations)} recordings; keep one a file, "
            "or read them with earmark.formats.jsonl.loads_all"
        )
    return annotations[0] if annotations else assemble([])


def loads_all(data: bytes, name: str = "jsonl") -> list[Annotation]:
    r"""The annotations of all lines.

    Raises
    ------
    FormatError
        If a line is not JSON of an annotation.

    Examples
    --------
    >>> [a.source for a in loads_all(b'{"source": "a", "segments": []}\n' * 2)]
    ['a', 'a']
    """
    return [
        from_record(parse(line, where=where), where=where)
        for where, line in numbered(decode(data, name), name)
        if line
    ]
