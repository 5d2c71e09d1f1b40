"""Speech-like utterances with exact truth: the voice of :mod:`earmark.synth.voice`, speaking.

Syllables of 0.1 to 0.3 s follow each other without vibrato, their pitch falls through a phrase and
jumps up on stressed ones; between phrases there are pauses. Nobody says anything: it serves as test
of what finds the endpoints of speech, and as material where there are no recordings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from earmark.annotation import Segment
from earmark.synth.voice import CONSONANTS, VOICES, VOWELS, Note, Samples, render_voice

ROOM_DB = -60.0
"""Level of the noise of the room against speech, in dB."""


def render_speech(
    rng: np.random.Generator,
    *,
    duration_s: float = 6.0,
    sr: int = 16000,
    voice: str | None = None,
    room_db: float = ROOM_DB,
) -> tuple[Samples, list[Segment]]:
    """Render an utterance.

    Parameters
    ----------
    rng : numpy.random.Generator
    duration_s : float
        Length in seconds, at least 1.5.
    sr : int
        Rate in Hz.
    voice : {"male", "female", "child"}, optional
        Who speaks; drawn if None.
    room_db : float
        Level of steady noise against the phrases, in dB of RMS.

    Returns
    -------
    y : ndarray, shape (n,), float32
    segments : list of Segment
        The phrases, labelled ``speech``: the voice sounds from each start to its end.

    Raises
    ------
    ValueError
        If the length is too short or the voice unknown.

    Examples
    --------
    >>> y, segments = render_speech(np.random.default_rng(0), duration_s=3.0)
    >>> y.shape, segments[0].label
    ((48000,), 'speech')
    """
    if duration_s < 1.5:
        raise ValueError(f"an utterance needs 1.5 s, got {duration_s}")
    name = voice if voice is not None else str(rng.choice(list(VOICES)))
    if name not in VOICES:
        raise ValueError(f"unknown voice {name!r}; there are {', '.join(VOICES)}")
    speaker = replace(VOICES[name], vibrato_cents=0.0)
    phrases: list[list[Note]] = []
    at_s = rng.uniform(0.3, 0.6)
    while not phrases or at_s < duration_s - 1.0:
        length_s = min(rng.uniform(0.6, 2.2), duration_s - 0.3 - at_s)
        phrases.append(_phrase(rng, start_s=at_s, length_s=length_s, low=speaker.low))
        at_s = phrases[-1][-1].end_s + rng.uniform(0.3, 0.9)
    y = render_voice(
        rng, phrases=phrases, duration_s=duration_s, sr=sr, voice=speaker, breaths=False
    )
    noise = rng.normal(size=len(y)) * 0.1 * 10 ** (room_db / 20)
    truth = [Segment(p[0].start_s, p[-1].end_s, "speech") for p in phrases]
    return (y + noise).astype(np.float32), truth


def _phrase(rng: np.random.Generator, *, start_s: float, length_s: float, low: int) -> list[Note]:
    """Syllables whose pitch falls by about five semitones, stressed ones up to four higher."""
    possible_s = start_s + np.cumsum(rng.uniform(0.1, 0.3, size=40))
    ends_s = [*possible_s[possible_s < start_s + length_s - 0.1], start_s + length_s]
    notes, at_s = [], start_s
    for end_s in ends_s:
        fall = 5 * (at_s - start_s) / length_s
        stress = rng.uniform(1, 4) if rng.random() < 0.3 else 0.0
        midi = low + 6 - fall + stress + rng.normal() * 0.5
        consonant, vowel = str(rng.choice(CONSONANTS)), str(rng.choice(VOWELS))
        notes.append(Note(at_s, float(end_s), float(midi), consonant, vowel))
        at_s = float(end_s)
    return notes
