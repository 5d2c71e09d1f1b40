"""Instruments, and leads without a voice: what a detector of singing is most easily fooled by.

Single recorded notes are strung into melodies with glides and vibrato; oscillators play leads and
pads, some through the fixed formants of a synthetic choir. All of it is at 16 kHz, and none of it
is singing. All ranges are our choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earmark.learn.melody import Melody, Note, draw_melody

SR = 16000
Samples = NDArray[np.float32]
Curve = NDArray[np.float64]

NOTES = 40
"""Notes of a rendered lead."""
SHORTEST_S = 0.06
"""Of a note."""
_FORMANTS_HZ = ((700, 1150, 2500), (400, 1900, 2600), (300, 2300, 3000), (450, 850, 2400))
"""Of a, e, i and o, for pads that sound like a choir without words."""
_CHORDS = ((0, 4, 7), (0, 3, 7), (0, 5, 12), (0, 7, 12))


@dataclass(frozen=True, slots=True)
class Manner:
    """How notes are played.

    Parameters
    ----------
    rate_hz, depth : float
        Of the vibrato; depth in semitones to either side.
    glide_s : float
        Time in which a note is reached from the one before; 0: at once.
    """

    rate_hz: float = 6.0
    depth: float = 0.0
    glide_s: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Manner:
        """With vibrato and glides more often than not."""
        depth = rng.uniform(0.1, 0.9) if rng.random() < 0.6 else 0.0
        glide_s = rng.uniform(0.02, 0.15) if rng.random() < 0.6 else 0.0
        return cls(rng.uniform(4.5, 7.5), depth, glide_s)

    def pitch(self, n: int, note: float, before: float) -> Curve:
        """The pitch of a note, sample by sample, shape (n,)."""
        t = np.arange(n) / SR
        curve = np.full(n, float(note))
        if self.glide_s > 0:
            curve += (before - note) * np.exp(-t / (0.4 * self.glide_s))
        swell = np.clip((t - 0.2) / 0.3, 0, 1)
        return curve + self.depth * swell * np.sin(2 * np.pi * self.rate_hz * t)


class Instrument(Protocol):
    """What plays notes."""

    def sound(self, n: int, pitch: float, before: float, rng: np.random.Generator) -> Curve:
        """A note of n samples at most, reached from the one before."""


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """An instrument of recorded notes.

    Parameters
    ----------
    takes : mapping of float to sequence of ndarray
        Recordings at 16 kHz by their pitch (MIDI note number), at least one.
    manner : Manner
    """

    takes: Mapping[float, Sequence[Samples]]
    manner: Manner = Manner()

    def sound(self, n: int, pitch: float, before: float, rng: np.random.Generator) -> Curve:
        """The nearest recorded note, played faster or slower."""
        pitches = np.array(sorted(self.takes))
        nearest = float(pitches[np.argmin(np.abs(pitches - pitch))])
        takes = self.takes[nearest]
        take = takes[int(rng.integers(len(takes)))]
        where = np.cumsum(2 ** ((self.manner.pitch(n, pitch, before) - nearest) / 12))
        where = where[where < len(take) - 1]
        return np.interp(where, np.arange(len(take)), take) * fades(len(where))


@dataclass(frozen=True, slots=True)
class Oscillator:
    """An instrument that adds up harmonics below 7.5 kHz.

    Parameters
    ----------
    falls : float
        Harmonic k has the level ``k ** -falls``.
    stride : int
        2: odd harmonics alone, as of a clarinet or a square.
    formants_hz : tuple of int
        Where a fixed envelope has its peaks; none: no envelope.
    attack_s : float
    chord : tuple of int
        Semitones of the tones that sound at once.
    detuned : int
        Oscillators a tone, a little out of tune with each other.
    manner : Manner
    """

    falls: float = 1.0
    stride: int = 1
    formants_hz: tuple[int, ...] = ()
    attack_s: float = 0.01
    chord: tuple[int, ...] = (0,)
    detuned: int = 1
    manner: Manner = Manner()

    @classmethod
    def draw(cls, rng: np.random.Generator, *, pad: bool = False) -> Oscillator:
        """A lead, or a pad of chords."""
        return cls(
            falls=rng.uniform(0.6, 2.2),
            stride=int(rng.choice((1, 1, 2))),
            formants_hz=_FORMANTS_HZ[int(rng.integers(4))] if rng.random() < 0.4 else (),
            attack_s=rng.uniform(0.05, 0.4) if pad else rng.uniform(0.003, 0.06),
            chord=_CHORDS[int(rng.integers(4))] if pad else (0,),
            detuned=2 if pad else 1,
            manner=Manner.draw(rng),
        )

    def sound(self, n: int, pitch: float, before: float, rng: np.random.Generator) -> Curve:
        """All tones of the chord."""
        curve = self.manner.pitch(n, pitch, before)
        tones = [
            self._tone(curve + above + rng.normal(0, 0.06), rng)
            for above in self.chord
            for _ in range(self.detuned)
        ]
        return np.sum(tones, axis=0) * fades(n, attack_s=self.attack_s)

    def _tone(self, curve: Curve, rng: np.random.Generator) -> Curve:
        f0_hz = 440 * 2 ** ((curve - 69) / 12)
        phase = 2 * np.pi * np.cumsum(f0_hz) / SR
        harmonics = np.arange(1, max(1, min(40, int(7500 / f0_hz.max()))) + 1, self.stride)
        levels = harmonics.astype(float) ** -self.falls
        if self.formants_hz:
            hz = harmonics * float(np.median(f0_hz))
            peaks = [np.exp(-0.5 * ((hz - centre) / 150) ** 2) for centre in self.formants_hz]
            levels = levels * (0.05 + np.sum(peaks, axis=0))
        offsets = rng.uniform(0, 2 * np.pi, len(harmonics))
        tones = zip(harmonics, levels, offsets, strict=True)
        return np.sum([level * np.sin(k * phase + at) for k, level, at in tones], axis=0)


def perform(
    instrument: Instrument, notes: Iterable[Note], *, n: int, rng: np.random.Generator
) -> Curve:
    """Play notes, which may overlap.

    Parameters
    ----------
    instrument : Instrument
    notes : iterable of Note
        In order.
    n : int
        Samples of the answer; what would sound on is cut.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n,)
    """
    out = np.zeros(n)
    before: float | None = None
    for note in notes:
        start = round(note.start_s * SR)
        length = round(max(SHORTEST_S, note.length_s) * SR)
        part = instrument.sound(length, note.pitch, note.pitch if before is None else before, rng)
        part = part[: max(0, n - start)]
        out[start : start + len(part)] += part
        before = note.pitch
    return out


def play_notes(
    recorded: Mapping[float, Sequence[Samples]],
    *,
    rng: np.random.Generator,
    tunes: Sequence[Melody] = (),
) -> Samples:
    """Play a melody with recorded notes of one instrument.

    Parameters
    ----------
    recorded : mapping of float to sequence of ndarray
        See :class:`Recorded`.
    rng : numpy.random.Generator
    tunes : sequence of Melody
        Played besides random walks.

    Returns
    -------
    ndarray, shape (n,)
        Its peak at 0.7.
    """
    low, high = np.quantile(sorted(recorded), (0.3, 0.8))
    melody = draw_melody(rng, NOTES, tunes=tunes).moved_to(float(rng.uniform(low, high)))
    rests_s = np.where(rng.random(NOTES) < 0.1, rng.exponential(0.5, NOTES), 0.0)
    return _solo(Recorded(recorded, Manner.draw(rng)), melody, rests_s, rng)


def play_synth(*, rng: np.random.Generator, tunes: Sequence[Melody] = ()) -> Samples:
    """Play a melody, or chords, with oscillators.

    Parameters
    ----------
    rng : numpy.random.Generator
    tunes : sequence of Melody

    Returns
    -------
    ndarray, shape (n,)
        Its peak at 0.7.
    """
    pad = rng.random() < 0.35
    count = NOTES // 3 if pad else NOTES
    melody = draw_melody(rng, count, tunes=tunes)
    melody = melody.moved_to(rng.uniform(52, 64) if pad else rng.uniform(55, 80))
    melody = Melody(melody.pitch, melody.length_s * (3 if pad else 1))
    return _solo(Oscillator.draw(rng, pad=pad), melody, np.zeros(count), rng)


def _solo(
    instrument: Instrument, melody: Melody, rests_s: Curve, rng: np.random.Generator
) -> Samples:
    starts_s = np.cumsum([0.0, *(melody.length_s + rests_s)])
    notes = map(Note, starts_s[:-1], melody.length_s, melody.pitch)
    y = perform(instrument, notes, n=round(starts_s[-1] * SR), rng=rng)
    return (y * (0.7 / max(1e-9, float(np.abs(y).max(initial=0))))).astype(np.float32)


def fades(n: int, *, attack_s: float = 0.008, release_s: float = 0.03) -> Curve:
    """A rise and a fall in n samples."""
    t = np.arange(n)
    return np.minimum(1, t / (attack_s * SR)) * np.minimum(1, (n - 1 - t) / (release_s * SR))
