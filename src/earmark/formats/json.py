"""JSON: all of an annotation but its curve of scores, a segment a line, times to a microsecond.

Keys are the fields of :class:`~earmark.annotation.Annotation`: ``source``, ``duration_s``,
``model``, ``labels``, ``warning``, ``provenance`` and ``segments`` (``start_s``, ``end_s``,
``label``, ``score``). The reader needs ``segments`` with ``start_s`` and ``end_s`` only.
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import ASSUMED, assemble, decode, encode, number, segment


def dumps(annotation: Annotation) -> bytes:
    """All but the scores' curve, indented."""
    record = to_record(annotation)
    rows = [json.dumps(row, ensure_ascii=False) for row in record.pop("segments")]
    head = json.dumps(record, ensure_ascii=False, indent=2).removesuffix("\n}")
    body = "\n    " + ",\n    ".join(rows) + "\n  " if rows else ""
    return encode(f'{head},\n  "segments": [{body}]\n}}\n')


def loads(data: bytes, name: str = "json") -> Annotation:
    """The annotation of a JSON object.

    Raises
    ------
    FormatError
        If it is not JSON, or a key has a value of the wrong kind.

    Examples
    --------
    >>> loads(b'{"segments": [{"start_s": 1, "end_s": 2}]}').segments
    (Segment(1.0, 2.0, 'singing'),)
    """
    return from_record(parse(decode(data, name), where=name), where=name)


def parse(text: str, *, where: str) -> dict[str, Any]:
    """The object that a JSON text holds; shared by the formats that are JSON inside."""
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{where}, line {error.lineno}" if "\n" in text.strip() else where
        raise FormatError(f"{place}: not JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; 10,000 brackets
        raise FormatError(f"{where}: not JSON that can be read ({error})") from error
    if not isinstance(record, dict):
        raise FormatError(f"{where}: expected an object {{...}}, got {reprlib.repr(record)}")
    return record


def to_record(annotation: Annotation) -> dict[str, Any]:
    """An annotation as what JSON can hold."""
    return {
        "source": annotation.source,
        "duration_s": _rounded(annotation.duration_s),
        "model": annotation.model,
        "labels": list(annotation.labels),
        "warning": annotation.warning,
        "provenance": plain(annotation.provenance),
        "segments": [
            {
                "start_s": _rounded(item.start_s),
                "end_s": _rounded(item.end_s),
                "label": item.label,
                "score": _rounded(item.score),
            }
            for item in annotation.segments
        ],
    }


def from_record(record: dict[str, Any], *, where: str) -> Annotation:
    """The annotation of a JSON object, each value checked."""
    rows = record.get("segments")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FormatError(f'{where}: no "segments"; expected a list of objects under that key')
    segments = []
    for i, row in enumerate(rows, 1):
        place = f"{where}, segment {i}"
        label = _text(row, "label", place)
        segments.append(
            segment(
                row.get("start_s"),
                row.get("end_s"),
                where=place,
                label=ASSUMED if label is None else label,
                score=row.get("score"),
            )
        )
    labels = record.get("labels") or []
    provenance = record.get("provenance") or {}
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise FormatError(f"{where}: labels are {reprlib.repr(labels)}; expected a list of texts")
    if not isinstance(provenance, dict):
        raise FormatError(
            f"{where}: provenance is {reprlib.repr(provenance)}; expected an object {{...}}"
        )
    duration_s = record.get("duration_s")
    if duration_s is not None:
        duration_s = number(duration_s, where=where, what="duration")
        if duration_s < 0:
            raise FormatError(f"{where}: the duration {duration_s:g} s is negative")
    return assemble(
        segments,
        duration_s=duration_s,
        labels=labels,
        source=_text(record, "source", where),
        model=_text(record, "model", where),
        provenance=provenance,
        warning=_text(record, "warning", where),
    )


def plain(value: Any) -> Any:
    """A value as what JSON can hold: arrays become lists, NaN null, what is unknown its text.

    Examples
    --------
    >>> plain({"onset": np.float32(0.5), "bad": float("nan"), "shape": (1, 2)})
    {'onset': 0.5, 'bad': None, 'shape': [1, 2]}
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _rounded(value: float | None) -> float | None:
    """A number with 6 decimals, or nothing."""
    return None if value is None or not math.isfinite(value) else round(float(value), 6)


def _text(record: dict[str, Any], key: str, where: str) -> str | None:
    """A text or nothing."""
    value = record.get(key)
    if value is None or isinstance(value, str):
        return value
    raise FormatError(f"{where}: {key} is {reprlib.repr(value)}; expected a text")
