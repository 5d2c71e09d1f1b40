"""A person's songs in, a model of their own out: learnt, left out, measured, kept or refused.

The order is that in which a person wants it. The model that learnt from all songs comes first, as a
*candidate*; then each song is left out in turn, to tell what the candidate is worth; at last it is
calibrated, where that helps, and kept if it got no worse and that is no chance. :func:`teach` tells
of each as an event:

============= =====================================================================================
``progress``  ``stage`` (reading, learning, leaving out), ``done``, ``total``, ``eta_s``
``candidate`` ``path``, ``seconds``: it can be tried by its path
``compared``  ``before`` and ``after`` (auc, accuracy, f1; null where undefined), ``worse``,
              ``doubt`` (why its being no worse says little, or null), ``songs`` (how many),
              ``gain`` (95 % interval of the accuracy's difference), ``halves``, ``each`` (song by
              song), ``calibrated``, ``shifted`` (``after`` with the shift, or null: whether to
              shift was decided on the same songs, so nothing is decided by it)
============= =====================================================================================
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import SINGING
from earmark.errors import ModelError
from earmark.hysteresis import Hysteresis
from earmark.learn.adapt import adapt
from earmark.learn.amounts import Settings, check_amount
from earmark.learn.calibrate import UNSHIFTED, Calibration, Scored, logits
from earmark.learn.corrected import Corrected
from earmark.learn.export import serialized
from earmark.learn.imported import light_from_onnx
from earmark.learn.left_out import Compared, Fold, compare, folds
from earmark.learn.taught import write_candidate
from earmark.learn.taught_card import taught_card
from earmark.learn.windows import Heard, hear
from earmark.nets.light import LightCrnn
from earmark.runtime import ModelInfo, OnnxModel, model_path

Tell = Callable[[dict[str, Any]], None]
FURTHEST = 10.0
"""That logits are shifted before it is shrunk."""
LEAST_SONGS = 3
"""Left-out songs from which on it is tried whether calibrating on them helps."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A candidate, and what it is worth; None where too little was labelled to leave any out."""

    path: Path
    compared: Compared | None
    """Without the calibration."""
    calibration: Calibration | None


