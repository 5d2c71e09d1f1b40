"""Labels that somebody edited after earmark wrote them: they are kept, and the summary follows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from earmark.annotation import SINGING, SPEECH, Annotation
from earmark.errors import FormatError
from earmark.labels import looked_for, read_segments
from earmark.rows import Row, corrected


def followed(row: Row, folder: Path, names: Sequence[str]) -> Row:
    """A row with the figures of edited labels, and a warning that says so.

    Parameters
    ----------
    row : dict
        What earmark itself said of the song.
    folder : Path
        Where the labels are.
    names : sequence of str
        Their files, relative to it. The first that can be read counts; if none can, the row keeps
        earmark's own figures.
    """
    kept = _read(folder, names)
    whose = "earmark's own" if kept is None else "those of your labels"
    note = f"{', '.join(names)} kept: edited by you; the figures are {whose}"
    warning = "; ".join(filter(None, [row["warning"], note]))
    return (row if kept is None else corrected(row, kept)) | {"warning": warning}


def _read(folder: Path, names: Sequence[str]) -> Annotation | None:
    """What the first of these files that can be read tells of singing and speech."""
    for name in names:
        with suppress(FormatError):
            annotation = read_segments(folder / name)
            if known := looked_for(annotation, name) & {SINGING, SPEECH}:
                return replace(annotation, labels=tuple(known))
    return None
