"""Songs with exact truth: a voice of formulas (:mod:`earmark.synth.voice`) over plucked strings.

They serve the tests and the bundled example, and nobody owns them. A song has an instrumental bar
at its start and end, sung phrases of two bars with rests, and an interlude in which the strings
play the tune. Times are in seconds, arrays are float32 of shape (n,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import Segment
from earmark.synth.voice import CONSONANTS, VOICES, VOWELS, Note, Samples, midi_to_hz, render_voice

_MAJOR = np.array([0, 2, 4, 5, 7, 9, 11])
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 1, 4))
_RHYTHMS = (
    (1.0, 0.5, 0.5, 1.0, 1.0, 2.5),
    (0.5, 0.5, 1.0, 0.5, 0.5, 1.0, 0.5, 0.5, 1.5),
    (1.5, 0.5, 1.0, 1.0, 0.5, 0.5, 1.5),
    (1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 2.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A rendered song.

    Parameters
    ----------
    vocals, instrumental : ndarray, shape (n,), float32
        The stems; their sum stays within [-0.9, 0.9].
    sr : int
        Rate in Hz.
    segments : tuple of Segment
        The phrases: the voice sounds from each start to its end and nowhere else, breaths aside.
    """

    vocals: Samples
    instrumental: Samples
    sr: int
    segments: tuple[Segment, ...]

    @property
    def mix(self) -> Samples:
        """Voice and strings together, shape (n,), float32."""
        return self.vocals + self.instrumental


def render_song(
    rng: np.random.Generator,
    *,
    duration_s: float = 30.0,
    sr: int = 22050,
    voice: str | None = None,
    vocals_db: float = 0.0,
    percussion: bool = True,
) -> Song:
    """Compose and render a song; the same generator state gives the same song.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws key, tempo, chords, tune, syllables and voice.
    duration_s : float
        Length in seconds.
    sr : int
        Rate in Hz, at least 8000.
    voice : {"male", "female", "child"}, optional
        Who sings; drawn if None.
    vocals_db : float
        Level of the voice while it sings against the strings, in dB of RMS.
    percussion : bool
        Whether brushes play on the beats.

    Raises
    ------
    ValueError
        If the duration is not above 0, the rate below 8000 Hz, or the voice unknown.

    Examples
    --------
    >>> song = render_song(np.random.default_rng(0), duration_s=12.0, sr=8000)
    >>> song.mix.shape, len(song.segments) > 0
    ((96000,), True)
    """
    if duration_s <= 0 or sr < 8000:
        raise ValueError(f"a song needs some length and 8000 Hz, got {duration_s} s at {sr} Hz")
    name = voice if voice is not None else str(rng.choice(list(VOICES)))
    if name not in VOICES:
        raise ValueError(f"unknown voice {name!r}; there are {', '.join(VOICES)}")
    singer = VOICES[name]
    beat_s = 60.0 / rng.uniform(84, 108)
    n_bars = int(np.ceil(duration_s / (4 * beat_s)))
    key = int(rng.integers(12))
    chords = np.resize(_PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))], n_bars)

    phrases: list[list[Note]] = []
    solos: list[list[Note]] = []
    first = 1 if n_bars > 3 else 0
    for bar in range(first, max(n_bars - 1, 1), 2):
        tune = _tune(rng, chords[bar : bar + 2], key=key, low=singer.low, high=singer.high)
        start_s = bar * 4 * beat_s + rng.uniform(-0.1 * first, 0.0)
        notes = _timed(rng, tune, start_s=start_s, beat_s=beat_s)
        kept = [note for note in notes if note.end_s <= duration_s - 0.2]
        if kept:
            (solos if bar % 8 == 5 else phrases).append(kept)

    vocals = render_voice(rng, phrases=phrases, duration_s=duration_s, sr=sr, voice=singer)
    band = _strings(rng, chords, solos, key=key, beat_s=beat_s, duration_s=duration_s, sr=sr)
    if percussion:
        band += _brushes(rng, beat_s=beat_s, n=len(band), sr=sr)
    band = band * np.float32(0.1 * 10 ** (-vocals_db / 20) / (np.sqrt(np.mean(band**2)) + 1e-9))
    scale = np.float32(0.9 / max(np.abs(vocals + band).max(), 1e-9))
    truth = tuple(Segment(round(p[0].start_s, 3), round(p[-1].end_s, 3)) for p in phrases)
    return Song(vocals * scale, band * scale, sr, truth)


