"""What to label next: the songs and places whose scores say least, each unlike the others.

*Uncertainty* is the entropy of the scores in bits, averaged over the frames: 0 where every score is
0 or 1, 1 where all are 0.5 (Lewis and Gale 1994 ask about such examples first). The most uncertain
places of all often lie in one song and are alike, and to label them all teaches little more than to
label one; so each choice counts the less, the more its scores are spread like those of a choice
before it (their Wasserstein distance), and places of a song that was chosen before count half.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import SINGING, Scores

Key = TypeVar("Key", bound=Hashable)
Ranges = Sequence[tuple[float, float]]
"""(start_s, end_s) of what a person has checked."""
LENGTH_S = 10.0
LEAST_SHARE = 0.5
"""The rest at a song's end is a place from this share of the length on."""
ALIKE = 0.3
"""What a place still counts that looks exactly like one that was chosen (our choice)."""
FAR = 0.3
"""Distance from which on two places do not look alike at all."""
SAME_SONG = 0.5
"""What a further place of a song counts."""
_LOW, _HIGH = 0.25, 0.75
"""Between them a score decides little."""
_CHANGES = 6
"""Crossings of 0.5 in ten seconds from which on a place is called restless."""


@dataclass(frozen=True, slots=True)
class Place(Generic[Key]):
    """A stretch of a song to be labelled.

    Parameters
    ----------
    key
        The song's, as it was given.
    start_s, end_s : float
        In seconds from its start.
    uncertainty : float
        In [0, 1].
    why : str
        In words for the person who is to label it.
    """

    key: Key
    start_s: float
    end_s: float
    uncertainty: float
    why: str


class Candidates(Generic[Key]):
    """Places to choose from, of songs that come one after another.

    Of each song only its places stay, some 400 bytes each, and not its scores: a library may hold
    more than fits into memory.

    Parameters
    ----------
    length_s : float, optional
        Of a place; None: each song is one place, from its start to its end.
    label : str
        Which of the scores count; songs without it are left out.

    Raises
    ------
    ValueError
        If ``length_s`` is not positive.

    Examples
    --------
    >>> candidates = Candidates()
    >>> for key, score in (("sure", 0.01), ("unsure", 0.4)):
    ...     candidates.add(key, Scores(np.full((500, 1), score, np.float32)))
    >>> [(place.key, place.end_s) for place in candidates.best(1)]
    [('unsure', 10.0)]
    """

    def __init__(self, *, length_s: float | None = LENGTH_S, label: str = SINGING) -> None:
        if length_s is not None and not length_s > 0:
            raise ValueError(f"needs length_s > 0, got {length_s}")
        self._length_s, self._label = length_s, label
        self._places: list[Place[Key]] = []
        self._looks: list[NDArray[np.float32]] = []

    def add(self, key: Key, scores: Scores, *, heard: bool | Ranges = False) -> None:
        """Take the places of a song.

        Parameters
        ----------
        key
            The song's.
        scores : Scores
        heard : bool or ranges
            True for a song that a person has checked, or the ranges (start_s, end_s) that one has;
            a place that lies for half or more in such ranges is not asked about again.
        """
        if heard is True or self._label not in scores.labels:
            return
        values, hop_s = scores.values[:, scores.labels.index(self._label)], scores.hop_s
        ranges = () if isinstance(heard, bool) else heard
        length = len(values) if self._length_s is None else round(self._length_s / hop_s)
        looks = []
        for start, end in _grid(len(values), length):
            here = values[start:end]
            start_s, end_s = round(start * hop_s, 3), round(min(end * hop_s, scores.end_s), 3)
            if _covered(start_s, end_s, ranges) < 0.5 * (end_s - start_s):
                place = Place(key, start_s, end_s, uncertainty(here), _why(here, hop_s))
                self._places.append(place)
                looks.append(_look(here))
        if looks:
            self._looks.append(np.stack(looks))

    def best(self, count: int) -> list[Place[Key]]:
        """The places that are most worth labelling, best first.

        Raises
        ------
        ValueError
            If ``count`` is negative.
        """
        if count < 0:
            raise ValueError(f"needs count >= 0, got {count}")
        return [self._places[k] for k in _varied(self._places, self._looks, count)]


