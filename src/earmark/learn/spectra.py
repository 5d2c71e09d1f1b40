"""Mel power spectra of recordings, computed once and kept in memory-mapped files.

Decoding and spectra are computed once; a training step then only reads, mixes and takes the
logarithm. Recordings of voices are rid of their steady noise. Powers are kept as ``float16``
logarithms (a resolution of 1 % or better).

What is missing in a folder goes into more pairs of files there, ``powers-HASH.npy`` and
``powers-HASH.json``, some recordings each, so that a stop loses few; what others computed, or an
earlier training, is not computed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.atomic import kept_file, sweep, write_atomic, written_whole
from earmark.audio import load_audio
from earmark.errors import DataError
from earmark.features.logmel import N_MELS, SR, mel_power
from earmark.learn.codec import through_codec
from earmark.learn.mixing import denoise

CHUNK = 200
"""Recordings, at one speed each, that share a pair of files, or a fiftieth of all if that is more:
every file stays open."""
LogPower = NDArray[np.float16]
"""Of shape (T, 64): the natural logarithm of mel power."""

_FLOOR = np.float32(1e-12)
_VERSION = 4
"""Raised when spectra are computed in another way."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording in stems, how fast it is played, and the codec that it goes through, if any."""

    paths: tuple[Path, ...]
    denoised: bool = False
    """Whether its steady noise is taken out."""
    speed: float = 1.0
    codec: str = ""
    """Such as ``"mp3 48"``."""

    def key(self) -> str:
        """What its spectra depend on: paths, sizes and dates of the files, and the rest."""
        stamps = [
            (str(path.resolve()), status.st_size, status.st_mtime_ns)
            for path in self.paths
            for status in [path.stat()]
        ]
        of = (_VERSION, stamps, self.denoised, self.speed, self.codec)
        return hashlib.sha256(repr(of).encode()).hexdigest()[:24]


def load_spectra(
    jobs: Sequence[Job],
    folder: str | os.PathLike[str],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[tuple[LogPower, ...]]:
    """The spectra of recordings, computed where the folder does not have them.

    Parameters
    ----------
    jobs : sequence of Job
    folder : path-like
    progress : callable
        Called with (done, total) as recordings are computed.

    Returns
    -------
    list of tuple of ndarray, shape (T, 64), float16
        Log powers of each job's stems, all as long as its shortest, mapped from disk.

    Raises
    ------
    DataError
        If a recording is empty, or what is kept in the folder is damaged.
    """
    sweep(folder)
    keys = [job.key() for job in jobs]
    kept = _kept(Path(folder))
    missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in kept}
    if missing:
        _compute(missing, Path(folder), progress)
        kept = _kept(Path(folder))
    return [kept[key] for key in keys]


def _kept(folder: Path) -> dict[str, tuple[LogPower, ...]]:
    kept = {}
    for path in sorted(folder.glob("powers-*.npy")):
        index = path.with_suffix(".json")
        if not index.is_file():  # somebody is about to write it, or has removed it
            continue
        with kept_file(index):
            lengths = dict(json.loads(index.read_text()))
        with kept_file(path):
            powers = np.load(path, mmap_mode="r")
        at = 0
        for key, (stems, frames) in lengths.items():
            whole = powers[at : at + stems * frames].reshape(stems, frames, N_MELS)
            kept[key] = tuple(whole)
            at += stems * frames
    return kept


def _compute(missing: dict[str, Job], folder: Path, progress: Callable[[int, int], None]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted(missing)  # others who miss the same give the same names to the same files
    size = max(CHUNK, len(keys) // 50)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for start in range(0, len(keys), size):
            chunk = keys[start : start + size]
            computed = pool.map(_powers, [missing[key] for key in chunk])
            lengths = {}
            with tempfile.TemporaryFile(dir=folder) as raw:  # goes away even with a kill -9
                for key, parts in zip(chunk, computed, strict=True):
                    raw.writelines(part.tobytes() for part in parts)
                    lengths[key] = len(parts), len(parts[0])
                    progress(start + len(lengths), len(keys))
                raw.flush()
                stem = folder / f"powers-{hashlib.sha256(''.join(chunk).encode()).hexdigest()[:16]}"
                with written_whole(stem.with_suffix(".npy")) as file:
                    np.save(file, np.memmap(raw, dtype=np.float16, mode="r").reshape(-1, N_MELS))
            write_atomic(stem.with_suffix(".json"), json.dumps(lengths).encode())


def _powers(job: Job) -> list[LogPower]:
    logs = []
    for path in job.paths:
        y, _ = load_audio(path, sr=round(SR / job.speed))  # read as if it were of 16 kHz
        if job.codec:
            y = through_codec(y, sr=SR, codec=job.codec)
        power = mel_power(y)
        if job.denoised and len(power):
            power = denoise(power)
        logs.append(np.log(power + _FLOOR).astype(np.float16))
    n_frames = min(len(part) for part in logs)
    if n_frames == 0:
        raise DataError(f"{job.paths[0]}: holds no samples; take it out of the manifest")
    return [part[:n_frames] for part in logs]
