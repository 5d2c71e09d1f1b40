"""A singing voice from formulas: a glottal source, sung through formants that move.

Source and filter, as in Fant (1960): the source is a band-limited pulse wave whose pitch glides,
drifts, and swings in a vibrato; the filter is a cascade of five resonances a vowel (Klatt 1980,
"Software for a cascade/parallel formant synthesizer"), applied to short-time spectra every 5 ms.
Consonants are shaped noise (s, sh, t, k, f) or a voiced murmur (m, n, l). Formant frequencies are
rounded textbook values of an adult male; all other numbers are our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.synth.tract import HOP_S, Curve, band, envelope, filtered, pulses, smooth

Samples = NDArray[np.float32]
_FORMANTS_HZ = {
    "a": (730, 1150, 2500, 2950, 3700),
    "e": (490, 1800, 2500, 3050, 3750),
    "i": (300, 2200, 2850, 3250, 3800),
    "o": (480, 850, 2450, 2900, 3650),
    "u": (330, 750, 2300, 2850, 3600),
    "m": (240, 1050, 2200, 2900, 3600),
    "n": (240, 1500, 2400, 3000, 3600),
    "l": (350, 1150, 2600, 3100, 3700),
}
_NOISES = {  # lowest and highest frequency in Hz, seconds, level against the vowels, in dB
    "s": (4500, 9500, 0.11, -17),
    "x": (2200, 6000, 0.10, -16),
    "f": (1500, 9000, 0.08, -26),
    "t": (3000, 8500, 0.035, -16),
    "k": (1300, 3500, 0.04, -16),
}
_MURMUR_S = 0.08
CONSONANTS = ("", "m", "n", "l", *_NOISES)
VOWELS = ("a", "e", "i", "o", "u")


@dataclass(frozen=True, slots=True)
class Voice:
    """Who sings.

    Parameters
    ----------
    tract : float
        Factor on all formants: 1 for a male adult, more for a shorter vocal tract.
    low, high : int
        Range in MIDI notes.
    vibrato_hz, vibrato_cents : float
        Rate and depth of the vibrato.
    breathiness_db : float
        Level of the noise in the source.
    """

    tract: float
    low: int
    high: int
    vibrato_hz: float = 5.6
    vibrato_cents: float = 45.0
    breathiness_db: float = -34.0


VOICES = {
    "male": Voice(1.0, 46, 64, 5.3, 40.0),
    "female": Voice(1.16, 57, 74, 5.8, 50.0, -31.0),
    "child": Voice(1.32, 62, 79, 6.2, 20.0, -28.0),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One sung syllable.

    Parameters
    ----------
    start_s, end_s : float
        Seconds; a consonant takes the first part of it.
    midi : float
        Pitch, 69 is 440 Hz.
    consonant, vowel : str
        One of :data:`CONSONANTS` and one of :data:`VOWELS`.
    """

    start_s: float
    end_s: float
    midi: float
    consonant: str = ""
    vowel: str = "a"


def render_voice(
    rng: np.random.Generator,
    *,
    phrases: Sequence[Sequence[Note]],
    duration_s: float,
    sr: int = 22050,
    voice: Voice = VOICES["female"],
    breaths: bool = True,
) -> Samples:
    """Sing phrases.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of jitter, noise and vibrato.
    phrases : sequence of sequences of Note
        Each phrase in order of time and legato: a note lasts to the start of the next one.
    duration_s : float
        Length of the answer in seconds.
    sr : int
        Rate in Hz.
    voice : Voice
        Who sings.
    breaths : bool
        Whether a soft breath, not singing by the truth, is heard before each phrase.

    Returns
    -------
    ndarray, shape (n,), float32
        Sound from each phrase's start to its end, RMS 0.1 there; silence and breaths elsewhere.
    """
    n = round(duration_s * sr)
    y = np.zeros(n, np.float64)
    for phrase in phrases:
        start, stop = round(phrase[0].start_s * sr), min(n, round(phrase[-1].end_s * sr))
        sung = _sing(rng, phrase, sr=sr, voice=voice)[: max(0, stop - start)]
        y[start : start + len(sung)] += sung * 0.1 / np.sqrt(np.mean(sung**2) + 1e-12)
        if breaths and phrase[0].start_s > 0.5:
            breath = _breath(rng, sr=sr)
            at = start - len(breath) - round(0.03 * sr)
            y[at : at + len(breath)] += breath
    return y.astype(np.float32)


def midi_to_hz(midi: Curve | float) -> Curve:
    """Frequency of MIDI notes in Hz.

    Examples
    --------
    >>> float(midi_to_hz(69.0))
    440.0
    """
    return np.asarray(440.0 * 2.0 ** ((np.asarray(midi) - 69.0) / 12.0))


