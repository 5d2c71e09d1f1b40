"""What a model hears while it is taught: stretches of a person's songs, as they are or treated.

Half of the stretches come as they are, since that is how the songs will be heard later; the rest
is treated as in :mod:`earmark.learn.augment`, so that few songs are not learnt by heart (our
choice).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.audio import load_audio
from earmark.errors import DataError
from earmark.features.logmel import N_MELS, SR, mel_power, to_log
from earmark.learn.augment import MOST_BANDS, MOST_TEMPO, stretch, transpose, treat
from earmark.learn.corrected import Corrected
from earmark.learn.mixing import Power, master
from earmark.learn.sounds import EDGE_SILENCE

Mask = NDArray[np.bool_]
Window = tuple[NDArray[np.float32], Mask, Mask]
"""Log-mel (T, 64), labels (T, C), and which of them are known, of the same shape."""
AS_IT_IS = 0.5
"""Share of stretches that are not treated."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A song that was read: power (T, 64), labels (T, C) and which of them are known."""

    name: str
    power: Power
    labels: Mask
    known: Mask

    def __len__(self) -> int:
        return len(self.power)

    def part(self, start: int, stop: int) -> Heard:
        """Some of its frames, as if they were a song."""
        at = slice(start, stop)
        return Heard(self.name, self.power[at], self.labels[at], self.known[at])

    @property
    def view(self) -> NDArray[np.float32]:
        """What a model scores, shape (T, 64)."""
        return to_log(self.power)


def hear(song: Corrected, *, labels: Sequence[str]) -> Heard:
    """Read a song.

    Parameters
    ----------
    song : Corrected
    labels : sequence of str
        The model's, a column each. Of those that nobody looked for nothing is known.

    Raises
    ------
    AudioError, DataError
        If it cannot be read, or holds nothing.
    """
    if not song.path.is_file():
        raise DataError(f"{song.path}: the song is not there any more; was it moved or deleted?")
    power = mel_power(load_audio(song.path, sr=SR)[0])
    if not len(power):
        raise DataError(f"{song.path}: holds no samples, so nothing can be learnt from it")
    columns = [song.frames(label, len(power)) for label in labels]
    known = [song.known_frames(len(power)) & (label in song.tells) for label in labels]
    return Heard(song.name, power, np.stack(columns, 1), np.stack(known, 1))


def draw(songs: Sequence[Heard], frames: int, rng: np.random.Generator) -> tuple[int, Window]:
    """The number of one of the songs, and a stretch of it, of some frames.

    The more of a song is known the likelier it is drawn, by the square root, so that a long one
    does not outweigh the others. Beyond a song's ends there is silence, in which nobody sings.
    """
    odds = np.sqrt([float(song.known[:, 0].sum()) for song in songs])
    number = int(rng.choice(len(songs), p=odds / odds.sum()))
    if rng.random() < AS_IT_IS:
        power, labels, known = _cut(songs[number], frames, rng)
        return number, (to_log(power), labels, known)
    power, labels, known = _bent(songs[number], frames, rng)
    return number, (master(treat(power, rng), rng), labels, known)


def _bent(song: Heard, frames: int, rng: np.random.Generator) -> tuple[Power, Mask, Mask]:
    """A stretch, half the time in another tempo and at another pitch."""
    if rng.random() < 0.5:
        return _cut(song, frames, rng)
    tempo = float(np.exp(rng.uniform(-MOST_TEMPO, MOST_TEMPO)))
    power, labels, known = _cut(song, round(frames * tempo), rng)
    power = transpose(power, rng.uniform(-MOST_BANDS, MOST_BANDS))
    at = np.rint(np.linspace(0, len(labels) - 1, frames)).astype(int)
    return stretch(power, frames), labels[at], known[at]


def _cut(song: Heard, frames: int, rng: np.random.Generator) -> tuple[Power, Mask, Mask]:
    """A stretch around a known frame; now and then with silence before or after the song."""
    centre = int(rng.choice(np.flatnonzero(song.known[:, 0])))
    silence, spare = min(EDGE_SILENCE, frames // 4), len(song) - frames
    at = centre - int(rng.integers(frames))
    at = min(max(at, min(spare, 0) - silence), max(spare, 0) + silence)
    start, stop = max(0, at), min(len(song), at + frames)
    heard = slice(start - at, stop - at)
    power = np.zeros((frames, N_MELS), dtype=np.float32)
    labels = np.zeros((frames, song.labels.shape[1]), dtype=np.bool_)
    known = np.ones_like(labels)
    power[heard], labels[heard] = song.power[start:stop], song.labels[start:stop]
    known[heard] = song.known[start:stop]
    return power, labels, known