def next_places(
    songs: Mapping[Key, Scores],
    *,
    count: int,
    length_s: float = LENGTH_S,
    skip: Mapping[Key, bool | Ranges] | None = None,
    label: str = SINGING,
) -> list[Place[Key]]:
    """The places that are most worth labelling, best first.

    Parameters
    ----------
    songs : mapping
        Scores of each song.
    count : int
        How many at the most.
    length_s : float
        Of a place.
    skip : mapping, optional
        What a person has checked of a song, as :meth:`Candidates.add` takes it.
    label : str
        Which of the scores count; songs without it are left out.

    Raises
    ------
    ValueError
        If ``count`` is negative, or ``length_s`` not positive.

    Examples
    --------
    >>> sure, unsure = (np.full((1000, 1), score, np.float32) for score in (0.01, 0.4))
    >>> scores = Scores(np.concatenate([sure, unsure]))
    >>> [(p.start_s, p.end_s, round(p.uncertainty, 2)) for p in next_places({1: scores}, count=1)]
    [(20.0, 30.0, 0.97)]
    """
    return _best(songs, Candidates(length_s=length_s, label=label), count, skip or {})


def next_songs(
    songs: Mapping[Key, Scores],
    *,
    count: int,
    skip: Mapping[Key, bool | Ranges] | None = None,
    label: str = SINGING,
) -> list[Place[Key]]:
    """The same for whole songs: each is one place, from its start to its end.

    A song of which some ranges are checked is left out only where these are half of it.

    Examples
    --------
    >>> songs = {k: Scores(np.full((500, 1), k, np.float32)) for k in (0.1, 0.5, 0.9)}
    >>> [place.key for place in next_songs(songs, count=2, skip={0.1: True})]
    [0.5, 0.9]
    """
    return _best(songs, Candidates(length_s=None, label=label), count, skip or {})


def _best(
    songs: Mapping[Key, Scores],
    candidates: Candidates[Key],
    count: int,
    skip: Mapping[Key, bool | Ranges],
) -> list[Place[Key]]:
    for key, scores in songs.items():
        candidates.add(key, scores, heard=skip.get(key, False))
    return candidates.best(count)


def uncertainty(scores: NDArray[np.float32]) -> float:
    """Mean entropy of scores in [0, 1], in bits; 0 for none.

    Examples
    --------
    >>> uncertainty(np.array([0.0, 1.0, 0.5, 0.5], np.float32))
    0.5
    """
    if not len(scores):
        return 0.0
    p = np.clip(scores.astype(np.float64), 1e-9, 1 - 1e-9)
    return round(float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).mean()), 6)


def _grid(frames: int, length: int) -> Iterator[tuple[int, int]]:
    """Places one after another; a rest that is too short belongs to none, but for a short song."""
    for start in range(0, frames, max(1, length)):
        end = min(frames, start + max(1, length))
        if start == 0 or end - start >= LEAST_SHARE * length:
            yield start, end


def _covered(start_s: float, end_s: float, ranges: Ranges) -> float:
    """Seconds of a place that lie in ranges, which do not overlap."""
    return sum(max(0.0, min(end_s, b) - max(start_s, a)) for a, b in ranges)


def _look(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """How scores are spread, shape (9,): their deciles."""
    return np.asarray(np.quantile(scores, np.linspace(0.1, 0.9, 9)), dtype=np.float32)


def _varied(
    places: Sequence[Place[Key]], looks: Sequence[NDArray[np.float32]], count: int
) -> list[int]:
    """Numbers of the places to take, one after another, each by what it is still worth."""
    if not places:
        return []
    worth = np.array([place.uncertainty for place in places])
    look = np.concatenate(looks)
    songs = {key: number for number, key in enumerate(dict.fromkeys(p.key for p in places))}
    song = np.array([songs[place.key] for place in places])
    nearest = np.full(len(places), np.inf)
    of_song = np.ones(len(places))
    left = np.ones(len(places), dtype=np.bool_)
    taken: list[int] = []
    while len(taken) < min(count, len(places)):
        novelty = ALIKE + (1 - ALIKE) * np.minimum(nearest / FAR, 1)
        best = int(np.where(left, worth * novelty * of_song, -1.0).argmax())
        taken.append(best)
        left[best] = False
        nearest = np.minimum(nearest, np.abs(look - look[best]).mean(axis=1))
        of_song[song == song[best]] *= SAME_SONG
    return taken


def _why(scores: NDArray[np.float32], hop_s: float) -> str:
    """What is uncertain about a place, in words."""
    seconds = len(scores) * hop_s
    undecided_s = float(((scores > _LOW) & (scores < _HIGH)).mean()) * seconds
    changes = int(np.count_nonzero(np.diff((scores >= 0.5).astype(np.int8))))
    if undecided_s >= 0.3 * seconds:
        side = "rather singing" if scores.mean() >= 0.5 else "rather not singing"
        return f"undecided for {undecided_s:.0f} of {seconds:.0f} s, {side}"
    if changes * LENGTH_S >= _CHANGES * seconds:
        return f"singing starts or stops {changes} times in {seconds:.0f} s"
    if undecided_s >= 0.1 * seconds:
        return f"undecided for {undecided_s:.0f} of {seconds:.0f} s"
    return "sung, and quite sure" if scores.mean() >= 0.5 else "not sung, and quite sure"
