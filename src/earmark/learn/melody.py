"""Melodies to sing and to play: random walks on a scale, and tunes from MIDI files.

A melody is a pitch and a length for each note. Pitches are MIDI note numbers (69 is a' = 440 Hz),
lengths are seconds.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.errors import DataError, how_to_install

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 6, 7, 10))
"""Major, minor, pentatonic, blues: semitones above the root."""
_STEPS = (-3, -2, -1, -1, 0, 0, 1, 1, 2, 3)
"""Steps of the random walk, in notes of the scale."""
_BEATS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
_BEAT_ODDS = (0.12, 0.45, 0.25, 0.08, 0.07, 0.03)
LEAP = 0.06
"""Share of steps that are leaps of up to five notes."""


@dataclass(frozen=True, slots=True, eq=False)
class Melody:
    """Notes one after the other, without rests.

    Parameters
    ----------
    pitch : ndarray, shape (n,)
        MIDI note numbers.
    length_s : ndarray, shape (n,)
        Seconds, each above 0.
    """

    pitch: NDArray[np.float64]
    length_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pitch)

    def moved_to(self, centre: float) -> Melody:
        """The melody transposed by whole semitones until its median lies within one of a pitch."""
        return Melody(self.pitch + np.round(centre - np.median(self.pitch)), self.length_s)


@dataclass(frozen=True, slots=True)
class Note:
    """A note in time.

    Parameters
    ----------
    start_s, length_s : float
    pitch : float
        MIDI note number.
    """

    start_s: float
    length_s: float
    pitch: float


def random_melody(rng: np.random.Generator, n: int, *, span: int = 19) -> Melody:
    """A random walk on a scale, in a tempo of 60 to 150 beats a minute (our choices).

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
        Notes.
    span : int
        Semitones from the lowest note that may occur to the highest.

    Examples
    --------
    >>> melody = random_melody(np.random.default_rng(0), 8)
    >>> len(melody), float(np.ptp(melody.pitch)) <= 19
    (8, True)
    """
    scale = _SCALES[int(rng.choice(len(_SCALES), p=(0.4, 0.3, 0.2, 0.1)))]
    root = int(rng.integers(12))
    notes = np.array([pitch for pitch in range(48, 49 + span) if (pitch - root) % 12 in scale])
    beat_s = 60 / rng.uniform(60, 150)
    at = int(rng.integers(len(notes)))
    pitches = []
    for _ in range(n):
        at += int(rng.integers(-5, 6) if rng.random() < LEAP else rng.choice(_STEPS))
        at = int(np.clip(at, 0, len(notes) - 1))
        pitches.append(notes[at])
    return Melody(np.array(pitches, float), beat_s * rng.choice(_BEATS, size=n, p=_BEAT_ODDS))


def read_tunes(folder: str | os.PathLike[str]) -> list[Melody]:
    """The tunes of a folder of MIDI files: the highest note wherever notes start together.

    Raises
    ------
    DataError
        If a file is not a MIDI file, or there is none.
    """
    tunes = [_tune(path) for path in sorted(Path(folder).glob("*.mid"))]
    if not any(len(tune) > 1 for tune in tunes):
        raise DataError(f"{folder}: holds no tune; MIDI files end in .mid")
    return [tune for tune in tunes if len(tune) > 1]


def _tune(path: Path) -> Melody:
    try:
        import mido  # only where tunes are read
    except ModuleNotFoundError as error:
        raise DataError(f"{path}: is read by mido: {how_to_install('train')}") from error
    try:
        messages = list(mido.MidiFile(path))  # delta times in seconds
    except (OSError, ValueError, EOFError, IndexError, KeyError) as error:
        raise DataError(f"{path}: not a MIDI file that can be read; take it away") from error
    highest: dict[float, int] = {}
    now_s = 0.0
    for message in messages:
        now_s += message.time
        if message.type == "note_on" and message.velocity > 0:
            highest[now_s] = max(message.note, highest.get(now_s, 0))
    onsets_s = np.array([*highest, max(now_s, max(highest, default=0.0) + 0.3)])
    lengths_s = np.diff(onsets_s)
    kept = lengths_s >= 0.05  # closer than this is one onset played unevenly
    return Melody(np.array([*highest.values()], float)[kept], np.minimum(lengths_s[kept], 4.0))


def draw_melody(
    rng: np.random.Generator, n: int, *, tunes: Sequence[Melody] = (), span: int = 19
) -> Melody:
    """A stretch of one of the tunes or, half the time or without tunes, a random walk.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
        Notes.
    tunes : sequence of Melody
    span : int
        Of the random walk, in semitones.
    """
    if not tunes or rng.random() < 0.5:
        return random_melody(rng, n, span=span)
    tune = tunes[int(rng.integers(len(tunes)))]
    order = (int(rng.integers(len(tune))) + np.arange(n)) % len(tune)
    pace = 2 ** rng.uniform(-0.4, 0.8)  # sung slower or faster than written
    return Melody(tune.pitch[order], tune.length_s[order] * pace)