def _sing(
    rng: np.random.Generator, phrase: Sequence[Note], *, sr: int, voice: Voice
) -> NDArray[np.float64]:
    """One phrase from its start to its end, shape (n,)."""
    origin, length_s = phrase[0].start_s, phrase[-1].end_s - phrase[0].start_s
    n = round(length_s * sr)
    frame_s = np.arange(int(length_s / HOP_S) + 2) * HOP_S
    time_s = np.arange(n) / sr
    starts = np.array([note.start_s for note in phrase]) - origin
    which = np.searchsorted(starts, frame_s, side="right") - 1
    onsets = starts + [_consonant_s(note) for note in phrase]

    pitch = np.array([note.midi for note in phrase])[which]
    pitch = smooth(pitch, 0.055) + 0.12 * smooth(rng.normal(size=len(pitch)), 0.03)
    since_s = frame_s - onsets[which]
    lengths_s = np.diff(np.append(starts, length_s))[which]
    depth = voice.vibrato_cents / 100 * np.clip((since_s - 0.18) / 0.3, 0, 1) * (lengths_s > 0.35)
    rate_hz = voice.vibrato_hz * (1 + 0.08 * smooth(rng.normal(size=len(pitch)), 0.2))
    pitch += smooth(depth, 0.08) * np.sin(2 * np.pi * np.cumsum(rate_hz) * HOP_S)
    pitch -= 0.8 * np.exp(-np.maximum(since_s, 0) / 0.05) * (which == 0)
    f0 = np.interp(time_s, frame_s, midi_to_hz(pitch))

    formants = np.array([_FORMANTS_HZ[note.vowel] for note in phrase], dtype=np.float64)[which]
    loudness = 0.8 + 0.2 * np.sin(np.pi * np.clip(frame_s / length_s, 0, 1))
    loudness *= 1 - 0.3 * np.exp(-np.maximum(since_s, 0) / 0.04)
    noise = np.zeros(n)
    for note, start, onset in zip(phrase, starts, onsets, strict=True):
        inside = (frame_s >= start) & (frame_s < onset)
        if note.consonant in _NOISES:
            loudness[inside] = 0.0
            _add_noise(rng, noise, note.consonant, start=round(start * sr), sr=sr)
        elif note.consonant:
            formants[inside] = _FORMANTS_HZ[note.consonant]
            loudness[inside] = 0.35
    formants = np.stack([smooth(column, 0.03) for column in formants.T], axis=1) * voice.tract
    formants[:, 0] = np.maximum(formants[:, 0], 1.02 * midi_to_hz(pitch))
    loudness = smooth(loudness, 0.018) * np.exp(0.06 * smooth(rng.normal(size=len(pitch)), 0.02))
    loudness *= np.clip((length_s - frame_s) / 0.09, 0, 1) ** 0.5

    source = pulses(f0, sr=sr) * (1 + 0.01 * rng.normal(size=n))
    source += 10 ** (voice.breathiness_db / 20) * rng.normal(size=n)
    vowels = filtered(source, envelope(formants, sr=sr), sr=sr)
    vowels *= np.interp(time_s, frame_s, loudness)
    vowels /= np.sqrt(np.mean(vowels**2) + 1e-12)
    y = vowels + noise
    fade = min(n, round(0.008 * sr))
    y[:fade] *= np.linspace(0, 1, fade)
    y[n - fade :] *= np.linspace(1, 0, fade)
    return y


def _consonant_s(note: Note) -> float:
    """How long a note's consonant lasts before its vowel, in seconds."""
    if not note.consonant:
        return 0.0
    length_s = _NOISES[note.consonant][2] if note.consonant in _NOISES else _MURMUR_S
    return min(length_s, 0.4 * (note.end_s - note.start_s))


def _add_noise(
    rng: np.random.Generator, y: NDArray[np.float64], consonant: str, *, start: int, sr: int
) -> None:
    low_hz, high_hz, length_s, level_db = _NOISES[consonant]
    n = min(round(length_s * sr), len(y) - start)
    if n < 8:
        return
    burst = band(rng, n, low_hz=low_hz, high_hz=high_hz, sr=sr)
    t = np.arange(n) / n
    shape = np.exp(-4 * t) if consonant in "tk" else np.sin(np.pi * t) ** 0.5
    y[start : start + n] += burst * shape * 10 ** (level_db / 20) * 2.0


def _breath(rng: np.random.Generator, *, sr: int) -> NDArray[np.float64]:
    n = round(rng.uniform(0.22, 0.36) * sr)
    noise = band(rng, n, low_hz=700, high_hz=5000, sr=sr)
    return np.asarray(noise * np.sin(np.pi * np.arange(n) / n) ** 2 * 0.004)
