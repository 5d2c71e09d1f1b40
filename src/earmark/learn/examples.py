"""Training examples, drawn and mixed on the fly: of the kinds of ``kinds.py``.

A voice is there where it can be made out over the rest (:func:`heard`); frames near the edges of
loose labels are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S
from earmark.learn.augment import MOST_BANDS, MOST_TEMPO, stretch, transpose, treat
from earmark.learn.kinds import LABELS, drawable
from earmark.learn.library import PHRASES, Item, Library
from earmark.learn.manifest import MATERIALS
from earmark.learn.mixing import Power, audible, colour, master, scale_to
from earmark.learn.pool import Pool, Rng
from earmark.learn.sounds import Mask, Sounds

Example = tuple[NDArray[np.float32], Mask, Mask]
"""Log-mel (T, 64), labels (T, 2) or (T,), and which of them are known, of the same shape."""
LOOSE_EDGE = 5
"""Frames left out on either side of the label edges of songs, which are 0.1 s off, as are those of
the songs in stems that are at hand."""


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
    rooms : float
        Share of performers that are heard in a room, in [0, 1].

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
        rooms: float = 0.5,
    ) -> None:
        pools = {name: Pool(library.items(split, name)) for name in MATERIALS}
        pools["music"] = Pool(library.items(split, "music", "stems"))
        self._sounds = Sounds(pools, frames, rooms)
        self._snr_db, self._augment = snr_db, augment
        there = {name for name, pool in pools.items() if pool}
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
        frames, longer = self._sounds.frames, copy(self)
        longer._sounds = replace(self._sounds, frames=round(frames * tempo))
        power, labels, known = longer._render(kind, rng)
        power = transpose(power, rng.uniform(-MOST_BANDS, MOST_BANDS))
        at = np.rint(np.linspace(0, len(labels) - 1, frames)).astype(int)
        return stretch(power, frames), labels[at], known[at]

    def _render(self, kind: str, rng: Rng) -> tuple[Power, Mask, Mask]:
        labels = np.zeros((self._sounds.frames, len(LABELS)), dtype=np.bool_)
        known = np.ones_like(labels)
        sung, spoken = labels.T
        if kind in ("song", "stems", "band"):
            item = self._sounds.pools[kind].draw(rng)
            at = self._sounds.place(item, rng)
            sung[:] = self._sounds.active(item, at)
            if kind == "song":
                power = self._sounds.cut(item, at)
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
            power = (
                self._sounds.music(rng)
                if kind == "music"
                else self._sounds.phrases("sound", rng)[0]
            )
            return power, labels, known
        if kind == "both":
            return self._both(rng)
        talk = kind in ("speech_music", "presenter", "speech")
        voice, active = self._sounds.phrases(
            "speech" if talk else "rap" if kind == "rap" else "singing", rng
        )
        if kind in ("speech", "alone"):
            (spoken if talk else sung)[:] = active
            return voice, labels, known
        music = self._sounds.music(rng)
        voice = scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active)
        (spoken if talk else sung)[:], sure = heard(active, voice, music)
        known &= sure[:, None]
        if kind in ("rap", "speech_music"):
            known[active, 1 if kind == "rap" else 0] = False
        return voice + music, labels, known

    def _stems(self, item: Item, at: int, active: Mask, rng: Rng) -> tuple[Power, Power]:
        """A song's voice at its level, and music for it."""
        voice = colour(rng) * self._sounds.cut(item, at)
        if rng.random() < 0.5:  # its own music, the voice a little louder or softer
            music = self._sounds.cut(item, at, stem=1)
            return voice * np.float32(10 ** (rng.uniform(-8, 6) / 10)), music
        music = self._sounds.music(rng)
        return scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=active), music

    def _both(self, rng: Rng) -> tuple[Power, Mask, Mask]:
        music = self._sounds.music(rng)
        voices, active = [], []
        for material in ("singing", "speech"):
            voice, on = self._sounds.phrases(material, rng)
            voices.append(scale_to(voice, music, snr_db=rng.uniform(*self._snr_db), active=on))
            active.append(on)
        found = [
            heard(on, voice, music + other)
            for on, voice, other in zip(active, voices, reversed(voices), strict=True)
        ]
        labels, known = (np.stack(each, 1) for each in zip(*found, strict=True))
        known[active[1] & ~labels[:, 0], 0] = False  # it may be rap
        return voices[0] + voices[1] + music, labels, known


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


def _near_edges(active: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    near = np.zeros(len(active), dtype=np.bool_)
    for edge in np.flatnonzero(np.diff(active.astype(np.int8))) + 1:
        near[max(0, edge - width) : edge + width] = True
    return near
