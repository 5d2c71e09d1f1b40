"""The baseline's view against librosa, and its way to earmark's frames."""

import numpy as np
import pytest

from earmark.features.logmel_schluter import (
    HOP_LENGTH,
    N_FFT,
    OFFSET,
    SILENCE,
    SR,
    logmel_schluter,
    mel_filters,
    to_grid,
)


def test_filters_are_librosas():
    librosa = pytest.importorskip("librosa")
    theirs = librosa.filters.mel(sr=SR, n_fft=N_FFT, n_mels=80, fmin=27.5, fmax=8000)
    np.testing.assert_allclose(mel_filters(), theirs, atol=1e-6)


def test_values_are_librosas(rng):
    librosa = pytest.importorskip("librosa")
    y = rng.normal(0, 0.1, 315 * 40).astype(np.float32)
    ours = logmel_schluter(y)
    padded = np.pad(y, (N_FFT // 2 - HOP_LENGTH // 2, N_FFT))
    theirs = librosa.feature.melspectrogram(
        y=padded, sr=SR, n_fft=N_FFT, hop_length=HOP_LENGTH, center=False, power=1.0,
        n_mels=80, fmin=27.5, fmax=8000,
    ).T[:40]  # fmt: skip
    np.testing.assert_allclose(ours, np.log(theirs + OFFSET), atol=1e-4)


def test_a_frame_is_centred_in_its_hop():
    y = np.zeros(315 * 30, np.float32)
    y[315 * 10 + 157] = 1.0
    energy = np.exp(logmel_schluter(y)).sum(axis=1)
    assert energy.argmax() == 10
    assert energy[9] == pytest.approx(energy[11], rel=0.02)


@pytest.mark.parametrize(("n", "frames"), [(0, 0), (1, 1), (315, 1), (316, 2)])
def test_lengths(n, frames):
    assert logmel_schluter(np.zeros(n, np.float32)).shape == (frames, 80)


def test_silence():
    np.testing.assert_allclose(logmel_schluter(np.zeros(3150, np.float32)), SILENCE, rtol=1e-6)


def test_scores_go_to_the_frames_of_the_same_time():
    own_s = (np.arange(700) + 0.5) * HOP_LENGTH / SR
    on_grid = to_grid(own_s.astype(np.float32), 499)
    np.testing.assert_allclose(on_grid[1:-1], (np.arange(499) + 0.5)[1:-1] * 0.02, atol=1e-5)
