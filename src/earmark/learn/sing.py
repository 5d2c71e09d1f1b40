"""Clean speech turned into singing.

What song has and speech has not is pitch that keeps to notes, and vowels that last as long as the
notes do (Hou et al. 2020 name both as the gap between their source and target tasks). Speech is
taken apart (``world.py``), its vowels are stretched to the notes of a melody, the pitch is put on
them with glides, vibrato and a slow drift, the envelope is shifted to make another singer of the
speaker, and all is put together again. All ranges are our choices; Sundberg, *The Science of
the Singing Voice* (1987), has vibrato at 5 to 7 Hz and the singer's formant near 3 kHz.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from earmark.learn.melody import Melody, Note, draw_melody
from earmark.learn.world import (
    RATE,
    SR,
    Curve,
    Samples,
    Speech,
    analyse,
    smooth,
    synthesise,
    vowels,
)

LONGEST_PAUSE_S = 0.3
"""Longer pauses of the speaker are sung through faster."""
HARMONIES = (-12.0, -5.0, -4.0, -3.0, 0.0, 3.0, 4.0, 5.0, 7.0, 12.0)
"""Semitones between a voice and one that is sung with it; 0 doubles it."""

INGREDIENTS = ("melody", "stretch", "glides", "vibrato", "drift", "formants", "harmony")
"""What is done to speech, so that each can be left out and what it brings measured."""


def sing(
    y: Samples,
    *,
    rng: np.random.Generator,
    tunes: Sequence[Melody] = (),
    rapped: bool = False,
    harmony: bool | None = None,
    without: Collection[str] = (),
) -> Samples:
    """Sing what somebody says.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Speech at 16 kHz, up to a minute at a time.
    rng : numpy.random.Generator
        Draws melody, singer and manner.
    tunes : sequence of Melody
        Sung besides random walks.
    rapped : bool
        Keep the speaker's own pitch, and put the syllables into the metre alone.
    harmony : bool, optional
        Whether one or two more voices sing along; one time in four where not given.
    without : collection of str
        Of ``INGREDIENTS``, what is left out: the notes of the melody (the speaker's own pitch is
        kept), the stretched vowels, the glides between notes, and so on.

    Returns
    -------
    ndarray, shape (m,)
        At 16 kHz, its peak at 0.7; longer than the speech as a rule. Empty if nobody speaks in it.

    Raises
    ------
    DataError
        If pyworld is not installed.
    ValueError
        If an ingredient is unknown.
    """
    speech = analyse(y)
    count = len(vowels(speech))
    if not count:
        return np.zeros(0, np.float32)
    melody = draw_melody(rng, count, tunes=tunes)
    if rapped:
        melody = Melody(melody.pitch, np.minimum(melody.length_s, 0.4))
        without = {*without, "melody"}
    else:
        melody = melody.moved_to(register(speech, rng))
    return sing_melody(speech, melody, rng=rng, harmony=harmony, without=without)[0]


def register(speech: Speech, rng: np.random.Generator) -> float:
    """A pitch in the middle of where a speaker would sing, mostly above their speech (MIDI)."""
    own_hz = float(np.median(speech.f0_hz[speech.f0_hz > 0]))
    return 12 * np.log2(own_hz / 440) + 69 + rng.uniform(-2, 12)


def sing_melody(
    speech: Speech,
    melody: Melody,
    *,
    rng: np.random.Generator,
    harmony: bool | None = None,
    without: Collection[str] = (),
) -> tuple[Samples, list[Note]]:
    """Sing a given melody, a note a syllable.

    Parameters
    ----------
    speech : Speech
    melody : Melody
        As many notes as the speech has :func:`vowels`.
    rng : numpy.random.Generator
        Draws singer and manner.
    harmony, without
        As :func:`sing` takes them.

    Returns
    -------
    y : ndarray, shape (m,)
        At 16 kHz, its peak at 0.7.
    notes : list of Note
        When each note is sung: consonants take their time between them.

    Raises
    ------
    DataError
        If pyworld is not installed.
    ValueError
        If an ingredient is unknown, or there are more or fewer notes than syllables.
    """
    if strange := set(without) - set(INGREDIENTS):
        raise ValueError(f"no ingredient {min(strange)!r}; there are {', '.join(INGREDIENTS)}")
    syllables = vowels(speech)
    if "stretch" in without:
        own_s = [(stop - start) / RATE for start, stop in syllables]
        melody = Melody(melody.pitch, np.array(own_s))
    source, note, age_s = _timeline(speech, syllables, melody)
    choir, first_singer, *singers = rng.spawn(4)  # what one leaves out changes no other's draws
    many = (choir.random() < 0.25) if harmony is None else harmony
    several = many and not {"melody", "harmony"} & set(without)
    others = choir.choice(HARMONIES, size=int(choir.integers(1, 3))) if several else ()
    voices = [_voice(speech, source, note, age_s, first_singer, without)]
    for above, singer in zip(others, singers, strict=False):
        late = source[np.maximum(np.arange(len(source)) - int(choir.integers(8)), 0)]
        other = _voice(speech, late, note + above, age_s, singer, without)
        voices.append(other * choir.uniform(0.3, 1.0))
    out = np.sum(voices, axis=0)
    y = (out * (0.7 / max(1e-9, float(np.abs(out).max())))).astype(np.float32)
    first = np.flatnonzero(~np.isnan(note) & (age_s == 0))
    lengths = [np.count_nonzero(~np.isnan(note[a:b])) for a, b in pairwise([*first, len(note)])]
    times = zip(first, lengths, melody.pitch, strict=True)
    return y, [Note(start / RATE, length / RATE, float(pitch)) for start, length, pitch in times]


def _timeline(
    speech: Speech, syllables: Sequence[tuple[int, int]], melody: Melody
) -> tuple[Curve, Curve, Curve]:
    """Which frame of the speech is heard when, on which note, and how long the note has lasted.

    Consonants keep their length; the middle of a vowel is stretched or cut to that of its note.
    """
    source: list[Curve] = []
    note: list[Curve] = []
    age_s: list[Curve] = []

    def add(frames: Curve, pitch: float) -> None:
        source.append(frames)
        note.append(np.full(len(frames), pitch))
        age_s.append(np.zeros(len(frames)) if np.isnan(pitch) else np.arange(len(frames)) / RATE)

    last = 0
    for (start, stop), pitch, length_s in zip(
        syllables, melody.pitch, melody.length_s, strict=True
    ):
        pause = np.arange(last, start, dtype=float)
        stride = max(1, round(len(pause) / (LONGEST_PAUSE_S * RATE)))
        add(pause[::stride], np.nan)
        edge = min(6, (stop - start) // 3)  # frames of transition, which keep their pace
        n = max(2, round(length_s * RATE) - 2 * edge)
        middle = np.linspace(start + edge, stop - edge - 1, n)
        add(np.r_[start : start + edge, middle, stop - edge : stop].astype(float), pitch)
        last = stop
    add(np.arange(last, min(last + 40, len(speech.f0_hz)), dtype=float), np.nan)
    return np.concatenate(source), np.concatenate(note), np.concatenate(age_s)


def _voice(
    speech: Speech,
    source: Curve,
    note: Curve,
    age_s: Curve,
    rng: np.random.Generator,
    left_out: Collection[str],
) -> Curve:
    """One voice of its own: its pitch curve, its formants, its breath."""
    low = np.floor(source).astype(int).clip(0, len(speech.f0_hz) - 1)
    high = np.minimum(low + 1, len(speech.f0_hz) - 1)
    share = (source - low)[:, None]
    log_envelope = np.log(speech.envelope + 1e-16)
    envelope = np.exp((1 - share) * log_envelope[low] + share * log_envelope[high])
    noise = (1 - share) * speech.aperiodicity[low] + share * speech.aperiodicity[high]
    sung = ~np.isnan(note) & (speech.f0_hz[low] > 0)
    pitch, rng = rng.spawn(2)
    if "melody" in left_out:
        f0_hz = np.where(sung, speech.f0_hz[low] * 2 ** pitch.uniform(-0.1, 0.3), 0.0)
    else:
        f0_hz = np.where(sung, _sung_pitch_hz(note, age_s, pitch, left_out), 0.0)
    bins = np.arange(envelope.shape[1])
    formants_up = rng.uniform(0.85, 1.2)  # against the speaker's: a shorter vocal tract
    hz = bins * SR / 2 / (len(bins) - 1)
    ring = np.exp(-0.5 * ((hz - rng.uniform(2500, 3400)) / 400) ** 2)  # the singer's formant
    ring *= rng.uniform(0, 3)
    voiced = f0_hz[:, None] > 0
    if "formants" not in left_out:
        envelope = np.stack([np.interp(bins / formants_up, bins, frame) for frame in envelope])
        envelope *= np.where(voiced, 1 + ring, 1)
    noise = np.where(voiced, noise ** rng.uniform(1, 2), noise)
    return synthesise(f0_hz, envelope, noise)


def _sung_pitch_hz(
    note: Curve, age_s: Curve, rng: np.random.Generator, left_out: Collection[str]
) -> Curve:
    """The notes' line with glides between them, vibrato once a note lasts, and a slow drift."""
    frames = np.arange(len(note))
    held = ~np.isnan(note)
    glides, vibrato, drift = rng.spawn(3)
    line = np.interp(frames, frames[held], note[held])
    if "glides" not in left_out:
        line = smooth(line, int(glides.uniform(6, 30)))
    if vibrato.random() < 0.8 and "vibrato" not in left_out:
        depth = vibrato.uniform(0.1, 1.0)  # semitones, to either side
        swell = np.clip((age_s - vibrato.uniform(0.1, 0.35)) / 0.25, 0, 1)
        wander = 1 + 0.05 * smooth(vibrato.normal(size=len(line)), 60)
        phase = 2 * np.pi * np.cumsum(vibrato.uniform(4.8, 7.2) * wander) / RATE
        line = line + depth * swell * np.sin(phase)
    if drift.random() < 0.8 and "drift" not in left_out:  # the rest is tuned, as by a machine
        line = line + drift.normal(0, 0.15) + 0.25 * smooth(drift.normal(size=len(line)), 40)
    return np.asarray(440 * 2 ** ((line - 69) / 12))
