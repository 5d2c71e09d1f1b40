"""The manifest: which recordings to learn from, one JSON object a line.

Keys of a line (paths are relative to the manifest's own folder):

============== ====================================================================================
``audio``      a recording; or ``vocals`` and ``instrumental``, two stems whose sum is the mix
``labels``     a label file in any format that earmark reads; or ``endpoints``, [[start_s, end_s]]
``material``   ``song`` (default), ``stems`` and ``band`` (rendered stems), ``singing`` and ``rap``
               (unaccompanied), ``speech``, ``music`` (no voice in it), ``lead`` (an instrument's
               tune), ``sound`` (single sounds, no voice)
``singer``     performer or collection: whatever must not stand on both sides of a split
``split``      ``train``, ``valid``, or another name (such as ``test``), which training leaves alone
``licence``    under which the recording may be used
``label_kind`` how labels were made: ``hand``, ``karaoke``, ``stem energy``, ``energy``, ``none``
``pitch``      of a single note of an instrument (a ``sound``): MIDI note number; melodies are made
               of notes by ``earmark material``
============== ====================================================================================
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.annotation import Segment
from earmark.atomic import write_atomic
from earmark.errors import DataError
from earmark.labels import read_singing

MATERIALS = ("song", "stems", "band", "singing", "rap", "speech", "music", "lead", "sound")
KEYS = (
    "audio", "vocals", "instrumental", "labels", "endpoints", "material", "singer", "split",
    "licence", "label_kind", "pitch",
)  # fmt: skip
SONGS = ("song", "stems")
"""Materials that need labels; pauses in clean speech and unaccompanied singing are found."""
MOST = 20
"""Faulty lines that a message names."""


@dataclass(frozen=True, slots=True)
class Track:
    """One line of a manifest, with absolute paths."""

    paths: tuple[Path, ...]
    """The recording, or vocals and instrumental."""
    material: str
    singer: str
    split: str
    licence: str
    label_kind: str
    labels: Path | None
    endpoints: tuple[tuple[float, float], ...] | None
    pitch: float | None = None

    def segments(self) -> list[Segment] | None:
        """Where there is singing (or speech), or None where the line gives no labels.

        Raises
        ------
        DataError, FormatError
            As :func:`earmark.labels.read_singing` does.
        """
        if self.labels is not None:
            return read_singing(self.labels)
        if self.endpoints is not None:
            return [Segment(a, b) for a, b in self.endpoints]
        return None


def read_manifest(path: str | os.PathLike[str]) -> list[Track]:
    """Read and check a manifest.

    Raises
    ------
    DataError
        With all lines that are not valid or whose files are missing; or if a recording stands in
        two splits, or a singer in both ``train`` and ``valid``.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # others may stand in names
    except OSError as error:
        raise DataError(f"{path}: cannot be read as a manifest ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a manifest, which is text in UTF-8") from error
    tracks, faults = [], []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                tracks.append(_parse(line, where=f"line {number}", folder=path.parent))
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError(_told(path, faults))
    if not tracks:
        raise DataError(f"{path}: the manifest is empty; {Path(__file__)} says what stands in one")
    splits: dict[str, str] = {}
    for split, file in ((track.split, file) for track in tracks for file in track.paths):
        real = os.path.realpath(file)  # it may be spelled in two ways, or be linked
        if splits.setdefault(real, split) != split:
            raise DataError(
                f"{path}: {file} stands in split {splits[real]!r} and in {split!r}; "
                "it can be in one"
            )
    if shared := on_both_sides((t.split, t.singer) for t in tracks):
        raise DataError(
            f"{path}: on both sides of the split: {', '.join(shared)}. "
            "Nobody who is trained on may be validated on."
        )
    return tracks


def on_both_sides(rows: Iterable[tuple[str, str]]) -> list[str]:
    """The singers, of pairs (split, singer), who stand in both ``train`` and ``valid``.

    Examples
    --------
    >>> on_both_sides([("train", "Ann"), ("train", "Bob"), ("valid", "Ann"), ("test", "Bob")])
    ['Ann']
    """
    sides: dict[str, set[str]] = {"train": set(), "valid": set()}
    for split, singer in rows:
        sides.get(split, set()).add(singer)
    return sorted(sides["train"] & sides["valid"])


