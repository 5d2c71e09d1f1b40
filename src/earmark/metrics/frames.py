"""Measures of singing detection.

Somebody marked where there is singing (the *reference*, segments in seconds) and a detector did
(the *estimate*, segments, and its *scores*, one a frame). How alike are they?

Conventions
-----------
Both sides hold segments of one label (see :func:`earmark.annotation.labelled`). Frame ``i`` covers
``[i * hop_s, (i + 1) * hop_s)`` and has the label that holds at its centre. *Pooled* values count
all frames (or edges) of all songs together, so long songs weigh more; *mean* values are means over
songs. An undefined value is nan; means leave such songs out, and ``counted`` tells how many songs
each mean is over.

With a *collar*, frames whose centre lies within ``collar_s`` of a reference edge are left out of
all frame measures, on both sides of the edge. Only edges at which the label changes from one frame
to another have a collar: where singing lasts to the end of a recording, nothing changes.

Measures
--------
- ``precision``, ``recall``, ``f1``, ``accuracy``, ``balanced_accuracy``, ``false_alarm`` (the part
  of the frames without singing that is called singing): :func:`earmark.metrics.counts.rates`. The
  first three are nan for a song without singing.
- ``auc``: :func:`earmark.metrics.auc.auc`, nan without scores or with one class only. Pooled it
  is over the songs that have scores.
- ``onset_f``, ``offset_f``: one-to-one matches within ``window_s``,
  :func:`earmark.metrics.edges.edge_f`.
- ``edge_error_s``: median distance from a reference onset (offset) to the nearest estimated one,
  in seconds, over the songs in which anything was found. Many false edges make it small: read it
  beside the two above.

:func:`evaluate` gives them all; :func:`bootstrap` says how sure they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from earmark.metrics.auc import auc
from earmark.metrics.counts import frame_counts, rates
from earmark.metrics.edges import WINDOW_S, edge_errors, edge_f, match_edges
from earmark.metrics.tally import MEASURES, measure, pool, tally
from earmark.metrics.tracks import Track, collar_mask

__all__ = [
    "MEASURES",
    "Evaluation",
    "Track",
    "auc",
    "bootstrap",
    "collar_mask",
    "edge_errors",
    "edge_f",
    "evaluate",
    "frame_counts",
    "match_edges",
    "rates",
]

Interval = tuple[float, float]


class Evaluation(TypedDict):
    """What :func:`evaluate` gives; the names of the measures are in ``MEASURES``."""

    pooled: dict[str, float]
    mean: dict[str, float]
    counted: dict[str, int]
    songs: list[dict[str, Any]]
    settings: dict[str, float]


def evaluate(
    tracks: Iterable[Track], *, collar_s: float = 0.0, window_s: float = WINDOW_S
) -> Evaluation:
    """All measures, pooled, as means over songs, and song by song.

    Parameters
    ----------
    tracks : iterable of Track
        At least one.
    collar_s : float
        Frames this near to a reference edge are left out, in seconds.
    window_s : float
        Tolerance of onsets and offsets in seconds.

    Returns
    -------
    dict
        ``pooled`` and ``mean`` (measure -> value), ``counted`` (measure -> number of songs in the
        mean), ``songs`` (a row a song: name, duration_s and the measures) and ``settings``.

    Raises
    ------
    ValueError
        If there is no track, or a setting is negative.

    Examples
    --------
    >>> from earmark import Segment
    >>> song = Track([Segment(1, 3)], [Segment(1, 2)], duration_s=4, name="song")
    >>> round(evaluate([song])["pooled"]["f1"], 3)
    0.667
    """
    tracks = _some(tracks)
    tallies = [tally(track, collar_s=collar_s, window_s=window_s) for track in tracks]
    rows = [measure(one) for one in tallies]
    mean, counted = _mean(rows)
    return {
        "pooled": measure(pool(tallies)),
        "mean": mean,
        "counted": counted,
        "songs": [
            {"name": track.name, "duration_s": track.duration_s, **row}
            for track, row in zip(tracks, rows, strict=True)
        ],
        "settings": {"collar_s": collar_s, "window_s": window_s},
    }


def bootstrap(
    tracks: Iterable[Track],
    *,
    rng: np.random.Generator,
    rounds: int = 1000,
    confidence: float = 0.95,
    block_s: float = 10.0,
    collar_s: float = 0.0,
    window_s: float = WINDOW_S,
) -> dict[str, dict[str, Interval]]:
    """How sure the measures are: percentile bootstrap over blocks within songs.

    Frames are not independent, blocks of some seconds nearly are. Each round draws as many blocks
    of each song as it has, with replacement, and measures again; edges are matched once, over the
    whole song, and a pair belongs to the block of its reference edge. The songs stay the same: an
    interval says what other minutes of *these* songs might give, not what other singers might.

    Parameters
    ----------
    tracks, collar_s, window_s
        As in :func:`evaluate`.
    rng : numpy.random.Generator
        Where chance comes from: the same state, the same intervals.
    rounds : int
        Number of draws, at least 1.
    confidence : float
        Part of the draws inside the interval, in (0, 1).
    block_s : float
        Length of a block in seconds, rounded to whole frames; a song's last may be shorter.

    Returns
    -------
    dict
        ``pooled`` and ``mean``: measure -> ``(low, high)``, over the draws in which it was
        defined; nan where it never was.

    Raises
    ------
    ValueError
        As in :func:`evaluate`, and if ``rounds``, ``confidence`` or ``block_s`` is out of range.

    Examples
    --------
    >>> from earmark import Segment
    >>> song = Track([Segment(1, 30)], [Segment(1, 20)], duration_s=60)
    >>> low, high = bootstrap([song], rng=np.random.default_rng(0))["pooled"]["accuracy"]
    >>> low < evaluate([song])["pooled"]["accuracy"] < high
    True
    """
    if rounds < 1 or not 0 < confidence < 1 or not block_s > 0:
        raise ValueError(
            "bootstrap needs rounds >= 1, 0 < confidence < 1 and block_s > 0, "
            f"got {rounds}, {confidence} and {block_s}"
        )
    tallies = [
        tally(track, collar_s=collar_s, window_s=window_s, block_s=block_s)
        for track in _some(tracks)
    ]
    together = pool(tallies)
    pooled, mean = [], []
    for _ in range(rounds):
        draw = [_draw(len(one.frames), rng=rng) for one in tallies]
        pooled.append(measure(together, weights=np.concatenate(draw)))
        songs = [measure(one, weights=w) for one, w in zip(tallies, draw, strict=True)]
        mean.append(_mean(songs)[0])
    return {
        kind: {name: _interval([row[name] for row in draws], confidence) for name in MEASURES}
        for kind, draws in (("pooled", pooled), ("mean", mean))
    }


def _some(tracks: Iterable[Track]) -> list[Track]:
    """The tracks, of which there must be one."""
    listed = list(tracks)
    if not listed:
        raise ValueError("there is no track to measure")
    return listed


def _mean(rows: list[dict[str, float]]) -> tuple[dict[str, float], dict[str, int]]:
    """Means over the songs in which a measure is defined, and how many these are."""
    table = np.array([[row[name] for name in MEASURES] for row in rows])
    counted = (~np.isnan(table)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        means = np.nansum(table, axis=0) / counted
    return (
        dict(zip(MEASURES, means.tolist(), strict=True)),
        dict(zip(MEASURES, counted.tolist(), strict=True)),
    )


def _draw(n_blocks: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each block is drawn, drawing as many as there are with replacement."""
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks))


def _interval(values: list[float], confidence: float) -> Interval:
    """The middle part of the values that are not nan."""
    defined = [value for value in values if not np.isnan(value)]
    if not defined:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
