"""Training examples, drawn and mixed on the fly.

Kinds of examples:

================ ===================================================================== ===========
kind             what is heard                                                         label
================ ===================================================================== ===========
``song``         a stretch of a labelled song                                          its labels
``stems``        a song's voice over its own music, or over another's                  its labels
``singing``      phrases of unaccompanied singing, strung together, over music         the phrases
``alone``        the same without music                                                the phrases
``speech_music`` phrases of speech over music: the source task of Hou et al. 2020      the phrases
``speech``       speech without music                                                  none
``music``        music without voice, sometimes with single sounds                     none
``sound``        single sounds without voice                                           none
================ ===================================================================== ===========

Who is heard is drawn first, with probability proportional to the square root of the minutes that
there are of a singer or collection (our choice), so that nobody dominates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from earmark.errors import DataError
from earmark.features.logmel import N_MELS
from earmark.learn.library import Item, Library
from earmark.learn.manifest import MATERIALS
from earmark.learn.mixing import Power, audible, colour, level, master, reverberate, scale_to

Rng = np.random.Generator
Example = tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]
"""Log-mel (T, 64), labels (T,), and which of them are known (T,)."""

LOOSE_EDGE = 5
"""Frames left out on either side of the label edges of whole songs, which are 0.1 s off."""
EDGE_SILENCE = 100
"""Frames of silence at a recording's start or end: the border of a window, see ``runtime.py``."""
_NEEDS = {
    "song": ("song",),
    "stems": ("stems",),
    "singing": ("singing", "music"),
    "alone": ("singing",),
    "speech_music": ("speech", "music"),
    "speech": ("speech",),
    "music": ("music",),
    "sound": ("sound",),
}


def drawable(draw: Mapping[str, float], materials: Set[str], *, where: str) -> dict[str, float]:
    """The kinds of examples that can be drawn from what there is, and how often.

    Parameters
    ----------
    draw : mapping of str to float
        Relative frequency of each kind; kinds without material are left out.
    materials : set of str
        What there is.
    where : str
        What the message names.

    Raises
    ------
    DataError
        If nothing can be drawn, or a kind is unknown.

    Examples
    --------
    >>> drawable({"song": 2, "speech_music": 1}, {"song", "speech"}, where="split 'train'")
    {'song': 2}
    """
    if unknown := set(draw) - set(_NEEDS):
        raise DataError(
            f"unknown kind of example {sorted(unknown)[0]!r}; known: {', '.join(_NEEDS)}"
        )
    there = set(materials) | ({"music"} if "stems" in materials else set())
    usable = {
        kind: weight for kind, weight in draw.items() if weight > 0 and there >= set(_NEEDS[kind])
    }
    if not usable:
        needs = "; ".join(
            f"{kind} needs {' and '.join(_NEEDS[kind])}" for kind, w in draw.items() if w > 0
        )
        raise DataError(
            f"{where}: nothing to draw, there is only {', '.join(sorted(materials)) or 'nothing'} "
            f"({needs}); add recordings to the manifest, or change the recipe"
        )
    return usable


class Pool:
    """Items to draw from: first a performer, then one of their recordings by its length."""

    def __init__(self, items: Sequence[Item]) -> None:
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            groups[item.track.singer].append(item)
        self._groups = list(groups.values())
        lengths = [np.array([len(item) for item in group], float) for group in self._groups]
        self._shares = [each / each.sum() for each in lengths]
        roots = np.sqrt([each.sum() for each in lengths])
        self._odds = roots / roots.sum() if len(roots) else roots

    def __bool__(self) -> bool:
        return bool(self._groups)

    def group(self, rng: Rng) -> int:
        """A performer's number."""
        return int(rng.choice(len(self._groups), p=self._odds))

    def draw(self, rng: Rng, *, group: int | None = None) -> Item:
        """A recording (of the given performer)."""
        number = self.group(rng) if group is None else group
        items = self._groups[number]
        return items[int(rng.choice(len(items), p=self._shares[number]))]


