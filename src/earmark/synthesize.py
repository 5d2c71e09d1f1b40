"""Mixtures of clean speech and instrumental music as files, with labels: the source task as audio.

Training mixes on the fly and needs none of these; they are for listening, for other tools, and for
checking what is learnt from.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark import formats
from earmark.annotation import SPEECH, Annotation, Segment
from earmark.atomic import write_atomic
from earmark.audio import audio_info, load_audio, write_audio
from earmark.endpoints import endpoints
from earmark.errors import DataError, EarmarkError, OutputError
from earmark.learn.mix_audio import active_samples, mix_at_snr

SR = 16000
PROVENANCE = "mixtures.tsv"  # no name of a label file's: a folder of labels may hold it
FORMATS = tuple(name for name in formats.names() if name != "npz")  # that one holds scores
WIDEST_DB = 60.0
"""Beyond this ratio one of the two is below the other's rounding (16 bits)."""
SHORTEST_S, LONGEST_S = 0.5, 600.0
SILENT = 1e-8
"""Mean power below which music counts as silent, -80 dB: what is left where channels cancel."""
PLACES = 5
"""Places of a piece that are tried until one is not silent."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a mixture is made of; paths are relative to its folder."""

    audio: str
    labels: str
    speech: str
    music: str
    music_start_s: float
    duration_s: float
    snr_db: float
    seed: int


_COLUMNS = [field.name for field in fields(Mixture)]


def synthesize(
    speech: Sequence[str],
    music: Sequence[str],
    folder: Path,
    *,
    count: int,
    snr_db: float = 0.0,
    seconds: float = 15.0,
    seed: int = 0,
    format: str = "csv",
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    warn: Callable[[str], None] = lambda message: None,
) -> list[Mixture]:
    """Write mixtures: each an utterance over a stretch of music, with the utterance's endpoints.

    Parameters
    ----------
    speech, music : sequence of str
        Recordings of clean speech, and of music without voice.
    folder : Path
        Gets ``0000.wav`` (16 kHz, 16 bits), its labels, and ``mixtures.tsv``: all of them once
        the last is mixed, or nothing.
    count : int
        How many.
    snr_db : float
        See :func:`earmark.learn.mix_audio.mix_at_snr`; within [-60, 60].
    seconds : float
        Longer utterances are cut; within [0.5, 600].
    seed : int
        Which utterance meets which music; the same seed gives the same files.
    format : str
        Of the labels, one of ``FORMATS``.
    overwrite : bool
        Whether mixtures that are there may be replaced, all of them.
    progress : callable
        Called with (done, total).
    warn : callable
        Called with a message for each recording that cannot be used: it cannot be read, no speech
        is found in it, or the music is silent.

    Returns
    -------
    list of Mixture

    Raises
    ------
    ValueError
        If a number is out of its range, or the format is unknown.
    DataError
        If there is no speech or no music, or none that can be used, a recording is given as both,
        or one lies in ``folder``.
    OutputError
        If the folder holds files and may not be overwritten, or cannot be written.
    """
    if format not in FORMATS:
        raise ValueError(f"labels cannot be {format!r}, only {', '.join(FORMATS)}")
    if not -WIDEST_DB <= snr_db <= WIDEST_DB:
        raise ValueError(f"the ratio lies within {WIDEST_DB:g} dB either way, got {snr_db}")
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(f"seconds lie within {SHORTEST_S:g} and {LONGEST_S:g}, got {seconds}")
    _check_inputs(speech, music, folder)
    suffix = formats.get_format(format).suffix
    _check_folder(
        folder, [f"{n:04d}{end}" for n in range(count) for end in (".wav", suffix)], overwrite
    )
    made_folders = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".earmark-") as own:
            made = _mix(
                speech, music, Path(own), count=count, snr_db=snr_db, seconds=seconds, seed=seed,
                format=format, relative_to=folder, progress=progress, warn=warn,
            )  # fmt: skip
            before, now = _mixed_before(folder), sorted(Path(own).iterdir())
            for path in now:
                path.replace(folder / path.name)
            for name in before - {path.name for path in now}:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot hold mixtures ({error.strerror})") from error
    finally:
        for path in made_folders:  # of a failure, nothing stays
            with suppress(OSError):  # holds something
                path.rmdir()
    return made


def _mixed_before(folder: Path) -> set[str]:
    """The files of an earlier set of mixtures, by its own list."""
    try:
        with (folder / PROVENANCE).open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t")
            ours = table.fieldnames == _COLUMNS
            return {row[key] for row in table for key in ("audio", "labels")} if ours else set()
    except (OSError, ValueError, KeyError, csv.Error):
        return set()


