"""Pictures of what networks hold: filter patterns by the page, and layers' views of a clip."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from earmark.render.charts import new_figure, to_png

COLOURS = "jet"
"""The paper's pictures look like it."""
PAGE = 64
GAP = 3
"""Cells between patterns."""
LEVELS = 48
"""Colours of a pattern: more make pages larger, not clearer."""


def pattern_page(patterns: NDArray[np.float32], *, columns: int = 8, scale: int = 3) -> bytes:
    """Up to 64 patterns (n, T, F) on a page, time to the right and frequency upwards.

    Each has its own colour range: signs and shapes can be compared, levels cannot. A cell is
    ``scale`` x ``scale`` pixels.
    """
    from matplotlib import colormaps
    from PIL import Image

    shown = patterns[:PAGE]
    rows = -(-len(shown) // columns)
    n_frames, n_bands = shown.shape[1:]
    wide, high, paper = n_frames + GAP, n_bands + GAP, LEVELS
    page = np.full((rows * high - GAP, columns * wide - GAP), paper, np.uint8)
    for number, pattern in enumerate(shown):
        bottom, top = np.quantile(pattern, [0.01, 0.99])
        unit = np.clip((pattern.T[::-1] - bottom) / max(top - bottom, 1e-9), 0, 1)
        y, x = number // columns * high, number % columns * wide
        page[y : y + n_bands, x : x + n_frames] = np.rint(unit * (LEVELS - 1))
    image = Image.fromarray(page.repeat(scale, axis=0).repeat(scale, axis=1))
    colours = colormaps[COLOURS](np.linspace(0, 1, LEVELS), bytes=True)[:, :3]
    image.putpalette([*colours.ravel().tolist(), 255, 255, 255])
    buffer = io.BytesIO()
    image.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def stacked(images: Mapping[str, NDArray[np.float32]], *, seconds: float) -> bytes:
    """Views (T, F) of one clip above each other, time to the right and frequency upwards."""
    figure = new_figure(7, 0.4 + 1.15 * len(images))
    rows = np.atleast_1d(figure.subplots(len(images), sharex=True))
    for axes, (name, image) in zip(rows, images.items(), strict=True):
        axes.imshow(
            image.T, origin="lower", aspect="auto", cmap=COLOURS, interpolation="nearest",
            extent=(0, seconds, 0, image.shape[1]),
        )  # fmt: skip
        axes.set_title(f"{name} ({image.shape[1]} rows)", fontsize=9, loc="left")
        axes.set_yticks([])
        axes.tick_params(labelsize=8)
    rows[-1].set_xlabel("seconds", fontsize=8)
    return to_png(figure, dpi=80)
