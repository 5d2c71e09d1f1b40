"""The view: librosa is the referee, and physics."""

import librosa
import numpy as np
import pytest

from earmark.features.logmel import (
    HOP_LENGTH,
    PAD,
    logmel,
    logmel_stream,
    mel_filters,
    mel_power_framed,
)


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, n).astype(np.float32)


def test_filters_are_librosas() -> None:
    referee = librosa.filters.mel(sr=16000, n_fft=640, n_mels=64)
    np.testing.assert_allclose(mel_filters(), referee, atol=1e-7)


def test_spectrogram_is_librosas() -> None:
    y = noise(16000 * 12)
    padded = np.pad(y, PAD)
    power = librosa.feature.melspectrogram(
        y=padded, sr=16000, n_fft=640, hop_length=320, window="hamming", center=False, n_mels=64
    )
    np.testing.assert_allclose(logmel(y), np.log(power.T + 1e-7), atol=1e-4)


@pytest.mark.parametrize(("n", "frames"), [(0, 0), (1, 1), (320, 1), (321, 2), (16000, 50)])
def test_number_of_frames(n: int, frames: int) -> None:
    assert logmel(noise(n)).shape == (frames, 64)


def test_a_click_is_seen_by_the_frames_whose_windows_hold_it() -> None:
    y = np.zeros(3200, np.float32)
    y[5 * HOP_LENGTH + 160] = 1.0  # the centre of frame 5; the windows of 4 and 6 end beside it
    loud = np.flatnonzero(logmel(y).max(axis=1) > np.log(1e-6))
    assert 5 in loud
    assert set(loud) <= {4, 5, 6}
    assert logmel(y)[:, 32].argmax() == 5


def test_a_tone_lights_its_band() -> None:
    t = np.arange(16000) / 16000
    view = logmel(np.sin(2 * np.pi * 1000 * t).astype(np.float32))
    assert view[25].argmax() == (mel_filters()[:, 40]).argmax()  # bin 40 is 1,000 Hz


def test_blocks_with_context_equal_the_whole() -> None:
    y = noise(320 * 700)
    padded = np.pad(y, PAD)
    cut = 320 * 311
    parts = [mel_power_framed(padded[: cut + 2 * PAD]), mel_power_framed(padded[cut:])]
    np.testing.assert_allclose(np.concatenate(parts), mel_power_framed(padded), rtol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 159, 160, 161, 320, 16000, 16001])
@pytest.mark.parametrize("size", [1000, 7777])
def test_streamed_equals_whole(n: int, size: int) -> None:
    y = noise(n)
    parts = list(logmel_stream(y[i : i + size] for i in range(0, n, size)))
    np.testing.assert_allclose(np.concatenate(parts), logmel(y), atol=1e-5)
