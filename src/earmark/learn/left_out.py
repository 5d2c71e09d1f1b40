"""What teaching brings on songs that nothing was learnt from: each is left out in turn.

With many songs several are left out at once, in ``FOLDS`` groups, so that it ends. With a single
one, or where what is left over has nobody singing in it or no pause, the first half of each song is
left out and then the second; that is a kinder test, and it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S
from earmark.hysteresis import Hysteresis
from earmark.learn.amounts import LEAST_S
from earmark.learn.windows import Heard
from earmark.metrics.auc import auc

FOLDS = 5
"""Groups of songs at the most, each of which costs one more time of learning."""
BLOCK = 500
"""Frames (10 s) that are drawn together when chance is judged."""
ROUNDS = 400
MEASURES = ("auc", "accuracy", "f1")
AUC_LOSS = 0.005
"""Of AUC that a model may lose if it gains accuracy: thresholds are what a user meets."""
CLEARLY = 0.01
"""Of accuracy below 0 to which the gain's interval may reach before a gain is called chance."""

Scored = NDArray[np.float32]
"""Scores of a song, shape (T,)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A base model and its taught successor, on songs that the latter had not learnt from."""

    before: dict[str, float]
    after: dict[str, float]
    songs: tuple[dict[str, Any], ...]
    """For each ``name``, ``before`` and ``after``."""
    gain: tuple[float, float]
    """Of accuracy: where the middle 95 % of draws of songs, and of 10 s blocks in them, lie."""
    halves: bool
    """Whether halves of songs were left out, since whole songs could not be."""

    @property
    def worse(self) -> bool:
        """Whether fewer frames are right than before, or the AUC fell by more than ``AUC_LOSS``."""
        lost = self.before["auc"] - self.after["auc"]  # nan, where one class is missing: no loss
        return self.after["accuracy"] < self.before["accuracy"] or lost > AUC_LOSS

    @property
    def doubt(self) -> str | None:
        """Why nobody should rely on its being no worse; None where it got worse, or there is none.

        Halves of a song share its singer, its mix and its labeller's habits, so that what one half
        teaches suits the other better than it suits any other song.
        """
        if self.worse:
            return None
        if self.halves:
            return "it was measured on halves of the songs that it learnt from alone"
        low, high = self.gain
        if low < -CLEARLY:
            return (
                f"what it gains may be chance: the accuracy changed by {low:+.3f} to {high:+.3f} "
                "(95 %)"
            )
        return None


@dataclass(frozen=True, slots=True)
class Fold:
    """What is learnt from, and what is left out meanwhile: (number of the song, its part)."""

    learnt: tuple[Heard, ...]
    left: tuple[tuple[int, Heard], ...]


def folds(songs: Sequence[Heard]) -> tuple[list[Fold], bool]:
    """How songs are left out, and whether halves of them had to be.

    Returns
    -------
    folds : list of Fold
        None where even halves do not hold enough.
    halves : bool
    """
    count = min(FOLDS, len(songs))
    groups = [
        Fold(
            tuple(song for k, song in enumerate(songs) if k % count != number),
            tuple((k, song) for k, song in enumerate(songs) if k % count == number),
        )
        for number in range(count)
    ]
    if all(enough(fold.learnt) for fold in groups):
        return groups, False
    first, second = ([_half(song, which) for song in songs] for which in (0, 1))
    both = [
        Fold(
            _known(learnt),
            tuple((k, part) for k, part in enumerate(left) if part.known[:, 0].any()),
        )
        for learnt, left in ((first, second), (second, first))
    ]
    return [fold for fold in both if enough(fold.learnt) and fold.left], True


def enough(songs: Sequence[Heard]) -> bool:
    """Whether there is singing and no singing enough to learn from."""
    sung = sum(float((song.labels & song.known)[:, 0].sum()) for song in songs) * HOP_S
    known = sum(float(song.known[:, 0].sum()) for song in songs) * HOP_S
    return sung >= LEAST_S and known - sung >= LEAST_S


def compare(
    songs: Sequence[Heard],
    before: Sequence[tuple[int, Heard, Scored, Hysteresis]],
    after: Sequence[tuple[int, Heard, Scored, Hysteresis]],
    *,
    halves: bool,
) -> Compared:
    """Measure both on the same frames.

    Parameters
    ----------
    songs : sequence of Heard
    before, after : sequence of (number, part, scores, decoding)
        Each part of a song that was left out, in one order, with its scores of singing.
    halves : bool
    """
    counted = [[_frames(*each[1:]) for each in side] for side in (before, after)]
    rows = []
    for number, song in enumerate(songs):
        of_song = [k for k, each in enumerate(before) if each[0] == number]
        if of_song:
            told = (_measured([side[k] for k in of_song]) for side in counted)
            rows.append({"name": song.name, **dict(zip(("before", "after"), told, strict=True))})
    return Compared(
        before=_measured(counted[0]),
        after=_measured(counted[1]),
        songs=tuple(rows),
        gain=_interval([each[0] for each in before], *counted),
        halves=halves,
    )


_Frames = tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.bool_]]
"""Truth, scores and decisions of the known frames of a song, each (T,)."""


def _frames(part: Heard, scores: Scored, decoding: Hysteresis) -> _Frames:
    known = part.known[:, 0]
    active = decoding.active(scores, hop_s=HOP_S)
    return part.labels[known, 0], scores[known], active[known]


def _measured(parts: Sequence[_Frames]) -> dict[str, float]:
    truth, scores, active = (np.concatenate(each) for each in zip(*parts, strict=True))
    both = int((truth & active).sum())
    positive = int(truth.sum() + active.sum())
    return {
        "auc": auc(truth, scores),
        "accuracy": float((truth == active).mean()),
        "f1": 2 * both / positive if positive else float("nan"),
    }


def _interval(
    songs: Sequence[int], before: Sequence[_Frames], after: Sequence[_Frames]
) -> tuple[float, float]:
    """Paired bootstrap of the accuracy's difference over songs, and over blocks within each.

    Songs differ by more than their blocks do, and it is on other songs that a model is used.
    """
    sums: dict[int, list[tuple[float, int]]] = {}
    for number, old, new in zip(songs, before, after, strict=True):
        better = (new[0] == new[2]).astype(np.float64) - (old[0] == old[2])
        blocks = [better[at : at + BLOCK] for at in range(0, len(better), BLOCK)]
        sums.setdefault(number, []).extend((float(b.sum()), len(b)) for b in blocks)
    of_song = [np.array(blocks, dtype=float).reshape(-1, 2) for blocks in sums.values()]
    rng = np.random.default_rng(0)
    gains = np.empty(ROUNDS)
    for k in range(ROUNDS):
        drawn = [of_song[number] for number in rng.integers(len(of_song), size=len(of_song))]
        gain, size = sum(
            blocks[rng.integers(len(blocks), size=len(blocks))].sum(axis=0) for blocks in drawn
        )
        gains[k] = gain / size
    low, high = np.quantile(gains, [0.025, 0.975])
    return float(low), float(high)


def _half(song: Heard, which: int) -> Heard:
    middle = len(song) // 2
    return song.part(0, middle) if which == 0 else song.part(middle, len(song))


def _known(songs: Sequence[Heard]) -> tuple[Heard, ...]:
    return tuple(song for song in songs if song.known[:, 0].any())
