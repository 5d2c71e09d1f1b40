"""MedleyDB: multitrack songs, versions 1 and 2.

Bittner, Salamon, Tierney, Mauch, Cannam and Bello 2014, "MedleyDB: a multitrack dataset for
annotation-intensive MIR research" (ISMIR). CC BY-NC-SA 4.0. From Zenodo, on request. (mirdata has
its melodies and pitches only.)

Layout: ``Audio/TRACK/TRACK_MIX.wav`` and ``TRACK_STEMS/TRACK_STEM_01.wav``; metadata as
``Audio/TRACK/TRACK_METADATA.yaml`` or ``Metadata/TRACK_METADATA.yaml``; where there is
``Annotations/Instrument_Activations/SOURCEID/TRACK_SOURCEID.lab`` (a table ``start_time,end_time,
instrument_label``), it gives the labels, otherwise the energy of the vocal stems. TRACK is
``Artist_Title``. There is no official split: every song is of split ``train``.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import Segment
from earmark.audio import load_audio
from earmark.datasets.checks import check_labels, length_s
from earmark.datasets.layout import Row, need_folder, need_some, relative
from earmark.datasets.stem_energy import sung
from earmark.errors import DataError, EarmarkError

NAME = "MedleyDB"
SR = 16000
VOICES = frozenset(
    f"{who} {how}" for who in ("male", "female") for how in ("singer", "rapper", "screamer")
) | {"vocalists", "choir"}
"""Instruments that are singing: rap counts, speech and beatboxing do not (docs/labels.md)."""


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of MedleyDB.

    Raises
    ------
    DataError
        If the layout is not there, or a song lacks its mix, stems or metadata.
    EarmarkError
        If PyYAML is not installed.
    """
    root = Path(data)
    audio = need_folder(root / "Audio", data_set=NAME, remedy="name the folder that holds Audio/")
    return need_some(_songs(root, audio, relative_to), where=audio, data_set=NAME)


def _songs(root: Path, audio: Path, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    for folder in sorted(path for path in audio.iterdir() if path.is_dir()):
        track = folder.name
        mix = folder / f"{track}_MIX.wav"
        if not mix.is_file():
            raise DataError(f"{mix}: is missing; unpack {NAME} again")
        metadata = _metadata(root, folder)
        activations = root / "Annotations/Instrument_Activations/SOURCEID"
        source_id = activations / f"{track}_SOURCEID.lab"
        by_hand = source_id.is_file()
        yield {
            "audio": relative(mix, relative_to),
            "endpoints": _annotated(source_id, mix) if by_hand else _by_energy(folder, metadata),
            "material": "song",
            "singer": str(metadata.get("artist") or track.split("_")[0]),
            "split": "train",
            "licence": "CC BY-NC-SA 4.0",
            "label_kind": "hand" if by_hand else "stem energy",
        }


def _metadata(root: Path, folder: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise EarmarkError(
            "MedleyDB's metadata need PyYAML: pip install 'earmark[train]'"
        ) from error
    name = f"{folder.name}_METADATA.yaml"
    path = folder / name if (folder / name).is_file() else root / "Metadata" / name
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch {NAME}'s metadata") from error
    if not isinstance(found, dict) or not isinstance(found.get("stems"), dict):
        raise DataError(f"{path}: names no stems; fetch {NAME}'s metadata again")
    return found


def _annotated(path: Path, mix: Path) -> list[list[float]]:
    """Hand-made activations of whatever sings, joined where they overlap."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    try:
        pairs = sorted(
            [float(line["start_time"]), float(line["end_time"])]
            for line in lines
            if line["instrument_label"] in VOICES
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not a table start_time,end_time,instrument_label ({error})"
        ) from error
    joined: list[list[float]] = []
    for start, end in pairs:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    segments = [Segment(a, b) for a, b in joined]
    check_labels(segments, duration_s=length_s(mix), name=path, audio=mix)
    return joined


def _by_energy(folder: Path, metadata: Mapping[str, Any]) -> list[list[float]]:
    home = folder / f"{folder.name}_STEMS"
    stems = [
        load_audio(home / stem["filename"], sr=SR)[0]
        for stem in metadata["stems"].values()
        if VOICES & set(_instruments(stem))
    ]
    if not stems:
        return []
    n = min(len(stem) for stem in stems)
    return sung(np.sum([stem[:n] for stem in stems], axis=0, dtype=np.float32), sr=SR)


def _instruments(stem: Mapping[str, Any]) -> list[str]:
    """Version 2 lists several instruments for some stems."""
    found = stem.get("instrument", [])
    return [found] if isinstance(found, str) else [str(one) for one in found]
