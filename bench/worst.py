"""Draw the twenty worst seconds: where the scores are furthest from the truth.

    python bench/worst.py --data ../shared/data -o worst.png

Seconds of the songs of a split, those within 0.3 s of a label edge left out. Each picture has the
log-mel spectrogram of 6 s around one of them, the score (white) and the truth (yellow, at the top).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from extras import needed
from measuring import data_parser

with needed("plot"):
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from earmark.annotation import SINGING, segments_to_frames
    from earmark.audio import load_audio
    from earmark.datasets.singing_corpus import rows
    from earmark.features.logmel import SR, logmel
    from earmark.formats import read
    from earmark.metrics.frames import collar_mask
    from earmark.runtime import OnnxModel

SECOND = 50
"""Frames."""
AROUND = 3 * SECOND
COLLAR_S = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A song, its scores and its truth, a value a frame."""

    name: str
    view: NDArray[np.float32]
    scores: NDArray[np.float32]
    truth: NDArray[np.bool_]
    counted: NDArray[np.bool_]


def main() -> None:
    """Find and draw."""
    options = _options()
    model = OnnxModel(options.model, threads=2)
    songs = [
        _hear(row, model)
        for row in rows(options.data, relative_to=".")
        if row["split"] == options.split and row["material"] == "song"
    ]
    if not songs:
        raise SystemExit(f"no song in split {options.split!r}: say --split")
    found = sorted(
        (
            (error, song, second)
            for song in songs
            for second, error in enumerate(_errors(song))
            if error > 0
        ),
        key=lambda each: -each[0],
    )[: options.count]
    figure, grid = plt.subplots(4, -(-len(found) // 4), figsize=(18, 10), squeeze=False)
    for axes, (error, song, second) in zip(grid.flat, found, strict=False):
        _draw(axes, song, second, error)
    figure.tight_layout()
    figure.savefig(options.out, dpi=70)
    for error, song, second in found:
        wrong = "missed" if song.truth[second * SECOND + SECOND // 2] else "called singing"
        print(f"{song.name} {second // 60}:{second % 60:02d} {wrong}, error {error:.2f}")


def _hear(row: dict, model: OnnxModel) -> Heard:
    y, _ = load_audio(row["audio"], sr=SR)
    view = logmel(y)
    scores = model.score(view)[:, model.info.labels.index(SINGING)]
    segments = read(row["labels"]).segments
    truth = segments_to_frames(segments, len(view))
    counted = collar_mask(segments, len(view), collar_s=COLLAR_S)
    return Heard(row["singer"], view, scores, truth, counted)


def _errors(song: Heard) -> NDArray[np.float64]:
    """Mean distance of score and truth in each second; 0 where labels are too near to an edge."""
    n = len(song.scores) // SECOND * SECOND
    wrong = np.abs(song.scores - song.truth)[:n].reshape(-1, SECOND)
    counted = song.counted[:n].reshape(-1, SECOND)
    error = (wrong * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return np.where(counted.mean(axis=1) > 0.9, error, 0.0)


def _draw(axes: Axes, song: Heard, second: int, error: float) -> None:
    middle = second * SECOND + SECOND // 2
    start, stop = max(0, middle - AROUND), min(len(song.view), middle + AROUND)
    at_s = np.arange(start, stop) / SECOND
    extent = (at_s[0], at_s[-1], 0, song.view.shape[1])
    axes.imshow(song.view[start:stop].T, origin="lower", aspect="auto", extent=extent, cmap="magma")
    axes.plot(at_s, 60 * song.scores[start:stop], color="white", linewidth=1)
    axes.fill_between(at_s, 62, 64, where=song.truth[start:stop], color="gold", step="mid")
    axes.axvspan(second, second + 1, color="cyan", alpha=0.25)
    clock = f"{second // 60}:{second % 60:02d}"
    axes.set_title(f"{song.name} {clock}, error {error:.2f}", fontsize=9)
    axes.set_yticks([])


def _options() -> argparse.Namespace:
    parser = data_parser(__doc__)
    parser.add_argument("--split", default="dev", help="whose songs count (%(default)s)")
    parser.add_argument("--model", default="singing", help="a name or an .onnx file")
    parser.add_argument("--count", type=int, default=20, help="how many seconds (%(default)s)")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the picture")
    return parser.parse_args()


if __name__ == "__main__":
    main()
