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
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from earmark.atomic import kept_file, write_atomic
from earmark.learn.library import Library
from earmark.learn.locking import locked
from earmark.studies.singing_transfer.corpus import CLAIM, corpus, described, need_speech, to_json
from earmark.studies.singing_transfer.efficiency import efficiency
from earmark.studies.singing_transfer.endpoint_check import endpoint_check
from earmark.studies.singing_transfer.input_length import input_length, source_task, test_mixtures
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.learned import learned
from earmark.studies.singing_transfer.material import mixtures
from earmark.studies.singing_transfer.musdb18 import musdb18_tracks, table3
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
    tracks = corpus(folder, data, settings)
    theirs = None if musdb18 is None else musdb18_tracks(folder / "musdb18", musdb18)
    voices = [t for t in tracks if t.material in ("speech", "music")]
    library = Library(
        voices,
        folder / "cache",
        progress=lambda done, total: progress("speech, music", done, total),
    )
    need_speech(library)
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
        "corpus": lambda: described(lab, voices),
        "endpoints": endpoint_check,
        "source_task": lambda: source_task(lab, source(settings), tests),
        "efficiency": lambda: efficiency(lab),
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
    results |= json.loads((folder / CLAIM).read_bytes())
    write_atomic(folder / "results.json", to_json(results))
    results = json.loads(to_json(results))  # the same whether computed now or read again
    write_report(folder, lab, results)
    return results


def _part(folder: Path, name: str, make: Callable[[], Any], progress: Progress) -> Any:
    """A part's ``result`` and the ``seconds`` that it took, computed once."""
    path = folder / "parts" / f"{name}.json"
    if not path.is_file():
        progress(name.replace("_", " "), 0, 1)
        start = time.perf_counter()
        answer = {"result": make(), "seconds": time.perf_counter() - start}
        write_atomic(path, to_json(answer))
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


def _spent(lab: Lab, runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Trainings by the kind of their network: how many, and their mean time in seconds."""
    seconds: dict[str, list[float]] = {}
    for run in runs:
        seconds.setdefault(run.kind, []).append(lab.info(run)["seconds"])
    return {
        kind: {"trainings": len(each), "seconds": sum(each) / len(each)}
        for kind, each in seconds.items()
    }
