"""Precision, recall and F over frames (equation 3), of songs, of runs and of rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import DataError
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
    values = {name: _defined(row[name] for row in pooled) for name in pooled[0]}
    return {
        "seeds": pooled,
        "folds": [
            {"seed": run.seed, "fold": run.fold, "f1": of_runs(lab, [run])["f1"]} for run in runs
        ],
        "mean": {name: _mean(v) for name, v in values.items()},
        "std": {
            name: float(np.std(v, ddof=1)) if len(v) > 1 else None for name, v in values.items()
        },
        "trainable": int(lab.info(runs[0])["trainable"]),
        "runs": len(runs),
    }


def _defined(values: Iterable[float]) -> list[float]:
    """Without the precision of those who called nothing singing, which is undefined."""
    return [value for value in values if not np.isnan(value)]


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def by_song(lab: Lab, runs: Iterable[Run]) -> dict[str, dict[str, float | None]]:
    """Measures of each song, averaged over the runs (seeds) that were tested on it.

    Songs that are sung all the time, or never, have no measures of their own. A precision is of
    the runs that called anything singing.
    """
    songs = {song.name: song for song in lab.songs if _has_both(song)}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in songs}
    for run in runs:
        for name in lab.scores(run).keys() & songs.keys():
            found[name].append(figures(songs[name].active, lab.scores(run)[name]))
    return {
        name: {key: _mean(_defined(row[key] for row in rows)) for key in rows[0]}
        for name, rows in found.items()
        if rows
    }


def paired(
    a: Mapping[str, float], b: Mapping[str, float], singers: Mapping[str, str]
) -> dict[str, Any]:
    """Whether ``a`` is better than ``b``, song for song, for singers in general.

    Songs by one singer are alike, so what counts is the mean over singers of the mean over each
    one's songs: difference, interval and p are all of it.

    Parameters
    ----------
    a, b : mapping of str to float
        A measure of each song.
    singers : mapping of str to str
        Who sings it.

    Returns
    -------
    dict
        ``means`` (of a and b), ``difference``, ``interval`` (95 %, Student's t over singers), ``p``
        (two-sided, all changes of sign of the singers' differences: at least 2 / 2^n of n), each
        over singers; ``over_songs`` (the difference, every song alike), ``better`` (songs),
        ``songs``, ``singers``.

    Raises
    ------
    DataError
        If songs by fewer than two singers can be compared.
    """
    from scipy.stats import t

    who = sorted({singers[name] for name in a})
    if len(who) < 2:
        raise DataError(
            f"songs by {len(who)} singers can be compared, and it takes two; a song that is sung "
            "throughout, or never, cannot"
        )
    mean_a, mean_b = (
        np.array([np.mean([each[name] for name in each if singers[name] == one]) for one in who])
        for each in (a, b)
    )
    gains = mean_a - mean_b
    half = t.ppf(0.975, len(who) - 1) * gains.std(ddof=1) / np.sqrt(len(who))
    difference = np.array([a[name] - b[name] for name in a])
    return {
        "means": [float(mean_a.mean()), float(mean_b.mean())],
        "difference": float(gains.mean()),
        "interval": [float(gains.mean() - half), float(gains.mean() + half)],
        "p": _sign_flips(gains),
        "over_songs": float(difference.mean()),
        "better": int((difference > 0).sum()),
        "songs": len(a),
        "singers": len(who),
    }


def _sign_flips(gains: NDArray[np.float64]) -> float:
    """Share of the ways to sign n values whose sum is as far from 0 as theirs.

    All 2^n ways for up to 14 values, 20,000 random ones for more.
    """
    n = len(gains)
    if n <= 14:
        signs = np.array(list(product((-1, 1), repeat=n)))
    else:
        signs = np.random.default_rng(0).choice((-1, 1), size=(20_000, n))
    return float((np.abs(signs @ gains) >= abs(gains.sum()) - 1e-12).mean())
