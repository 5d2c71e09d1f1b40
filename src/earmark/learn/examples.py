"""Training examples, drawn and mixed on the fly: of the kinds of ``kinds.py``.

A voice is there where it can be made out over the rest (:func:`heard`); frames near the edges of
loose labels are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S
from earmark.features.logmel import N_MELS
from earmark.learn.augment import MOST_BANDS, MOST_TEMPO, stretch, transpose, treat
from earmark.learn.kinds import LABELS, drawable
from earmark.learn.library import PHRASES, Item, Library
from earmark.learn.manifest import MATERIALS
from earmark.learn.mixing import (
    Power,
    audible,
    colour,
    level,
    master,
    reverberate,
    scale_to,
)
from earmark.learn.pool import Pool

Rng = np.random.Generator
Mask = NDArray[np.bool_]
Example = tuple[NDArray[np.float32], Mask, Mask]
"""Log-mel (T, 64), labels (T, 2) or (T,), and which of them are known, of the same shape."""
LOOSE_EDGE = 5
"""Frames left out on either side of the label edges of songs, which are 0.1 s off, as are those of
the songs in stems that are at hand."""
EDGE_SILENCE = 100
"""Frames of silence at a recording's start or end: the border of a window, see ``runtime.py``."""


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
    augment : bool
        Whether examples are treated as in :mod:`earmark.learn.augment`, half of them played in
        another tempo and at another pitch.

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
        augment: bool = False,
    ) -> None:
        self._pools = {name: Pool(library.items(split, name)) for name in MATERIALS}
        self._pools["music"] = Pool(library.items(split, "music", "stems"))
        self._frames, self._snr_db, self._augment = frames, snr_db, augment
        there = {name for name, pool in self._pools.items() if pool}
        usable = drawable(draw, there, where=f"split {split!r}")
        self.kinds = tuple(usable)
        self._odds = np.array(list(usable.values())) / sum(usable.values())

    def draw(self, rng: Rng) -> Example:
        """One example, its labels in the columns of ``LABELS``."""
        kind = self.kinds[int(rng.choice(len(self.kinds), p=self._odds))]
        if not self._augment:
            power, labels, known = self._render(kind, rng)
        else:
            power, labels, known = self._bent(kind, rng)
            power = treat(power, rng)
        return master(power, rng), labels, known

    def _bent(self, kind: str, rng: Rng) -> tuple[Power, Mask, Mask]:
        """An example half the time in another tempo and at another pitch."""
        if rng.random() < 0.5:
            return self._render(kind, rng)
        tempo = float(np.exp(rng.uniform(-MOST_TEMPO, MOST_TEMPO)))
        longer = copy(self)
        longer._frames = round(self._frames * tempo)
        power, labels, known = longer._render(kind, rng)
        power = transpose(power, rng.uniform(-MOST_BANDS, MOST_BANDS))
        at = np.rint(np.linspace(0, len(labels) - 1, self._frames)).astype(int)
        return stretch(power, self._frames), labels[at], known[at]

    def _render(self, kind: str, rng: Rng) -> tuple[Power, Mask, Mask]:
        labels = np.zeros((self._frames, len(LABELS)), dtype=np.bool_)
        known = np.ones_like(labels)
        sung, spoken = labels.T
        if kind in ("song", "stems", "band"):
            item = self._pools[kind].draw(rng)
            at = self._place(item, rng)
            sung[:] = _window(item.active, at, self._frames)
            if kind == "song":
                power = self._cut(item, at)
            else:
                voice, music = self._stems(item, at, sung, rng)
                power = voice + music
                known[sung, 1] = kind == "band"
                sung[:], sure = heard(sung, voice, music)
                known &= sure[:, None]
            if kind != "band":
                known[_near_edges(sung, LOOSE_EDGE)] = False
            return power, labels, known
        if kind in ("music", "sound"):
            power = self._music(rng) if kind == "music" else self._phrases("sound", rng)[0]
            return power, labels, known
        if kind == "both":
            return self._both(rng)
        talk = kind in ("speech_music", "presenter", "speech")
        voice, active = self._phrases(
            "speech" if talk else "rap" if kind == "rap" else "singing", rng
        )
        if kind in ("speech", "alone"):
            (spoken if talk else sung)[:] = active
            return voice, labels, known
        music = self._music(rng)
        voice = scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active)
        (spoken if talk else sung)[:], sure = heard(active, voice, music)
        known &= sure[:, None]
        if kind in ("rap", "speech_music"):
            known[active, 1 if kind == "rap" else 0] = False
        return voice + music, labels, known

    def _stems(self, item: Item, at: int, active: Mask, rng: Rng) -> tuple[Power, Power]:
        """A song's voice at its level, and music for it."""
        voice = colour(rng) * self._cut(item, at)
        if rng.random() < 0.5:  # its own music, the voice a little louder or softer
            music = self._cut(item, at, stem=1)
            return voice * np.float32(10 ** (rng.uniform(-8, 6) / 10)), music
        music = self._music(rng)
        return scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active), music

    def _both(self, rng: Rng) -> tuple[Power, Mask, Mask]:
        music = self._music(rng)
        voices, active = [], []
        for material in ("singing", "speech"):
            voice, on = self._phrases(material, rng)
            voices.append(scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=on))
            active.append(on)
        found = [
            heard(on, voice, music + other)
            for on, voice, other in zip(active, voices, reversed(voices), strict=True)
        ]
        labels, known = (np.stack(each, 1) for each in zip(*found, strict=True))
        known[active[1] & ~labels[:, 0], 0] = False  # it may be rap
        return voices[0] + voices[1] + music, labels, known

    def _music(self, rng: Rng) -> Power:
        """Accompaniment for the whole example: pieces, at times a lead or single sounds."""
        music = self._piece(rng)
        everywhere = np.ones(self._frames, dtype=np.bool_)
        if rng.random() < 0.25:  # as dense as a band
            music += scale_to(self._piece(rng), music, snr_db=rng.uniform(-6, 6), active=everywhere)
        if self._pools["lead"] and rng.random() < 0.35:  # as loud as a voice would be
            lead, on = self._phrases("lead", rng)
            music += scale_to(lead, music, snr_db=rng.uniform(-8, 10), active=on)
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
        sung = material in ("singing", "rap", "lead")
        at = int(rng.exponential(60)) if rng.random() < 0.7 else 0
        while at < self._frames:
            length = np.exp(rng.uniform(*np.log((25, 350)))) if sung else rng.uniform(25, 400)
            end = min(self._frames, at + int(length))
            while at < end:  # notes and syllables are shorter than a phrase: string them
                item = pool.draw(rng, group=group)
                length = min(end - at, len(item))
                start = int(rng.integers(len(item) - length + 1))
                sounding = item.active[start : start + length]
                piece = item.power(start, start + length)
                power[at : at + length] += piece * _evened(piece, sounding, rng)
                active[at : at + length] |= sounding
                at += max(1, length - int(rng.integers(3)))  # they may overlap a little
            breath = sung and rng.random() < 0.7  # before the next line of the verse
            at += int(np.exp(rng.uniform(*np.log((15, 90)))) if breath else rng.exponential(75))
        if sung:
            active = PHRASES.active(active.astype(np.float32), hop_s=HOP_S)
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


def heard(active: Mask, voice: Power, music: Power) -> tuple[Mask, Mask]:
    """Where a voice that sounds can be heard over music, and where that is sure.

    A voice that drowns for less than 0.3 s is still followed; the end of a note that drowns is not
    heard any more, though the voice alone would sound on. Where it drowns for longer, "voice" would
    be a wrong label, and none would be too.

    Parameters
    ----------
    active : ndarray of bool, shape (T,)
        Where the voice sounds.
    voice, music : ndarray, shape (T, F)
        Power spectra at the levels at which they are mixed.

    Returns
    -------
    label, known : ndarray of bool, shape (T,)
    """
    clear = active & audible(voice, music)
    label = active & PHRASES.active(clear.astype(np.float32), hop_s=HOP_S)
    tail = round(PHRASES.min_off_s / HOP_S)
    near = np.convolve(label, np.ones(2 * tail + 1), mode="same") > 0
    return label, label | ~active | near


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
