"""What a simulated user gains by teaching the shipped model: accuracy by minutes labelled.

The user corrects songs from the truth, of a singer whom the shipped model never met (split `nc`),
and is served with that singer's other songs: `POOL` songs can be labelled, the rest is the test.
They label places of ten seconds, as `earmark.next_labels` ranks them or at random, or whole songs.
A second user labels three songs of three bands (split `dev`) and is served with a fourth's. What a
model taught by the one user is to the other says what it forgot.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from earmark.annotation import HOP_S, Scores
from earmark.datasets.singing_corpus import rows
from earmark.hysteresis import Hysteresis
from earmark.learn.adapt import adapt
from earmark.learn.amounts import Settings, choose
from earmark.learn.calibrate import Calibration
from earmark.learn.corrected import Corrected, corrected
from earmark.learn.export import serialized
from earmark.learn.imported import light_from_onnx
from earmark.learn.left_out import folds
from earmark.learn.manifest import parse_row
from earmark.learn.teach import judge, leave_out, shift_singing
from earmark.learn.windows import Heard, hear
from earmark.metrics.auc import auc
from earmark.next_labels import next_places
from earmark.runtime import OnnxModel, model_path
from measuring import data_parser, origin, table

POOL = 5
PLACES = (6, 18, 36)
"""Places of ten seconds: one, three and six minutes."""
SONGS = (1, 2, 5)


@dataclass(frozen=True)
class Case:
    """One user's labels, and what they are tested on."""

    user: str
    seed: int
    way: str
    minutes: float
    songs: list[Corrected]
    test: list[int]


class World:
    """The songs, heard once, and the shipped model."""

    def __init__(self, data: Path, model: str) -> None:
        self.origin = model_path(model)
        self.info = OnnxModel(self.origin).info
        self.base = light_from_onnx(self.origin)
        self.decoding = Hysteresis(**self.info.decoding)
        self.songs, self.split = [], []
        for row in rows(data, relative_to="."):
            if row["split"] in ("nc", "dev") and row.get("material", "song") == "song":
                track = parse_row(row, where="corpus", folder=Path("."))
                segments = track.segments() or []
                self.songs.append(corrected(track.paths[0], segments=segments))
                self.split.append(row["split"])
        self.heard = [hear(song, labels=self.info.labels) for song in self.songs]
        shipped = OnnxModel(self.origin)
        self.scores = [shipped.score(song.view)[:, 0] for song in self.heard]

    def of(self, split: str) -> list[int]:
        """Numbers of a split's songs."""
        return [k for k, name in enumerate(self.split) if name == split]

    def measured(self, scores: Sequence[np.ndarray], songs: Sequence[int]) -> dict[str, float]:
        """Figures, all frames of all songs together."""
        truth = np.concatenate([self.heard[k].labels[:, 0] for k in songs])
        found = np.concatenate([self.decoding.active(s, hop_s=HOP_S) for s in scores])
        both = int((truth & found).sum())
        return {
            "auc": auc(truth, np.concatenate(scores)),
            "accuracy": float((truth == found).mean()),
            "f1": 2 * both / int(truth.sum() + found.sum()),
        }


def cases(world: World, seeds: int) -> Iterator[Case]:
    """What is labelled, smallest first."""
    nc, dev = world.of("nc"), world.of("dev")
    for seed in range(seeds):
        order = [nc[k] for k in np.random.default_rng(seed).permutation(len(nc))]
        pool, test = order[:POOL], order[POOL:]
        for way in ("ranked", "random"):
            places = _places(world, pool, way, seed)
            for count in PLACES:
                songs = _partly(world, places[:count])
                yield Case("one singer", seed, way, _minutes(songs), songs, test)
        for count in SONGS:
            songs = [world.songs[k] for k in pool[:count]]
            yield Case("one singer", seed, "songs", _minutes(songs), songs, test)
    for held in dev:
        songs = [world.songs[k] for k in dev if k != held]
        yield Case("bands", dev.index(held), "songs", _minutes(songs), songs, [held])


def _minutes(songs: Sequence[Corrected]) -> float:
    return sum(song.known_s for song in songs) / 60


