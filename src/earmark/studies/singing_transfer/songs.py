"""The songs of the target task: views and labels on the frame grid, and folds over singers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from earmark.annotation import segments_to_frames
from earmark.atomic import kept_file, write_atomic
from earmark.audio import load_audio
from earmark.datasets.checks import length_s
from earmark.errors import DataError
from earmark.features import logmel, logmel_schluter
from earmark.labels import check_labels
from earmark.learn.manifest import Track
from earmark.nets.crnn import LOWEST, SCALE, standardise

FILL = LOWEST / SCALE
"""Silence in standardised log-mel."""


@dataclass(frozen=True, slots=True)
class Song:
    """A song with its truth."""

    name: str
    singer: str
    track: Track
    fold: int
    X: NDArray[np.float32]
    """Log-mel (T, 64)."""
    X80: NDArray[np.float32]
    """The baseline's view (T', 80) at 70 frames a second."""
    active: NDArray[np.bool_]
    """Singing, (T,)."""
    active70: NDArray[np.bool_]
    """The same at 70 frames a second, (T',)."""
    heard: NDArray[np.float32] = field(init=False, repr=False)
    """Log-mel with each band against its own mean over the song, (T, 64)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "heard", standard(self.X))


def standard(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each band of a recording against its own mean, see :func:`earmark.nets.crnn.standardise`."""
    return standardise(torch.from_numpy(X)[None])[0].numpy()


def mix(track: Track, *, sr: int) -> NDArray[np.float32]:
    """A song's samples: the recording, or the sum of its stems, shape (n,)."""
    stems = [load_audio(path, sr=sr)[0] for path in track.paths]
    n = min(len(stem) for stem in stems)
    return np.sum([stem[:n] for stem in stems], axis=0, dtype=np.float32)


def load_songs(
    tracks: Sequence[Track],
    cache: Path,
    *,
    fold_of: Callable[[Track], int],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Song]:
    """Read songs, their views from the cache where it has them.

    Parameters
    ----------
    tracks : sequence of Track
        Songs, whole or in stems.
    cache : Path
        Folder that keeps the views.
    fold_of : callable
        A track's fold.
    progress : callable
        Called with (done, total).

    Raises
    ------
    DataError
        If a song is not labelled, its labels do not fit it, or two songs share a name.
    """
    songs: dict[str, Song] = {}
    for done, track in enumerate(tracks, start=1):
        song = _load(track, cache, fold_of(track))
        if song.name in songs:
            raise DataError(f"{track.paths[0]}: a second song called {song.name!r}; rename one")
        songs[song.name] = song
        progress(done, len(tracks))
    return list(songs.values())


def assign_folds(tracks: Sequence[Track], folds: int) -> dict[str, int]:
    """A fold for each singer: who has most minutes first, each to the fold that has least.

    Raises
    ------
    DataError
        If there are fewer singers than folds.
    """
    singers = {track.singer for track in tracks}
    if len(singers) < folds:
        raise DataError(
            f"{folds} folds need songs by as many singers, and there are {len(singers)}: "
            f"{', '.join(sorted(singers)) or 'none'}; add songs, or name the singers in the "
            "manifest"
        )
    sizes = dict.fromkeys(singers, 0.0)
    for track in tracks:
        sizes[track.singer] += length_s(track.paths[-1])
    held = [0.0] * folds
    chosen = {}
    for singer in sorted(sizes, key=lambda one: (-sizes[one], one)):
        fold = held.index(min(held))
        chosen[singer] = fold
        held[fold] += sizes[singer]
    return chosen


def _load(track: Track, cache: Path, fold: int) -> Song:
    path = track.paths[0]
    name = path.parent.name if path.stem == "mixture" else path.stem  # MUSDB18-HQ's folders
    segments = track.segments()
    if segments is None:
        raise DataError(f"{path}: a song without labels; name its label file")
    X, X80 = _views(track, cache)
    duration_s = len(X) * logmel.HOP_LENGTH / logmel.SR
    check_labels(segments, duration_s=duration_s, name=track.labels or path, audio=path)
    hop_s = logmel_schluter.HOP_LENGTH / logmel_schluter.SR
    return Song(
        name=name,
        singer=track.singer,
        track=track,
        fold=fold,
        X=X,
        X80=X80,
        active=segments_to_frames(segments, len(X)),
        active70=segments_to_frames(segments, len(X80), hop_s=hop_s),
    )


def _views(track: Track, cache: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    stats = [(str(path.resolve()), path.stat().st_mtime_ns) for path in track.paths]
    digest = hashlib.sha256(repr(stats).encode()).hexdigest()[:16]
    path = cache / f"views-{digest}.npz"
    if not path.is_file():
        X = logmel.logmel(mix(track, sr=logmel.SR))
        X80 = logmel_schluter.logmel_schluter(mix(track, sr=logmel_schluter.SR))
        buffer = io.BytesIO()
        np.savez(buffer, X=X, X80=X80)
        write_atomic(path, buffer.getvalue())
    with kept_file(path), np.load(path) as views:
        return views["X"], views["X80"]