def _check_inputs(speech: Sequence[str], music: Sequence[str], folder: Path) -> None:
    real = {}
    for what, names in (("speech", speech), ("music", music)):
        if not names:
            raise DataError(f"no {what}: name recordings, or folders that hold some")
        real[what] = {Path(name).resolve() for name in names}
    if both := real["speech"] & real["music"]:
        raise DataError(f"{min(both)}: is given as speech and as music; it can be one of them")
    home = folder.resolve()
    if inside := [path for path in real["speech"] | real["music"] if home in path.parents]:
        raise DataError(f"{min(inside)}: lies in {folder}, where mixtures go; name another folder")


def _check_folder(folder: Path, names: Iterable[str], overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file; name a folder")
    if folder.is_dir() and not overwrite and (there := sorted(folder.iterdir())):
        raise OutputError(
            f"{there[0]}: is there already; name a new folder, or --overwrite replaces the "
            "mixtures in this one"
        )
    for name in (*names, PROVENANCE):
        if (folder / name).is_dir():
            raise OutputError(f"{folder / name}: is a folder, and a mixture's file goes there")


def _mix(
    speech: Sequence[str],
    music: Sequence[str],
    folder: Path,
    *,
    count: int,
    snr_db: float,
    seconds: float,
    seed: int,
    format: str,
    relative_to: Path,
    progress: Callable[[int, int], None],
    warn: Callable[[str], None],
) -> list[Mixture]:
    """Mixtures, labels and their provenance in an empty folder."""
    suffix = formats.get_format(format).suffix
    rng = np.random.default_rng(seed)
    voices = _shuffled(speech, rng)
    grounds = list(music)
    made: list[Mixture] = []
    useless: set[str] = set()
    while len(made) < count:
        path = next(voices)
        if path in useless:
            continue
        try:
            voice, found = _utterance(path, seconds)
        except EarmarkError as error:
            useless.add(path)
            warn(f"{str(error).rstrip('.')}; skipped")
            if useless == set(speech):
                raise DataError("none of the recordings of speech can be used") from error
            continue
        while True:
            under = str(rng.choice(grounds))
            try:
                ground, start_s = _stretch(under, len(voice), rng)
                break
            except EarmarkError as error:
                grounds.remove(under)
                warn(f"{str(error).rstrip('.')}; skipped")
                if not grounds:
                    raise DataError("none of the recordings of music can be used") from error
        name = f"{len(made):04d}"
        active = active_samples(found, n=len(voice), sr=SR)
        stems = mix_at_snr(voice, ground, active=active, snr_db=snr_db)
        duration_s = len(voice) / SR
        write_audio(folder / f"{name}.wav", stems[0] + stems[1], sr=SR)
        truth = Annotation(tuple(found), duration_s, (SPEECH,), f"{name}.wav")
        formats.write(truth, folder / f"{name}{suffix}", format=format)
        voiced, grounded = (os.path.relpath(one, relative_to) for one in (path, under))
        files = (f"{name}.wav", f"{name}{suffix}", voiced, grounded)
        made.append(Mixture(*files, start_s, duration_s, snr_db, seed))
        progress(len(made), count)
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, _COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in made)
    write_atomic(folder / PROVENANCE, table.getvalue().encode())
    return made


def _shuffled(paths: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """All of them in random order, again and again."""
    while True:
        yield from (paths[i] for i in rng.permutation(len(paths)))


def _utterance(path: str, seconds: float) -> tuple[NDArray[np.float32], list[Segment]]:
    """Samples, and endpoints that were found before cutting: levels come from all of it.

    Raises
    ------
    DataError
        If no speech is found.
    """
    y, _ = load_audio(path, sr=SR)
    found = endpoints(y)
    y = y[: round(seconds * SR)]
    end_s = len(y) / SR
    kept = [Segment(s.start_s, min(s.end_s, end_s), SPEECH) for s in found if s.start_s < end_s]
    if not kept:
        raise DataError(f"{path}: no speech is found in it")
    return y, kept


def _stretch(path: str, n: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """N samples of music from a random place; what is shorter is played again and again.

    Raises
    ------
    DataError
        If the recording is too short, or several places in it are silent.
    """
    try:
        duration_s = audio_info(path).duration_s
    except EarmarkError:
        duration_s = None
    spare_s = max(0.0, (duration_s or 0.0) - n / SR)
    for _ in range(PLACES):
        start_s = round(float(rng.uniform(0, spare_s)), 3)
        y, _ = load_audio(path, sr=SR, offset_s=start_s, duration_s=n / SR + 0.1)
        if len(y) < SHORTEST_S * SR:
            raise DataError(f"{path}: is too short to lie under speech, {len(y) / SR:.2f} s")
        if np.mean(y**2) > SILENT:
            return np.resize(y, n), start_s
    raise DataError(f"{path}: no sound is found in it, as its channels sum up")
