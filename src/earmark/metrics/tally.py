"""Counts in blocks: what a measure needs of a song, so that blocks can be drawn again and again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import segments_to_frames
from earmark.metrics.auc import auc_of_levels, levels
from earmark.metrics.counts import RATES, Counts, frame_counts, rates
from earmark.metrics.edges import blocks_of, edge_counts, edge_errors, runs
from earmark.metrics.tracks import Track, collar_mask

MEASURES = (*RATES, "auc", "onset_f", "offset_f", "edge_error_s")


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What was counted in the B blocks of a song, or of several songs one after the other.

    Parameters
    ----------
    frames, onsets, offsets : ndarray of int64, shape (B, 4)
        Counts of each block.
    reference, scores, level, block : ndarray, shape (T,)
        Truth, score, dense rank of the score, and block of each frame that counts and has a score.
    errors_s, error_block : ndarray, shape (E,)
        Distance of each reference edge to the nearest estimated one, and the edge's block.
    """

    frames: Counts
    onsets: Counts
    offsets: Counts
    reference: NDArray[np.bool_]
    scores: NDArray[Any]
    level: NDArray[np.intp]
    block: NDArray[np.intp]
    errors_s: NDArray[np.float64]
    error_block: NDArray[np.intp]


def tally(track: Track, *, collar_s: float, window_s: float, block_s: float = 10.0) -> Tally:
    """Count a song's hits and errors in blocks of ``block_s`` seconds; the last may be shorter.

    Examples
    --------
    >>> from earmark import Segment
    >>> song = Track([Segment(1, 3)], [Segment(1, 2)], duration_s=4)
    >>> tally(song, collar_s=0, window_s=0.3, block_s=2).frames.tolist()
    [[50, 0, 0, 50], [0, 0, 50, 50]]
    """
    n, hop_s = track.n_frames, track.hop_s
    per_block = max(1, round(block_s / hop_s))
    n_blocks, block_s = math.ceil(n / per_block), per_block * hop_s

    counted = collar_mask(track.reference, n, collar_s=collar_s, hop_s=hop_s)
    truth = segments_to_frames(track.reference, n, hop_s=hop_s)[counted]
    answer = segments_to_frames(track.estimate, n, hop_s=hop_s)[counted]
    block = np.flatnonzero(counted) // per_block
    scores = np.empty(0) if track.scores is None else np.asarray(track.scores)[counted]
    scored = slice(len(scores))

    edges = [runs(side, duration_s=track.duration_s) for side in (track.reference, track.estimate)]
    onsets, offsets = ([side[:, column] for side in edges] for column in (0, 1))
    errors_s = np.concatenate([edge_errors(*onsets), edge_errors(*offsets)])
    edges_s = np.concatenate([onsets[0], offsets[0]])[~np.isnan(errors_s)]
    return Tally(
        frames=frame_counts(truth, answer, block=block, n_blocks=n_blocks),
        onsets=edge_counts(*onsets, window_s=window_s, block_s=block_s, n_blocks=n_blocks),
        offsets=edge_counts(*offsets, window_s=window_s, block_s=block_s, n_blocks=n_blocks),
        reference=truth[scored],
        scores=scores,
        level=levels(scores),
        block=block[scored],
        errors_s=errors_s[~np.isnan(errors_s)],
        error_block=blocks_of(edges_s, block_s=block_s, n_blocks=n_blocks),
    )


def pool(tallies: Sequence[Tally]) -> Tally:
    """Several songs' blocks one after the other; the scores are ranked together."""
    first = np.cumsum([0, *(len(one.frames) for one in tallies)])[:-1]
    scores = np.concatenate([one.scores for one in tallies])
    return Tally(
        frames=np.concatenate([one.frames for one in tallies]),
        onsets=np.concatenate([one.onsets for one in tallies]),
        offsets=np.concatenate([one.offsets for one in tallies]),
        reference=np.concatenate([one.reference for one in tallies]),
        scores=scores,
        level=levels(scores),
        block=np.concatenate([b + one.block for b, one in zip(first, tallies, strict=True)]),
        errors_s=np.concatenate([one.errors_s for one in tallies]),
        error_block=np.concatenate(
            [b + one.error_block for b, one in zip(first, tallies, strict=True)]
        ),
    )


def measure(one: Tally, *, weights: NDArray[np.integer[Any]] | None = None) -> dict[str, float]:
    """All measures of a tally.

    Parameters
    ----------
    one : Tally
        Of one song or of several.
    weights : ndarray of int, shape (B,), optional
        How often each block counts; default: once.

    Returns
    -------
    dict of str to float
        The names in ``MEASURES``; nan where undefined.

    Examples
    --------
    >>> from earmark import Segment
    >>> song = Track([Segment(1, 3)], [Segment(1, 2)], duration_s=4)
    >>> measure(tally(song, collar_s=0, window_s=0.3))["accuracy"]
    0.75
    """
    times = np.ones(len(one.frames), dtype=np.int64) if weights is None else np.asarray(weights)
    errors_s = np.repeat(one.errors_s, times[one.error_block])
    return {
        **{name: float(rate) for name, rate in rates(times @ one.frames).items()},
        "auc": auc_of_levels(one.reference, one.level, weights=times[one.block]),
        "onset_f": float(rates(times @ one.onsets)["f1"]),
        "offset_f": float(rates(times @ one.offsets)["f1"]),
        "edge_error_s": float(np.median(errors_s)) if len(errors_s) else float("nan"),
    }
