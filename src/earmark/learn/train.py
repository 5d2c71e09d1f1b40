"""A whole training: manifest and recipe in, an ONNX model out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from earmark.annotation import SINGING
from earmark.atomic import write_atomic
from earmark.errors import EarmarkError
from earmark.hysteresis import Hysteresis
from earmark.learn.calibrate import calibrate, score_songs
from earmark.learn.checks import check
from earmark.learn.claim import Claim
from earmark.learn.examples import Example, Examples, Rng
from earmark.learn.export import export_onnx
from earmark.learn.kinds import LABELS, SPOKEN
from earmark.learn.library import Library
from earmark.learn.loop import KEEP_S, fit
from earmark.learn.manifest import MATERIALS, Track, read_manifest
from earmark.learn.place import Place
from earmark.learn.recipe import DEFAULT, Recipe, Stage, read_recipe
from earmark.learn.splits import doubts, parts, told
from earmark.learn.transfer import freeze
from earmark.nets.light import LightCrnn
from earmark.runtime import OnnxModel

Progress = Callable[[str, int, int, Mapping[str, float]], None]
"""Called with (what is going on, done, total, figures)."""
WHEN_STOPPED = f"stopped; the same command goes on, {KEEP_S:g} s of training earlier at the most"
"""What is said of a stop before or after the steps, or of a second one that did not wait."""
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
    KeyboardInterrupt
        After SIGINT (Ctrl-C) or SIGTERM; it says what is kept.
    """
    place = place or Place.find()
    folder, manifest = Path(folder), Path(manifest)
    found = parts(read_manifest(manifest), recipe)
    tracks = [*(replace(track, split="train") for track in found.learnt), *found.valid]
    check(tracks, found.fitted_to, recipe, manifest)
    claim = None
    if place.rank == 0:  # until the training ends
        claim = Claim(folder, manifest, recipe, tracks=tracks, processes=place.world)
    with place.first():
        library = Library(
            tracks,
            manifest.parent / "cache",
            speeds=recipe.speeds,
            codecs=recipe.codecs,
            varied=recipe.varied,
            progress=lambda done, total: progress("reading recordings", done, total, {}),
        )
    if claim is not None:
        claim.note()
    labels = _taught(recipe.stages, tracks)
    net = _learn(library, recipe, labels, folder, place, progress)
    target = folder / f"{recipe.name or folder.resolve().name}.onnx"
    if place.rank == 0:
        _export(net, target, recipe, labels, found.fitted_to)
    return target


def _learn(
    library: Library,
    recipe: Recipe,
    labels: Sequence[str],
    folder: Path,
    place: Place,
    progress: Progress,
) -> LightCrnn:
    """A network that went through all stages of a recipe."""
    drawn = [_examples(library, stage, "train", stage.draw) for stage in recipe.stages]
    torch.manual_seed(recipe.seed)
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
    return net


def _export(
    net: LightCrnn,
    target: Path,
    recipe: Recipe,
    labels: Sequence[str],
    fitted_to: Sequence[Track],
) -> None:
    """The model, calibrated on songs if there are any for that."""
    frames = recipe.stages[-1].frames
    export = partial(export_onnx, net, frames=frames, name=target.stem, labels=labels)
    decoding, calibration = dict(recipe.decoding), target.with_name(CALIBRATION)
    for old in (target, calibration):  # where this fails, none of an earlier run looks current
        old.unlink(missing_ok=True)
    if fitted_to:
        with (
            tempfile.TemporaryDirectory() as own
        ):  # elsewhere, so that nobody takes it for the model
            export(Path(own, "plain.onnx"), smoothed=False)
            plain = OnnxModel(Path(own, "plain.onnx"))
        scored = score_songs(plain, fitted_to, label=SINGING)
        fitted, note = calibrate(net, scored, Hysteresis(**recipe.decoding))
        decoding = asdict(fitted)
        write_atomic(calibration, json.dumps(note, indent=1).encode())
    export(target, decoding=decoding)


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


def _examples(library: Library, stage: Stage, split: str, draw: Mapping[str, float]) -> Examples:
    return Examples(
        library,
        split=split,
        draw=draw,
        frames=stage.frames,
        snr_db=stage.snr_db,
        augment=stage.augment and split == "train",
        rooms=stage.rooms,
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

    try:
        recipe = read_recipe(options.recipe, changes=options.set)
        place = Place.find()
        if place.rank == 0:
            found = parts(read_manifest(options.manifest), recipe)
            print(told(found, recipe), flush=True)
            for doubt in doubts(found, recipe):
                _caution(doubt)
            warnings.showwarning = _caution
        else:  # one process says it for all
            warnings.simplefilter("ignore", UserWarning)
        print(train(options.manifest, options.out, recipe=recipe, place=place, progress=tell))
    except EarmarkError as error:
        sys.exit(f"earmark: {error}")
    except KeyboardInterrupt as stop:
        if os.environ.get("RANK", "0") == "0":
            _caution(str(stop) or WHEN_STOPPED)
        sys.exit(130)


def _caution(message: object, *_: object, **__: object) -> None:
    """Print what the user should know; also what Python's warnings are shown by."""
    print(f"earmark: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    _main()
