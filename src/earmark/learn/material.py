"""Training material that nobody recorded, rendered once into a folder, with a manifest of it.

========= ================================================================= ==========
name      what                                                              material
========= ================================================================= ==========
sungK     speech turned into singing, for the K-th time (``sing.py``)       singing
rap       speech in the metre of a melody, at its own pitch (``sing.py``)   rap
lead      single notes of an instrument strung into melodies (``play.py``)  lead
synth     melodies and chords of oscillators (``play.py``)                  lead
band      a singing speaker's song with a band, in stems (``band.py``)      band
formula   a song of a voice of formulas over strings (``earmark.synth``)    band
========= ================================================================= ==========

A file's name and sound depend on what it is made of and on the seed alone, so a run that was
stopped goes on, and files can be listened to. A voice stays in the split of its speaker.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from earmark.annotation import frames_to_segments
from earmark.atomic import write_atomic
from earmark.audio import load_audio, write_audio
from earmark.errors import OutputError
from earmark.features.logmel import mel_power
from earmark.learn.band import render_band
from earmark.learn.library import energy_active
from earmark.learn.manifest import Track, read_manifest, row_of, write_manifest
from earmark.learn.melody import Melody, read_tunes
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
MANIFEST = "corpus.jsonl"


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


def render_material(
    manifest: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    sung: int = 2,
    rap: bool = True,
    leads: int = 2,
    synths: int = 160,
    bands: int = 300,
    formulas: int = 60,
    tunes: str | os.PathLike[str] | None = None,
    without: Collection[str] = (),
    seed: int = 0,
    jobs: int = 2,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[dict[str, Any]]:
    """Render what a manifest's speech and notes give, and write a manifest of both.

    Parameters
    ----------
    manifest : path-like
        Its speech is sung, its sounds that have a ``pitch`` are played.
    folder : path-like
        Gets FLAC files (16 kHz) and ``corpus.jsonl``: the manifest's own lines and the new ones.
    sung : int
        How often each utterance is sung, each time by another voice on another melody.
    rap : bool
        Whether every third utterance is put into metre as well.
    leads, synths : int
        Files an instrument, and files of oscillators.
    bands, formulas : int
        Songs of singing speakers with a band, and songs of a voice of formulas, in all.
    tunes : path-like, optional
        A folder of MIDI files to sing and play besides random walks.
    without : collection of str
        Ingredients of singing that are left out, see :data:`earmark.learn.sing.INGREDIENTS`.
    seed : int
    jobs : int
        Processes.
    progress : callable
        Called with (done, total).

    Returns
    -------
    list of dict
        All lines of the new manifest.

    Raises
    ------
    DataError
        If manifest or tunes cannot be read, or speech is to be sung and pyworld is missing.
    OutputError
        If the folder cannot be made.
    """
    folder = Path(folder)
    tracks = read_manifest(manifest)
    melodies = read_tunes(tunes) if tunes is not None else []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be a folder ({error.strerror})") from error
    planned = [
        *_voices(tracks, folder, sung=sung, rap=rap, seed=seed, without=tuple(sorted(without))),
        *_leads(tracks, folder, leads=leads, synths=synths, seed=seed),
        *_bands(tracks, folder, count=bands, seed=seed),
        *_formulas(folder, count=formulas, seed=seed),
    ]
    context = get_context("spawn")  # threads of libraries do not survive a fork everywhere
    with ProcessPoolExecutor(jobs, context, _keep_tunes, (melodies,)) as pool:
        heard = []
        for there in pool.map(_render, [job for job, _ in planned], chunksize=4):
            heard.append(there)
            progress(len(heard), len(planned))
    rows = [row_of(track, relative_to=folder) for track in tracks]
    rows += [
        row | ({"endpoints": there} if "vocals" in row else {})
        for (_, row), there in zip(planned, heard, strict=True)
        if there
    ]
    write_manifest(rows, folder / MANIFEST)
    return rows


def _voices(
    tracks: Sequence[Track],
    folder: Path,
    *,
    sung: int,
    rap: bool,
    seed: int,
    without: tuple[str, ...] = (),
) -> Iterator[tuple[Job, dict[str, Any]]]:
    speech = [t for t in tracks if t.material == "speech" and t.split in ("train", "valid")]
    for number, track in enumerate(speech):
        kinds = [f"sung{k}" for k in range(1, sung + 1)] + ["rap"] * (rap and number % 3 == 0)
        content = track.paths[0].read_bytes() if kinds else b""  # the same wherever it lies
        for kind in kinds:
            job = _job(kind, (Source(track.paths[0]),), folder, seed, of=content)
            if without:  # the same draws, another file
                path = job.path.with_stem("-".join([job.path.stem, "no", *without]))
                job = replace(job, path=path, without=without)
            yield (
                job,
                _row(
                    job,
                    material="rap" if kind == "rap" else "singing",
                    singer=f"{track.singer} {kind.rstrip('0123456789')}",
                    split=track.split,
                    licence=track.licence,
                ),
            )


def _leads(
    tracks: Sequence[Track], folder: Path, *, leads: int, synths: int, seed: int
) -> Iterator[tuple[Job, dict[str, Any]]]:
    instruments: dict[tuple[str, str, str], list[Source]] = defaultdict(list)
    for track in tracks:
        if track.pitch is not None and track.split in ("train", "valid"):
            whose = (track.singer, track.split, track.licence)
            instruments[whose].append(Source(track.paths[0], track.pitch, track.singer))
    for (name, split, licence), notes in instruments.items():
        for k in range(leads):
            job = _job("lead", tuple(notes), folder, seed, of=f"{name} {k}".encode())
            yield (
                job,
                _row(job, material="lead", singer=f"{name} lead", split=split, licence=licence),
            )
    for k in range(synths):
        job = _job("synth", (), folder, seed, of=str(k).encode())
        yield (
            job,
            _row(job, material="lead", singer=f"synth {k // 8}", split="train", licence="CC0-1.0"),
        )


def _bands(
    tracks: Sequence[Track], folder: Path, *, count: int, seed: int
) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Songs of speakers in turn, each of a few of their utterances, with notes of their split."""
    speakers: dict[tuple[str, str, str], list[Track]] = defaultdict(list)
    notes: dict[str, list[Source]] = defaultdict(list)
    for track in tracks:
        if track.split not in ("train", "valid"):
            continue
        if track.material == "speech":
            speakers[track.singer, track.split, track.licence].append(track)
        elif track.pitch is not None:
            notes[track.split].append(Source(track.paths[0], track.pitch, track.singer))
    everybody = list(speakers.items())
    for number in range(count if everybody else 0):
        (name, split, licence), spoken = everybody[number % len(everybody)]
        rng = np.random.default_rng([seed, number])
        lines = rng.permutation(len(spoken))[: int(rng.integers(2, 6))]
        chosen = [Source(spoken[int(i)].paths[0]) for i in lines]
        content = b"".join(source.path.read_bytes() for source in chosen)
        job = _job("band", (*chosen, *notes[split]), folder, seed, of=content)
        yield job, _band_row(job, singer=f"{name} band", split=split, licence=licence)


