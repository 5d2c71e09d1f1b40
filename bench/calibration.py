"""Draw whether scores mean what they say, and print how much calibration brought.

    python bench/calibration.py --data ../shared/data --run work/models/singing -o reliability.png

The reliability diagram of a model on the songs of a split. Where the model was calibrated on these
very songs, the figures that count are those of ``calibration.json``, each song left out in turn.
"""

from __future__ import annotations

import json
from pathlib import Path

from extras import needed
from measuring import data_parser

with needed("train", "plot"):
    import matplotlib.pyplot as plt
    import numpy as np

    from earmark.annotation import SINGING
    from earmark.datasets.singing_corpus import rows
    from earmark.learn.calibrate import score_songs
    from earmark.learn.manifest import parse_row
    from earmark.learn.train import CALIBRATION
    from earmark.metrics.calibration import reliability
    from earmark.runtime import OnnxModel


def main() -> None:
    """Draw and print."""
    parser = data_parser(__doc__)
    parser.add_argument("--split", default="dev", help="whose songs count (%(default)s)")
    parser.add_argument("--model", default="singing", help="a name or an .onnx file")
    parser.add_argument("--run", type=Path, help="the training's folder, for what was left out")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the picture")
    options = parser.parse_args()
    tracks = [
        parse_row(row, where=str(options.data), folder=Path())
        for row in rows(options.data, relative_to=".")
        if row["split"] == options.split and row["material"] in ("song", "stems")
    ]
    if not tracks:
        raise SystemExit(f"no song in split {options.split!r}: say --split")
    scored = score_songs(OnnxModel(options.model), tracks, label=SINGING)
    scores, truth = (np.concatenate(each) for each in zip(*scored, strict=True))
    found = reliability(truth, scores)
    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.plot(found.score, found.share, marker="o", color="#1f5fa8")
    axes.bar(found.score, found.weight, width=0.05, color="#e6b800", alpha=0.6)
    axes.set(xlabel="score", ylabel="share of frames that are sung", xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"{options.model}, {options.split}: calibration error {found.error:.3f}")
    figure.tight_layout()
    figure.savefig(options.out, dpi=80)
    print(f"expected calibration error on {options.split}: {found.error:.3f}")
    if options.run is not None:
        note = json.loads((options.run / CALIBRATION).read_text())["leave_one_out"]
        for when, figures in note.items():
            shown = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            print(f"each song left out, {when}: {shown}")


if __name__ == "__main__":
    main()
