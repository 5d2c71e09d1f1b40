"""Training material that nobody recorded, rendered once into a folder, with a manifest of it.

========= ================================================================= ==========
name      what                                                              material
========= ================================================================= ==========
sungK     speech turned into singing, for the K-th time (``sing.py``)       singing
rap       speech in the metre of a melody, at its own pitch (``sing.py``)   rap
lead      single notes of an instrument strung into melodies (``play.py``)  lead
synth     melodies and chords of oscillators (``play.py``)                  lead
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
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from earmark.atomic import write_atomic
from earmark.audio import load_audio, write_audio
from earmark.errors import OutputError
from earmark.learn.manifest import Track, read_manifest, row_of, write_manifest
from earmark.learn.melody import Melody, read_tunes
from earmark.learn.play import play_notes, play_synth
from earmark.learn.sing import sing

SR = 16000
LONGEST_S = 40.0
"""Of an utterance that is sung; the rest of longer ones is left out."""
SHORTEST_S = 0.5
"""What is sung in less is nothing but a breath."""
TAKES = 6
"""Melodies in a row in a file of leads."""
MANIFEST = "corpus.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """One file to render."""

    kind: str
    sources: tuple[tuple[Path, float | None], ...]
    """Recordings, with their pitch where they are notes."""
    path: Path
    seed: tuple[int, int]
    without: tuple[str, ...] = ()
    """Ingredients of singing that are left out."""


def render_material(
    manifest: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    sung: int = 2,
    rap: bool = True,
    leads: int = 2,
    synths: int = 160,
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
    ]
    context = get_context("spawn")  # threads of libraries do not survive a fork everywhere
    with ProcessPoolExecutor(jobs, context, _keep_tunes, (melodies,)) as pool:
        heard = []
        for there in pool.map(_render, [job for job, _ in planned], chunksize=4):
            heard.append(there)
            progress(len(heard), len(planned))
    rows = [row_of(track, relative_to=folder) for track in tracks]
    rows += [row for (_, row), there in zip(planned, heard, strict=True) if there]
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
            job = _job(kind, ((track.paths[0], None),), folder, seed, of=content)
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
    instruments: dict[tuple[str, str, str], list[tuple[Path, float | None]]] = defaultdict(list)
    for track in tracks:
        if track.pitch is not None and track.split in ("train", "valid"):
            whose = (track.singer, track.split, track.licence)
            instruments[whose].append((track.paths[0], track.pitch))
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


def _job(
    kind: str,
    sources: tuple[tuple[Path, float | None], ...],
    folder: Path,
    seed: int,
    *,
    of: bytes,
) -> Job:
    number = crc32(of, crc32(kind.encode()))
    return Job(kind, sources, folder / f"{kind}-{seed}-{number:08x}.flac", (seed, number))


def _row(job: Job, **values: str) -> dict[str, Any]:
    return {"audio": job.path.name, "label_kind": "none"} | values


_tunes: list[Melody] = []
"""Of this process."""


def _keep_tunes(tunes: list[Melody]) -> None:
    _tunes[:] = tunes


def _render(job: Job) -> bool:
    """Render a file unless it is there; whether there is anything to hear in it."""
    if not job.path.is_file():
        y = _sound(job, np.random.default_rng(job.seed))
        if len(y) < SHORTEST_S * SR:
            write_atomic(job.path, b"")  # so that it is not tried again
        else:
            write_audio(job.path, y, sr=SR)
    return job.path.stat().st_size > 0


def _sound(job: Job, rng: np.random.Generator) -> np.ndarray:
    if job.kind == "synth":
        return play_synth(rng=rng, tunes=_tunes)
    if job.kind == "lead":
        notes: dict[float, list[np.ndarray]] = defaultdict(list)
        for path, pitch in job.sources:
            assert pitch is not None
            notes[pitch].append(load_audio(path, sr=SR)[0])
        takes = [play_notes(notes, rng=rng, tunes=_tunes) for _ in range(TAKES)]
        return np.concatenate(takes)
    y, _ = load_audio(job.sources[0][0], sr=SR, duration_s=LONGEST_S)
    return sing(y, rng=rng, tunes=_tunes, rapped=job.kind == "rap", without=job.without)
