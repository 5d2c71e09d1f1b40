"""Pictures of what networks hold: filter patterns by the page, and layers' views of a clip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from earmark.render.charts import new_figure, to_png

COLOURS = "jet"
"""The paper's pictures look like it."""
PAGE = 64


def pattern_page(patterns: NDArray[np.float32], *, columns: int = 8) -> bytes:
    """Up to 64 patterns (n, T, F) on a page, time to the right and frequency upwards.

    Each has its own colour range: signs and shapes can be compared, levels cannot.
    """
    shown = patterns[:PAGE]
    rows = -(-len(shown) // columns)
    n_frames, n_bands = shown.shape[1:]
    wide, gap = n_frames + 3, 4
    page = np.full((rows * (n_bands + gap), columns * wide, 4), 1.0)
    from matplotlib import colormaps

    colours = colormaps[COLOURS]
    for number, pattern in enumerate(shown):
        low, high = np.quantile(pattern, [0.01, 0.99])
        unit = np.clip((pattern.T[::-1] - low) / max(high - low, 1e-9), 0, 1)
        top, left = number // columns * (n_bands + gap), number % columns * wide
        page[top : top + n_bands, left : left + n_frames] = colours(unit)
    figure = new_figure(5.2, 5.2 * page.shape[0] / page.shape[1])
    axes = figure.subplots()
    axes.imshow(page, interpolation="nearest", aspect="auto")
    axes.set_axis_off()
    return to_png(figure, dpi=100)


def stacked(images: Mapping[str, NDArray[np.float32]], *, seconds: float) -> bytes:
    """Views (T, F) of one clip above each other, time to the right and frequency upwards."""
    figure = new_figure(7, 0.4 + 1.5 * len(images))
    for axes, (name, image) in zip(figure.subplots(len(images)), images.items(), strict=True):
        axes.imshow(
            image.T, origin="lower", aspect="auto", cmap=COLOURS, interpolation="nearest",
            extent=(0, seconds, 0, image.shape[1]),
        )  # fmt: skip
        axes.set_title(name, fontsize=9, loc="left")
        axes.set_ylabel("rows", fontsize=8)
        axes.tick_params(labelsize=8)
    axes.set_xlabel("seconds", fontsize=8)
    return to_png(figure, dpi=80)
