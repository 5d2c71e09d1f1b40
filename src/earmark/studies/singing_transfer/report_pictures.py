"""The report's pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import HOP_S
from earmark.atomic import kept_file
from earmark.render.charts import curves, points, strips
from earmark.render.maps import pattern_page, stacked
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.report_tables import count, title
from earmark.studies.singing_transfer.runs import BASELINE, CONVOLUTIONS, L1_FINE, over

Results = Mapping[str, Any]


def pictures(folder: Path, lab: Lab, results: Results) -> dict[str, bytes]:
    """All pictures as PNG data by name.

    Parameters
    ----------
    folder : Path
        The study's; ``parts/learned.npz`` holds what was learned.
    lab : Lab
        Its songs and scores, for the strips.
    results : mapping
    """
    path = folder / "parts" / "learned.npz"
    with kept_file(path), np.load(path) as kept:
        arrays = dict(kept)
    lengths, curve = results["input_length"], results["learning_curve"]
    counts = [count(point) for point in curve]
    drawn = {
        "input_length": curves(
            [str(p["T"]) for p in lengths],
            {
                "source task": [100 * p["source"]["f1"] for p in lengths],
                "songs, none heard": [100 * p["songs"]["f1"] for p in lengths],
            },
            x_label="T, frames of 20 ms", y_label="F, %",
        ),
        "learning_curve": curves(
            counts,
            {
                name: [100 * p["means"][index] for p in curve]
                for index, name in enumerate(("L1 fine-tuned", "no transfer"))
            },
            x_label="songs learnt from", y_label="F, %, mean over singers",
        ),
        "gain": curves(
            counts,
            {"gain": [100 * p["difference"] for p in curve]},
            intervals={"gain": [(100 * p["interval"][0], 100 * p["interval"][1]) for p in curve]},
            x_label="songs learnt from", y_label="gain in F, points", zero=True,
        ),
        "budget": curves(
            [str(p["steps"]) for p in results["budget"]],
            {
                name: [p["rows"][name]["mean"]["auc"] for p in results["budget"]]
                for name in results["budget"][0]["rows"]
            },
            x_label="batches learnt from", y_label="AUC",
        ),
        "tsne": points(
            {"mixtures (source)": arrays["tsne source"], "songs (target)": arrays["tsne target"]}
        ),
        "strips": _strips(lab),
    }  # fmt: skip
    for layer in CONVOLUTIONS:
        for which in ("source", "target"):
            page = pattern_page(arrays[f"patterns {which} {layer}"])
            drawn[f"patterns_{which}_{layer}"] = page
    rng = np.random.default_rng(0)
    for number in range(len(results["learned"]["energy"])):
        drawn[f"clip{number}"] = _clip(arrays, number, rng)
    return drawn


def _strips(lab: Lab) -> bytes:
    songs = {}
    for fold in range(lab.settings.folds):
        proposed, baseline = (over(row, lab.settings)[fold] for row in (L1_FINE, BASELINE))
        song = lab.tested(proposed)[0]
        songs[f"{title(song.name)} ({song.singer})"] = {
            "truth": song.active,
            "proposed": lab.scores(proposed)[song.name] > 0.5,
            "baseline": lab.scores(baseline)[song.name] > 0.5,
        }
    return strips(songs, hop_s=HOP_S)


def _clip(arrays: Mapping[str, Any], number: int, rng: np.random.Generator) -> bytes:
    log_mel = arrays[f"clip {number}"]
    images = {"log-mel": log_mel}
    for layer in CONVOLUTIONS:
        maps = {which: arrays[f"clip {number} {which} {layer}"] for which in ("fine", "fixed")}
        channel = int(rng.integers(len(maps["fine"])))
        for which, name in (("fine", "fine-tuned"), ("fixed", "fixed")):
            images[f"{layer} {name}, map {channel}"] = maps[which][channel]
    return stacked(images, seconds=len(log_mel) * HOP_S)
