"""The outline of a recording: exact, in blocks, at every zoom."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from earmark.audio import write_audio
from earmark.errors import AudioError
from earmark.peaks import COARSEST, read_peaks


@pytest.mark.parametrize("sr", [8000, 11025, 44100, 48000])
@pytest.mark.parametrize("seconds", [0.1, 1.0, 10.003, 25.5])
def test_each_pair_is_the_extremes_of_its_stretch(sr, seconds):
    n = round(sr * seconds)
    y = np.random.default_rng(0).uniform(-1, 1, n).astype(np.float32)
    peaks = read_peaks((y, sr))
    count = -(-n * 100 // sr)
    edges = [min(n, k * sr // 100) for k in range(count + 1)]
    edges[-1] = n
    expected = [(y[a:b].min(), y[a:b].max()) for a, b in pairwise(edges)]
    assert peaks.duration_s == n / sr
    assert np.array_equal(peaks.levels[0], np.rint(np.array(expected) * 127).astype(np.int8))


def test_levels_halve_and_lose_no_peak():
    y = np.zeros(16000 * 60 + 7, np.float32)
    y[123_456] = 0.9
    peaks = read_peaks((y, 16000))
    counts = [len(level) for level in peaks.levels]
    assert counts == [6001, 3001, 1501, 751]
    assert counts[-1] <= COARSEST
    for k, level in enumerate(peaks.levels):
        assert level.dtype == np.int8
        assert level.flags.c_contiguous
        assert np.flatnonzero(level[:, 1]).tolist() == [771 >> k]
        assert level[:, 1].max() == round(0.9 * 127)


def test_what_is_beyond_full_scale_is_full_scale():
    peaks = read_peaks((np.array([-3.0, 3.0] * 800, np.float32), 16000))
    assert peaks.levels[0].tolist() == [[-127, 127]] * 10


def test_channels_are_averaged():
    y = np.stack([np.full(1600, 0.5), np.full(1600, -0.25)])
    assert read_peaks((y, 16000)).levels[0].tolist() == [[16, 16]] * 10


@pytest.mark.parametrize("sr", [1, 7, 50, 99])
def test_fewer_samples_than_stretches(sr):
    y = np.linspace(-1, 1, 5 * sr).astype(np.float32)
    level = read_peaks((y, sr)).levels[0]
    assert level.shape == (500, 2)
    assert level[0].tolist() == [-127, -127]
    assert level[-1].tolist() == [127, 127]


def test_an_empty_recording_has_no_pairs():
    peaks = read_peaks((np.zeros(0, np.float32), 16000))
    assert [level.shape for level in peaks.levels] == [(0, 2)]
    assert peaks.duration_s == 0


def test_another_rate():
    assert len(read_peaks((np.zeros(16000, np.float32), 16000), rate_hz=7.5).levels[0]) == 8
    with pytest.raises(ValueError, match="rate_hz"):
        read_peaks((np.zeros(16000, np.float32), 16000), rate_hz=0)


def test_three_hours_need_no_more_memory_than_a_minute():
    """An array that repeats one sample stands for the recording, and takes no memory itself."""

    def most_bytes(seconds: int) -> int:
        y = np.broadcast_to(np.float32(0.25), seconds * 8000)
        tracemalloc.start()
        peaks = read_peaks((y, 8000))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(peaks.levels[0]) == seconds * 100
        return most

    assert most_bytes(3 * 3600) < most_bytes(60) + 10_000_000  # of which the pairs are 4 MB


def test_a_file(tmp_path):
    write_audio(tmp_path / "one.flac", np.full(4410, 0.5, np.float32), sr=44100)
    assert read_peaks(tmp_path / "one.flac").levels[0].tolist() == [[64, 64]] * 10


def test_what_is_no_recording_is_said(tmp_path):
    (tmp_path / "one.mp3").write_text("no")
    with pytest.raises(AudioError, match=r"one\.mp3"):
        read_peaks(tmp_path / "one.mp3")
