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
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from earmark.errors import OutputError
from earmark.learn.manifest import Track, read_manifest, row_of, write_manifest
from earmark.learn.melody import read_tunes
from earmark.learn.render import Job, Source, keep_tunes, render

MANIFEST = "corpus.jsonl"
Row = dict[str, Any]
"""A line of a manifest."""
Planned = tuple[Job, Row]


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
    rows = [row_of(track, relative_to=folder) for track in tracks]
    planned = [
        *_voices(tracks, folder, sung=sung, rap=rap, seed=seed, without=tuple(sorted(without))),
        *_leads(tracks, folder, leads=leads, synths=synths, seed=seed),
        *_bands(tracks, folder, count=bands, seed=seed),
        *_formulas(folder, count=formulas, seed=seed),
    ]
    context = get_context("spawn")  # threads of libraries do not survive a fork everywhere
    with ProcessPoolExecutor(jobs, context, keep_tunes, (melodies,)) as pool:
        heard = pool.map(render, [job for job, _ in planned], chunksize=4)
        for done, ((_, row), times) in enumerate(zip(planned, heard, strict=True), start=1):
            if times is not None:
                rows.append(row if row["label_kind"] == "none" else row | {"endpoints": times})
            progress(done, len(planned))
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
) -> Iterator[Planned]:
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
) -> Iterator[Planned]:
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


def _bands(tracks: Sequence[Track], folder: Path, *, count: int, seed: int) -> Iterator[Planned]:
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


def _formulas(folder: Path, *, count: int, seed: int) -> Iterator[Planned]:
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


def _row(job: Job, **values: str) -> Row:
    return {"audio": job.path.name, "label_kind": "none"} | values


def _band_row(job: Job, **values: str) -> Row:
    stems = {"vocals": job.path.name, "instrumental": job.other.name}
    return stems | {"material": "band", "label_kind": "stem energy"} | values