def _formulas(folder: Path, *, count: int, seed: int) -> Iterator[tuple[Job, dict[str, Any]]]:
    for k in range(count):
        job = _job("formula", (), folder, seed, of=str(k).encode())
        split = "valid" if k % 15 == 14 else "train"
        yield job, _band_row(job, singer=f"formula {split}", split=split, licence="CC0-1.0")


def _job(
    kind: str,
    sources: tuple[Source, ...],
    folder: Path,
    seed: int,
    *,
    of: bytes,
) -> Job:
    number = crc32(of, crc32(kind.encode()))
    return Job(kind, sources, folder / f"{kind}-{seed}-{number:08x}.flac", (seed, number))


def _row(job: Job, **values: str) -> dict[str, Any]:
    return {"audio": job.path.name, "label_kind": "none"} | values


def _band_row(job: Job, **values: str) -> dict[str, Any]:
    stems = {"vocals": job.path.name, "instrumental": job.other.name}
    return stems | {"material": "band", "label_kind": "stem energy"} | values


_tunes: list[Melody] = []
"""Of this process."""


def _keep_tunes(tunes: list[Melody]) -> None:
    _tunes[:] = tunes


def _render(job: Job) -> bool | list[tuple[float, float]]:
    """Render a file, or two of a band, unless they are there.

    Returns
    -------
    bool or list of (float, float)
        Whether there is anything to hear in it; of a band, where it is sung.
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
        return False
    return _sung(job) if job.kind in ("band", "formula") else True


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


def _sung(job: Job) -> list[tuple[float, float]]:
    """Where it is sung: as the formulas have it, or where the vocals of a band sound."""
    if job.kind == "formula":
        segments = _formula(np.random.default_rng(job.seed)).segments
    else:
        power = mel_power(load_audio(job.path, sr=SR)[0])
        segments = tuple(frames_to_segments(energy_active(power)))
    return [(segment.start_s, segment.end_s) for segment in segments]
