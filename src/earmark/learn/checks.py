"""Whether a training can begin: told before any spectrum is computed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from earmark.annotation import segments_to_frames
from earmark.errors import DataError
from earmark.features.logmel import HOP_LENGTH, SR
from earmark.labels import check_labels
from earmark.learn.kinds import SUNG, drawable, voice_of
from earmark.learn.manifest import Track, on_both_sides
from earmark.learn.mix_audio import load_mix
from earmark.learn.recipe import Recipe, Stage


def check(
    tracks: Sequence[Track],
    fitted_to: Sequence[Track],
    recipe: Recipe,
    manifest: str | os.PathLike[str],
) -> None:
    """Refuse what cannot be learnt from.

    Parameters
    ----------
    tracks : sequence of Track
        Of the splits ``train`` and ``valid``.
    fitted_to : sequence of Track
        Songs to calibrate on.
    recipe : Recipe
    manifest : path-like
        What messages name.

    Raises
    ------
    DataError
        If somebody stands on two sides, there is too little to calibrate on, nobody sings in the
        last stage, or a stage finds nothing to draw.
    """
    _check_splits(tracks, fitted_to, recipe, manifest)
    last = recipe.stages[-1]
    if not _teaches_singing(tracks, last):
        raise DataError(
            f"{manifest}: nobody sings in what the last stage, {last.name}, draws of "
            f"split 'train' ({', '.join(last.draw)}); add songs, stems or singing"
        )
    _check_material(tracks, recipe, manifest)


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
    if (count := sum(map(_tells_apart, fitted_to))) < 2:
        raise DataError(
            f"{manifest}: split {recipe.calibrate!r}, to calibrate on, has {count} songs that are "
            "sung in part; it needs two"
        )
    learnt = {t.singer for t in tracks if t.split == "train"}
    if shared := sorted({t.singer for t in fitted_to} & learnt):
        raise DataError(
            f"{manifest}: learnt from and in {recipe.calibrate!r}, to calibrate on: "
            f"{', '.join(shared)}. What is fitted to songs must not know their singers."
        )


def _tells_apart(song: Track) -> bool:
    """Whether a song is sung in part; labels that cannot be its own are refused."""
    n = len(load_mix(song.paths, sr=SR))
    segments = song.segments() or []
    check_labels(
        segments, duration_s=n / SR, name=song.labels or song.paths[0], audio=song.paths[0]
    )
    active = segments_to_frames(segments, -(-n // HOP_LENGTH))
    return bool(active.any() and not active.all())


def _teaches_singing(tracks: Iterable[Track], stage: Stage) -> bool:
    """Whether there is singing in the training material of a stage; unlabelled voices count."""
    sung = {voice_of(kind) for kind, odds in stage.draw.items() if odds > 0 and kind in SUNG}
    return any(
        track.split == "train" and track.material in sung and track.segments() != []
        for track in tracks
    )


def _check_material(tracks: Iterable[Track], recipe: Recipe, manifest: object) -> None:
    """Whether every stage finds something to learn from."""
    for split in ("train", "valid"):
        there = {track.material for track in tracks if track.split == split}
        for stage in recipe.stages if split == "train" or there else ():
            draw = stage.draw if split == "train" else stage.valid or stage.draw
            drawable(draw, there, where=f"{manifest}: stage {stage.name}, split {split!r}")
