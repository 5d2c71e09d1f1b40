"""What all formats share: bytes to text, and fields to checked segments, with errors that help.

``where`` is the place that an error message names, such as ``"song.csv, line 3"``.
"""

from __future__ import annotations

import codecs
import math
import re
import reprlib
from collections.abc import Iterable, Iterator
from typing import Any

from earmark.annotation import SINGING, Annotation, Segment
from earmark.errors import FormatError


class AssumedLabel(str):
    """A label that a file leaves out: equal to one that is written, but known for assumed."""

    __slots__ = ()


ASSUMED = AssumedLabel(SINGING)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def decode(data: bytes, name: str) -> str:
    r"""Bytes of UTF-8, or of UTF-16 with its mark, as text whose lines end in ``\n``."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(
            f"{name}, line {line}: not text ({error.reason}); save the file as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encode(text: str) -> bytes:
    r"""Text as UTF-8; what is no character (half a surrogate pair) is spelt ``\udc80``."""
    return text.encode("utf-8", "backslashreplace")


def numbered(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Each line's place, for error messages, and the line without white space around it."""
    for i, line in enumerate(text.split("\n"), 1):
        yield f"{name}, line {i}", line.strip()


def one_line(label: str) -> str:
    r"""A label that any line of text can hold; of none, the one that is assumed.

    Examples
    --------
    >>> one_line(" lead\tvoice\n"), one_line("")
    ('lead voice', 'singing')
    """
    return " ".join(_CONTROL.sub(" ", label).split()) or ASSUMED


def decimal(value: float | None) -> str:
    """A number with 3 to 6 decimals; nothing where there is none.

    Examples
    --------
    >>> decimal(1.5), decimal(1 / 3), decimal(None)
    ('1.500', '0.333333', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    whole, _, digits = f"{value:.6f}".partition(".")
    return f"{whole}.{digits.rstrip('0'):0<3}"


def number(value: Any, *, where: str, what: str) -> float:
    """A finite number, from a number or its text."""
    try:
        result = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        result = math.nan
    if not math.isfinite(result):
        raise FormatError(
            f"{where}: the {what} {reprlib.repr(value)} is not a number; expected one such as 12.34"
        )
    return result


def segment(
    start: Any, end: Any, *, where: str, label: str = SINGING, score: Any = None
) -> Segment:
    """A checked segment; times in seconds as numbers or text, an empty score is none."""
    start_s = number(start, where=where, what="start")
    end_s = number(end, where=where, what="end")
    if start_s < 0:
        raise FormatError(
            f"{where}: the start {start_s:g} s is negative; times count from the recording's start"
        )
    if end_s < start_s:
        raise FormatError(
            f"{where}: the end {end_s:g} s lies before the start {start_s:g} s; "
            "give start and end, not start and duration"
        )
    score = None if score in (None, "") else number(score, where=where, what="score")
    return Segment(start_s, end_s, label, score)


def assemble(segments: Iterable[Segment], *, labels: Iterable[str] = (), **rest: Any) -> Annotation:
    """An annotation with its segments ordered; its labels are those given, else those found."""
    ordered = tuple(sorted(segments, key=lambda item: (item.start_s, item.end_s)))
    names = dict.fromkeys(labels) or dict.fromkeys(item.label for item in ordered)
    return Annotation(ordered, labels=tuple(names) or (SINGING,), **rest)


def write_columns(annotation: Annotation, separator: str) -> bytes:
    """A line a segment: start, end and label, times in seconds."""
    return encode(
        "".join(
            separator.join((decimal(item.start_s), decimal(item.end_s), one_line(item.label)))
            + "\n"
            for item in annotation.segments
        )
    )


def read_columns(data: bytes, name: str, *, separator: str | None, skip: str) -> Annotation:
    """What :func:`write_columns` writes; a missing label is singing.

    Parameters
    ----------
    data : bytes
    name : str
        What errors call the file.
    separator : str or None
        Between columns; None is any white space.
    skip : str
        How lines begin that hold no segment.
    """
    segments = []
    for where, line in numbered(decode(data, name), name):
        if not line or line.startswith(skip):
            continue
        start, *rest = line.split(separator, 2)
        if not rest:
            between = "a tab" if separator else "white space"
            raise FormatError(
                f"{where}: one column only; a line is start, end and label, with "
                f"{between} between them"
            )
        segments.append(segment(start, rest[0], where=where, label=one_line("".join(rest[1:]))))
    return assemble(segments)
