"""What a training does with each split of a manifest, and how that is told before it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from earmark.audio import audio_info
from earmark.errors import AudioError
from earmark.learn.manifest import SONGS, Track
from earmark.learn.recipe import Recipe

VALID = "valid"
LEFT_ALONE = ("test", "dev", "nc", "bleed")
"""Splits that manifests of earmark's have, and that are left out on purpose."""
FEW = 1000
"""Recordings whose headers are read to tell how long they are; of more it would take a while."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The tracks of a manifest, by what a recipe does with them."""

    count: int
    """Tracks in all; some may be validated and calibrated on."""
    learnt: list[Track]
    valid: list[Track]
    fitted_to: list[Track]
    """Songs that scores and thresholds are fitted to."""
    left: list[Track]


def parts(tracks: Sequence[Track], recipe: Recipe) -> Parts:
    """Share out the tracks of a manifest.

    Parameters
    ----------
    tracks : sequence of Track
        See :func:`earmark.learn.manifest.read_manifest`.
    recipe : Recipe
        Says which splits are learnt from, and which is calibrated on.
    """
    learnt = [t for t in tracks if t.split in recipe.train_on]
    valid = [t for t in tracks if t.split == VALID]
    fitted_to = [t for t in tracks if t.split == recipe.calibrate and t.material in SONGS]
    used = {id(t) for t in (*learnt, *valid, *fitted_to)}
    return Parts(len(tracks), learnt, valid, fitted_to, [t for t in tracks if id(t) not in used])


def told(found: Parts, recipe: Recipe) -> str:
    """In a sentence, how many recordings are learnt from, validated on and left out."""
    count = found.count
    few = count <= FEW
    clauses = [
        f"learns from {_counted(found.learnt, recipe.train_on, few=few)}",
        f"validates on {_counted(found.valid, few=few)}",
    ]
    if recipe.calibrate:
        clauses.append(f"calibrates on {_counted(found.fitted_to, few=few)}")
    clauses.append(f"leaves out {_counted(found.left, few=few)}")
    return f"Of {count} recording{'s' * (count > 1)} this training {', '.join(clauses)}."


def doubts(found: Parts, recipe: Recipe) -> list[str]:
    """What is hardly meant: splits whose names nothing uses, and nothing to validate on."""
    uses = {name: "learns from it" for name in recipe.train_on} | {VALID: "validates on it"}
    if recipe.calibrate:
        uses[recipe.calibrate] = "calibrates on its songs"
    used = ", ".join(f"{name!r} ({use})" for name, use in uses.items())
    said = []
    for split, group in _by_split(found.left).items():
        if split in uses or split.lower() in LEFT_ALONE:
            continue
        meant = get_close_matches(split.lower(), uses, n=1)
        guess = f"; is {meant[0]!r} meant?" if meant else ""
        said.append(
            f"split {split!r}, of {len(group)} recording{'s' * (len(group) > 1)}, is used by "
            f"nothing: this recipe knows {used}{guess}"
        )
    if not found.valid:
        said.append(
            f"no recording is of split {VALID!r}: nothing will tell how the model does on people "
            f'whom it has not heard. To change that, give some singers "split": "{VALID}" in the '
            "manifest"
        )
    return said


def _by_split(tracks: Sequence[Track], splits: Sequence[str] = ()) -> dict[str, list[Track]]:
    """The tracks of each split; the given splits come first, and in any case."""
    groups: dict[str, list[Track]] = defaultdict(list, {split: [] for split in splits})
    for track in tracks:
        groups[track.split].append(track)
    return groups


def _counted(tracks: Sequence[Track], splits: Sequence[str] = (), *, few: bool) -> str:
    """How many there are of each split, as :func:`_by_split` has them."""
    counts = [
        f"{len(group)} of {split!r}{_length(group) if few and group else ''}"
        for split, group in _by_split(tracks, splits).items()
    ]
    return " and ".join(counts) or "none"


def _length(tracks: Sequence[Track]) -> str:
    """How long they are in all, if all their headers tell."""
    total_s = 0.0
    for track in tracks:
        try:
            length_s = audio_info(str(track.paths[0])).duration_s
        except AudioError:  # told with its name when it is read
            return ""
        if length_s is None:
            return ""
        total_s += length_s
    return f" ({total_s / 60:.1f} min)" if total_s >= 60 else f" ({total_s:.1f} s)"
