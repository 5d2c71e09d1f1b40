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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from earmark.errors import OutputError
from earmark.learn.manifest import Track, read_manifest, row_of, write_manifest
from earmark.learn.melody import Melody, read_tunes
from earmark.learn.render import Job, Source, digest, keep_tunes, render

MANIFEST = "corpus.jsonl"
OUR_OWN = "CC0-1.0"
UTTERANCES = 5
"""Most that a song is made of."""
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
    plan = Plan(folder, seed, melodies)
    planned = [
        *plan.voices(tracks, sung=sung, rap=rap, without=tuple(sorted(without))),
        *plan.leads(tracks, leads=leads, synths=synths),
        *plan.bands(tracks, count=bands),
        *plan.formulas(count=formulas),
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


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be rendered: a job and its line of the manifest for each file."""

    folder: Path
    seed: int
    tunes: Sequence[Melody]

    def voices(
        self, tracks: Sequence[Track], *, sung: int, rap: bool, without: tuple[str, ...] = ()
    ) -> Iterator[Planned]:
        """Utterances that are sung, and every third of them rapped as well."""
        speech = [t for t in tracks if t.material == "speech" and t.split in ("train", "valid")]
        for number, track in enumerate(speech):
            for kind in [f"sung{k + 1}" for k in range(sung)] + ["rap"] * (rap and number % 3 == 0):
                job = self._job(kind, (Source(track.paths[0]),))
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

    def leads(self, tracks: Sequence[Track], *, leads: int, synths: int) -> Iterator[Planned]:
        """Melodies of each instrument, and of oscillators."""
        instruments: dict[tuple[str, str], list[Track]] = defaultdict(list)
        for track in tracks:
            if track.pitch is not None and track.split in ("train", "valid"):
                instruments[track.singer, track.split].append(track)
        for (name, split), notes in instruments.items():
            for k in range(leads):
                job = self._job("lead", tuple(map(_note, notes)), k)
                licence = _licences(notes)
                yield (
                    job,
                    _row(job, material="lead", singer=f"{name} lead", split=split, licence=licence),
                )
        for k in range(synths):
            job, singer = self._job("synth", (), k), f"synth {k // 8}"
            yield job, _row(job, material="lead", singer=singer, split="train", licence=OUR_OWN)

    def bands(self, tracks: Sequence[Track], *, count: int) -> Iterator[Planned]:
        """Songs of speakers in turn, of some of their speech, with the notes of their split."""
        speakers: dict[tuple[str, str], list[Track]] = defaultdict(list)
        notes: dict[str, list[Track]] = defaultdict(list)
        for track in tracks:
            if track.material == "speech" and track.split in ("train", "valid"):
                speakers[track.singer, track.split].append(track)
            elif track.pitch is not None:
                notes[track.split].append(track)
        everybody = list(speakers.items())
        for number in range(count if everybody else 0):
            (name, split), spoken = everybody[number % len(everybody)]
            order = np.random.default_rng([self.seed, number]).permutation(len(spoken))
            chosen = [spoken[i] for i in order[:UTTERANCES]]
            sources = (*(Source(t.paths[0]) for t in chosen), *map(_note, notes[split]))
            licence = _licences([*chosen, *notes[split]])
            job = self._job("band", sources, number)
            yield job, _song_row(job, singer=f"{name} band", split=split, licence=licence)

    def formulas(self, *, count: int) -> Iterator[Planned]:
        """Songs of a voice of formulas; every fifteenth validates."""
        for k in range(count):
            job, split = self._job("formula", (), k), "valid" if k % 15 == 14 else "train"
            yield job, _song_row(job, singer=f"formula {split}", split=split, licence=OUR_OWN)

    def _job(self, kind: str, sources: tuple[Source, ...], extra: object = "") -> Job:
        number = digest(kind, sources, self.tunes, extra)
        path = self.folder / f"{kind}-{self.seed}-{number:012x}.flac"
        return Job(kind, sources, path, (self.seed, number))


def _note(track: Track) -> Source:
    return Source(track.paths[0], track.pitch, track.singer)


def _licences(tracks: Iterable[Track]) -> str:
    """All that a work made of these is bound by.

    Those of the notes are named though a band may play without them.
    """
    return " + ".join(sorted({track.licence for track in tracks}))


def _row(job: Job, **values: str) -> Row:
    return {"audio": job.path.name, "label_kind": "none"} | values


def _song_row(job: Job, **values: str) -> Row:
    stems = {"vocals": job.path.name, "instrumental": job.other.name}
    return stems | {"material": "band", "label_kind": "stem energy"} | values