@dataclass(frozen=True, slots=True)
class Left:
    """A part of a song that was left out, scored by the base model and by what learnt without it.

    Neither score is averaged over time.
    """

    number: int
    part: Heard
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What teaching is worth, and whether scores are to be shifted."""

    compared: Compared
    """Without a shift: this decides whether the model is kept."""
    calibration: Calibration | None
    shifted: Compared | None
    """With it, each song by the others' shift. That it is better than ``compared`` is why there is
    a calibration at all, so it flatters."""


def teach(
    songs: Sequence[Corrected],
    *,
    name: str,
    settings: Settings,
    model: str = "singing",
    why: str = "",
    tell: Tell = lambda event: None,
) -> Outcome:
    """Teach a model, and measure what that brings.

    Parameters
    ----------
    songs : sequence of Corrected
    name : str
        What the model is to be called; :func:`earmark.learn.taught.claimed` holds it.
    settings : Settings
    model : str
        What to begin with, as ``--model`` takes it.
    why : str
        Why these settings, for the card.
    tell : callable
        Gets events.

    Raises
    ------
    DataError, AudioError, ModelError, OutputError
        If songs or model cannot be used, or nothing can be written.
    """
    check_amount(songs)
    origin = model_path(model)
    info, base = OnnxModel(origin).info, light_from_onnx(origin)
    if info.labels[0] != SINGING:
        raise ModelError(f"{origin}: its first label is {info.labels[0]}, not {SINGING}")
    heard = []
    for number, song in enumerate(songs):
        _progress(tell, "reading", number, len(songs), None)
        heard.append(hear(song, labels=info.labels))
    _progress(tell, "reading", len(songs), len(songs), 0.0)
    started = time.monotonic()
    net = adapt(
        base,
        heard,
        settings,
        frames=info.window,
        progress=lambda done, total, eta_s: _progress(tell, "learning", done, total, eta_s),
    )

    def write(verdict: Verdict | None) -> Path:
        data = serialized(
            net, frames=info.window, name=name, labels=info.labels, decoding=info.decoding
        )
        said = taught_card(
            name, data, songs, info, settings, why=why,
            compared=None if verdict is None else verdict.compared,
            calibration=None if verdict is None else verdict.calibration,
            shifted=None if verdict is None else verdict.shifted,
        )  # fmt: skip
        return write_candidate(name, data, said)

    path = write(None)
    tell({"event": "candidate", "path": str(path), "seconds": time.monotonic() - started})
    groups, halves = folds(heard)
    if not groups:
        return Outcome(path, None, None)
    left = leave_out(base, groups, settings, info, tell)
    decoding = Hysteresis(**info.decoding)
    verdict = judge(heard, left, decoding, halves=halves)
    if verdict.calibration is not None:
        shift_singing(net, verdict.calibration)
    path = write(verdict)
    tell(_told(verdict))
    return Outcome(path, verdict.compared, verdict.calibration)


def leave_out(
    base: LightCrnn,
    groups: Sequence[Fold],
    settings: Settings,
    info: ModelInfo,
    tell: Tell = lambda event: None,
) -> list[Left]:
    """Teach once without each group of songs, and score these."""
    found = []
    plain = _raw(base, info)
    total = len(groups) * settings.steps
    started = time.monotonic()
    for number, fold in enumerate(groups):

        def step(done: int, _: int, __: float | None, *, before: int = number) -> None:
            at = before * settings.steps + done
            spent = time.monotonic() - started
            _progress(tell, "leaving out", at, total, spent / at * (total - at))

        taught = _raw(adapt(base, fold.learnt, settings, frames=info.window, progress=step), info)
        for song, part in fold.left:
            scores = (model.score(part.view)[:, 0] for model in (plain, taught))
            found.append(Left(song, part, *scores))
    return found


def _raw(net: LightCrnn, info: ModelInfo) -> OnnxModel:
    """A network as a model that does not average over time."""
    data = serialized(net, frames=info.window, labels=info.labels, smoothed=False)
    return OnnxModel.from_bytes(data, origin="a network that was taught")


def judge(
    songs: Sequence[Heard], left: Sequence[Left], decoding: Hysteresis, *, halves: bool
) -> Verdict:
    """Before against after; and a calibration if that gets more of the left-out frames right.

    A calibration is tried on each song after having been fitted to the others; the one that is kept
    is fitted to all. It is shrunk, as if some songs had needed none (``calibrate.py``).
    """
    plain = Calibration()
    before = [(each.number, each.part, plain(each.before), decoding) for each in left]
    after = [(each.number, each.part, plain(each.after), decoding) for each in left]
    compared = compare(songs, before, after, halves=halves)
    known = [_known(each) for each in left]
    if halves or len(left) < LEAST_SONGS or not all(0 < y.mean() < 1 for _, y in known):
        return Verdict(compared, None, None)
    lines = [_line([*known[:k], *known[k + 1 :]]) for k in range(len(left))]
    lined = [
        (each.number, each.part, line(each.after), decoding)
        for each, line in zip(left, lines, strict=True)
    ]
    better = compare(songs, before, lined, halves=halves)
    if better.after["accuracy"] <= compared.after["accuracy"]:
        return Verdict(compared, None, None)
    return Verdict(compared, _line(known), better)


def _line(songs: Sequence[Scored]) -> Calibration:
    """A shift alone, since with so few songs a scale is chance; each song weighs the same.

    The likeliest is that with which as much singing is expected as there is; it is shrunk.
    """
    found = [(logits(scores), float(truth.mean())) for scores, truth in songs]
    low, high = -FURTHEST, FURTHEST
    for _ in range(40):
        shift = (low + high) / 2
        expected = np.mean([float((1 / (1 + np.exp(-z - shift))).mean()) for z, _ in found])
        low, high = (shift, high) if expected < np.mean([y for _, y in found]) else (low, shift)
    return Calibration(1.0, shift * len(songs) / (len(songs) + UNSHIFTED))


def _known(each: Left) -> Scored:
    known = each.part.known[:, 0]
    return each.after[known], each.part.labels[known, 0]


def shift_singing(net: LightCrnn, calibration: Calibration) -> None:
    """Put a calibration's shift into the last layer."""
    # rows are frames of a pair, and within them labels
    net.head[-1].bias.data[:: net.labels] += calibration.shift


def _progress(tell: Tell, stage: str, done: int, total: int, eta_s: float | None) -> None:
    tell({"event": "progress", "stage": stage, "done": done, "total": total, "eta_s": eta_s})


def _told(verdict: Verdict) -> dict[str, Any]:
    compared, shifted = verdict.compared, verdict.shifted
    return {
        "event": "compared",
        "before": finite(compared.before),
        "after": finite(compared.after),
        "worse": compared.worse,
        "doubt": compared.doubt,
        "songs": len(compared.songs),
        "gain": list(compared.gain),
        "halves": compared.halves,
        "calibrated": verdict.calibration is not None,
        "shifted": None if shifted is None else finite(shifted.after),
        "each": [
            {"name": row["name"], "before": finite(row["before"]), "after": finite(row["after"])}
            for row in compared.songs
        ],
    }


def finite(figures: Mapping[str, float]) -> dict[str, float | None]:
    """Figures for JSON, which knows no nan.

    Examples
    --------
    >>> finite({"auc": float("nan"), "f1": 0.5})
    {'auc': None, 'f1': 0.5}
    """
    return {key: value if math.isfinite(value) else None for key, value in figures.items()}
