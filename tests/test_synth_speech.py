"""Rendered speech sounds where its truth says, and nowhere else."""

import itertools

import numpy as np
import pytest

from earmark.synth.speech import render_speech


def test_sound_is_where_the_truth_is():
    y, truth = render_speech(np.random.default_rng(2), duration_s=8.0, room_db=-90)
    inside = np.zeros(len(y), bool)
    for s in truth:
        assert s.label == "speech"
        inside[round(s.start_s * 16000) : round(s.end_s * 16000)] = True
    assert np.sqrt(np.mean(y[inside] ** 2)) == pytest.approx(0.1, rel=0.2)
    assert np.abs(y[~inside]).max() < 1e-4


def test_the_same_generator_speaks_the_same():
    a, b = (render_speech(np.random.default_rng(4), duration_s=3.0) for _ in range(2))
    assert (a[0] == b[0]).all()
    assert a[1] == b[1]


def test_phrases_and_pauses():
    _, truth = render_speech(np.random.default_rng(6), duration_s=20.0)
    pauses = [b.start_s - a.end_s for a, b in itertools.pairwise(truth)]
    assert len(truth) > 4
    assert min(pauses) >= 0.3 - 1e-6
    assert truth[-1].end_s < 20.0


@pytest.mark.parametrize("wrong", [{"duration_s": 1.0}, {"voice": "robot"}])
def test_what_cannot_be_rendered(wrong):
    with pytest.raises(ValueError, match=r"1\.5 s|robot"):
        render_speech(np.random.default_rng(0), **wrong)
