"""Mixing: levels are what they are said to be."""

import numpy as np
import pytest

from earmark.features.logmel import mel_power
from earmark.learn.mixing import audible, colour, denoise, level, reverberate, scale_to


@pytest.mark.parametrize("snr_db", [-8.0, 0.0, 10.0])
def test_the_ratio_counts_active_frames_alone(snr_db: float, rng: np.random.Generator) -> None:
    voice = rng.uniform(0, 1, (200, 64)).astype(np.float32)
    active = np.arange(200) < 50
    voice[~active] = 0
    music = rng.uniform(0, 3, (200, 64)).astype(np.float32)
    scaled = scale_to(voice, music, snr_db=snr_db, active=active)
    ratio = level(scaled[active]) / level(music)
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.01)


def test_adding_powers_is_adding_sounds_on_average(rng: np.random.Generator) -> None:
    a, b = rng.normal(0, 0.1, (2, 16000 * 20)).astype(np.float32)
    truth = mel_power(a + b).mean(axis=0)
    np.testing.assert_allclose((mel_power(a) + mel_power(b)).mean(axis=0), truth, rtol=0.1)


def test_a_silent_part_changes_nothing() -> None:
    music = np.ones((4, 64), np.float32)
    silent, active = np.zeros_like(music), np.zeros(4, bool)
    np.testing.assert_array_equal(scale_to(silent, music, snr_db=0, active=active), silent)
    np.testing.assert_array_equal(scale_to(music, silent, snr_db=0, active=~active), music)


def test_steady_noise_goes_and_the_voice_stays(rng: np.random.Generator) -> None:
    noise = rng.chisquare(8, (400, 64)).astype(np.float32) / 8
    voice = np.zeros_like(noise)
    voice[100:200, 10:20] = 1000
    clean = denoise(voice + noise)
    assert level(clean[300:]) < 0.02 * level(noise[300:])
    assert level(clean[100:200]) == pytest.approx(level(voice[100:200]), rel=0.02)
    np.testing.assert_array_equal(denoise(noise), noise)  # without pauses there is no telling


def test_a_drowned_voice_is_not_audible() -> None:
    music = np.ones((3, 64), np.float32)
    voice = np.zeros_like(music)
    voice[1, 5:9], voice[2, 5:9] = 0.1, 1.0
    assert audible(voice, music).tolist() == [False, False, True]


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
