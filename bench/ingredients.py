"""What each ingredient of the training brings: the same short training without it.

    python bench/ingredients.py --data ../shared/data --out work/ingredients --render
    for i in 1 2 3 4; do OMP_NUM_THREADS=1 python bench/ingredients.py --out work/ingredients & done

Each variant is trained for ``--steps`` steps of the recipe's first stage, ``--seeds`` times, with
one utterance of three, and heard on the songs of ``dev`` and ``nc`` and on the music and the speech
of ``valid``, none of which is learnt from. Processes that are started on one folder share the
trainings; whoever finds all of them done prints the table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
    from measuring import data_parser, origin, table

Row = Mapping[str, Any]
SPLITS = ("dev", "nc")
OTHERS = ("music", "speech")
"""What nobody sings in, of the split ``valid``."""
RESULT = "heard.json"
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
    tunes: bool = True
    """Whether folk tunes are sung and played, and not random walks alone."""


VARIANTS = {
    "everything": Variant(),
    "speech that sings and raps": Variant(keep=lambda row: not _sung(row)),
    "speech that raps": Variant(keep=lambda row: row["material"] != "rap"),
    **{f"singing from speech: {name}": Variant(without=(name,)) for name in INGREDIENTS},
    "folk tunes": Variant(tunes=False),
    "a cappella and sung notes": Variant(
        keep=lambda row: row["material"] != "singing" or _sung(row)
    ),
    "stems": Variant(keep=lambda row: row["material"] != "stems"),
    "leads": Variant(keep=lambda row: row["material"] != "lead" and "pitch" not in row),
    "single sounds": Variant(keep=lambda row: row["material"] != "sound" or "pitch" in row),
    "rooms": Variant(changes=("stages.0.rooms=0.0",)),
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
    folders: dict[str, list[Path]] = defaultdict(list)
    asked = ("everything", *options.only) if options.only else tuple(VARIANTS)
    variants = {name: VARIANTS[name] for name in VARIANTS if name in asked}
    for seed, (name, variant) in product(range(options.seeds), variants.items()):
        manifest = _manifest(options.out, name)
        recipe = _recipe(variant, seed=seed, steps=options.steps)
        folder = options.out / f"{_slug(name)}-{_digest(recipe, manifest)}"
        folders[name].append(folder)
        if (folder / RESULT).is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        try:
            held = lock(folder / "variant.lock")
        except Busy:
            continue
        with held:
            print(name, seed, flush=True)
            if not (trained := folder / f"{recipe.name}.onnx").is_file():
                train(manifest, folder, recipe=recipe)
            found = _measure(OnnxModel(trained), manifest)
            write_atomic(folder / RESULT, json.dumps(found).encode())
    paths = {name: [folder / RESULT for folder in each] for name, each in folders.items()}
    if all(path.is_file() for each in paths.values() for path in each):
        results = {n: [json.loads(path.read_text()) for path in each] for n, each in paths.items()}
        print(f"{origin()}\n{_table(results)}")


def _recipe(variant: Variant, *, seed: int, steps: int) -> Recipe:
    """The first stage of the shipped recipe, shorter."""
    lengths = (f"stages.0.steps={steps}", f"stages.0.validate_every={steps}")
    recipe = read_recipe(changes=[*lengths, f"seed={seed}", 'calibrate=""', *variant.changes])
    return replace(recipe, stages=recipe.stages[:1], name="variant")


def _slug(name: str) -> str:
    return name.replace(" ", "-").replace(":", "").replace(",", "")


def _digest(recipe: Recipe, manifest: Path) -> str:
    """Names what a training learns, so that no other one's result is taken for it."""
    said = json.dumps(asdict(recipe)).encode() + manifest.read_bytes()
    return hashlib.sha256(said).hexdigest()[:8]


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
            tunes=tunes if variant.tunes else None,
            without=variant.without,
            jobs=options.jobs,
        )
        manifest = _manifest(options.out, name)
        write_manifest(
            [row for row in rows if row["split"] in SPLITS or variant.keep(row)], manifest
        )
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


def _measure(model: OnnxModel, manifest: Path) -> dict[str, float]:
    """Hear songs that nothing was learnt from, and compare what is sung with what is not."""
    found, sung = {}, []
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
        sung.append(scores[truth & inner])
    for material in OTHERS:
        others = [t for t in tracks if t.split == "valid" and t.material == material]
        unsung = np.concatenate([s for s, _ in score_songs(model, others, label=SINGING)])
        truth = np.arange(sum(map(len, sung)) + len(unsung)) >= len(unsung)
        found[f"sung against {material}"] = auc(truth, np.concatenate([unsung, *sung]))
    return found


def _table(results: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Means over seeds, and what each seed's training lost or won against everything."""
    keys = [f"{split}{end}" for split in SPLITS for end in ("", " collar")]
    keys += [f"sung against {material}" for material in OTHERS]
    figures = {n: np.array([[one[k] for k in keys] for one in each]) for n, each in results.items()}
    whole = figures.pop("everything")
    title = f"AUC, mean of {len(whole)} (each against everything)"
    rows = [[title, *(key.replace("collar", "without edges") for key in keys)]]
    spread = [
        f"{column.mean():.3f} ({column.min():.3f} to {column.max():.3f})" for column in whole.T
    ]
    rows.append(["everything", *spread])
    for name, each in figures.items():
        cells = [
            f"{column.mean():.3f} ({', '.join(f'{change:+.3f}' for change in changes)})"
            for column, changes in zip(each.T, (each - whole).T, strict=True)
        ]
        rows.append([f"without {name}", *cells])
    return table(rows)


def _options() -> argparse.Namespace:
    parser = data_parser(__doc__, required=False)
    parser.add_argument("--out", type=Path, required=True, help="folder for material and trainings")
    parser.add_argument("--render", action="store_true", help="make the material of all variants")
    parser.add_argument("--steps", type=int, default=600, help="of each training (%(default)s)")
    parser.add_argument("--seeds", type=int, default=2, help="of each variant (%(default)s)")
    left_out = "a variant beside everything, again for more (all)"
    parser.add_argument("--only", action="append", choices=VARIANTS, metavar="X", help=left_out)
    parser.add_argument("--jobs", type=int, default=4, help="processes that render (%(default)s)")
    options = parser.parse_args()
    if options.render and options.data is None:
        parser.error("say --data (or set EARMARK_DATA)")
    return options


if __name__ == "__main__":
    main()
