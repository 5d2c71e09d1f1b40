"""Table 3: the baseline and the proposed network on MUSDB18, its own split."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from earmark.datasets import musdb18
from earmark.learn.manifest import read_manifest, write_manifest
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.measures import of_runs
from earmark.studies.singing_transfer.runs import BASELINE, L1_FINE, over, source
from earmark.studies.singing_transfer.songs import load_songs


def table3(folder: Path, data: str | os.PathLike[str], lab: Lab) -> dict[str, Any]:
    """Train on MUSDB18's training side, test on its test side.

    Parameters
    ----------
    folder : Path
        Keeps manifest, views and networks.
    data : path-like
        The data set, see :mod:`earmark.datasets.musdb18`.
    lab : Lab
        Whose source network the transfer starts from.

    Returns
    -------
    dict
        Measures of ``baseline`` and ``proposed`` over all frames of the test side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(musdb18.rows(data, relative_to=folder), folder / "manifest.jsonl")
    tracks = read_manifest(folder / "manifest.jsonl")
    own = Lab(
        folder / "runs",
        lab.settings,
        songs=load_songs(tracks, folder / "cache", fold_of=lambda t: int(t.split != "test")),
        mixtures=lab.mixtures,
    )
    first = source(lab.settings).key
    shutil.copy(lab.folder / f"{first}.safetensors", own.folder)
    return {
        name: of_runs(own, [over(row, lab.settings)[0]])
        for name, row in (("baseline", BASELINE), ("proposed", L1_FINE))
    }
