"""Comma-separated tables: ``start_s,end_s,label,score``, times in seconds.

The reader wants ``start_s`` and ``end_s``, in any order among other columns; ``start`` and ``end``
do as well, and so do ``onset``, ``offset`` and ``event_label`` (as in DCASE's lists). Without
``label`` the rows are singing; with a column ``vocal`` (1 or 0) the rows of 0 are no segments. A
column ``text``, ``transcript``, ``lyrics`` or ``word`` is the label where there is neither, as in
subtitles: what somebody says is not taken for singing. A table without a header is
``start, end[, label[, score]]`` (as mir_eval's intervals), or ``start, end, vocal`` if its third
column is all 0 and 1. Lines that begin with ``#`` are comments. A file of 0 bytes is no table: what
has no segments has its header still.
"""

from __future__ import annotations

import csv
import io

from earmark.annotation import SINGING, Annotation, Segment
from earmark.errors import FormatError
from earmark.formats.fields import (
    ASSUMED,
    assemble,
    decimal,
    decode,
    encode,
    number,
    one_line,
    segment,
)

COLUMNS = ("start_s", "end_s", "label", "score")
_ALIASES = {
    "start": "start_s",
    "end": "end_s",
    "onset": "start_s",
    "offset": "end_s",
    "event_label": "label",
}
_TEXTS = ("text", "transcript", "lyrics", "word")
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


def dumps(annotation: Annotation) -> bytes:
    """The segments as a table with a header."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for item in annotation.segments:
        label = one_line(item.label)
        table.writerow([decimal(item.start_s), decimal(item.end_s), label, decimal(item.score)])
    return encode(text.getvalue())


def loads(data: bytes, name: str = "csv") -> Annotation:
    r"""The segments of a table.

    Raises
    ------
    FormatError
        If the file is empty, columns are missing or separated by something else than commas, a
        field is not a number, or an interval is reversed.

    Examples
    --------
    >>> [s.start_s for s in loads(b"start_s,end_s,vocal\n0,1,0\n1,2.5,1\n").segments]
    [1.0]
    """
    text = decode(data, name)
    if not text.strip():
        raise FormatError(
            f"{name}: empty file; a song without singing has the header alone: {','.join(COLUMNS)}"
        )
    rows = _rows(text, name)
    if not rows:
        return assemble([])
    where, first = rows[0]
    if strange := [word for mark, word in _SEPARATORS.items() if mark in "".join(first[:2])]:
        raise FormatError(
            f"{where}: columns are separated by {strange[0]}; save the table with commas between "
            "columns, and points in numbers: 0.5,1.25,singing"
        )
    unnamed: str = ASSUMED
    if _is_number(first[0]):
        flags = all(len(row) == 3 and row[2] in ("0", "1") for _, row in rows)
        columns = ["start_s", "end_s", "vocal"] if flags else list(COLUMNS)
    else:
        rows.pop(0)
        columns = [_ALIASES.get(cell.lower(), cell.lower()) for cell in first]
        if not {"start_s", "end_s"} <= set(columns):
            raise FormatError(
                f"{where}: no columns start_s and end_s, only {', '.join(first)[:80]!r}; "
                "name them in the first line, separated by commas"
            )
        if "vocal" in columns:
            unnamed = SINGING
        elif "label" not in columns:
            columns = ["label" if name in _TEXTS else name for name in columns]
    segments = (
        _segment(dict(zip(columns, row, strict=False)), where, unnamed) for where, row in rows
    )
    return assemble(item for item in segments if item)


def _rows(text: str, name: str) -> list[tuple[str, list[str]]]:
    """Place and stripped cells of each row that is neither blank nor a comment."""
    rows = []
    line = 1  # where a row begins; quotes may take it over several lines
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                rows.append((f"{name}, line {line}", cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError(f"{name}, line {line}: not a table ({error})") from error
    return rows


def _segment(row: dict[str, str], where: str, unnamed: str) -> Segment | None:
    """The segment of a row, or None where nobody sings."""
    if "start_s" not in row or "end_s" not in row:
        raise FormatError(f"{where}: start or end is missing; a row is start_s,end_s,label,score")
    item = segment(
        row["start_s"],
        row["end_s"],
        where=where,
        label=one_line(row["label"]) if "label" in row else unnamed,
        score=row.get("score"),
    )
    vocal = number(row.get("vocal", 1), where=where, what="vocal")
    if vocal not in (0, 1):
        raise FormatError(f"{where}: vocal is {vocal:g}; it must be 1 or 0")
    return item if vocal else None


def _is_number(cell: str) -> bool:
    """Whether a cell is a number, finite or not."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
