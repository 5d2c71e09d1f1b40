"""All recordings of a manifest as mel power spectra in one memory-mapped file.

Decoding and spectra are computed once; a training step then only reads, mixes and takes the
logarithm. Recordings of voices are rid of their steady noise. Powers are kept as ``float16``
logarithms (a resolution of 1 % or better).

Each recording is kept at several *speeds*: played faster or slower, which moves pitch, formants
and tempo together and makes new singers and new songs of the old ones. At other speeds than its own
it may also have gone through a codec.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, Segment, segments_to_frames
from earmark.atomic import kept_file, write_atomic
from earmark.audio import load_audio
from earmark.endpoints import active_frames
from earmark.errors import DataError
from earmark.features.logmel import SR, mel_power, to_log
from earmark.hysteresis import Hysteresis
from earmark.labels import check_labels
from earmark.learn.codec import through_codec
from earmark.learn.manifest import MATERIALS, Track
from earmark.learn.mixing import Power, denoise

ENERGY_RANGE_DB = 35.0
"""Unaccompanied voice counts as active within this range below its own loudest frames."""
_VOICES = ("singing", "rap", "speech")
"""Materials whose steady noise is taken out."""
_SUNG = ("song", "stems", "band", "singing", "rap")
PHRASES = Hysteresis(min_off_s=0.3)
"""Shorter pauses are singing, as docs/labels.md has it."""
_FLOOR = np.float32(1e-12)
_VERSION = 2
"""Of the cached spectra: raised when they are computed in another way."""


@dataclass(frozen=True, slots=True)
class Item:
    """One recording at one speed: log powers (T, 64) of each stem, and where the voice is."""

    log_power: tuple[NDArray[np.float16], ...]
    active: NDArray[np.bool_]
    track: Track

    def __len__(self) -> int:
        return len(self.active)

    def power(self, start: int = 0, stop: int | None = None, *, stem: int = 0) -> Power:
        """Mel power of some frames, shape (t, 64)."""
        return np.exp(self.log_power[stem][start:stop].astype(np.float32))


class Job(NamedTuple):
    """A recording, how fast it is played, and the codec that it goes through, if any."""

    track: Track
    speed: float
    codec: str


class Library:
    """The items of a manifest by split and material.

    Parameters
    ----------
    tracks : sequence of Track
        What to hold.
    folder : path-like
        Where the spectra are cached; made again when tracks or speeds change.
    speeds : sequence of float
        1.0 is the recording itself.
    codecs : sequence of str
        What recordings of other speeds go through, in turn: such as ``"mp3 48"``.
    varied : sequence of str
        Materials that are kept at all speeds; others as they are.
    progress : callable, optional
        Called with (done, total) as recordings are computed.
    """

    def __init__(
        self,
        tracks: Sequence[Track],
        folder: str | os.PathLike[str],
        *,
        speeds: Sequence[float] = (1.0,),
        codecs: Sequence[str] = (),
        varied: Sequence[str] = MATERIALS,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        jobs = [
            Job(track, speed, codecs[(index + turn) % len(codecs)] if codecs and speed != 1 else "")
            for index, track in enumerate(tracks)
            for turn, speed in enumerate(
                speeds if track.split == "train" and track.material in varied else (1.0,)
            )
        ]
        stem = Path(folder) / f"powers-{_fingerprint(jobs)}"
        if not all(stem.with_suffix(suffix).is_file() for suffix in (".json", ".npy")):
            _compute(jobs, stem, progress or (lambda done, total: None))
        with kept_file(stem.with_suffix(".json")):
            edges = np.cumsum([0, *json.loads(stem.with_suffix(".json").read_text())])
        with kept_file(stem.with_suffix(".npy")):
            powers = np.load(stem.with_suffix(".npy"), mmap_mode="r")
        self._items: dict[tuple[str, str], list[Item]] = defaultdict(list)
        at = 0
        for track, speed, _ in jobs:
            ends = edges[at : at + len(track.paths) + 1]
            parts = tuple(powers[a:b] for a, b in pairwise(ends))
            at += len(track.paths)
            active = _active(track, speed, parts[0])
            if track.material in _SUNG:
                active = PHRASES.active(active.astype(np.float32), hop_s=HOP_S)
            self._items[track.split, track.material].append(Item(parts, active, track))

    def items(self, split: str, *materials: str) -> list[Item]:
        """All items of a split that are of one of the materials."""
        return [item for material in materials for item in self._items[split, material]]


def _fingerprint(jobs: Sequence[Job]) -> str:
    """What the cached spectra depend on: paths, sizes, dates and speeds."""
    parts: list[object] = [_VERSION]
    parts += [
        (*_stamp(path), job.track.material, job.speed, *([job.codec] if job.codec else []))
        for job in jobs
        for path in job.track.paths
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return str(path.resolve()), status.st_size, status.st_mtime_ns


def _compute(jobs: Sequence[Job], stem: Path, progress: Callable[[int, int], None]) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    lengths: list[int] = []
    with tempfile.TemporaryDirectory(dir=stem.parent) as own:  # others may compute the same
        raw, whole = Path(own, "raw"), Path(own, "whole.npy")
        with raw.open("wb") as file, ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            for done, parts in enumerate(pool.map(_powers, jobs), start=1):
                for part in parts:
                    file.write(part.tobytes())
                    lengths.append(len(part))
                progress(done, len(jobs))
        np.save(whole, np.memmap(raw, dtype=np.float16, mode="r").reshape(-1, 64))
        whole.replace(stem.with_suffix(".npy"))
    write_atomic(stem.with_suffix(".json"), json.dumps(lengths).encode())


def _powers(job: Job) -> list[NDArray[np.float16]]:
    track, speed, codec = job
    logs = []
    for path in track.paths:
        y, _ = load_audio(path, sr=round(SR / speed))  # read as if it had been recorded at 16 kHz
        if codec:
            y = through_codec(y, sr=SR, codec=codec)
        power = mel_power(y)
        if track.material in _VOICES and len(power):
            power = denoise(power)
        logs.append(np.log(power + _FLOOR).astype(np.float16))
    n_frames = min(len(part) for part in logs)
    if n_frames == 0:
        raise DataError(f"{track.paths[0]}: holds no samples; take it out of the manifest")
    return [part[:n_frames] for part in logs]


def _active(track: Track, speed: float, log_power: NDArray[np.float16]) -> NDArray[np.bool_]:
    segments = track.segments()
    if segments is not None:
        if track.material in ("song", "stems"):
            check_labels(
                segments,
                duration_s=len(log_power) * HOP_S * speed,
                name=track.labels or f"the manifest's endpoints of {track.paths[0].name}",
                audio=track.paths[0],
            )
        moved = [Segment(s.start_s / speed, s.end_s / speed, s.label) for s in segments]
        return segments_to_frames(moved, len(log_power))
    power = np.exp(log_power.astype(np.float32))
    if track.material == "speech":
        return active_frames(power)
    heard = track.material in ("singing", "rap", "lead")
    return energy_active(power) if heard else np.zeros(len(power), np.bool_)


def energy_active(power: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where an unaccompanied, clean voice sounds: within 35 dB of its own loudest twentieth.

    Our choice; for sung notes and syllables recorded one by one, whose pauses are silent.

    Parameters
    ----------
    power : ndarray, shape (T, F)
        Mel power.

    Examples
    --------
    >>> energy_active(np.array([[1.0], [1e-5], [0.5]], np.float32)).tolist()
    [True, False, True]
    """
    loudness = to_log(power.sum(axis=1))
    return np.asarray(loudness > np.quantile(loudness, 0.95) - ENERGY_RANGE_DB / 10 * np.log(10))
