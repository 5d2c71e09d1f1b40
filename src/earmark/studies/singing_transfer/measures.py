"""Precision, recall and F over frames (equation 3), of songs, of runs and of rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.metrics.counts import frame_counts, rates
from earmark.metrics.frames import auc
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.runs import Run
from earmark.studies.singing_transfer.songs import Song

SHOWN = ("precision", "recall", "f1", "accuracy")


def figures(active: NDArray[np.bool_], scores: NDArray[np.float32]) -> dict[str, float]:
    """Measures of some frames; a frame is called singing where that output is the larger.

    Parameters
    ----------
    active : ndarray of bool, shape (T,)
    scores : ndarray, shape (T,)
    """
    found = rates(frame_counts(active, scores > 0.5)[0])
    return {name: float(found[name]) for name in SHOWN} | {"auc": auc(active, scores)}


def of_songs(songs: Sequence[Song], scores: Mapping[str, NDArray[np.float32]]) -> dict[str, float]:
    """Measures over all frames of some songs; the AUC is the mean of theirs.

    Songs of different folds are scored by different networks, whose scores do not share a scale:
    an area under the curve of all frames at once would count that against them. Songs that are
    sung all the time, or never, have none.
    """
    active = np.concatenate([song.active for song in songs])
    found = figures(active, np.concatenate([scores[song.name] for song in songs]))
    areas = [auc(song.active, scores[song.name]) for song in songs if _has_both(song)]
    return found | {"auc": float(np.mean(areas)) if areas else float("nan")}


def _has_both(song: Song) -> bool:
    return bool(song.active.any() and not song.active.all())


def of_runs(lab: Lab, runs: Iterable[Run]) -> dict[str, float]:
    """Measures over all frames of the songs that some runs are tested on, each song once."""
    scores: dict[str, NDArray[np.float32]] = {}
    for run in runs:
        scores |= lab.scores(run)
    return of_songs([song for song in lab.songs if song.name in scores], scores)


def of_row(lab: Lab, runs: Sequence[Run]) -> dict[str, Any]:
    """A row of a table: pooled over folds for each seed; mean and deviation over seeds.

    Returns
    -------
    dict
        ``seeds`` (measures a seed), ``folds`` (F a seed and fold), ``mean``, ``std`` (None for one
        seed), ``trainable``, ``runs``.
    """
    seeds = sorted({run.seed for run in runs})
    pooled = [of_runs(lab, [run for run in runs if run.seed == seed]) for seed in seeds]
    values = {name: np.array([row[name] for row in pooled]) for name in pooled[0]}
    return {
        "seeds": pooled,
        "folds": [
            {"seed": run.seed, "fold": run.fold, "f1": of_runs(lab, [run])["f1"]} for run in runs
        ],
        "mean": {name: float(v.mean()) for name, v in values.items()},
        "std": {name: float(v.std(ddof=1)) if len(v) > 1 else None for name, v in values.items()},
        "trainable": int(lab.info(runs[0])["trainable"]),
        "runs": len(runs),
    }


def by_song(lab: Lab, runs: Iterable[Run]) -> dict[str, dict[str, float]]:
    """Measures of each song, averaged over the runs (seeds) that were tested on it.

    Songs that are sung all the time, or never, have no measures of their own.
    """
    songs = {song.name: song for song in lab.songs if _has_both(song)}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in songs}
    for run in runs:
        for name in lab.scores(run).keys() & songs.keys():
            found[name].append(figures(songs[name].active, lab.scores(run)[name]))
    return {
        name: {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        for name, rows in found.items()
        if rows
    }


def paired(
    a: Mapping[str, float], b: Mapping[str, float], singers: Mapping[str, str]
) -> dict[str, Any]:
    """Whether ``a`` is better than ``b``, song for song.

    Parameters
    ----------
    a, b : mapping of str to float
        A measure of each song.
    singers : mapping of str to str
        Who sings it. Songs by one singer are alike, so the interval draws singers, not songs.

    Returns
    -------
    dict
        ``means`` (of a and b over songs), ``difference`` (theirs), ``interval`` (95 %, bootstrap
        over singers), ``p_songs`` (Wilcoxon's signed ranks, two-sided, songs taken for
        independent), ``p_singers`` (all changes of sign of the singers' means, two-sided),
        ``better`` (songs), ``songs``, ``singers``.
    """
    from scipy.stats import wilcoxon

    names = sorted(a)
    difference = np.array([a[name] - b[name] for name in names])
    who = sorted(set(singers[name] for name in names))
    groups = [difference[[singers[name] == one for name in names]] for one in who]
    rng = np.random.default_rng(0)
    draws = [
        np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))]).mean()
        for _ in range(4000)
    ]
    return {
        "means": [float(np.mean([each[name] for name in names])) for each in (a, b)],
        "difference": float(difference.mean()),
        "interval": [float(v) for v in np.quantile(draws, [0.025, 0.975])],
        "p_songs": float(wilcoxon(difference).pvalue) if np.any(difference) else 1.0,
        "p_singers": _sign_flips(np.array([group.mean() for group in groups])),
        "better": int((difference > 0).sum()),
        "songs": len(names),
        "singers": len(who),
    }


def _sign_flips(means: NDArray[np.float64]) -> float:
    """Share of the 2^n ways to sign n means whose sum is as far from 0 as theirs; n up to 16."""
    signs = np.array(list(product((-1, 1), repeat=len(means))))
    return float((np.abs(signs @ means) >= abs(means.sum()) - 1e-12).mean())
