"""Songs that nobody recorded: speech that sings, and a band that plays along in the same key.

In a mixture of any voice with any music the two share neither key nor metre, and a network may
learn just that. Here chords follow the notes that are sung, a bass and drums keep the time, and a
lead plays the tune before, between and after the lines, and at times along with the voice. All of
it is at 16 kHz; all choices are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earmark.learn.melody import Melody, Note, draw_melody
from earmark.learn.play import SR, Instrument, Manner, Oscillator, Recorded, perform
from earmark.learn.sing import register, sing_melody
from earmark.learn.world import analyse, vowels

Samples = NDArray[np.float32]
Curve = NDArray[np.float64]
Notes = Mapping[float, Sequence[Samples]]

TUNE = 48
"""Notes of a song's tune, which is sung and played again and again."""
A_CHORD = 4
"""Notes under one chord, on average."""
_TRIADS = ((0, 4, 7), (0, 3, 7))


def render_band(
    utterances: Sequence[Samples],
    instruments: Mapping[str, Notes],
    *,
    rng: np.random.Generator,
    tunes: Sequence[Melody] = (),
) -> tuple[Samples, Samples]:
    """Make a song of what somebody says.

    Parameters
    ----------
    utterances : sequence of ndarray
        Speech of one person at 16 kHz: a line each.
    instruments : mapping of str to Notes
        Recorded notes at 16 kHz of each instrument, by their pitch; may be empty.
    rng : numpy.random.Generator
    tunes : sequence of Melody
        Sung besides random walks.

    Returns
    -------
    vocals, instrumental : ndarray, shape (n,)
        They and their sum lie within [-0.9, 0.9]. Empty if nobody speaks.

    Raises
    ------
    DataError
        If pyworld is not installed.
    """
    lines = [(speech, len(vowels(speech))) for speech in map(analyse, utterances)]
    lines = [(speech, count) for speech, count in lines if count]
    if not lines:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    tune = draw_melody(rng, TUNE, tunes=tunes).moved_to(register(lines[0][0], rng))
    sung: list[tuple[float, Samples]] = []
    notes: list[Note] = []
    alone: list[Note] = []  # what the lead plays while nobody sings
    now_s, at = 0.0, 0

    def interlude(count: int) -> None:
        nonlocal now_s, at
        for _ in range(count):
            length_s = float(tune.length_s[at % TUNE])
            alone.append(Note(now_s, length_s, float(tune.pitch[at % TUNE])))
            now_s, at = now_s + length_s, at + 1

    interlude(int(rng.integers(0, 12)))
    for speech, count in lines:
        order = (at + np.arange(count)) % TUNE
        y, line = sing_melody(speech, Melody(tune.pitch[order], tune.length_s[order]), rng=rng)
        sung.append((now_s, y))
        notes += [replace(note, start_s=now_s + note.start_s) for note in line]
        now_s, at = now_s + len(y) / SR, at + count
        if rng.random() < 0.4:
            interlude(int(rng.integers(4, 16)))
        else:
            now_s += float(np.exp(rng.uniform(np.log(0.2), np.log(2.0))))
    interlude(int(rng.integers(0, 8)))
    n = round(now_s * SR)
    vocals = np.zeros(n)
    for start_s, y in sung:
        start = round(start_s * SR)
        part = y[: n - start] * 10 ** (rng.normal(0, 2) / 20)
        vocals[start : start + len(part)] += part
    instrumental = _accompany(notes, alone, instruments, n=n, rng=rng)
    ratio_db = rng.uniform(-4, 8)
    scale = _level(instrumental) / max(1e-9, _level(vocals)) * 10 ** (ratio_db / 20)
    vocals = vocals * (scale if instrumental.any() else 1.0)
    peak = max(
        1e-9, *(float(np.abs(y).max()) for y in (vocals, instrumental, vocals + instrumental))
    )
    stems = (stem * (0.9 / peak) for stem in (vocals, instrumental))
    voice, band = (stem.astype(np.float32) for stem in stems)
    return voice, band


