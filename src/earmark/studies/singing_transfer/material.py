"""What the networks of the study learn from: mixtures (source task) and songs (target task).

Examples are ``(X, y, known)`` as :func:`earmark.learn.loop.fit` draws them: a stretch of a
standardised view with the context its first and last block need, and labels of the block centres.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import SPEECH
from earmark.learn.dense import pad_context
from earmark.learn.examples import Example, Examples
from earmark.learn.kinds import LABELS
from earmark.learn.library import Library
from earmark.learn.loop import Draw
from earmark.studies.singing_transfer.settings import Settings
from earmark.studies.singing_transfer.songs import FILL, Song, standard

MIXTURE_FRAMES = 1000
"""A mixture is standardised over 20 s, of which a stretch is learnt from."""


def mixtures(library: Library, *, split: str, settings: Settings) -> Examples:
    """The source task: phrases of clean speech over instrumental music at a given SNR.

    Speech of one speaker, with pauses; its endpoints are the labels. The SNR is that of the
    speech while it is active against the music (the paper's 0 dB). Beyond the paper (our choice,
    see ``learn/mixing.py``): steady noise is taken out of the speech, and rooms, equalisers and
    levels vary; frames in which the speech drowns are left out.
    """
    return Examples(
        library,
        split=split,
        draw={"speech_music": 1.0},
        frames=MIXTURE_FRAMES,
        snr_db=(settings.snr_db, settings.snr_db),
    )


def spoken(examples: Examples, rng: np.random.Generator) -> Example:
    """An example with the labels of speech alone, shape (T,)."""
    X, labels, known = examples.draw(rng)
    column = LABELS.index(SPEECH)
    return X, labels[:, column], known[:, column]


def draw_mixture(examples: Examples, *, context: int, frames: int) -> Draw:
    """Stretches of mixtures for a network that labels every frame."""

    def draw(rng: np.random.Generator) -> Example:
        X, active, known = spoken(examples, rng)
        start = int(rng.integers(len(X) - frames + 1))
        stop = start + frames
        padded = pad_context(standard(X), context=context, fill=FILL)
        return padded[start : stop + 2 * context], active[start:stop], known[start:stop]

    return draw


def draw_song(
    songs: Sequence[Song],
    *,
    view: Callable[[Song], tuple[NDArray[np.float32], NDArray[np.bool_]]],
    context: int,
    fill: float,
    frames: int,
    shift: int = 1,
) -> Draw:
    """Stretches of songs, every song as often as any other.

    Parameters
    ----------
    songs : sequence of Song
    view : callable
        Of a song: features (T, F) and labels (T,).
    context : int
        Frames that a label depends on, on either side of its own.
    fill : float
        Silence in this view.
    frames : int
        Frames of a stretch.
    shift : int
        Frames from one labelled centre to the next.
    """
    views = []
    for song in songs:
        X, active = view(song)
        short = max(0, frames - len(X))
        X = np.pad(X, ((0, short), (0, 0)), constant_values=np.float32(fill))
        views.append((pad_context(X, context=context, fill=fill), np.pad(active, (0, short))))

    def draw(rng: np.random.Generator) -> Example:
        X, active = views[int(rng.integers(len(views)))]
        start = int(rng.integers(len(active) - frames + 1))
        y = active[start : start + frames : shift]
        return X[start : start + frames + 2 * context], y, np.ones(len(y), dtype=np.bool_)

    return draw


def block_view(song: Song) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What the networks of blocks hear."""
    return song.heard, song.active


def window_view(song: Song) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What the shipped model's form hears: it standardises its windows itself."""
    return song.X, song.active


def baseline_view(song: Song) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What the baseline hears."""
    return song.X80, song.active70