def _places(
    world: World, pool: Sequence[int], way: str, seed: int
) -> list[tuple[int, float, float]]:
    scores = {k: Scores(world.scores[k][:, None]) for k in pool}
    found = [(p.key, p.start_s, p.end_s) for p in next_places(scores, count=10_000)]
    if way == "ranked":
        return found
    return [found[k] for k in np.random.default_rng(seed).permutation(len(found))]


def _partly(world: World, places: Sequence[tuple[int, float, float]]) -> list[Corrected]:
    by_song: dict[int, list[tuple[float, float]]] = {}
    for key, start_s, end_s in places:
        by_song.setdefault(key, []).append((start_s, end_s))
    return [replace(world.songs[k], known=tuple(known)) for k, known in sorted(by_song.items())]


def made_by(model: str, case: Case, *, calibrate: bool) -> dict[str, str | bool]:
    """What a case's figures hang on: the model by its sha256, how it is taught, what is measured.

    It is kept beside the figures, so that those of another model or of other settings are not taken
    for the ones that are asked for.
    """
    settings = json.dumps(asdict(_settings(case)), sort_keys=True)
    return {"model": model, "settings": settings, "calibrate": calibrate}


def is_done(kept: Path, made: dict[str, str | bool]) -> bool:
    """Whether a case's figures are there, and come from what they would be made by now."""
    if not kept.exists():
        return False
    row = json.loads(kept.read_text())
    return all(row.get(key) == value for key, value in made.items())


def _settings(case: Case) -> Settings:
    return replace(choose(case.songs)[0], seed=case.seed)


def read_kept(folder: Path) -> list[dict]:
    """All figures of a folder, which come from one model.

    Raises
    ------
    SystemExit
        If they do not, or do not tell.
    """
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    models = {row.get("model") for row in found}
    if len(models) > 1 or None in models:
        told = ", ".join(sorted(str(model)[:8] for model in models))
        raise SystemExit(f"{folder}: figures of several models ({told}); name an empty --out")
    return sorted(found, key=lambda row: row["case"])


def run(world: World, case: Case, *, calibrate: bool) -> dict[str, float | str | int]:
    """Teach and test."""
    settings = _settings(case)
    heard = [hear(song, labels=world.info.labels) for song in case.songs]
    net = adapt(world.base, heard, settings, frames=world.info.window)
    shift = 0.0
    if calibrate:
        shift = _shift(world, heard, settings)
    row: dict[str, float | str | int] = {
        "user": case.user, "seed": case.seed, "way": case.way, "labelled": len(case.songs),
        "minutes": round(case.minutes, 2), "layers": settings.layers, "shift": shift,
    }  # fmt: skip
    others = world.of("dev" if case.user == "one singer" else "nc")
    for side, songs in (("", case.test), ("others_", others)):
        before = [world.scores[k] for k in songs]
        after = _scored(world, net, [world.heard[k] for k in songs])
        for when, scores in (("before", before), ("after", after)):
            for name, value in world.measured(scores, songs).items():
                row[f"{side}{name}_{when}"] = round(value, 5)
    if shift:
        shift_singing(net, Calibration(1.0, shift))
        after = _scored(world, net, [world.heard[k] for k in case.test])
        row["accuracy_calibrated"] = round(world.measured(after, case.test)["accuracy"], 5)
    return row


def _scored(world: World, net: torch.nn.Module, songs: Sequence[Heard]) -> list[np.ndarray]:
    data = serialized(net, frames=world.info.window, labels=world.info.labels)
    model = OnnxModel.from_bytes(data, origin="taught")
    return [model.score(song.view)[:, 0] for song in songs]


def _shift(world: World, heard: Sequence[Heard], settings: Settings) -> float:
    """What `earmark adapt` would shift logits by, having left out each song."""
    groups, halves = folds(heard)
    left = leave_out(world.base, groups, settings, world.info)
    calibration = judge(heard, left, world.decoding, halves=halves).calibration
    return 0.0 if calibration is None else calibration.shift


