"""Segments to files and back: one module a file format, found by name or suffix.

>>> from earmark.annotation import Annotation, Segment
>>> print(dumps(Annotation((Segment(1.5, 4.0, score=0.9),)), "csv").decode(), end="")
start_s,end_s,label,score
1.500,4.000,singing,0.900

What a format keeps (a field that it cannot hold comes back as its default; ``labels`` come back
as those that occur in the file):

========  =========  ======  ========  ====================  ====================================
name      suffix     score   duration  label                 rest
========  =========  ======  ========  ====================  ====================================
csv       .csv       yes     no        one line              -
json      .json      yes     yes       exact                 all but the curve
jsonl     .jsonl     yes     yes       exact                 all but the curve; a line a recording
audacity  .txt       no      no        one line              -
lab       .lab       no      no        one line              -
jams      .jams      yes     yes       exact                 all but the curve
rttm      .rttm      yes     no        spaces become ``_``   name of the recording
textgrid  .TextGrid  no      yes       one line              labels without segments
srt       .srt       .01     no        one line              -
vtt       .vtt       .01     no        one line              -
npz       .npz       -       yes       exact                 the curve, no segments
========  =========  ======  ========  ====================  ====================================

Two more are written and never read, since what they hold is for people: ``lrc`` (``.lrc``, lines to
fill in for karaoke) and ``rekordbox`` (``.xml``, cue points). A file that ends so is no label file:
lyrics often lie beside songs.

*One line*: white space and control characters become single spaces, and an empty label becomes
``singing``. Times have 3 to 6 decimals (SRT and WebVTT: 3). Readers sort segments by start, take
UTF-8 and (with its byte order mark) UTF-16 with any line ends, and raise nothing but
:class:`~earmark.errors.FormatError`. An empty file is an annotation without segments, except in
formats that always have a header or a root (csv, json, jams, textgrid, vtt, npz).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earmark.annotation import Annotation
from earmark.atomic import write_atomic
from earmark.errors import FormatError
from earmark.formats import (
    audacity,
    csv,
    jams,
    json,
    jsonl,
    lab,
    lrc,
    npz,
    rekordbox,
    rttm,
    srt,
    textgrid,
    vtt,
)


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Parameters
    ----------
    name : str
        What users call it, such as ``"audacity"``.
    suffix : str
        What its files end in, such as ``".txt"``.
    dumps : callable
        ``dumps(annotation) -> bytes``, the content of a file.
    loads : callable or None
        ``loads(data, name="file name for error messages") -> Annotation``; None: it is written
        only.
    aliases : tuple of str
        Other names, also recognised as suffixes.
    """

    name: str
    suffix: str
    dumps: Callable[[Annotation], bytes]
    loads: Callable[..., Annotation] | None
    aliases: tuple[str, ...] = ()


_FORMATS = (
    Format("csv", ".csv", csv.dumps, csv.loads),
    Format("json", ".json", json.dumps, json.loads),
    Format("jsonl", ".jsonl", jsonl.dumps, jsonl.loads, ("ndjson",)),
    Format("audacity", ".txt", audacity.dumps, audacity.loads),
    Format("lab", ".lab", lab.dumps, lab.loads),
    Format("jams", ".jams", jams.dumps, jams.loads),
    Format("rttm", ".rttm", rttm.dumps, rttm.loads),
    Format("textgrid", ".TextGrid", textgrid.dumps, textgrid.loads, ("praat",)),
    Format("srt", ".srt", srt.dumps, srt.loads),
    Format("vtt", ".vtt", vtt.dumps, vtt.loads, ("webvtt",)),
    Format("npz", ".npz", npz.dumps, npz.loads),
    Format("lrc", ".lrc", lrc.dumps, None),
    Format("rekordbox", ".xml", rekordbox.dumps, None),
)
_BY_KEY = {
    key.lower().lstrip("."): form
    for form in _FORMATS
    for key in (form.name, form.suffix, *form.aliases)
}


def names(*, readable: bool = True) -> tuple[str, ...]:
    """Names of all formats that can be read, or also of those that are written only.

    Examples
    --------
    >>> names()[:4], names(readable=False)[-2:]
    (('csv', 'json', 'jsonl', 'audacity'), ('lrc', 'rekordbox'))
    """
    return tuple(form.name for form in _FORMATS if form.loads is not None or not readable)


def get_format(name_or_path: str | os.PathLike[str]) -> Format:
    """The format of a name, a suffix or a path, in capitals or not; it may be one for writing only.

    Parameters
    ----------
    name_or_path : str or path-like
        Such as ``"audacity"``, ``".txt"`` or ``"songs/one.singing.txt"``.

    Raises
    ------
    FormatError
        If no format has that name or suffix; the message lists the known ones.

    Examples
    --------
    >>> get_format("song.textgrid").suffix
    '.TextGrid'
    """
    text = os.fspath(name_or_path)
    form = _BY_KEY.get(text.rpartition(".")[2].lower())
    if form is None:
        known = ", ".join(names(readable=False))
        raise FormatError(f"{text}: unknown format; choose one of {known}")
    return form


def dumps(annotation: Annotation, format: str) -> bytes:
    """An annotation as the content of a file.

    Parameters
    ----------
    annotation : Annotation
    format : str
        A format's name or suffix.

    Raises
    ------
    FormatError
        If the format is unknown, or is npz and the annotation has no scores.
    """
    return get_format(format).dumps(annotation)


def loads(data: bytes, format: str, *, name: str | None = None) -> Annotation:
    """The annotation in the content of a file.

    Parameters
    ----------
    data : bytes
        All of the file.
    format : str
        A format's name or suffix.
    name : str, optional
        What error messages call the file; the format's name by default.

    Raises
    ------
    FormatError
        If the format is unknown or the content is not in it; the message names file and line.

    Examples
    --------
    >>> loads(b"0.5 1.25 singing", "lab").segments
    (Segment(0.5, 1.25, 'singing'),)
    """
    form = get_format(format)
    return _loads(form, data, name or form.name)


def read(path: str | os.PathLike[str], *, format: str | None = None) -> Annotation:
    """Read a label file.

    Parameters
    ----------
    path : path-like
    format : str, optional
        A format's name; by default the path's suffix tells.

    Raises
    ------
    FormatError
        If the file cannot be read, or is not in the format; the message names file and line.
    """
    form = get_format(path if format is None else format)
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"{os.fspath(path)}: cannot be read ({reason})") from error
    return _loads(form, data, os.fspath(path))


def write(
    annotation: Annotation, path: str | os.PathLike[str], *, format: str | None = None
) -> None:
    """Write a label file, whole or not at all.

    Parameters
    ----------
    annotation : Annotation
    path : path-like
        Missing folders are made; what stood there is replaced.
    format : str, optional
        A format's name; by default the path's suffix tells.

    Raises
    ------
    FormatError
        If the format is unknown, or is npz and the annotation has no scores.
    OutputError
        If the file cannot be written.
    """
    write_atomic(path, get_format(path if format is None else format).dumps(annotation))


def _loads(form: Format, data: bytes, name: str) -> Annotation:
    if form.loads is None:
        raise FormatError(f"{name}: {form.name} is a format that earmark writes and does not read")
    return form.loads(data, name)
