"""The tables: what each transfer brings, song by song, and how many songs make it needless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.measures import by_song, of_row, of_songs, paired
from earmark.studies.singing_transfer.runs import (
    BASELINE,
    CONVOLUTIONS,
    L1_FINE,
    NONE,
    REPEATED,
    WINDOWS,
    Run,
    over,
    seeds_of,
    source,
    table1_rows,
)


def name_of(row: Run) -> str:
    """What a row is called."""
    if not row.layers:
        return "no transfer"
    layers = "all" if row.layers == CONVOLUTIONS else "+".join(row.layers)
    return f"{layers} {'fixed' if row.fixed else 'fine-tuned'}"


def table1(lab: Lab) -> list[dict[str, Any]]:
    """Table 1: every way of transfer, over all folds."""
    return [
        {"row": name_of(row), "layers": list(row.layers), "fixed": row.fixed}
        | of_row(lab, over(row, lab.settings, seeds=seeds_of(row, lab.settings)))
        for row in table1_rows()
    ]


def beside(lab: Lab) -> dict[str, Any]:
    """What stands beside Table 1: baseline, long windows, and the source network as it is."""
    seeds = [source(lab.settings, seed=seed) for seed in range(lab.settings.seeds)]
    return {
        "baseline": of_row(lab, over(BASELINE, lab.settings)),
        "windows": of_row(lab, over(WINDOWS, lab.settings)),
        "source": of_row(lab, seeds),
        "always": of_songs(
            lab.songs, {s.name: np.ones(len(s.active), np.float32) for s in lab.songs}
        ),
    }


def paired_test(lab: Lab) -> dict[str, Any]:
    """L1 fine-tuned and all fixed against no transfer, song for song, seeds averaged."""
    singers = {song.name: song.singer for song in lab.songs}

    def f(row: Run) -> dict[str, float]:
        runs = over(row, lab.settings, seeds=lab.settings.seeds)
        return {name: figures["f1"] for name, figures in by_song(lab, runs).items()}

    none = f(NONE)
    return {
        name_of(row): paired(f(row), none, singers)
        for row in (L1_FINE, replace(L1_FINE, layers=CONVOLUTIONS, fixed=True))
    }


def table2(lab: Lab) -> list[dict[str, Any]]:
    """Table 2: each song's frames, and precision, recall and F of baseline and transfer."""
    baseline = by_song(lab, over(BASELINE, lab.settings))
    proposed = by_song(lab, over(L1_FINE, lab.settings, seeds=lab.settings.seeds))
    return [
        {
            "song": song.name,
            "singer": song.singer,
            "fold": song.fold,
            "off": int((~song.active).sum()),
            "on": int(song.active.sum()),
            "baseline": baseline[song.name],
            "proposed": proposed[song.name],
        }
        for song in lab.songs
    ]


def learning_curve(lab: Lab) -> list[dict[str, Any]]:
    """F against the number of songs of the target task, with and without transfer."""
    points = []
    for count in (*lab.settings.song_counts, None):
        seeds = lab.settings.curve_seeds if count else lab.settings.seeds
        rows = {
            name_of(row): of_row(lab, over(replace(row, songs=count), lab.settings, seeds=seeds))
            for row in (NONE, L1_FINE)
        }
        gains = [
            b["f1"] - a["f1"]
            for a, b in zip(
                rows["no transfer"]["folds"], rows["L1 fine-tuned"]["folds"], strict=True
            )
        ]
        error = float(np.std(gains, ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else None
        points.append({"songs": count, "rows": rows, "gain": float(np.mean(gains)), "error": error})
    return points


def budget(lab: Lab) -> list[dict[str, Any]]:
    """The repeated rows, one seed, against the number of steps that every network is given."""
    points = []
    for steps in sorted({*lab.settings.budgets, lab.settings.steps}):
        own = None if steps == lab.settings.steps else steps
        rows = {
            name_of(row): of_row(lab, over(replace(row, steps=own), lab.settings))
            for row in REPEATED
        }
        points.append({"steps": steps, "rows": rows})
    return points