def _summary(found: Sequence[dict]) -> str:
    """A table a user, a row an amount: means and the seeds' range."""
    out = []
    for user in dict.fromkeys(row["user"] for row in found):
        of_user = [row for row in found if row["user"] == user]
        lines = [
            ["labelled", "minutes", "AUC", "accuracy", "F1", "others' AUC", "others' accuracy"]
        ]
        lines.append(["nothing", "0", *_cells(of_user, "before")])
        for what in dict.fromkeys((r["way"], _amount(r)) for r in of_user):
            rows_ = [r for r in of_user if (r["way"], _amount(r)) == what]
            minutes = np.mean([float(r["minutes"]) for r in rows_])
            lines.append([f"{what[1]} {what[0]}", f"{minutes:.1f}", *_cells(rows_, "after")])
        out.append(f"**{user}**\n\n" + table(lines))
    return "\n\n".join(out)


def _amount(row: dict) -> str:
    if row["way"] == "songs":
        return f"{row['labelled']}"
    return f"{round(float(row['minutes']) * 6)} places"


def _cells(rows_: Sequence[dict], when: str) -> list[str]:
    cells = []
    for name in ("auc", "accuracy", "f1", "others_auc", "others_accuracy"):
        values = np.array([float(r[f"{name}_{when}"]) for r in rows_])
        gains = values - np.array([float(r[f"{name}_before"]) for r in rows_])
        change = f" ({gains.mean():+.3f}: {gains.min():+.3f} to {gains.max():+.3f})"
        cells.append(f"{values.mean():.3f}" + (change if when == "after" else ""))
    return cells


def draw(found: Sequence[dict], path: Path) -> None:
    """Gain by minutes: means over seeds, the range of the seeds as bars."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.4))
    mine = [row for row in found if row["user"] == "one singer"]
    ways = (("ranked", "C0", "places as ranked"), ("random", "C7", "places at random"),
            ("songs", "C1", "whole songs"))  # fmt: skip
    for axis, name in zip(axes, ("auc", "accuracy"), strict=True):
        for way, colour, label in ways:
            of_way = [row for row in mine if row["way"] == way]
            x, y, low, high = [], [], [], []
            for amount in dict.fromkeys(_amount(row) for row in of_way):
                rows_ = [row for row in of_way if _amount(row) == amount]
                gains = [float(r[f"{name}_after"]) - float(r[f"{name}_before"]) for r in rows_]
                x.append(np.mean([float(r["minutes"]) for r in rows_]))
                y.append(np.mean(gains))
                low.append(y[-1] - min(gains))
                high.append(max(gains) - y[-1])
            axis.errorbar(x, y, [low, high], color=colour, marker="o", capsize=3, label=label)
        axis.axhline(0, color="black", linewidth=0.6)
        axis.set_xlabel("minutes labelled")
        axis.set_ylabel(f"gain of {name if name != 'auc' else 'AUC'}")
    axes[0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run all cases, each kept as soon as it is done."""
    parser = data_parser(__doc__ or "")
    parser.add_argument("--model", default="singing")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("work/adapt"))
    parser.add_argument("--shard", default="1/1", help="this process's cases, such as 1/2")
    parser.add_argument("--calibrate", action="store_true", help="leave out each song as well")
    parser.add_argument("--only", help="one way: ranked, random or songs")
    parser.add_argument("--draw", type=Path, help="draw what is there, and train nothing")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.draw is None:
        torch.set_num_threads(1)
        world = World(options.data, options.model)
        number, count = map(int, options.shard.split("/"))
        for k, case in enumerate(cases(world, options.seeds)):
            kept = options.out / f"{case.user}-{case.seed}-{case.way}-{k}.json".replace(" ", "-")
            if k % count != number - 1 or options.only not in (None, case.way):
                continue
            calibrate = options.calibrate and case.way == "songs" and len(case.songs) >= POOL
            made = made_by(world.info.sha256, case, calibrate=calibrate)
            if is_done(kept, made):
                continue
            figures = run(world, case, calibrate=calibrate)
            kept.write_text(json.dumps({"case": k, **made, **figures}))
            print(kept.read_text(), flush=True)
    found = read_kept(options.out)
    print(f"\n{origin()}\n\n{_summary(found)}")
    with (options.out / "adapt.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in found for key in row)))
        writer.writeheader()
        writer.writerows(found)
    if options.draw is not None:
        draw(found, options.draw)


if __name__ == "__main__":
    main()
