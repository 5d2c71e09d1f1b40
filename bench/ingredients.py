"""What each ingredient of the training brings: the same short training without it.

    python bench/ingredients.py --data ../shared/data --out work/ingredients --render
    for i in 1 2 3 4; do OMP_NUM_THREADS=1 python bench/ingredients.py --out work/ingredients & done

Each variant is trained for ``--steps`` steps of the recipe's first stage, ``--seeds`` times, with
one utterance of three, and heard on the songs of ``dev`` and ``nc``, which none of them learns
from. Processes that are started on one folder share the trainings; whoever finds all of them done
prints the table.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from extras import needed

with needed("train"):
    import numpy as np
    import torch

    from earmark.annotation import SINGING
    from earmark.atomic import write_atomic
    from earmark.datasets.singing_corpus import rows as corpus_rows
    from earmark.learn.calibrate import score_songs
    from earmark.learn.library import Library
    from earmark.learn.locking import Busy, lock
    from earmark.learn.manifest import SONGS, read_manifest, write_manifest
    from earmark.learn.material import render_material
    from earmark.learn.recipe import Recipe, read_recipe
    from earmark.learn.sing import INGREDIENTS
    from earmark.learn.train import train
    from earmark.metrics.auc import auc
    from earmark.metrics.tracks import collar_mask
    from earmark.runtime import OnnxModel
    from measuring import origin, table

Row = Mapping[str, Any]
SPLITS = ("dev", "nc")
COLLAR_S = 0.3
EVERY = 3
"""Of how many utterances one is sung: rendering all, once without each ingredient, takes hours."""


def _sung(row: Row) -> bool:
    return row["singer"].endswith((" sung", " rap"))


@dataclass(frozen=True, slots=True)
class Variant:
    """One training."""

    without: tuple[str, ...] = ()
    """Ingredients of singing that are left out."""
    keep: Callable[[Row], bool] = lambda row: True
    """Which lines of the manifest are kept."""
    changes: tuple[str, ...] = ()
    """Of the recipe."""


VARIANTS = {
    "everything": Variant(),
    "speech that sings and raps": Variant(keep=lambda row: not _sung(row)),
    "speech that raps": Variant(keep=lambda row: row["material"] != "rap"),
    **{f"singing from speech: {name}": Variant(without=(name,)) for name in INGREDIENTS},
    "a cappella and sung notes": Variant(
        keep=lambda row: row["material"] != "singing" or _sung(row)
    ),
    "stems": Variant(keep=lambda row: row["material"] != "stems"),
    "leads": Variant(keep=lambda row: row["material"] != "lead" and "pitch" not in row),
    "tempo, pitch, compressor": Variant(changes=("stages.0.augment=false",)),
    "speeds and codecs": Variant(changes=("speeds=[1.0]",)),
}


def main() -> None:
    """Render, train what is not trained yet, or print the table."""
    options = _options()
    if options.render:
        _render(options)
        return
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    for seed, (name, variant) in product(range(options.seeds), VARIANTS.items()):
        folder = _folder(options.out, name, seed)
        if (folder / "result.json").is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        try:
            held = lock(folder / "variant.lock")
        except Busy:
            continue
        with held:
            print(name, seed, flush=True)
            changes = [f"stages.0.steps={options.steps}", f"seed={seed}", *variant.changes]
            found = _measure(_manifest(options.out, name), folder, changes, options.steps)
            write_atomic(folder / "result.json", json.dumps(found).encode())
    paths = {
        name: [_folder(options.out, name, seed) / "result.json" for seed in range(options.seeds)]
        for name in VARIANTS
    }
    if all(path.is_file() for each in paths.values() for path in each):
        results = {n: [json.loads(path.read_text()) for path in each] for n, each in paths.items()}
        print(f"{origin()}\n{_table(results)}")


def _folder(out: Path, name: str, seed: int) -> Path:
    return out / f"{name.replace(' ', '-').replace(':', '').replace(',', '')}-{seed}"


def _manifest(out: Path, name: str) -> Path:
    number = list(VARIANTS).index(name)
    return out / "material" / f"variant{number}.jsonl"


def _render(options: argparse.Namespace) -> None:
    """The material of all variants, and a manifest each."""
    base = options.out / "recordings.jsonl"
    options.out.mkdir(parents=True, exist_ok=True)
    rows = corpus_rows(options.data, relative_to=options.out)
    speech = [row for row in rows if row["material"] == "speech"]
    others = [row for row in rows if row["material"] != "speech"]
    write_manifest([*others, *speech[::EVERY]], base)
    tunes = options.data / "melodies" / "nottingham"
    for name, variant in VARIANTS.items():
        print(name, flush=True)
        rows = render_material(
            base,
            options.out / "material",
            sung=1,
            bands=0,  # of the second stage
            formulas=0,
            tunes=tunes if tunes.is_dir() else None,
            without=variant.without,
            jobs=options.jobs,
        )
        manifest = _manifest(options.out, name)
        write_manifest(filter(variant.keep, rows), manifest)
        _read(manifest, read_recipe(changes=variant.changes))  # once, not in every process


def _read(manifest: Path, recipe: Recipe) -> None:
    tracks = [t for t in read_manifest(manifest) if t.split in ("train", "valid")]
    Library(
        tracks,
        manifest.parent / "cache",
        speeds=recipe.speeds,
        codecs=recipe.codecs,
        varied=recipe.varied,
    )


def _measure(manifest: Path, folder: Path, changes: list[str], steps: int) -> dict[str, float]:
    """Train, and hear songs that nothing was learnt from."""
    recipe = read_recipe(changes=[*changes, f"stages.0.validate_every={steps}", 'calibrate=""'])
    recipe = replace(recipe, stages=recipe.stages[:1], name="variant")
    model = OnnxModel(train(manifest, folder, recipe=recipe))
    found = {}
    tracks = read_manifest(manifest)
    for split in SPLITS:
        songs = [t for t in tracks if t.split == split and t.material in SONGS]
        scored = score_songs(model, songs, label=SINGING)
        counted = [
            collar_mask(song.segments() or [], len(truth), collar_s=COLLAR_S)
            for song, (_, truth) in zip(songs, scored, strict=True)
        ]
        scores, truth, inner = (
            np.concatenate(each)
            for each in ([s for s, _ in scored], [t for _, t in scored], counted)
        )
        found[split] = auc(truth, scores)
        found[f"{split} collar"] = auc(truth[inner], scores[inner])
    return found


def _table(results: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Means over seeds; against everything with the standard error of the seeds' differences."""
    keys = [f"{split}{end}" for split in SPLITS for end in ("", " collar")]
    figures = {n: np.array([[one[k] for k in keys] for one in each]) for n, each in results.items()}
    whole = figures.pop("everything")
    head = ["AUC (against everything)", *(k.replace("collar", "without edges") for k in keys)]
    rows = [head, ["everything", *(f"{mean:.3f}" for mean in whole.mean(axis=0))]]
    for name, each in figures.items():
        change = each - whole
        error = change.std(axis=0, ddof=1) / np.sqrt(len(change)) if len(change) > 1 else None
        cells = [f"{m:.3f} ({c:+.3f}" for m, c in zip(each.mean(0), change.mean(0), strict=True)]
        ends = [")"] * len(keys) if error is None else [f" ± {e:.3f})" for e in error]
        rows.append([f"without {name}", *map("".join, zip(cells, ends, strict=True))])
    return table(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("EARMARK_DATA"),
        help="the folder that holds singing/ (EARMARK_DATA)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for material and trainings")
    parser.add_argument("--render", action="store_true", help="make the material of all variants")
    parser.add_argument("--steps", type=int, default=600, help="of each training (%(default)s)")
    parser.add_argument("--seeds", type=int, default=2, help="of each variant (%(default)s)")
    parser.add_argument("--jobs", type=int, default=4, help="processes that render (%(default)s)")
    options = parser.parse_args()
    if options.render and options.data is None:
        parser.error("say --data (or set EARMARK_DATA)")
    return options


if __name__ == "__main__":
    main()
