"""What examples are mixed of: stretches of recordings, phrases strung together, accompaniment.

Everything is a power spectrum of the length of an example, drawn from pools of recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S
from earmark.features.logmel import N_MELS
from earmark.learn.library import PHRASES, Item
from earmark.learn.mixing import Power, colour, level, reverberate, scale_to
from earmark.learn.pool import Pool, Rng

Mask = NDArray[np.bool_]
EDGE_SILENCE = 100
"""Frames of silence at a recording's start or end: the border of a window, see ``runtime``."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """Draws the parts of examples.

    Parameters
    ----------
    pools : mapping of str to Pool
        By material.
    frames : int
        Length of an example.
    rooms : float
        Share of performers that are heard in a room, in [0, 1].
    """

    pools: Mapping[str, Pool]
    frames: int
    rooms: float = 0.5

    def music(self, rng: Rng) -> Power:
        """Accompaniment for the whole example: pieces, at times a lead or single sounds."""
        music = self._piece(rng)
        everywhere = np.ones(self.frames, dtype=np.bool_)
        if rng.random() < 0.25:  # as dense as a band
            music += scale_to(self._piece(rng), music, snr_db=rng.uniform(-6, 6), active=everywhere)
        if self.pools["lead"] and rng.random() < 0.35:  # as loud as a voice would be
            lead, on = self.phrases("lead", rng)
            music += scale_to(lead, music, snr_db=rng.uniform(-8, 10), active=on)
        if self.pools["sound"] and rng.random() < 0.2:
            sounds, _ = self.phrases("sound", rng)
            music += scale_to(sounds, music, snr_db=rng.uniform(-10, 5), active=everywhere)
        return music

    def phrases(self, material: str, rng: Rng) -> tuple[Power, Mask]:
        """Phrases of one performer with pauses between them, sometimes two at once."""
        pool = self.pools[material]
        group = pool.group(rng)
        power = np.zeros((self.frames, N_MELS), dtype=np.float32)
        active = np.zeros(self.frames, dtype=np.bool_)
        sung = material in ("singing", "rap", "lead")
        at = int(rng.exponential(60)) if rng.random() < 0.7 else 0
        while at < self.frames:
            length = np.exp(rng.uniform(*np.log((25, 350)))) if sung else rng.uniform(25, 400)
            end = min(self.frames, at + int(length))
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
            second = self.cut(other, self.place(other, rng)) * active[:, None]
            power += scale_to(second, power, snr_db=rng.uniform(-10, 0), active=active)
        power *= colour(rng)
        if rng.random() < self.rooms:
            power = reverberate(power, decay_s=rng.uniform(0.3, 2.0), wet=rng.uniform(0.02, 0.3))
        return power, active

    def place(self, item: Item, rng: Rng) -> int:
        """Where an example starts; now and then in the silence before or after a recording."""
        spare = len(item) - self.frames
        if rng.random() < 0.1:
            silence = min(EDGE_SILENCE, self.frames // 4)
            return int(rng.choice([-silence, spare + silence]))
        return int(rng.integers(min(spare, 0), max(spare, 0) + 1))

    def active(self, item: Item, at: int) -> Mask:
        """Where the voice of a stretch sounds."""
        start, stop = max(0, at), min(len(item.active), at + self.frames)
        active = np.zeros(self.frames, dtype=np.bool_)
        active[start - at : stop - at] = item.active[start:stop]
        return active

    def cut(self, item: Item, at: int, *, stem: int = 0) -> Power:
        """A stretch of a recording, silence beyond its ends."""
        start, stop = max(0, at), min(len(item), at + self.frames)
        power = np.zeros((self.frames, N_MELS), dtype=np.float32)
        power[start - at : stop - at] = item.power(start, stop, stem=stem)
        return power

    def _piece(self, rng: Rng) -> Power:
        """A stretch of one recording without voice, its dynamics expanded or compressed."""
        item = self.pools["music"].draw(rng)
        stem = len(item.log_power) - 1  # of a song in stems, the music
        power = self.cut(item, self.place(item, rng), stem=stem) * colour(rng)
        ground = level(power)
        if ground > 0 and rng.random() < 0.5:
            power = ground * (power / ground) ** np.float32(rng.uniform(0.8, 1.3))
        return power


def _evened(piece: Power, active: Mask, rng: Rng) -> np.float32:
    """A gain that brings phrases and notes to like levels, as singers and compressors do."""
    loud = level(piece[active]) or level(piece)
    return np.float32(10 ** (rng.normal(0, 3) / 10) / loud) if loud > 1e-10 else np.float32(1)
