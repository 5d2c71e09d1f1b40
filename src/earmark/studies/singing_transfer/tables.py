"""The tables: what each transfer brings, song by song, and how many songs make it needless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.measures import by_song, of_row, of_songs, paired
from earmark.studies.singing_transfer.runs import (
    ALL_FIXED,
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


def on_dev(lab: Lab) -> dict[str, Any]:
    """AUC on the songs of the split ``dev`` alone, by which earmark's shipped models are compared.

    Returns
    -------
    dict
        ``songs`` (how many), ``auc`` (mean over songs, seeds averaged, by the row's name).
    """
    seeds = lab.settings.seeds
    rows = {
        "source network": [source(lab.settings, seed=seed) for seed in range(seeds)],
        name_of(NONE): over(NONE, lab.settings, seeds=seeds),
        name_of(L1_FINE): over(L1_FINE, lab.settings, seeds=seeds),
        "L1 fine-tuned, long windows": over(WINDOWS, lab.settings),
        "baseline": over(BASELINE, lab.settings),
    }
    names = [song.name for song in lab.songs if song.track.split == "dev"]
    found = {row: by_song(lab, runs) for row, runs in rows.items()} if names else {}
    return {
        "songs": len(names),
        "auc": {
            row: float(np.mean([of[name]["auc"] for name in names])) for row, of in found.items()
        },
    }


def paired_test(lab: Lab, *, measure: str = "f1") -> dict[str, Any]:
    """L1 fine-tuned and all fixed against no transfer, song for song."""
    none, *others = (
        over(row, lab.settings, seeds=lab.settings.seeds) for row in (NONE, L1_FINE, ALL_FIXED)
    )
    return {name_of(runs[0]): _against(lab, runs, none, measure) for runs in others}


def _against(
    lab: Lab, runs: Sequence[Run], others: Sequence[Run], measure: str = "f1"
) -> dict[str, Any]:
    """Whether some runs are better than others: their seeds averaged, and ``seeds`` one by one."""
    seeds = sorted({run.seed for run in runs})
    alone = [
        _compared(lab, _of_seed(runs, seed), _of_seed(others, seed), measure) for seed in seeds
    ]
    return _compared(lab, runs, others, measure) | {"seeds": [one["difference"] for one in alone]}


def _of_seed(runs: Sequence[Run], seed: int) -> list[Run]:
    return [run for run in runs if run.seed == seed]


def _compared(lab: Lab, runs: Sequence[Run], others: Sequence[Run], measure: str) -> dict[str, Any]:
    singers = {song.name: song.singer for song in lab.songs}
    a, b = (
        {name: each[measure] for name, each in by_song(lab, one).items()} for one in (runs, others)
    )
    return paired(a, b, singers)


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
        if song.name in baseline
    ]


def learning_curve(lab: Lab) -> list[dict[str, Any]]:
    """L1 fine-tuned against no transfer by the number of songs of the target task."""
    points = []
    for count in (*lab.settings.song_counts, None):
        seeds = lab.settings.curve_seeds if count else lab.settings.seeds
        none, fine = (
            over(replace(row, songs=count), lab.settings, seeds=seeds) for row in (NONE, L1_FINE)
        )
        taught = [len(lab.taught(run)) for run in none]
        points.append(
            {"learnt_from": count, "taught": [min(taught), max(taught)]} | _against(lab, fine, none)
        )
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
