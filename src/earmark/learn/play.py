"""Leads without a voice: what a detector of singing is most easily fooled by.

Single notes of instruments are strung into melodies with glides and vibrato; oscillators play
leads and pads, some through the fixed formants of a synthetic choir. All of it is at 16 kHz, and
none of it is singing. All ranges are our choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.learn.melody import Melody, draw_melody

SR = 16000
Samples = NDArray[np.float32]
Curve = NDArray[np.float64]

NOTES = 40
"""Notes of a rendered lead."""
_FORMANTS_HZ = ((700, 1150, 2500), (400, 1900, 2600), (300, 2300, 3000), (450, 850, 2400))
"""Of a, e, i and o, for pads that sound like a choir without words."""


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
        Recordings at 16 kHz by their pitch (MIDI note number), at least one.
    rng : numpy.random.Generator
    tunes : sequence of Melody
        Played besides random walks.

    Returns
    -------
    ndarray, shape (n,)
        Its peak at 0.7.
    """
    pitches = np.array(sorted(recorded))
    melody = draw_melody(rng, NOTES, tunes=tunes)
    melody = melody.moved_to(float(rng.uniform(*np.quantile(pitches, (0.3, 0.8)))))
    vibrato, glide_s = _manner(rng)
    parts: list[tuple[int, Curve]] = []
    at, before = 0, melody.pitch[0]
    for pitch, length_s in zip(melody.pitch, melody.length_s, strict=True):
        nearest = float(pitches[np.argmin(np.abs(pitches - pitch))])
        takes = recorded[nearest]
        take = takes[int(rng.integers(len(takes)))]
        n = max(int(0.06 * SR), int(length_s * SR))
        curve = _pitch_curve(n, pitch, before, glide_s, vibrato)
        where = np.cumsum(2 ** ((curve - nearest) / 12))
        where = where[where < len(take) - 1]
        parts.append((at, np.interp(where, np.arange(len(take)), take) * _fades(len(where))))
        at, before = at + n, pitch
        if rng.random() < 0.1:
            at += int(rng.exponential(0.5) * SR)
    out = np.zeros(max(start + len(part) for start, part in parts))
    for start, part in parts:
        out[start : start + len(part)] += part
    return _peaked(out)


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
    melody = draw_melody(rng, NOTES // 3 if pad else NOTES, tunes=tunes)
    melody = melody.moved_to(rng.uniform(52, 64) if pad else rng.uniform(55, 80))
    lengths_s = melody.length_s * (3 if pad else 1)
    vibrato, glide_s = _manner(rng)
    colour = _timbre(rng)
    chord = ((0, 4, 7), (0, 3, 7), (0, 5, 12), (0, 7, 12))[int(rng.integers(4))] if pad else (0,)
    parts = []
    before = melody.pitch[0]
    for pitch, length_s in zip(melody.pitch, lengths_s, strict=True):
        n = max(int(0.06 * SR), int(length_s * SR))
        curve = _pitch_curve(n, pitch, before, glide_s, vibrato)
        tones = [
            _tone(curve + above + rng.normal(0, 0.06), colour, rng)
            for above in chord
            for _ in range(2 if pad else 1)  # detuned against each other
        ]
        attack_s = rng.uniform(0.05, 0.4) if pad else rng.uniform(0.003, 0.06)
        parts.append(np.sum(tones, axis=0) * _fades(n, attack_s=attack_s))
        before = pitch
    return _peaked(np.concatenate(parts))


def _manner(rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    """Vibrato (rate in Hz, depth in semitones) and the time of a glide in seconds."""
    depth = rng.uniform(0.1, 0.9) if rng.random() < 0.6 else 0.0
    return (rng.uniform(4.5, 7.5), depth), rng.uniform(0.02, 0.15) * (rng.random() < 0.6)


def _pitch_curve(
    n: int, pitch: float, before: float, glide_s: float, vibrato: tuple[float, float]
) -> Curve:
    """The pitch of one note, sample by sample."""
    t = np.arange(n) / SR
    curve = np.full(n, float(pitch))
    if glide_s > 0:
        curve += (before - pitch) * np.exp(-t / (0.4 * glide_s))
    rate_hz, depth = vibrato
    return curve + depth * np.clip((t - 0.2) / 0.3, 0, 1) * np.sin(2 * np.pi * rate_hz * t)


def _timbre(rng: np.random.Generator) -> tuple[float, int, tuple[int, ...]]:
    """How fast harmonics fall (power of their number), which are there, and fixed formants."""
    formants = _FORMANTS_HZ[int(rng.integers(4))] if rng.random() < 0.4 else ()
    return rng.uniform(0.6, 2.2), int(rng.choice((1, 1, 2))), formants


def _tone(
    curve: Curve, timbre: tuple[float, int, tuple[int, ...]], rng: np.random.Generator
) -> Curve:
    """A sum of harmonics below 7.5 kHz."""
    falls, stride, formants = timbre
    f0_hz = 440 * 2 ** ((curve - 69) / 12)
    phase = 2 * np.pi * np.cumsum(f0_hz) / SR
    middle_hz = float(np.median(f0_hz))
    harmonics = np.arange(1, min(40, int(7500 / f0_hz.max())) + 1, stride)
    levels = harmonics.astype(float) ** -falls
    if formants:
        hz = harmonics * middle_hz
        peaks = [np.exp(-0.5 * ((hz - centre) / 150) ** 2) for centre in formants]
        levels = levels * (0.05 + np.sum(peaks, axis=0))
    offsets = rng.uniform(0, 2 * np.pi, len(harmonics))
    return np.sum(
        [a * np.sin(k * phase + o) for k, a, o in zip(harmonics, levels, offsets, strict=True)],
        axis=0,
    )


def _fades(n: int, *, attack_s: float = 0.008, release_s: float = 0.03) -> Curve:
    t = np.arange(n)
    return np.minimum(1, t / (attack_s * SR)) * np.minimum(1, (n - 1 - t) / (release_s * SR))


def _peaked(y: Curve) -> Samples:
    return (y * (0.7 / max(1e-9, float(np.abs(y).max(initial=0))))).astype(np.float32)
