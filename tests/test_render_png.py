"""PNG pictures are what others read of them."""

import io

import numpy as np
import pytest

from earmark.render.png import palette_png


def test_another_reader_sees_the_same():
    image = pytest.importorskip("PIL.Image")
    colours = [(0, 0, 0), (255, 0, 10), (1, 2, 3)]
    pixels = np.random.default_rng(0).integers(0, 3, (17, 300)).astype(np.uint8)
    read = image.open(io.BytesIO(palette_png(pixels, colours)))
    assert np.array_equal(np.asarray(read.convert("RGB")), np.array(colours, np.uint8)[pixels])


@pytest.mark.parametrize("pixels", [np.zeros((0, 3)), np.zeros((3, 0)), np.full((2, 2), 2)])
def test_no_picture(pixels):
    with pytest.raises(ValueError, match="no picture"):
        palette_png(pixels.astype(np.uint8), [(0, 0, 0), (1, 1, 1)])
