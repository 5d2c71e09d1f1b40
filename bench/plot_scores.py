"""Draw earmark's scores of some songs over the truth.

    python bench/plot_scores.py --data ../shared/data --song northern_star -o scores.png

A row a song: the score every 20 ms, the threshold, and beneath them what was marked and the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from extras import needed
from measuring import data_parser

with needed("plot"):
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    from earmark.annotation import Annotation, Segment
    from earmark.datasets.singing_corpus import rows
    from earmark.detector import SingingDetector
    from earmark.formats import read

COLOURS = {"truth": "#b8860b", "marked": "#e6b800"}


def draw(axes: Axes, title: str, found: Annotation, truth: Sequence[Segment], onset: float) -> None:
    """One song."""
    assert found.scores is not None
    axes.plot(found.scores.times_s, found.scores.values[:, 0], color="#1f5fa8", linewidth=0.5)
    axes.axhline(onset, color="grey", linewidth=0.6, linestyle="--")
    for at, (name, segments) in enumerate({"marked": found.segments, "truth": truth}.items()):
        spans = [(s.start_s, s.duration_s) for s in segments]
        axes.broken_barh(spans, (-0.15 - 0.15 * at, 0.12), color=COLOURS[name], label=name)
    axes.set(title=title, xlim=(0, found.duration_s), ylim=(-0.32, 1.02), yticks=[0, 0.5, 1])
    axes.set_ylabel("score")


def main() -> None:
    """Draw."""
    parser = data_parser(__doc__)
    parser.add_argument("--song", action="append", required=True, help="part of its file's name")
    parser.add_argument("--model", default="singing", help="a name or an .onnx file")
    parser.add_argument("-o", "--out", required=True, type=Path, help="the picture")
    options = parser.parse_args()
    detector = SingingDetector(options.model, threads=2)
    known = [row for row in rows(options.data, relative_to=".") if row["material"] == "song"]
    if lost := [name for name in options.song if not any(name in r["audio"] for r in known)]:
        raise SystemExit(f"no song is called {lost[0]!r}")
    chosen = [next(r for r in known if name in r["audio"]) for name in options.song]
    figure, grid = plt.subplots(len(chosen), 1, figsize=(11, 2.4 * len(chosen)), squeeze=False)
    for axes, row in zip(grid[:, 0], chosen, strict=True):
        found = detector.detect(row["audio"])
        title = Path(row["audio"]).stem.replace("___", ": ").replace("_", " ")
        draw(axes, title, found, read(row["labels"]).segments, detector.hysteresis.onset)
    grid[-1, 0].set_xlabel("seconds")
    grid[0, 0].legend(loc="upper right", ncols=2, fontsize=8)
    figure.tight_layout()
    figure.savefig(options.out, dpi=100)


if __name__ == "__main__":
    main()
