"""Table 3: the baseline and the proposed network on MUSDB18, its own split."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from earmark.atomic import write_atomic
from earmark.datasets import musdb18
from earmark.errors import DataError
from earmark.learn.manifest import Track, read_manifest, write_manifest
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.measures import of_runs
from earmark.studies.singing_transfer.runs import BASELINE, L1_FINE, over, source
from earmark.studies.singing_transfer.songs import load_songs

Progress = Callable[[str, float, float], None]


def musdb18_tracks(folder: Path, data: str | os.PathLike[str]) -> list[Track]:
    """The data set's tracks, by a manifest in a folder, which is made once.

    Raises
    ------
    DataError
        If the layout is not that of the data set, or the folder holds another copy's.
    """
    manifest = folder / "manifest.jsonl"
    if manifest.is_file():
        tracks = read_manifest(manifest)
        if not all(Path(data).resolve() in t.paths[0].resolve().parents for t in tracks):
            raise DataError(f"{manifest}: is of another copy of MUSDB18 than {data}; name that one")
        return tracks
    rows = musdb18.rows(data, relative_to=folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(rows, manifest)
    return read_manifest(manifest)


def table3(
    folder: Path,
    tracks: Sequence[Track],
    lab: Lab,
    progress: Progress = lambda what, done, total: None,
) -> dict[str, Any]:
    """Train on MUSDB18's training side, test on its test side.

    Parameters
    ----------
    folder : Path
        Keeps views and networks.
    tracks : sequence of Track
        See :func:`musdb18_tracks`.
    lab : Lab
        Whose source network the transfer starts from.
    progress : callable
        Called with (what is going on, done, total).

    Returns
    -------
    dict
        Measures of ``baseline`` and ``proposed`` over all frames of the test side.
    """
    songs = load_songs(
        tracks,
        folder / "cache",
        fold_of=lambda t: int(t.split != "test"),
        progress=lambda done, total: progress("MUSDB18", done, total),
    )
    own = Lab(
        folder / "runs",
        lab.settings,
        songs=songs,
        mixtures=lab.mixtures,
        progress=lambda run, step, steps, loss: progress(f"MUSDB18 {run.key}", step, steps),
    )
    first = f"{source(lab.settings).key}.safetensors"
    write_atomic(own.folder / first, (lab.folder / first).read_bytes())
    return {
        name: of_runs(own, [over(row, lab.settings)[0]])
        for name, row in (("baseline", BASELINE), ("proposed", L1_FINE))
    }
