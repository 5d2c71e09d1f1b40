"""Endpoints of vocal stems whose truth is exact."""

import numpy as np
import pytest

from earmark.audio import load_audio, write_audio
from earmark.datasets.stem_energy import sung

SR = 16000


def stem(*sounding, seconds, level=0.3):
    t = np.arange(round(seconds * SR)) / SR
    on = np.any([(t >= a) & (t < b) for a, b in sounding] or [t < 0], axis=0)
    return (level * np.sin(2 * np.pi * 440 * t) * on).astype(np.float32)


def test_a_phrase_in_a_long_silence():
    """A quantile over all frames would call the silence loud."""
    assert sung(stem((20, 21.5), seconds=400), sr=SR) == [[20.0, 21.5]]


def test_sung_throughout():
    assert sung(stem((0, 5), seconds=5), sr=SR) == [[0.0, 5.0]]


def test_nobody_sings(rng):
    assert sung(stem(seconds=5), sr=SR) == []
    assert sung((1e-4 * rng.standard_normal(5 * SR)).astype(np.float32), sr=SR) == []
    assert sung(np.zeros(0, np.float32), sr=SR) == []


def test_bleed_is_not_singing_and_the_gain_does_not_matter():
    y = stem((1, 2), (3, 4), seconds=6) + 10 ** (-34 / 20) * stem((0, 6), seconds=6)
    assert sung(y, sr=SR) == [[1.0, 2.0], [3.0, 4.0]]
    assert sung(0.1 * y, sr=SR) == [[1.0, 2.0], [3.0, 4.0]]


def test_short_pauses_are_bridged_and_clicks_dropped():
    found = sung(stem((1, 2), (2.2, 3), (3.4, 4), (5, 5.04), seconds=6), sr=SR)
    assert found == [[1.0, 3.0], [3.4, 4.0]]


@pytest.mark.parametrize("sr", [22050, 44100])
def test_other_rates(sr, tmp_path):
    write_audio(tmp_path / "a.wav", stem((1, 2), seconds=3), sr=SR)
    y, _ = load_audio(tmp_path / "a.wav", sr=sr)
    np.testing.assert_allclose(sung(y, sr=sr), [[1, 2]], atol=0.021)