def row_of(track: Track, *, relative_to: str | os.PathLike[str]) -> dict[str, Any]:
    """The line of a track, for a manifest in the given folder: what :func:`parse_row` reads."""
    keys = ("vocals", "instrumental") if len(track.paths) == 2 else ("audio",)
    files = dict(zip(keys, track.paths, strict=True))
    if track.labels is not None:
        files["labels"] = track.labels
    row: dict[str, Any] = {key: os.path.relpath(path, relative_to) for key, path in files.items()}
    if track.endpoints is not None:
        row["endpoints"] = track.endpoints
    if track.pitch is not None:
        row["pitch"] = track.pitch
    named = ("material", "singer", "split", "licence", "label_kind")
    return row | {name: getattr(track, name) for name in named}


def write_manifest(rows: Iterable[Mapping[str, Any]], path: str | os.PathLike[str]) -> None:
    r"""Write rows whose paths are relative to the manifest's folder already.

    Names that are not UTF-8 are written as JSON's escapes, such as ``caf\udce9.wav``.
    """
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomic(path, text.encode(errors="backslashreplace"))


def _told(path: Path, faults: Sequence[str]) -> str:
    """All faults in one message, so that they can be mended at one go."""
    if len(faults) == 1:
        return f"{path}, {faults[0]}"
    rest = [f"and {len(faults) - MOST} more"] if len(faults) > MOST else []
    return "\n  ".join([f"{path}: {len(faults)} lines are faulty", *faults[:MOST], *rest])


def _parse(line: str, *, where: str, folder: Path) -> Track:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not a JSON object ({error.msg})") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; 10,000 brackets
        raise DataError(f"{where}: not a JSON object that can be read") from error
    if not isinstance(row, dict):
        raise DataError(f"{where}: not a JSON object")
    return parse_row(row, where=where, folder=folder)


def parse_row(row: Mapping[str, Any], *, where: str, folder: Path) -> Track:
    """A line's object, checked.

    Parameters
    ----------
    row : mapping
        See the module's table.
    where : str
        What messages name.
    folder : Path
        The manifest's, which paths are relative to.

    Raises
    ------
    DataError
        If a key is unknown or missing, a value is not what it should be, or a file is not there.
    """
    if unknown := row.keys() - set(KEYS):
        raise DataError(
            f"{where}: unknown key {', '.join(sorted(unknown))}; known: {', '.join(KEYS)}"
        )
    stems = "vocals" in row or "instrumental" in row
    names = [row.get("vocals"), row.get("instrumental")] if stems else [row.get("audio")]
    if not all(isinstance(name, str) and name for name in names):
        raise DataError(f"{where}: needs `audio`, or both `vocals` and `instrumental`")
    paths = tuple(folder / name for name in names)
    for key in ("labels", "singer", "split", "licence", "label_kind"):
        if not isinstance(row.get(key) or "", str):
            raise DataError(f"{where}: `{key}` is text, got {row[key]!r}")
    split = row.get("split", "train")
    if not split:
        raise DataError(f"{where}: `split` is `train`, `valid` or another name, got {split!r}")
    labels = folder / row["labels"] if row.get("labels") else None
    for file in [*paths, *([labels] if labels else [])]:
        if not file.is_file():
            raise DataError(f"{where}: there is no file {file}")
    material = row.get("material", "stems" if stems else "song")
    if material not in MATERIALS or (material in ("stems", "band")) != stems:
        raise DataError(f"{where}: `material` is one of {', '.join(MATERIALS)}, got {material!r}")
    endpoints = row.get("endpoints")
    if endpoints is not None:
        endpoints = _endpoints(endpoints, where)
    pitch = row.get("pitch")
    if pitch is not None and (type(pitch) not in (int, float) or not 0 <= pitch <= 127):
        raise DataError(f"{where}: `pitch` is a MIDI note number from 0 to 127, got {pitch!r}")
    if (stems or material in SONGS) and labels is None and endpoints is None:
        raise DataError(f"{where}: {material} needs `labels` or `endpoints`")
    return Track(
        paths=paths,
        material=material,
        singer=row.get("singer") or paths[0].stem,
        split=split,
        licence=str(row.get("licence", "unknown")),
        label_kind=str(row.get("label_kind", "hand")),
        labels=labels,
        endpoints=endpoints,
        pitch=None if pitch is None else float(pitch),
    )


def _endpoints(value: Any, where: str) -> tuple[tuple[float, float], ...]:
    try:
        pairs = tuple((float(a), float(b)) for a, b in value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: `endpoints` is a list of [start_s, end_s]") from error
    for a, b in pairs:
        if not 0 <= a <= b < math.inf:
            raise DataError(f"{where}: endpoints {a} to {b} are reversed, negative or not finite")
    return pairs
