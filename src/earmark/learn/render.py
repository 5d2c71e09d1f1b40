"""One file of rendered training material: what it is made of, and how it sounds."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from earmark.annotation import Segment, frames_to_segments
from earmark.atomic import kept_file, write_atomic
from earmark.audio import load_audio, write_audio
from earmark.endpoints import EndpointSettings, endpoints
from earmark.features.logmel import mel_power
from earmark.learn.band import render_band
from earmark.learn.library import energy_active
from earmark.learn.melody import Melody
from earmark.learn.play import play_notes, play_synth
from earmark.learn.sing import sing
from earmark.synth import render_song

SR = 16000
LONGEST_S = 40.0
"""Of an utterance that is sung; the rest of longer ones is left out."""
SHORTEST_S = 0.5
"""What is sung in less is nothing but a breath."""
VERSION = 1
"""Raised when anything is rendered in another way, so that no older file is taken for it."""
LINE_S = (0.8, 8.0)
"""Shortest and longest line of a song, in seconds of speech."""
LINES = (3, 9)
"""Lines of a song: from, and below."""
TAKES = 6
"""Melodies in a row in a file of leads."""

Times = list[tuple[float, float]]
"""Where it is sung: starts and ends in seconds."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording; of a note, its pitch and its instrument."""

    path: Path
    pitch: float | None = None
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to render."""

    kind: str
    sources: tuple[Source, ...]
    path: Path
    seed: tuple[int, int]
    without: tuple[str, ...] = ()
    """Ingredients of singing that are left out."""

    @property
    def stemmed(self) -> bool:
        """Whether it is a song in stems, of which it is known where it is sung."""
        return self.kind in ("band", "formula")

    @property
    def times(self) -> Path:
        """Where a song in stems keeps that."""
        return self.path.with_suffix(".json")

    @property
    def other(self) -> Path:
        """Where the instrumental of a band goes; ``path`` has the vocals."""
        return self.path.with_stem(f"{self.path.stem}-instrumental")


_tunes: list[Melody] = []
"""Of this process."""


def keep_tunes(tunes: list[Melody]) -> None:
    """What this process sings and plays from now on, besides random walks."""
    _tunes[:] = tunes


def render(job: Job) -> Times | None:
    """Render a file, or two of stems, unless they are there.

    Returns
    -------
    list of (float, float) or None
        Where it is sung, as far as that is known; None if there is nothing to hear.
    """
    if not job.path.is_file():
        rng = np.random.default_rng(job.seed)
        (y, *others), segments = _song(job, rng) if job.stemmed else ([_sound(job, rng)], [])
        if len(y) < SHORTEST_S * SR:
            write_atomic(job.path, b"")  # so that it is not tried again
        else:
            if job.stemmed:
                write_audio(job.other, others[0], sr=SR)
                times = [(segment.start_s, segment.end_s) for segment in segments]
                write_atomic(job.times, json.dumps(times).encode())
            write_audio(job.path, y, sr=SR)  # last: where it is, all of it is
    if job.path.stat().st_size == 0:
        return None
    if not job.stemmed:
        return []
    with kept_file(job.times):
        return [(float(a), float(b)) for a, b in json.loads(job.times.read_text())]


def _song(
    job: Job, rng: np.random.Generator
) -> tuple[tuple[np.ndarray, np.ndarray], Sequence[Segment]]:
    """Vocals and instrumental, and where it is sung."""
    if job.kind == "formula":
        song = render_song(
            rng,
            duration_s=rng.uniform(30, 60),
            sr=SR,
            vocals_db=rng.uniform(-6, 8),
            percussion=bool(rng.random() < 0.7),
        )
        return (song.vocals, song.instrumental), song.segments
    lines = [line for y in _spoken(job) for line in _lines(y)]
    chosen = [lines[i] for i in rng.permutation(len(lines))[: int(rng.integers(*LINES))]]
    stems = render_band(chosen, _instruments(job), rng=rng, tunes=_tunes)
    return stems, frames_to_segments(energy_active(mel_power(stems[0])))


def _lines(y: np.ndarray) -> list[np.ndarray]:
    """Speech cut at its pauses."""
    least, most = LINE_S
    cut = [
        y[round(max(0, s.start_s - 0.05) * SR) : round(min(s.end_s, s.start_s + most) * SR)]
        for s in endpoints(y, settings=EndpointSettings(min_off_s=0.25))
        if s.end_s - s.start_s >= least
    ]
    return cut or [y]


def _sound(job: Job, rng: np.random.Generator) -> np.ndarray:
    if job.kind == "synth":
        return play_synth(rng=rng, tunes=_tunes)
    if job.kind == "lead":
        (notes,) = _instruments(job).values()
        return np.concatenate([play_notes(notes, rng=rng, tunes=_tunes) for _ in range(TAKES)])
    rapped = job.kind == "rap"
    return sing(_spoken(job)[0], rng=rng, tunes=_tunes, rapped=rapped, without=job.without)


def _instruments(job: Job) -> dict[str, dict[float, list[np.ndarray]]]:
    """The notes of each instrument by their pitch."""
    instruments: dict[str, dict[float, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for source in job.sources:
        if source.pitch is not None:
            instruments[source.instrument][source.pitch].append(_note(source.path))
    return instruments


def _spoken(job: Job) -> list[np.ndarray]:
    return [
        load_audio(source.path, sr=SR, duration_s=LONGEST_S)[0]
        for source in job.sources
        if source.pitch is None
    ]


@cache
def _note(path: Path) -> np.ndarray:
    """A note is played in many songs."""
    return load_audio(path, sr=SR)[0]


def digest(kind: str, sources: Sequence[Source], tunes: Sequence[Melody], extra: object) -> int:
    """A number of 48 bits that a file's name and sound depend on: all that it is made of."""
    of = hashlib.sha256(repr((VERSION, kind, extra)).encode())
    for source in sources:
        of.update(repr((_digest(source.path), source.pitch, source.instrument)).encode())
    for tune in tunes:
        of.update(tune.pitch.tobytes() + tune.length_s.tobytes())
    return int.from_bytes(of.digest()[:6])


@cache
def _digest(path: Path) -> str:
    """Of the content: the same wherever it lies."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