class Examples:
    """Draws examples of one split.

    Parameters
    ----------
    library : Library
    split : str
        ``"train"`` or ``"valid"``.
    draw : mapping of str to float
        Relative frequency of each kind; kinds without material are left out.
    frames : int
        Length of an example.
    snr_db : (float, float)
        Range of the voice's level over the music's.

    Raises
    ------
    DataError
        If nothing can be drawn, or a kind is unknown.
    """

    def __init__(
        self,
        library: Library,
        *,
        split: str,
        draw: Mapping[str, float],
        frames: int,
        snr_db: tuple[float, float] = (-8.0, 10.0),
    ) -> None:
        self._pools = {name: Pool(library.items(split, name)) for name in MATERIALS}
        self._pools["music"] = Pool(library.items(split, "music", "stems"))
        self._frames, self._snr_db = frames, snr_db
        there = {name for name, pool in self._pools.items() if pool}
        usable = drawable(draw, there, where=f"split {split!r}")
        self.kinds = tuple(usable)
        self._odds = np.array(list(usable.values())) / sum(usable.values())

    def draw(self, rng: Rng) -> Example:
        """One example."""
        kind = self.kinds[int(rng.choice(len(self.kinds), p=self._odds))]
        power, active, known = self._render(kind, rng)
        return master(power, rng), active, known

    def _render(self, kind: str, rng: Rng) -> tuple[Power, NDArray[np.bool_], NDArray[np.bool_]]:
        sure = np.ones(self._frames, dtype=np.bool_)
        silent = np.zeros(self._frames, dtype=np.bool_)
        if kind == "song":
            item = self._pools["song"].draw(rng)
            at = self._place(item, rng)
            active = _window(item.active, at, self._frames)
            return self._cut(item, at), active, ~_near_edges(active, LOOSE_EDGE)
        if kind == "stems":
            item = self._pools["stems"].draw(rng)
            at = self._place(item, rng)
            active = _window(item.active, at, self._frames)
            voice = colour(rng) * self._cut(item, at)
            if rng.random() < 0.5:  # its own music, the voice a little louder or softer
                music = self._cut(item, at, stem=1)
                voice *= np.float32(10 ** (rng.uniform(-8, 6) / 10))
            else:
                music = self._music(rng)
                voice = scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active)
            sure = (~active | audible(voice, music)) & ~_near_edges(active, LOOSE_EDGE)
            return voice + music, active, sure
        if kind == "music":
            return self._music(rng), silent, sure
        if kind == "sound":
            return self._phrases("sound", rng)[0], silent, sure
        voice, active = self._phrases("speech" if "speech" in kind else "singing", rng)
        if kind == "speech":
            return voice, silent, sure
        if kind == "alone":
            return voice, active, sure
        music = self._music(rng)
        voice = scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active)
        return voice + music, active, ~active | audible(voice, music)

    def _music(self, rng: Rng) -> Power:
        """Accompaniment for the whole example: one piece or two at once, at times single sounds."""
        music = self._piece(rng)
        everywhere = np.ones(self._frames, dtype=np.bool_)
        if rng.random() < 0.25:  # as dense as a band
            music += scale_to(self._piece(rng), music, snr_db=rng.uniform(-6, 6), active=everywhere)
        if self._pools["sound"] and rng.random() < 0.2:
            sounds, _ = self._phrases("sound", rng)
            music += scale_to(sounds, music, snr_db=rng.uniform(-10, 5), active=everywhere)
        return music

    def _piece(self, rng: Rng) -> Power:
        """A stretch of one recording without voice, its dynamics expanded or compressed."""
        item = self._pools["music"].draw(rng)
        stem = len(item.log_power) - 1  # of a song in stems, the music
        power = self._cut(item, self._place(item, rng), stem=stem) * colour(rng)
        ground = level(power)
        if ground > 0 and rng.random() < 0.5:
            power = ground * (power / ground) ** np.float32(rng.uniform(0.8, 1.3))
        return power

    def _phrases(self, material: str, rng: Rng) -> tuple[Power, NDArray[np.bool_]]:
        """Phrases of one performer with pauses between them, sometimes two at once."""
        pool = self._pools[material]
        group = pool.group(rng)
        power = np.zeros((self._frames, N_MELS), dtype=np.float32)
        active = np.zeros(self._frames, dtype=np.bool_)
        at = int(rng.exponential(60)) if rng.random() < 0.7 else 0
        while at < self._frames:
            end = min(self._frames, at + int(rng.uniform(25, 400)))
            while at < end:  # notes and syllables are shorter than a phrase: string them
                item = pool.draw(rng, group=group)
                length = min(end - at, len(item))
                start = int(rng.integers(len(item) - length + 1))
                sounding = item.active[start : start + length]
                piece = item.power(start, start + length)
                power[at : at + length] += piece * _evened(piece, sounding, rng)
                active[at : at + length] |= sounding
                at += max(1, length - int(rng.integers(3)))  # they may overlap a little
            at += int(rng.exponential(75))
        if material == "singing" and rng.random() < 0.15:  # a second voice under the first
            other = pool.draw(rng)
            second = self._cut(other, self._place(other, rng)) * active[:, None]
            power += scale_to(second, power, snr_db=rng.uniform(-10, 0), active=active)
        power *= colour(rng)
        if rng.random() < 0.5:
            power = reverberate(power, decay_s=rng.uniform(0.3, 2.0), wet=rng.uniform(0.02, 0.3))
        return power, active

    def _place(self, item: Item, rng: Rng) -> int:
        """Where an example starts; now and then in the silence before or after a recording."""
        spare = len(item) - self._frames
        if rng.random() < 0.1:
            silence = min(EDGE_SILENCE, self._frames // 4)
            return int(rng.choice([-silence, spare + silence]))
        return int(rng.integers(min(spare, 0), max(spare, 0) + 1))

    def _cut(self, item: Item, at: int, *, stem: int = 0) -> Power:
        start, stop = max(0, at), min(len(item), at + self._frames)
        power = np.zeros((self._frames, N_MELS), dtype=np.float32)
        power[start - at : stop - at] = item.power(start, stop, stem=stem)
        return power


def _window(active: NDArray[np.bool_], at: int, frames: int) -> NDArray[np.bool_]:
    start, stop = max(0, at), min(len(active), at + frames)
    out = np.zeros(frames, dtype=np.bool_)
    out[start - at : stop - at] = active[start:stop]
    return out


def _evened(piece: Power, active: NDArray[np.bool_], rng: Rng) -> np.float32:
    """A gain that brings phrases and notes to like levels, as singers and compressors do."""
    loud = level(piece[active]) or level(piece)
    return np.float32(10 ** (rng.normal(0, 3) / 10) / loud) if loud > 1e-10 else np.float32(1)


def _near_edges(active: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    near = np.zeros(len(active), dtype=np.bool_)
    for edge in np.flatnonzero(np.diff(active.astype(np.int8))) + 1:
        near[max(0, edge - width) : edge + width] = True
    return near
