"""Pictures show what they are given: sizes, and colours where they belong."""

import io

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.image import imread

from earmark.render.charts import curves, points, strips
from earmark.render.maps import pattern_page, stacked


def pixels(png):
    return imread(io.BytesIO(png))[..., :3]


def share(png, colour):
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return (np.abs(pixels(png) - wanted).max(axis=2) < 0.02).mean()


def test_strips_are_yellow_where_there_is_singing():
    from earmark.render.charts import GREY, YELLOW

    half = np.arange(100) < 50
    png = strips({"one": {"truth": half, "other": half & False}}, hop_s=0.02)
    assert share(png, GREY) == pytest.approx(3 * share(png, YELLOW), rel=0.1)


def test_a_page_holds_every_pattern(rng):
    patterns = np.zeros((64, 25, 64), np.float32)
    patterns[:, :, 32:] = 1.0  # the upper half is high: red in jet, the lower blue
    image = pixels(pattern_page(patterns))
    red = (image[..., 0] > 0.4) & (image[..., 2] < 0.1)
    blue = (image[..., 2] > 0.4) & (image[..., 0] < 0.1)
    assert red.sum() == pytest.approx(blue.sum(), rel=0.1)
    first_red, first_blue = (np.flatnonzero(part.any(axis=1))[0] for part in (red, blue))
    assert first_red < first_blue


def test_fewer_patterns_make_a_smaller_page(rng):
    small, large = (
        pixels(pattern_page(rng.normal(size=(n, 25, 64)).astype(np.float32))) for n in (8, 64)
    )
    assert small.shape[0] < large.shape[0] / 4


def test_curves_points_and_stacks_are_pictures(rng):
    plane = rng.normal(size=(20, 2)).astype(np.float32)
    for png in (
        curves(["1", "all"], {"a": [1.0, 2.0]}, x_label="x", y_label="y", zero=True),
        points({"a": plane, "b": plane + 3}),
        stacked({"log-mel": plane, "L1": plane}, seconds=1.0),
    ):
        image = pixels(png)
        assert min(image.shape[:2]) > 100
        assert image.std() > 0.01


def test_intervals_are_drawn_where_they_lie():
    options = {"x_label": "x", "y_label": "y"}
    lines = {"a": [0.0, 10.0]}
    bare = curves(["1", "2"], lines, **options)
    wide = curves(["1", "2"], lines, intervals={"a": [(-1.0, 1.0), (2.0, 12.0)]}, **options)
    blue = [np.abs(pixels(png) - np.array([0x1F, 0x5F, 0xA8]) / 255).max(axis=2) < 0.05
            for png in (bare, wide)]  # fmt: skip
    upright = [part.sum(axis=0).max() for part in blue]  # pixels of the tallest upright line
    assert upright[1] > 5 * upright[0]


def test_no_line_is_dropped():
    lines = {str(n): [float(n), float(n)] for n in range(5)}
    few = {name: values for name, values in lines.items() if name != "4"}
    options = {"x_label": "x", "y_label": "y"}
    assert curves(["1", "2"], lines, **options) != curves(["1", "2"], few, **options)


def test_a_single_view(rng):
    assert pixels(stacked({"log-mel": rng.normal(size=(20, 8))}, seconds=1.0)).std() > 0.01
