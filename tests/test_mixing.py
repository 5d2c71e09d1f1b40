"""Mixing: levels are what they are said to be."""

import numpy as np
import pytest

from earmark.features.logmel import mel_power
from earmark.learn.mixing import colour, level, mix_power, reverberate


@pytest.mark.parametrize("snr_db", [-8.0, 0.0, 10.0])
def test_the_ratio_counts_active_frames_alone(snr_db: float, rng: np.random.Generator) -> None:
    voice = rng.uniform(0, 1, (200, 64)).astype(np.float32)
    active = np.arange(200) < 50
    voice[~active] = 0
    music = rng.uniform(0, 3, (200, 64)).astype(np.float32)
    mixed = mix_power(voice, music, snr_db=snr_db, active=active)
    ratio = level((mixed - music)[active]) / level(music)
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.01)


def test_adding_powers_is_adding_sounds_on_average(rng: np.random.Generator) -> None:
    a, b = rng.normal(0, 0.1, (2, 16000 * 20)).astype(np.float32)
    truth = mel_power(a + b).mean(axis=0)
    np.testing.assert_allclose((mel_power(a) + mel_power(b)).mean(axis=0), truth, rtol=0.1)


def test_a_silent_part_changes_nothing() -> None:
    music = np.ones((4, 64), np.float32)
    silent, active = np.zeros_like(music), np.zeros(4, bool)
    np.testing.assert_array_equal(mix_power(silent, music, snr_db=0, active=active), music)
    np.testing.assert_array_equal(mix_power(music, silent, snr_db=0, active=~active), music)


def test_the_tail_falls_by_60_db_in_its_time_and_has_its_energy() -> None:
    click = np.zeros((400, 1), np.float32)
    click[0] = 1
    wet = reverberate(click, decay_s=1.0, wet=0.2)
    assert wet[0] == 1
    assert wet[1:].sum() == pytest.approx(0.2, rel=1e-3)
    assert 10 * np.log10(wet[1] / wet[51])[0] == pytest.approx(60, abs=0.1)


def test_a_colour_is_smooth_and_differs(rng: np.random.Generator) -> None:
    one, other = colour(rng), colour(rng)
    assert one.shape == (64,)
    assert not np.allclose(one, other)
    assert np.abs(np.diff(10 * np.log10(one))).max() < 5
