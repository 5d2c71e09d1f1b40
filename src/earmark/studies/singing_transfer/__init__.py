"""Transfer learning for singing-voice detection (Hou, Soong, Luan and Li, Interspeech 2020), whole.

A network learns to find speech over music, of which any amount can be made; its layers are carried
to the detection of singing in songs, of which few are labelled. What does that bring?

Read :func:`run` from top to bottom: corpus, source task, transfers, what they bring, what was
learned. ``runs`` lists every training, ``settings`` the budget that all of them share, ``lab``
trains and keeps them, each table has its file. Facts of the paper are in ``paper``.

Songs are few, so they are cross-validated in folds over singers. The networks of the study may
therefore learn from songs that a shipped model is judged by: they are never shipped, and neither
start nor choose a shipped one.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from earmark import __version__
from earmark.annotation import HOP_S
from earmark.atomic import is_temporary, kept_file, write_atomic
from earmark.datasets import singing_corpus
from earmark.errors import DataError, OutputError
from earmark.learn.library import Library
from earmark.learn.locking import locked
from earmark.learn.manifest import Track, read_manifest, write_manifest
from earmark.studies.singing_transfer.efficiency import efficiency
from earmark.studies.singing_transfer.endpoint_check import endpoint_check
from earmark.studies.singing_transfer.input_length import input_length, source_task, test_mixtures
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.learned import learned
from earmark.studies.singing_transfer.material import mixtures
from earmark.studies.singing_transfer.musdb18 import musdb18_tracks, table3
from earmark.studies.singing_transfer.rendered import render_corpus
from earmark.studies.singing_transfer.report import write_report
from earmark.studies.singing_transfer.runs import Run, plan, source
from earmark.studies.singing_transfer.settings import FULL, QUICK, Settings
from earmark.studies.singing_transfer.songs import assign_folds, load_songs
from earmark.studies.singing_transfer.speech_in_songs import speech_in_songs
from earmark.studies.singing_transfer.tables import (
    beside,
    budget,
    learning_curve,
    on_dev,
    paired_test,
    table1,
    table2,
)

__all__ = ["FULL", "QUICK", "Settings", "run"]

Progress = Callable[[str, float, float], None]
"""Called with (what is going on, done, total)."""


def run(
    folder: str | os.PathLike[str],
    *,
    data: str | os.PathLike[str] | None = None,
    musdb18: str | os.PathLike[str] | None = None,
    settings: Settings = FULL,
    progress: Progress = lambda what, done, total: None,
) -> dict[str, Any]:
    """The whole study; called again after a kill, it goes on where it was.

    Started twice at once on the same folder, two processes share the trainings.

    Parameters
    ----------
    folder : path-like
        Keeps everything: ``cache/``, ``runs/``, ``parts/`` and, at the end, ``results.json``.
    data : path-like, optional
        The folder that holds ``singing/`` (see :mod:`earmark.datasets.singing_corpus`). Without
        it, songs and speech are rendered: a synthetic stand-in.
    musdb18 : path-like, optional
        The MUSDB18 data set: adds Table 3.
    settings : Settings
    progress : callable

    Returns
    -------
    dict
        What ``results.json`` holds.

    Raises
    ------
    DataError
        If the folder holds another study, songs, speech or music are missing, or MUSDB18 is not
        what it should be.
    OutputError
        If the folder cannot be made, or holds other files.
    """
    folder = Path(folder)
    tracks = _corpus(folder, data, settings)
    theirs = None if musdb18 is None else musdb18_tracks(folder / "musdb18", musdb18)
    voices = [t for t in tracks if t.material in ("speech", "music")]
    library = Library(
        voices,
        folder / "cache",
        progress=lambda done, total: progress("speech, music", done, total),
    )
    _need_speech(library)
    sung = [t for t in tracks if t.material in ("song", "stems")]
    folds = assign_folds(sung, settings.folds)
    songs = load_songs(
        sung,
        folder / "cache",
        fold_of=lambda track: folds[track.singer],
        progress=lambda done, total: progress("songs", done, total),
    )
    todo = plan(settings)
    lab = Lab(
        folder / "runs",
        settings,
        songs=songs,
        mixtures=mixtures(library, split="train", settings=settings),
        progress=lambda run, step, steps, loss: progress(
            f"training {run.key}", todo.index(run) + step / steps, len(todo)
        ),
    )
    lab.train_all(todo)
    tests = test_mixtures(
        mixtures(library, split="valid", settings=settings), count=settings.source_tests
    )
    spoken = [t for t in voices if t.material == "speech" and t.split == "valid"]
    parts: dict[str, Callable[[], Any]] = {
        "made": _made,
        "corpus": lambda: _described(lab, voices),
        "endpoints": endpoint_check,
        "source_task": lambda: source_task(lab, source(settings), tests),
        "efficiency": lambda: efficiency(settings),
        "input_length": lambda: input_length(lab, tests),
        "table1": lambda: table1(lab),
        "beside": lambda: beside(lab),
        "paired": lambda: paired_test(lab),
        "paired_auc": lambda: paired_test(lab, measure="auc"),
        "on_dev": lambda: on_dev(lab),
        "learning_curve": lambda: learning_curve(lab),
        "budget": lambda: budget(lab),
        "table2": lambda: table2(lab),
        "speech_in_songs": lambda: speech_in_songs(lab, spoken),
        "learned": lambda: learned(lab, tests, folder / "parts"),
    }
    with locked(folder / "lock", wait=True):  # of processes that share the work, one is first
        if not (folder / "parts" / "learned.npz").is_file():  # its arrays and figures go together
            (folder / "parts" / "learned.json").unlink(missing_ok=True)
        if theirs is not None or (folder / "parts" / "musdb18.json").is_file():
            parts["musdb18"] = lambda: table3(folder / "musdb18", theirs or [], lab, progress)
        kept = {name: _part(folder, name, make, progress) for name, make in parts.items()}
    results: dict[str, Any] = {name: part["result"] for name, part in kept.items()}
    results["time"] = {
        "trainings": _spent(lab, todo),
        "parts": {name: part["seconds"] for name, part in kept.items()},
    }
    results |= json.loads((folder / "study.json").read_bytes())
    write_atomic(folder / "results.json", _json(results))
    results = json.loads(_json(results))  # the same whether computed now or read again
    write_report(folder, lab, results)
    return results


def _corpus(folder: Path, data: str | os.PathLike[str] | None, settings: Settings) -> list[Track]:
    """The tracks of the study, by the manifest in its folder; only one study lives in a folder."""
    claim, manifest = folder / "study.json", folder / "manifest.jsonl"
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
    note = _json(
        {"settings": asdict(settings), "data": _source_name(data), "version": __version__}
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


def _source_name(data: str | os.PathLike[str] | None) -> str:
    return "rendered by earmark (a synthetic stand-in)" if data is None else "singing corpus"


def _demand(tracks: list[Track], material: str, data: object) -> None:
    for split in ("train", "valid"):
        if not any(t.material == material and t.split == split for t in tracks):
            raise DataError(
                f"{data}: no {material} of split {split!r}; the source task mixes clean speech "
                f"with instrumental music, so name recordings in singing/{_TABLES[material]}"
            )


def _need_speech(library: Library) -> None:
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


def _part(folder: Path, name: str, make: Callable[[], Any], progress: Progress) -> Any:
    """A part's ``result`` and the ``seconds`` that it took, computed once."""
    path = folder / "parts" / f"{name}.json"
    if not path.is_file():
        progress(name.replace("_", " "), 0, 1)
        start = time.perf_counter()
        answer = {"result": make(), "seconds": time.perf_counter() - start}
        write_atomic(path, _json(answer))
        progress(name.replace("_", " "), 1, 1)
    with kept_file(path):
        part = json.loads(path.read_text())
        return {name: part[name] for name in ("result", "seconds")}


def _made() -> dict[str, str]:
    """When and by what the results were made."""
    return {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "processor": f"{os.cpu_count()} cores ({platform.machine()})",
    }


def _described(lab: Lab, voices: list[Track]) -> dict[str, Any]:
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


def _spent(lab: Lab, runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Trainings by the kind of their network: how many, and their mean time in seconds."""
    seconds: dict[str, list[float]] = {}
    for run in runs:
        seconds.setdefault(run.kind, []).append(lab.info(run)["seconds"])
    return {
        kind: {"trainings": len(each), "seconds": sum(each) / len(each)}
        for kind, each in seconds.items()
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


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()