def _tune(
    rng: np.random.Generator, chords: NDArray[np.int64], *, key: int, low: int, high: int
) -> list[tuple[float, int]]:
    """Beats and MIDI notes of a phrase of two bars: chord notes on the beat, steps between."""
    scale = [m for m in range(low, high + 1) if (m - key) % 12 in _MAJOR]
    at = len(scale) // 2 + int(rng.integers(-2, 3))
    tune, beat = [], 0.0
    for beats in _RHYTHMS[int(rng.integers(len(_RHYTHMS)))]:
        chord = {
            (key + _MAJOR[(chords[min(len(chords) - 1, int(beat // 4))] + d) % 7]) % 12
            for d in (0, 2, 4)
        }
        at += int(rng.choice([-2, -1, -1, 0, 1, 1, 2, 3]))
        at = min(max(at, 1), len(scale) - 2)
        if beat % 1 == 0 and scale[at] % 12 not in chord:
            at += 1 if scale[at + 1] % 12 in chord else -1
        tune.append((beats, scale[at]))
        beat += beats
    return tune


def _timed(
    rng: np.random.Generator, tune: list[tuple[float, int]], *, start_s: float, beat_s: float
) -> list[Note]:
    """Notes in seconds, each with a syllable."""
    notes, at = [], start_s
    for beats, midi in tune:
        end = at + beats * beat_s
        syllable = str(rng.choice(CONSONANTS)), str(rng.choice(VOWELS))
        notes.append(Note(at, end, midi, *syllable))
        at = end
    return notes


def _strings(
    rng: np.random.Generator,
    chords: NDArray[np.int64],
    solos: list[list[Note]],
    *,
    key: int,
    beat_s: float,
    duration_s: float,
    sr: int,
) -> Samples:
    """Arpeggios in eighths, a bass on beats 1 and 3, and the tune where nobody sings it."""
    y = np.zeros(round(duration_s * sr), np.float32)
    tones: dict[int, Samples] = {}

    def pluck(midi: int, at_s: float, gain: float) -> None:
        if midi not in tones:
            tones[midi] = _pluck(rng, float(midi_to_hz(midi)), sr=sr)
        at = max(0, round((at_s + rng.normal() * 0.004) * sr))
        tone = tones[midi][: max(0, len(y) - at)]
        y[at : at + len(tone)] += np.float32(gain * rng.uniform(0.75, 1.1)) * tone

    pattern = rng.permutation([0, 1, 2, 3, 2, 1, 3, 2])
    for bar, degree in enumerate(chords):
        root = 48 + (key + int(_MAJOR[degree % 7])) % 12
        third, fifth = (int(_MAJOR[(degree + d) % 7] - _MAJOR[degree % 7]) % 12 for d in (2, 4))
        voicing = [root, root + fifth, root + 12, root + 12 + third]
        for eighth in range(8):
            pluck(voicing[pattern[eighth]], (4 * bar + eighth / 2) * beat_s, 0.6)
        for midi in voicing:
            pluck(midi, 4 * bar * beat_s + 0.012 * (midi - root) / 12, 0.5)
        for beat, step in ((0, 0), (2, fifth)):
            pluck(root - 12 + step % 12 - (12 if step > 6 else 0), (4 * bar + beat) * beat_s, 1.2)
    for note in (note for solo in solos for note in solo):
        pluck(int(note.midi), note.start_s, 1.3)
    return y


def _pluck(rng: np.random.Generator, f0_hz: float, *, sr: int, length_s: float = 2.5) -> Samples:
    """A plucked string (Karplus and Strong 1983), all periods at once.

    Their filter averages neighbours once a period, so period r of a string of p samples has the
    first one's spectrum times ``(decay * cos(w / 2))**r``; the result is read at the exact pitch.
    """
    p = max(8, int(sr / f0_hz))
    periods = int(length_s * f0_hz) + 1
    w = 2 * np.pi * np.arange(p // 2 + 1) / p
    burst = rng.uniform(-1, 1, p)
    burst -= np.roll(burst, max(1, round(0.18 * p)))
    spectrum = np.fft.rfft(burst - burst.mean()) / (1 + (w / 0.35) ** 1.5)
    decay = 0.001 ** (1 / (length_s * 1.2 * f0_hz))
    powers = (decay * np.cos(w / 2)) ** (np.arange(periods)[:, None] * 44100 / sr)
    wave = np.fft.irfft(spectrum * powers, p).ravel()
    n = int(length_s * sr)
    y = np.interp(np.arange(n) * (p * f0_hz / sr), np.arange(len(wave)), wave)
    y *= np.minimum(1, (n - np.arange(n)) / (0.05 * sr))
    return np.asarray(y / np.sqrt(np.mean(y[: n // 4] ** 2)), np.float32)


def _brushes(rng: np.random.Generator, *, beat_s: float, n: int, sr: int) -> Samples:
    """Brushed noise on the eighths, louder on beats 2 and 4, and a soft drum on 1 and 3."""
    y = np.zeros(n + sr, np.float32)
    t = np.arange(round(0.25 * sr)) / sr
    drum = np.sin(2 * np.pi * (52 * t + 2.2 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.07)
    for eighth in range(int(n / sr / beat_s * 2) + 1):
        at = round(eighth * beat_s / 2 * sr)
        level, fall_s = (0.12, 0.06) if eighth % 4 == 2 else (0.04, 0.02)
        stroke = level * np.diff(rng.normal(size=len(t) + 1)) * np.exp(-t / fall_s)
        if eighth % 4 == 0:
            stroke += 0.7 * drum
        y[at : at + len(t)] += stroke.astype(np.float32)
    return y[:n]
