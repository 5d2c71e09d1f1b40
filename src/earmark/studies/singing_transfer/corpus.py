"""What the study learns from, and the folder that is its own."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from earmark import __version__
from earmark.annotation import HOP_S
from earmark.atomic import is_temporary, write_atomic
from earmark.datasets import singing_corpus
from earmark.errors import DataError, OutputError
from earmark.learn.library import Library
from earmark.learn.manifest import Track, read_manifest, write_manifest
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.rendered import render_corpus
from earmark.studies.singing_transfer.settings import Settings

CLAIM = "study.json"
"""Settings, data and version of the study that a folder belongs to."""


def corpus(folder: Path, data: str | os.PathLike[str] | None, settings: Settings) -> list[Track]:
    """The tracks of the study, by the manifest in its folder; only one study lives in a folder."""
    claim, manifest = folder / CLAIM, folder / "manifest.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in folder.iterdir() if not is_temporary(path.name)}
    except OSError as error:
        raise OutputError(f"{folder}: cannot be a folder for a study ({error.strerror})") from error
    begun = claim.is_file()
    if there - _BEFORE_CLAIM and not begun:
        raise OutputError(f"{folder}: holds other files; choose a new folder with -o")
    before = manifest.read_bytes() if begun and manifest.is_file() else None
    if before is None or data is not None:
        write_manifest(_rows(folder, data), manifest)
    tracks = read_manifest(manifest)
    for material in ("speech", "music"):
        _demand(tracks, material, manifest if data is None else data)
    note = to_json(
        {"settings": asdict(settings), "data": source_name(data), "version": __version__}
        | {"recordings": _digest(tracks)}
    )
    if begun and claim.read_bytes() != note:
        if before is not None:
            write_atomic(manifest, before)
        raise DataError(
            f"{folder}: holds a study with other recordings, labels or settings, or of another "
            "version; choose another folder with -o, or remove this one"
        )
    write_atomic(claim, note)
    return tracks


def _digest(tracks: Iterable[Track]) -> str:
    """What the study learns from: the content of recordings and labels, and who stands where."""
    whole = hashlib.sha256()
    for track in tracks:
        whole.update(repr((track.material, track.singer, track.split, track.endpoints)).encode())
        for path in (*track.paths, *([track.labels] if track.labels else [])):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:16]


_BEFORE_CLAIM = {"manifest.jsonl", "rendered"}
"""What a study writes before its folder is its own; left there by bad data or a kill."""


def _rows(folder: Path, data: str | os.PathLike[str] | None) -> list[dict[str, Any]]:
    """Manifest rows: of the corpus, or of songs and speech rendered now."""
    if data is None:
        rows = render_corpus(folder / "rendered")
        for row in rows:
            row |= {key: f"rendered/{row[key]}" for key in ("audio", "labels") if key in row}
        return rows
    rows = singing_corpus.rows(data, relative_to=folder)
    rows = [row for row in rows if row["material"] not in ("singing", "sound")]
    for row in rows:
        if row["material"] == "speech":  # endpoints are found by the study's own detector
            del row["endpoints"]
    return rows


def source_name(data: str | os.PathLike[str] | None) -> str:
    return "rendered by earmark (a synthetic stand-in)" if data is None else "singing corpus"


def _demand(tracks: list[Track], material: str, data: object) -> None:
    for split in ("train", "valid"):
        if not any(t.material == material and t.split == split for t in tracks):
            raise DataError(
                f"{data}: no {material} of split {split!r}; the source task mixes clean speech "
                f"with instrumental music, so name recordings in singing/{_TABLES[material]}"
            )


def need_speech(library: Library) -> None:
    """Refuse recordings called speech in which nobody is found to speak."""
    for split in ("train", "valid"):
        items = library.items(split, "speech")
        if not any(item.active.any() for item in items):
            raise DataError(
                f"{items[0].track.paths[0]}: no speech is found in it, nor in any other recording "
                f"of speech of split {split!r}; name clean speech, without music, in "
                f"singing/{_TABLES['speech']}"
            )


_TABLES = {"speech": "speech.csv", "music": "instrumental.csv"}


def described(lab: Lab, voices: list[Track]) -> dict[str, Any]:
    """Songs, singers and folds; speech and music."""
    return {
        "songs": [
            {"song": s.name, "singer": s.singer, "fold": s.fold, "seconds": len(s.X) * HOP_S}
            | {"sung": float(s.active.mean())}
            for s in lab.songs
        ],
        "speech": _count(voices, "speech"),
        "music": _count(voices, "music"),
    }


def _count(tracks: list[Track], material: str) -> dict[str, int]:
    own = [t for t in tracks if t.material == material]
    return {
        f"{what} {split}": len(
            {t.singer if what == "performers" else t.paths for t in own if t.split == split}
        )
        for split in ("train", "valid")
        for what in ("recordings", "performers")
    }


def to_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()
