"""Pictures of measurements: curves with spreads, points of two domains, strips of labels.

Each function returns PNG data. matplotlib is used without its global state, so threads and servers
may draw.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YELLOW, GREY = "#f2b705", "#d0d0d0"
COLOURS = ("#1f5fa8", "#d1495b", "#2a9d5c", "#8a5fbf")


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def to_png(figure: Figure, *, dpi: int = 110) -> bytes:
    """A figure as PNG data of at most 128 colours: a third of the size, and looks the same."""
    from PIL import Image

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi)
    image = Image.open(drawn).convert("RGB")
    few = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def curves(
    x: Sequence[str],
    lines: Mapping[str, Sequence[float]],
    *,
    x_label: str,
    y_label: str,
    intervals: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    zero: bool = False,
) -> bytes:
    """Lines over named places, with intervals where they are given.

    Parameters
    ----------
    x : sequence of str
        Places from left to right, evenly spaced.
    lines : mapping of str to sequence of float
    x_label, y_label : str
    intervals : mapping of str to sequence of (float, float)
        Of lines by name: low and high at each place.
    zero : bool
        Whether a line is drawn at zero.
    """
    figure = new_figure(7.2, 3.8)
    axes = figure.subplots()
    at = np.arange(len(x))
    for (name, values), colour in zip(lines.items(), cycle(COLOURS), strict=False):
        axes.plot(at, values, marker="o", label=name, color=colour)
        if intervals and name in intervals:
            low, high = np.transpose(intervals[name])
            axes.vlines(at, low, high, color=colour, linewidth=1.5)
    if zero:
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(at, x)
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(lines) > 1:
        axes.legend(frameon=False)
    return to_png(figure)


def points(sets: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Points of a plane in one colour a set, arrays of shape (n, 2)."""
    figure = new_figure(6, 5)
    axes = figure.subplots()
    for (name, plane), colour in zip(sets.items(), cycle(COLOURS), strict=False):
        axes.scatter(plane[:, 0], plane[:, 1], s=9, alpha=0.6, label=name, color=colour)
    axes.set(xticks=[], yticks=[])
    axes.legend(frameon=False, loc="best")
    return to_png(figure)


def strips(songs: Mapping[str, Mapping[str, NDArray[np.bool_]]], *, hop_s: float) -> bytes:
    """Strips over time, yellow where there is singing and grey elsewhere, a group a song.

    Parameters
    ----------
    songs : mapping of str to mapping of str to ndarray of bool, shape (T,)
        For each song its strips by name (truth, a system, ...).
    hop_s : float
        Seconds between frames.
    """
    figure = new_figure(9, 0.55 + 1.25 * len(songs))
    from matplotlib.colors import ListedColormap

    colours = ListedColormap([GREY, YELLOW])
    for axes, (song, rows) in zip(
        np.atleast_1d(figure.subplots(len(songs))), songs.items(), strict=True
    ):
        for number, active in enumerate(rows.values()):
            extent = (0.0, len(active) * hop_s, number + 0.88, number + 0.0)
            axes.imshow(
                active[None], aspect="auto", cmap=colours, vmin=0, vmax=1, extent=extent,
                interpolation="nearest",
            )  # fmt: skip
        axes.set(ylim=(len(rows), 0), xlim=(0, max(len(a) for a in rows.values()) * hop_s))
        axes.set_yticks(np.arange(len(rows)) + 0.44, list(rows))
        axes.set_title(song, fontsize=10, loc="left")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    axes.set_xlabel("seconds")
    return to_png(figure)
