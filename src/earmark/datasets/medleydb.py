"""MedleyDB: multitrack songs, versions 1 and 2.

Bittner, Salamon, Tierney, Mauch, Cannam and Bello 2014, "MedleyDB: a multitrack dataset for
annotation-intensive MIR research" (ISMIR). CC BY-NC-SA 4.0. From Zenodo, on request. (mirdata has
``medleydb_melody`` and ``medleydb_pitch`` only, without stems or instruments.)

Layout: ``Audio/TRACK/TRACK_MIX.wav`` and ``TRACK_STEMS/TRACK_STEM_01.wav``, or ``V1`` or ``V2`` in
place of ``Audio``; metadata as ``Audio/TRACK/TRACK_METADATA.yaml`` or ``Metadata/
TRACK_METADATA.yaml``; source IDs anywhere below ``Annotations``, such as ``Annotations/
Instrument_Activations/SOURCEID/TRACK_SOURCEID.lab``, a table ``start_time,end_time,
instrument_label``. TRACK is ``Artist_Title``; that artist is the singer, since one person's songs
may name several performers. There is no official split: every song is of split ``train``.

Where source IDs name a voice they give the labels, otherwise the energy of the vocal stems does;
both follow from the stems' energy. A song without a sung stem is music if it is flagged
instrumental, and is left out with a warning if not: nobody knows where its voice is. A song with
voice whose stems bleed is of split ``bleed``, which training leaves alone (our choices).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import Segment
from earmark.audio import load_audio
from earmark.datasets.checks import length_s
from earmark.datasets.layout import Row, entries, need_folder, need_some, relative
from earmark.datasets.stem_energy import sung
from earmark.errors import DataError, EarmarkError, FormatError, how_to_install
from earmark.formats.fields import decode, numbered, segment
from earmark.labels import SLACK_S, check_labels

NAME = "MedleyDB"
SR = 16000
FOLDERS = ("Audio", "V1", "V2")
VOICES = frozenset(
    f"{who} {how}" for who in ("male", "female") for how in ("singer", "rapper", "screamer")
) | {"vocalists", "choir"}
"""Instruments that are singing: rap counts, speech and beatboxing do not (docs/labels.md)."""


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of MedleyDB.

    Raises
    ------
    DataError
        If the layout is not there, or a song lacks its mix, stems or metadata, or labels do not
        fit it.
    FormatError
        If source IDs cannot be read, or an interval is reversed; with the line.
    EarmarkError
        If PyYAML is not installed.

    Warns
    -----
    UserWarning
        If a song is left out.
    """
    root = Path(data)
    homes = [root / name for name in FOLDERS if (root / name).is_dir()] or [
        need_folder(root / "Audio", data_set=NAME, remedy="name the folder that holds Audio/")
    ]
    found = (
        row
        for home in homes
        for folder in entries(home)
        if folder.is_dir() and (row := _song(root, folder, relative_to)) is not None
    )
    return need_some(found, where=homes[0], data_set=NAME)


def _song(root: Path, folder: Path, relative_to: str | os.PathLike[str]) -> Row | None:
    mix = folder / f"{folder.name}_MIX.wav"
    if not mix.is_file():
        raise DataError(f"{mix}: is missing; unpack {NAME} again")
    metadata = _metadata(root, folder)
    stems = [
        folder / f"{folder.name}_STEMS" / str(stem.get("filename"))
        for stem in metadata["stems"].values()
        if VOICES & set(_instruments(stem))
    ]
    row: Row = {
        "audio": relative(mix, relative_to),
        "singer": folder.name.partition("_")[0],
        "split": "train",
        "licence": "CC BY-NC-SA 4.0",
    }
    if stems:
        row |= {"endpoints": _sung(root, mix, stems), "material": "song"}
        row |= {"split": "bleed" if _flag(metadata, "has_bleed") else "train"}
        return row | {"label_kind": "stem energy"}
    if _flag(metadata, "instrumental"):
        return row | {"material": "music", "label_kind": "none"}
    warnings.warn(f"{folder}: has a voice that no stem holds alone; left out", stacklevel=2)
    return None


def _metadata(root: Path, folder: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise EarmarkError(f"MedleyDB's metadata need PyYAML: {how_to_install('train')}") from error
    name = f"{folder.name}_METADATA.yaml"
    path = folder / name if (folder / name).is_file() else root / "Metadata" / name
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read ({reason}); fetch {NAME}'s metadata") from error
    stems = found.get("stems") if isinstance(found, dict) else None
    if not isinstance(stems, dict) or not all(isinstance(stem, dict) for stem in stems.values()):
        raise DataError(f"{path}: names no stems; fetch {NAME}'s metadata again")
    return dict(found)


def _sung(root: Path, mix: Path, stems: list[Path]) -> list[list[float]]:
    name = f"{mix.parent.name}_SOURCEID.lab"
    for path in sorted((root / "Annotations").rglob(name))[:1]:
        segments = _joined(_source_ids(path))
        check_labels(segments, duration_s=length_s(mix), name=path, audio=mix)
        if segments:
            return [[s.start_s, s.end_s] for s in segments]
    for stem in stems:
        if not stem.is_file():
            raise DataError(f"{stem}: is missing, and somebody sings in it; unpack {NAME} again")
    parts = [load_audio(stem, sr=SR)[0] for stem in stems]
    for stem, part in zip(stems, parts, strict=True):
        if abs(len(part) / SR - length_s(mix)) > SLACK_S:
            raise DataError(
                f"{stem}: is {len(part) / SR:.1f} s long, and the mix {length_s(mix):.1f} s; "
                f"unpack {NAME} again"
            )
    total = np.zeros(max(len(part) for part in parts), np.float32)
    for part in parts:
        total[: len(part)] += part
    return sung(total, sr=SR)


def _source_ids(path: Path) -> Iterator[Segment]:
    """When the voices are active, in the order of the file."""
    for where, line in numbered(decode(path.read_bytes(), str(path)), str(path)):
        if not line or line.startswith("start_time"):
            continue
        start, *rest = line.split(",", 2)
        if len(rest) < 2:
            raise FormatError(f"{where}: a line is start_time,end_time,instrument_label")
        found = segment(start, rest[0], where=where)
        if rest[1].strip() in VOICES:
            yield found


def _joined(segments: Iterator[Segment]) -> list[Segment]:
    """The union: several may sing at once."""
    joined: list[Segment] = []
    for s in sorted(segments, key=lambda s: s.start_s):
        if joined and s.start_s <= joined[-1].end_s:
            joined[-1] = Segment(joined[-1].start_s, max(s.end_s, joined[-1].end_s))
        else:
            joined.append(s)
    return joined


def _instruments(stem: Mapping[str, Any]) -> list[str]:
    """Version 2 lists several instruments for some stems."""
    found = stem.get("instrument")
    return [str(one) for one in (found if isinstance(found, list) else [found])]


def _flag(metadata: Mapping[str, Any], name: str) -> bool:
    """``yes`` is text in the release; unquoted, YAML makes it true."""
    return metadata.get(name) in ("yes", True)
