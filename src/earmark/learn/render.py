"""One file of rendered training material: what it is made of, and how it sounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from earmark.annotation import Segment, frames_to_segments
from earmark.atomic import write_atomic
from earmark.audio import load_audio, write_audio
from earmark.features.logmel import mel_power
from earmark.learn.band import render_band
from earmark.learn.library import energy_active
from earmark.learn.melody import Melody
from earmark.learn.play import play_notes, play_synth
from earmark.learn.sing import sing
from earmark.synth import Song, render_song

SR = 16000
LONGEST_S = 40.0
"""Of an utterance that is sung; the rest of longer ones is left out."""
SHORTEST_S = 0.5
"""What is sung in less is nothing but a breath."""
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
        stems = _stems(job, np.random.default_rng(job.seed))
        if len(stems[0]) < SHORTEST_S * SR:
            write_atomic(job.path, b"")  # so that it is not tried again
        else:
            if len(stems) > 1:
                write_audio(job.other, stems[1], sr=SR)
            write_audio(job.path, stems[0], sr=SR)  # last: where it is, all of it is
    if job.path.stat().st_size == 0:
        return None
    if job.kind == "band":
        power = mel_power(load_audio(job.path, sr=SR)[0])
        return _times(frames_to_segments(energy_active(power)))
    if job.kind == "formula":
        return _times(_formula(np.random.default_rng(job.seed)).segments)
    return []


def _stems(job: Job, rng: np.random.Generator) -> list[np.ndarray]:
    """The sound of a job; of a band, vocals and instrumental."""
    if job.kind == "synth":
        return [play_synth(rng=rng, tunes=_tunes)]
    if job.kind == "formula":
        song = _formula(rng)
        return [song.vocals, song.instrumental]
    instruments: dict[str, dict[float, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for source in job.sources:
        if source.pitch is not None:
            instruments[source.instrument][source.pitch].append(_note(source.path))
    if job.kind == "lead":
        (notes,) = instruments.values()
        return [np.concatenate([play_notes(notes, rng=rng, tunes=_tunes) for _ in range(TAKES)])]
    spoken = [
        load_audio(source.path, sr=SR, duration_s=LONGEST_S)[0]
        for source in job.sources
        if source.pitch is None
    ]
    if job.kind == "band":
        return list(render_band(spoken, instruments, rng=rng, tunes=_tunes))
    return [sing(spoken[0], rng=rng, tunes=_tunes, rapped=job.kind == "rap", without=job.without)]


@cache
def _note(path: Path) -> np.ndarray:
    """A note is played in many songs."""
    return load_audio(path, sr=SR)[0]


def _formula(rng: np.random.Generator) -> Song:
    vocals_db, length_s = rng.uniform(-6, 8), rng.uniform(30, 60)
    return render_song(
        rng, duration_s=length_s, sr=SR, vocals_db=vocals_db, percussion=rng.random() < 0.7
    )


def _times(segments: Iterable[Segment]) -> Times:
    return [(segment.start_s, segment.end_s) for segment in segments]
