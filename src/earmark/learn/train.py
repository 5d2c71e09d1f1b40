"""A whole training: manifest and recipe in, an ONNX model out."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
import torch

from earmark.annotation import SINGING
from earmark.atomic import write_atomic
from earmark.errors import DataError, OutputError
from earmark.hysteresis import Hysteresis
from earmark.learn.calibrate import calibrate, score_songs
from earmark.learn.examples import Example, Examples, Rng
from earmark.learn.export import export_onnx
from earmark.learn.kinds import LABELS, SPOKEN, SUNG, drawable, voice_of
from earmark.learn.library import Library
from earmark.learn.locking import Busy, lock
from earmark.learn.loop import fit
from earmark.learn.manifest import MATERIALS, SONGS, Track, on_both_sides, read_manifest
from earmark.learn.place import Place
from earmark.learn.recipe import DEFAULT, Recipe, Stage, read_recipe
from earmark.learn.transfer import freeze
from earmark.nets.light import LightCrnn
from earmark.runtime import OnnxModel

Progress = Callable[[str, int, int, Mapping[str, float]], None]
"""Called with (what is going on, done, total, figures)."""
CLAIM = "training.json"
"""What is learnt in a folder."""
CALIBRATION = "calibration.json"
"""How it was calibrated, and what that brought on songs left out."""


def train(
    manifest: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    recipe: Recipe,
    place: Place | None = None,
    progress: Progress = lambda what, done, total, row: None,
) -> Path:
    """Train a model; called again after a kill, it goes on where it was.

    Parameters
    ----------
    manifest : path-like
        See ``learn/manifest.py``. Spectra are cached in the folder ``cache`` beside it.
    folder : path-like
        Gets checkpoints, ``log.csv`` and the model, which is called like the folder.
    recipe : Recipe
    place : Place, optional
        Device and rank; found out where not given.
    progress : callable, optional

    Returns
    -------
    Path
        The model.

    Raises
    ------
    DataError
        If the manifest or what it names cannot be learnt from.
    OutputError
        If the folder cannot be made.
    """
    place = place or Place.find()
    folder = Path(folder)
    known = read_manifest(manifest)
    tracks = [replace(t, split="train") for t in known if t.split in recipe.train_on]
    tracks += [t for t in known if t.split == "valid"]
    fitted_to = [t for t in known if t.split == recipe.calibrate and t.material in SONGS]
    _check_splits(tracks, fitted_to, recipe, manifest)
    if not _teaches_singing(tracks, recipe.stages[-1]):
        raise DataError(
            f"{manifest}: nobody sings in what the last stage, {recipe.stages[-1].name}, draws of "
            f"split 'train' ({', '.join(recipe.stages[-1].draw)}); add songs, stems or singing"
        )
    _check_material(tracks, recipe, manifest)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be a folder for a model ({error.strerror})") from error
    if place.rank == 0:
        _held, note = _claim(folder, Path(manifest), recipe)  # until the training ends
    with place.first():
        library = Library(
            tracks,
            Path(manifest).parent / "cache",
            speeds=recipe.speeds,
            codecs=recipe.codecs,
            varied=recipe.varied,
            progress=lambda done, total: progress("reading recordings", done, total, {}),
        )
    if place.rank == 0:
        write_atomic(folder / CLAIM, note)
    drawn = [_examples(library, stage, "train", stage.draw) for stage in recipe.stages]
    torch.manual_seed(recipe.seed)
    labels = _taught(recipe.stages, tracks)
    net = LightCrnn(
        labels=len(labels), maps=recipe.maps, units=recipe.units, dropout=recipe.dropout
    ).to(place.device)
    for number, (stage, examples) in enumerate(zip(recipe.stages, drawn, strict=True)):
        net.requires_grad_(True)
        freeze(net, stage.freeze)
        fit(
            net,
            stage,
            number=number,
            draw=_of_labels(examples, labels),
            valid=_valid_set(library, recipe, stage, labels),
            folder=folder,
            seed=recipe.seed,
            place=place,
            mixed_precision=recipe.mixed_precision,
            progress=lambda step, row, stage=stage: progress(stage.name, step, stage.steps, row),
        )
    name = recipe.name or folder.resolve().name
    target = folder / f"{name}.onnx"
    if place.rank == 0:
        export = partial(
            export_onnx, net, frames=recipe.stages[-1].frames, name=name, labels=labels
        )
        decoding, calibration = dict(recipe.decoding), folder / CALIBRATION
        calibration.unlink(missing_ok=True)
        if fitted_to:
            with tempfile.TemporaryDirectory(dir=folder) as own:  # nobody takes it for the model
                export(Path(own, "plain.onnx"), smoothed=False)
                plain = OnnxModel(Path(own, "plain.onnx"))
            scored = score_songs(plain, fitted_to, label=SINGING)
            fitted, note = calibrate(net, scored, Hysteresis(**recipe.decoding))
            decoding = asdict(fitted)
            write_atomic(calibration, json.dumps(note, indent=1).encode())
        export(target, decoding=decoding)
    return target


def _check_splits(
    tracks: Sequence[Track], fitted_to: Sequence[Track], recipe: Recipe, manifest: object
) -> None:
    """Nobody stands on two sides, and there is something to calibrate on if that is asked for."""
    if shared := on_both_sides((t.split, t.singer) for t in tracks):
        raise DataError(
            f"{manifest}: learnt from ({', '.join(recipe.train_on)}) and in 'valid': "
            f"{', '.join(shared)}. Nobody who is trained on may be validated on."
        )
    if not recipe.calibrate:
        return
    sung = sum(bool(track.segments()) for track in fitted_to)
    if sung < 2:
        raise DataError(
            f"{manifest}: split {recipe.calibrate!r}, to calibrate on, has {sung} songs with "
            "singing; it needs two"
        )
    if shared := sorted({t.singer for t in fitted_to} & {t.singer for t in tracks}):
        raise DataError(
            f"{manifest}: learnt from and in {recipe.calibrate!r}, to calibrate on: "
            f"{', '.join(shared)}. What is fitted to songs must not know their singers."
        )


def _teaches_singing(tracks: Iterable[Track], stage: Stage) -> bool:
    """Whether there is singing in the training material of a stage; unlabelled voices count."""
    sung = {voice_of(kind) for kind, odds in stage.draw.items() if odds > 0 and kind in SUNG}
    return any(
        track.split == "train" and track.material in sung and track.segments() != []
        for track in tracks
    )


def _taught(stages: Iterable[Stage], tracks: Iterable[Track]) -> tuple[str, ...]:
    """The labels of which the training hears examples: no speech, no answer about speech."""
    speech = any(track.split == "train" and track.material == "speech" for track in tracks)
    drawn = {kind for stage in stages for kind, odds in stage.draw.items() if odds > 0}
    return LABELS if speech and drawn & set(SPOKEN) else LABELS[:1]


def _of_labels(examples: Examples, labels: Sequence[str]) -> Callable[[Rng], Example]:
    """Draws examples with the columns of some labels."""
    columns = [LABELS.index(label) for label in labels]

    def draw(rng: Rng) -> Example:
        X, y, known = examples.draw(rng)
        return X, y[:, columns], known[:, columns]

    return draw


def _check_material(
    tracks: Iterable[Track], recipe: Recipe, manifest: str | os.PathLike[str]
) -> None:
    """Whether every stage finds something to learn from, before any recording is read."""
    for split in ("train", "valid"):
        there = {track.material for track in tracks if track.split == split}
        for stage in recipe.stages if split == "train" or there else ():
            draw = stage.draw if split == "train" else stage.valid or stage.draw
            drawable(draw, there, where=f"{manifest}: stage {stage.name}, split {split!r}")


def _claim(folder: Path, manifest: Path, recipe: Recipe) -> tuple[IO[bytes], bytes]:
    """Lock the folder; nobody may go on here with another recipe. What to note of this training."""
    try:
        held = lock(folder / "lock")
    except Busy as error:
        raise DataError(f"{folder}: another process is training there") from error
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    learnt = asdict(replace(recipe, name="", decoding={}, calibrate=""))  # these come in at the end
    note = json.dumps({"recipe": learnt, "manifest_sha256": digest}, indent=1).encode()
    path = folder / CLAIM
    if path.is_file() and path.read_bytes() != note:
        raise DataError(
            f"{folder}: holds a training with another recipe or manifest; "
            "choose another folder with -o, or remove this one"
        )
    return held, note


def _examples(library: Library, stage: Stage, split: str, draw: Mapping[str, float]) -> Examples:
    return Examples(
        library,
        split=split,
        draw=draw,
        frames=stage.frames,
        snr_db=stage.snr_db,
        augment=stage.augment and split == "train",
    )


def _valid_set(
    library: Library, recipe: Recipe, stage: Stage, labels: Sequence[str]
) -> list[Example]:
    """The same examples whenever it is asked for; none if the manifest has no ``valid`` split."""
    if not library.items("valid", *MATERIALS):
        return []
    examples = _examples(library, stage, "valid", stage.valid or stage.draw)
    draw = _of_labels(examples, labels)
    return [
        draw(np.random.default_rng([recipe.seed, index])) for index in range(recipe.valid_examples)
    ]


def _main() -> None:
    """What torchrun starts; ``earmark train`` is the same with a progress bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest")
    parser.add_argument("-o", "--out", required=True)
    parser.add_argument("--recipe", default=DEFAULT)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()

    def tell(what: str, done: int, total: int, row: Mapping[str, float]) -> None:
        if done % 50 == 0 or "valid_loss" in row:
            figures = " ".join(f"{name} {value:.4g}" for name, value in row.items())
            print(f"{what} {done}/{total} {figures}", flush=True)

    recipe = read_recipe(options.recipe, changes=options.set)
    print(train(options.manifest, options.out, recipe=recipe, progress=tell))


if __name__ == "__main__":
    _main()
