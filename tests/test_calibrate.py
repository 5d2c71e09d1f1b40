"""Calibrated scores mean what they say, and keep their order."""

from pathlib import Path

import numpy as np
import pytest

import corpus

torch = pytest.importorskip("torch")

from earmark.errors import DataError  # noqa: E402
from earmark.hysteresis import Hysteresis  # noqa: E402
from earmark.learn.calibrate import (  # noqa: E402
    TOLD,
    Calibration,
    accuracies,
    calibrate,
    fit_calibration,
    fit_hysteresis,
    leave_one_out,
    score_songs,
)
from earmark.learn.export import export_onnx  # noqa: E402
from earmark.learn.manifest import read_manifest, write_manifest  # noqa: E402
from earmark.metrics.calibration import reliability  # noqa: E402
from earmark.nets.light import LightCrnn  # noqa: E402
from earmark.runtime import OnnxModel  # noqa: E402


def song(seed: int, *, shift: float = -2.0, scale: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Stretches of singing whose logits say too little, and too seldom yes."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.random(60) < 0.5, 50)
    noise = np.repeat(rng.normal(0, 2, 60), 50)  # a network that is wrong is so for a while
    z = 4 * (truth - 0.5) + noise  # log odds z, since 4 * 4 / 2**2 / 4 = 1
    return (1 / (1 + np.exp(-(scale * z + shift)))).astype(np.float32), truth


def test_it_undoes_what_was_wrong() -> None:
    songs = [song(seed) for seed in range(40)]  # of few, the shift would be shrunk
    found = leave_one_out(songs, decoding=Hysteresis())
    assert found["before"]["calibration_error"] > 0.2
    assert found["after"]["calibration_error"] < 0.05
    for measure in ("accuracy", "f1", "onset_f"):
        assert found["after"][measure] > found["before"][measure] + 0.1
    assert set(found["after"]) == {*TOLD, "calibration_error"}


def test_averaging_is_not_counted_as_calibration() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(rng.random(60) < 0.5, 50)
    z = 4 * (truth - 0.5) + rng.normal(0, 2, len(truth))  # log odds, wrong from frame to frame
    found = leave_one_out(
        [((1 / (1 + np.exp(-z))).astype(np.float32), truth)] * 9, decoding=Hysteresis()
    )
    assert abs(found["after"]["accuracy"] - found["before"]["accuracy"]) < 0.02


def test_scores_that_fall_where_it_is_sung_are_not_turned_round() -> None:
    songs = [(1 - scores, truth) for scores, truth in map(song, range(3))]
    with pytest.raises(DataError, match="nothing to calibrate yet"):
        fit_calibration(songs)


def test_few_songs_change_little() -> None:
    few, many = (
        fit_calibration([song(seed, shift=-1.0) for seed in range(n)]).shift for n in (2, 40)
    )
    assert 0.9 < many < 2.1
    assert few < 0.7 * many
    truth = np.tile(np.repeat([True, False], [40, 20]), 10)
    right_at = [  # one song wants it lower; the other has no wish, or the same
        [(np.where(truth, high, 0.0).astype(np.float32), truth) for high in highs]
        for highs in ((0.45, 0.9), (0.45, 0.45))
    ]
    assert [fit_hysteresis(songs, Hysteresis()).onset for songs in right_at] == [0.5, 0.45]


def test_thresholds_are_fitted_and_lengths_are_not() -> None:
    truth = np.tile(np.repeat([True, False], [40, 20]), 10)
    scores = np.where(truth, 0.45, 0.38).astype(np.float32)
    before = Hysteresis(min_on_s=0.2, min_off_s=0.3)
    fitted = fit_hysteresis([(scores, truth)], before)
    assert 0.38 < fitted.offset <= fitted.onset <= 0.45
    assert (fitted.min_on_s, fitted.min_off_s) == (0.2, 0.3)
    assert accuracies([(scores, truth)], fitted) == [1.0]


def test_the_networks_own_scores_are_calibrated(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = LightCrnn(labels=2, maps=(4, 4, 4, 4), units=4).eval()
    torch.nn.init.normal_(net.head[-1].weight, std=2.0)
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    tracks = [t for t in read_manifest(tmp_path / "m.jsonl") if t.material in ("song", "stems")]

    def scored(*, smoothed: bool) -> list:
        names = ("singing", "speech")
        export_onnx(net, tmp_path / "n.onnx", frames=200, labels=names, smoothed=smoothed)
        model = OnnxModel(tmp_path / "n.onnx")
        return [score_songs(model, tracks, label=name) for name in ("singing", "speech")]

    before, speech = scored(smoothed=False)
    _, note = calibrate(net, before, Hysteresis())
    after, same = scored(smoothed=True)
    line, none = Calibration(note["scale"], note["shift"]), Calibration()
    inner = slice(15, -15)  # beyond its ends the model hears silence; windows differ a little too
    for (old, truth), (new, _) in zip(before, after, strict=True):
        np.testing.assert_allclose(new[inner], line(old)[inner], atol=0.01)
        assert truth.any()
    np.testing.assert_allclose(none(speech[0][0])[inner], same[0][0][inner], atol=0.01)
    both = [np.concatenate(each) for each in zip(*after, strict=True)]
    worse = [np.concatenate(each) for each in zip(*before, strict=True)]
    assert reliability(both[1], both[0]).error < reliability(worse[1], worse[0]).error
    assert note["songs"] == len(tracks)


@pytest.mark.parametrize("scores", [[0.5], [0.5, 1.5], [np.nan, 0.5]])
def test_what_cannot_be_held_against_truth(scores: list[float]) -> None:
    with pytest.raises(ValueError, match=r"two curves|must lie in"):
        reliability(np.array([True, False]), np.array(scores))