def _accompany(
    sung: Sequence[Note],
    alone: Sequence[Note],
    instruments: Mapping[str, Notes],
    *,
    n: int,
    rng: np.random.Generator,
) -> Curve:
    """Chords, bass, drums and lead for n samples."""
    tune = sorted([*sung, *alone], key=lambda note: note.start_s)
    chords = _chords(tune, end_s=n / SR, rng=rng)
    lead = _lead(instruments, rng)
    doubled = [replace(note, pitch=note.pitch + 12) for note in sung] if rng.random() < 0.3 else []
    beat_s = float(np.clip(2 * np.median([note.length_s for note in tune]), 0.3, 0.8))
    parts = [
        (1.0, perform(lead, alone, n=n, rng=rng)),
        (0.4, perform(lead, doubled, n=n, rng=rng)),
        (0.8, perform(_chordal(instruments, rng), _spread(chords, beat_s, rng), n=n, rng=rng)),
        (0.8, perform(_bass(instruments, rng), [bass for bass, _ in chords], n=n, rng=rng)),
        (1.0, _drums(n, beat_s, rng) if rng.random() < 0.75 else np.zeros(n)),
    ]
    return np.sum(
        [
            share * 10 ** (rng.normal(0, 4) / 20) * part / max(1e-9, _level(part))
            for share, part in parts
        ],
        axis=0,
    )


def _chords(
    tune: Sequence[Note], *, end_s: float, rng: np.random.Generator
) -> list[tuple[Note, tuple[int, ...]]]:
    """A root in the bass and its triad wherever the harmony changes; the tune's note is in it."""
    changes = [note for i, note in enumerate(tune) if i == 0 or rng.random() < 1 / A_CHORD]
    found = []
    for i, note in enumerate(changes):
        triad = _TRIADS[int(rng.integers(2))]
        root = 36 + (note.pitch - triad[int(rng.integers(3))]) % 12
        stop_s = changes[i + 1].start_s if i + 1 < len(changes) else end_s
        found.append((Note(note.start_s, stop_s - note.start_s, root), triad))
    return found


def _spread(
    chords: Sequence[tuple[Note, tuple[int, ...]]], beat_s: float, rng: np.random.Generator
) -> list[Note]:
    """Chords held, struck on every beat, or broken into single notes."""
    way = rng.choice(("held", "struck", "broken"))
    octave = 12 * int(rng.integers(1, 3))
    notes = []
    for bass, triad in chords:
        if way == "held":
            times_s, length_s = [0.0], bass.length_s
        else:
            length_s = beat_s if way == "struck" else beat_s / 2
            times_s = list(np.arange(0, bass.length_s, length_s))
        for turn, time_s in enumerate(times_s):
            tones = triad if way != "broken" else (triad[turn % 3],)
            start_s = bass.start_s + float(time_s)
            notes += [Note(start_s, length_s, bass.pitch + octave + tone) for tone in tones]
    return notes


def _lead(instruments: Mapping[str, Notes], rng: np.random.Generator) -> Instrument:
    if instruments and rng.random() < 0.5:
        return Recorded(_one(instruments, rng), Manner.draw(rng))
    return Oscillator.draw(rng)


def _chordal(instruments: Mapping[str, Notes], rng: np.random.Generator) -> Instrument:
    if instruments and rng.random() < 0.5:
        return Recorded(_one(instruments, rng))
    return replace(Oscillator.draw(rng), manner=Manner(), detuned=2)


def _bass(instruments: Mapping[str, Notes], rng: np.random.Generator) -> Instrument:
    deep = {name: notes for name, notes in instruments.items() if min(notes) < 36}
    if deep and rng.random() < 0.4:
        return Recorded(_one(deep, rng))
    return Oscillator(falls=rng.uniform(1.0, 2.5), attack_s=0.01)


def _one(instruments: Mapping[str, Notes], rng: np.random.Generator) -> Notes:
    return instruments[str(rng.choice(sorted(instruments)))]


def _drums(n: int, beat_s: float, rng: np.random.Generator) -> Curve:
    """Bass drum on one and three, snare on two and four, hi-hat between, all of noise and sines."""
    t = np.arange(round(0.35 * SR)) / SR
    low_hz = rng.uniform(45, 70)
    kick = np.sin(2 * np.pi * (low_hz * t + 3 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.1)
    noise = rng.normal(size=len(t))
    ring = np.sin(2 * np.pi * rng.uniform(160, 220) * t)
    snare = (0.6 * noise + 0.5 * ring) * np.exp(-t / rng.uniform(0.05, 0.12))
    hat = np.diff(noise, prepend=0) * np.exp(-t / rng.uniform(0.015, 0.06))
    hits = ((0.0, 2.0, 1.0, kick), (1.0, 2.0, 0.8, snare), (0.5, 1.0, 0.3, hat))
    out = np.zeros(n + len(t))
    for first, every, loud, hit in hits:
        for time_s in np.arange(first * beat_s, n / SR, every * beat_s):
            start = round(float(time_s) * SR)
            out[start : start + len(t)] += loud * 10 ** (rng.normal(0, 1.5) / 20) * hit
    return out[:n]


def _level(y: Curve) -> float:
    """Root mean square of what is not silent."""
    loud = y[np.abs(y) > 1e-4]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0
