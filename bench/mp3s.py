"""Songs for the bench of speed: stereo MP3s of a given length, made of a folder of recordings."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SR = 44100
BLOCK = 1 << 16


def make_mp3s(data: Path, folder: Path, *, count: int, length_s: float) -> list[Path]:
    """Songs and instrumentals of ``data/singing`` strung together; each file starts elsewhere.

    Returns
    -------
    list of Path
        ``count`` files of ``length_s`` seconds: MP3, 44.1 kHz, two slightly different channels.
    """
    recordings = _recordings(data)
    paths = []
    for number in range(count):
        first = number * len(recordings) // count
        path = folder / f"song {number + 1}.mp3"
        _write(path, islice(cycle(recordings), first, None), round(length_s * SR))
        paths.append(path)
    return paths


def _recordings(data: Path) -> list[Path]:
    """Every song, each followed by a few instrumentals."""
    with (data / "singing" / "songs.csv").open(encoding="utf-8", newline="") as file:
        songs = [data / row["mix"] for row in csv.DictReader(file) if row["mix"]]
    with (data / "singing" / "instrumental.csv").open(encoding="utf-8", newline="") as file:
        music = [data / row["audio"] for row in csv.DictReader(file)]
    share = len(music) // len(songs)
    parts = [[song, *music[i * share : (i + 1) * share]] for i, song in enumerate(songs)]
    return [path for part in parts for path in part]


def _write(path: Path, recordings: Iterator[Path], length: int) -> None:
    with soundfile.SoundFile(path, "w", SR, 2, format="MP3") as file:
        while (left := length - file.frames) > 0:
            stereo = _stereo(next(recordings))[:left]
            for start in range(0, len(stereo), BLOCK):
                file.write(stereo[start : start + BLOCK])


def _stereo(recording: Path) -> NDArray[np.float32]:
    """A mono recording as two channels, the right one softer and 0.3 ms late: (n, 2)."""
    y, sr = soundfile.read(recording, dtype="float32", always_2d=True)
    left = np.clip(soxr.resample(y.mean(axis=1), sr, SR), -1, 1).astype(np.float32)
    return np.stack([left, 0.9 * np.roll(left, 13)], axis=1)
