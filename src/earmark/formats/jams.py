"""JAMS, the JSON Annotated Music Specification (Humphrey et al., ISMIR 2014), version 0.3.

One annotation of the namespace ``segment_open`` whose sandbox carries, under ``earmark``, all that
JAMS has no field for: model, provenance, labels, warning. JAMS demands a duration: where it is
unknown, the last segment's end stands in. The reader takes the first annotation of a ``segment``
namespace.
"""

from __future__ import annotations

import json
import reprlib
from pathlib import PurePath
from typing import Any

from earmark.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.fields import decode, encode, number
from earmark.formats.json import from_record, parse, plain, to_record

JAMS_VERSION = "0.3.4"


def dumps(annotation: Annotation) -> bytes:
    """The segments as a JAMS file of one annotation."""
    record = to_record(annotation)
    rows = record.pop("segments")
    end_s = max((row["end_s"] for row in rows), default=0.0)
    duration_s = end_s if record["duration_s"] is None else record["duration_s"]
    document = {
        "file_metadata": {
            "title": PurePath(annotation.source or "").stem,
            "artist": "",
            "release": "",
            "duration": duration_s,
            "identifiers": {},
            "jams_version": JAMS_VERSION,
        },
        "annotations": [
            {
                "namespace": "segment_open",
                "time": 0.0,
                "duration": duration_s,
                "annotation_metadata": {
                    "curator": {"name": "", "email": ""},
                    "annotator": {"name": annotation.model or ""},
                    "version": str(annotation.provenance.get("version", "")),
                    "corpus": "",
                    "annotation_tools": "earmark",
                    "annotation_rules": "",
                    "validation": "",
                    "data_source": "program" if annotation.model else "",
                },
                "data": [
                    {
                        "time": row["start_s"],
                        "duration": round(row["end_s"] - row["start_s"], 6),
                        "value": row["label"],
                        "confidence": row["score"],
                    }
                    for row in rows
                ],
                "sandbox": {"earmark": record},
            }
        ],
        "sandbox": {},
    }
    return encode(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def loads(data: bytes, name: str = "jams") -> Annotation:
    """The segments of a JAMS file.

    Raises
    ------
    FormatError
        If it is not JSON, has no annotation of segments, or an interval is wrong.
    """
    document = parse(decode(data, name), where=name)
    annotations = [item for item in _list(document.get("annotations")) if isinstance(item, dict)]
    spaces = [str(item.get("namespace")) for item in annotations]
    chosen = next((i for i, space in enumerate(spaces) if space.startswith("segment")), None)
    if chosen is None:
        raise FormatError(
            f"{name}: no annotation of the namespace segment_open, only "
            f"{', '.join(spaces)[:80] or 'none'}; is this the right file?"
        )
    sandbox = _dict(annotations[chosen].get("sandbox")).get("earmark")
    if not isinstance(sandbox, dict):
        sandbox = {"duration_s": _dict(document.get("file_metadata")).get("duration")}
    rows = annotations[chosen].get("data")
    if not isinstance(rows, list):
        raise FormatError(f"{name}: data is {reprlib.repr(rows)}; expected a list of observations")
    segments = [_row(row, f"{name}, segment {i}") for i, row in enumerate(rows, 1)]
    return from_record({**sandbox, "segments": segments}, where=name)


def _row(row: Any, where: str) -> dict[str, Any]:
    """An observation as a segment of earmark's JSON."""
    observation = _dict(row)
    start_s = number(observation.get("time"), where=where, what="time")
    length_s = number(observation.get("duration"), where=where, what="duration")
    score = plain(observation.get("confidence"))  # any value is legal JAMS
    return {
        "start_s": start_s,
        "end_s": round(start_s + length_s, 6),
        "label": observation.get("value"),
        "score": score if isinstance(score, float | int) else None,
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
