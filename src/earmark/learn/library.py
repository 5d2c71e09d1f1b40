"""All recordings of a manifest as spectra (see ``spectra.py``), and where a voice is in them.

Each recording is kept at several *speeds*: played faster or slower, which moves pitch, formants
and tempo together and makes new singers and new songs of the old ones. At other speeds than its own
it may also have gone through a codec.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, Segment, segments_to_frames
from earmark.endpoints import active_frames
from earmark.hysteresis import Hysteresis
from earmark.labels import check_labels
from earmark.learn.manifest import MATERIALS, Track
from earmark.learn.mixing import Power
from earmark.learn.spectra import Job, load_spectra

ENERGY_RANGE_DB = 35.0
"""Unaccompanied voice counts as active within this range below its own loudest frames."""
SILENT = 1e-6
"""Power, summed over bands, below which nothing is a voice: 80 dB below a loud one."""
_VOICES = ("singing", "rap", "speech")
"""Materials whose steady noise is taken out."""
_SUNG = ("song", "stems", "band", "singing", "rap")
PHRASES = Hysteresis(min_off_s=0.3)
"""Shorter pauses are singing, as docs/labels.md has it."""


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


class Library:
    """The items of a manifest by split and material.

    Parameters
    ----------
    tracks : sequence of Track
        What to hold.
    folder : path-like
        Where the spectra are kept; what is missing there is computed.
    speeds : sequence of float
        1.0 is the recording itself.
    codecs : sequence of str
        What recordings of other speeds go through, such as ``"mp3 48"``.
    varied : sequence of str
        Materials that are kept at all speeds; others as they are.
    progress : callable
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
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        versions = [
            (track, speed)
            for track in tracks
            for speed in (speeds if track.split == "train" and track.material in varied else (1.0,))
        ]
        jobs = [_job(track, speed, codecs) for track, speed in versions]
        self._items: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for (track, speed), parts in zip(
            versions, load_spectra(jobs, folder, progress=progress), strict=True
        ):
            active = _active(track, speed, parts[0])
            if track.material in _SUNG:
                active = PHRASES.active(active.astype(np.float32), hop_s=HOP_S)
            self._items[track.split, track.material].append(Item(parts, active, track))

    def items(self, split: str, *materials: str) -> list[Item]:
        """All items of a split that are of one of the materials."""
        return [item for material in materials for item in self._items[split, material]]


def _job(track: Track, speed: float, codecs: Sequence[str]) -> Job:
    """What is to be read of a recording; its codec depends on its name and speed alone."""
    turn = crc32(f"{track.paths[0].name} {speed}".encode(errors="surrogateescape"))
    codec = codecs[turn % len(codecs)] if codecs and speed != 1 else ""
    return Job(track.paths, track.material in _VOICES, speed, codec)


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
    loudness = power.sum(axis=1)
    if not len(loudness):
        return np.zeros(0, np.bool_)
    least = np.quantile(loudness, 0.95) * 10 ** (-ENERGY_RANGE_DB / 10)
    return np.asarray(loudness > max(float(least), SILENT))
