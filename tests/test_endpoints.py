"""Endpoints of clean speech: rendered utterances with exact truth, and what is no speech."""

import numpy as np
import pytest

from earmark.annotation import segments_to_frames
from earmark.endpoints import EndpointSettings, active_frames, endpoints
from earmark.errors import AudioError
from earmark.features.logmel import mel_power
from earmark.synth.speech import render_speech


def test_rendered_utterances_are_found_where_they_are():
    """Frames agree to 95 %, edges to 0.06 s in the median, over twenty utterances."""
    agree, errors_s = [], []
    for seed in range(20):
        y, truth = render_speech(np.random.default_rng([5, seed]))
        found = endpoints(y)
        frames = [segments_to_frames(segments, 300) for segments in (truth, found)]
        agree.append((frames[0] == frames[1]).mean())
        for s in truth:
            errors_s.append(min(abs(f.start_s - s.start_s) for f in found))
            errors_s.append(min(abs(f.end_s - s.end_s) for f in found))
    assert np.mean(agree) > 0.95
    assert np.median(errors_s) < 0.06


@pytest.mark.parametrize("gain_db", [-30, 0, 12])
def test_the_level_does_not_matter(gain_db):
    y, _ = render_speech(np.random.default_rng(3), room_db=-50)
    louder = y * np.float32(10 ** (gain_db / 20))
    assert endpoints(louder) == endpoints(y)


@pytest.mark.parametrize(
    "y",
    [
        np.zeros(16000, np.float32),
        np.full(16000, 0.3, np.float32),
        np.random.default_rng(0).normal(0, 0.1, 32000).astype(np.float32),
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
    ],
    ids=["silence", "constant", "steady noise", "nothing", "one sample"],
)
def test_no_speech(y):
    assert endpoints(y) == []


def test_a_pause_shorter_than_the_least_is_bridged():
    t = np.arange(32000) / 16000
    tone = np.sin(2 * np.pi * 300 * t)
    gap = (t > 0.9) & (t < 1.05)
    y = np.where((t > 0.4) & (t < 1.6) & ~gap, tone, 0).astype(np.float32)
    assert len(endpoints(y)) == 1
    assert len(endpoints(y, settings=EndpointSettings(min_off_s=0.04))) == 2


def test_other_rates_and_frames_agree():
    y, _ = render_speech(np.random.default_rng(1), sr=22050)
    found = endpoints(y, sr=22050)
    assert found
    assert found[-1].end_s <= len(y) / 22050
    z, _ = render_speech(np.random.default_rng(1))
    frames = active_frames(mel_power(z))
    assert (segments_to_frames(endpoints(z), len(frames)) == frames).all()


def test_samples_that_are_no_numbers():
    with pytest.raises(AudioError):
        endpoints(np.array([0.0, np.nan] * 8000, np.float32))


def test_what_is_no_clean_recording():
    with pytest.raises(ValueError, match="one channel"):
        endpoints(np.zeros((2, 100), np.float32))
    with pytest.raises(ValueError, match="quantiles"):
        EndpointSettings(floor=0.9, peak=0.5)
    with pytest.raises(ValueError, match="above 0"):
        EndpointSettings(range_db=float("nan"))
