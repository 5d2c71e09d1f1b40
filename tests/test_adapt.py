"""A model learns from a person's songs, and says what that is worth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.hysteresis import Hysteresis  # noqa: E402
from earmark.learn import left_out, teach  # noqa: E402
from earmark.learn.adapt import adapt  # noqa: E402
from earmark.learn.amounts import SETTINGS, Settings  # noqa: E402
from earmark.learn.corrected import corrected  # noqa: E402
from earmark.learn.imported import light_from_onnx  # noqa: E402
from earmark.learn.left_out import compare, folds  # noqa: E402
from earmark.learn.taught_card import taught_card  # noqa: E402
from earmark.learn.windows import Heard, draw, hear  # noqa: E402
from earmark.metrics.auc import auc  # noqa: E402
from earmark.runtime import ModelInfo  # noqa: E402
from lessons import FRAMES, segments, small_model, song  # noqa: E402

LABELS = ("singing", "speech")
INFO = ModelInfo("base", LABELS, "logmel", 0.02, 200, 0, {}, "0", "0" * 64)
FAST = Settings("all", lr=2e-2, steps=25, batch=8, windows=24, share=1.0)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[Heard]:
    folder = tmp_path_factory.mktemp("songs")
    return [
        hear(corrected(song(folder, name), segments=segments()), labels=LABELS) for name in "abc"
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory):
    return light_from_onnx(small_model(tmp_path_factory.mktemp("model") / "small.onnx"))


def scores(net: torch.nn.Module, song: Heard) -> np.ndarray:
    with torch.no_grad():
        return net(torch.from_numpy(song.view[None])).sigmoid()[0].numpy()


def test_it_learns_to_hear_another_song(base, songs) -> None:
    taught = adapt(base, songs[:2], FAST, frames=FRAMES)
    truth = songs[2].labels[:, 0]
    assert auc(truth, scores(taught, songs[2])[:, 0]) > 0.9
    assert auc(truth, scores(base, songs[2])[:, 0]) < 0.9
    again = adapt(base, songs[:2], FAST, frames=FRAMES)
    for one, two in zip(taught.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize("name", SETTINGS)
def test_fixed_layers_stay_and_others_learn(base, songs, name: str) -> None:
    settings = replace(SETTINGS[name], steps=3, windows=8, batch=4, offsets=name != "all")
    before = {key: value.clone() for key, value in base.state_dict().items()}
    seen = []
    taught = adapt(base, songs, settings, frames=FRAMES, progress=lambda *told: seen.append(told))
    for key, value in taught.state_dict().items():
        fixed = key.startswith(settings.fixed) or "running" in key or "tracked" in key
        assert torch.equal(value, before[key]) == fixed, key
    assert all(torch.equal(value, before[key]) for key, value in base.state_dict().items())
    assert [done for done, _, _ in seen] == [1, 2, 3]
    assert seen[-1][2] == 0


def test_what_nobody_told_stays(base, songs) -> None:
    """Speech of which no label tells is held to what the base answers; where told it is learnt."""
    silent = [replace(s, known=s.known & [True, False]) for s in songs]
    told = [replace(s, known=s.known | True) for s in songs]
    before = scores(base, songs[0])[:, 1]
    held, learnt = (
        np.abs(scores(adapt(base, each, FAST, frames=FRAMES), songs[0])[:, 1] - before).mean()
        for each in (silent, told)
    )
    assert held < 0.1
    assert learnt > 2 * held


def test_songs_without_singing_teach_that(base, songs) -> None:
    empty = replace(songs[0], labels=np.zeros_like(songs[0].labels))
    taught = adapt(base, [empty], replace(FAST, offsets=True), frames=FRAMES)
    assert scores(taught, songs[0])[:, 0].mean() < 0.2


def test_offsets_keep_one_song_from_deciding_for_all(base, songs) -> None:
    """With an offset a song's share of singing is not learnt, only where in it somebody sings."""
    always = replace(songs[0], labels=songs[0].labels | [True, False])
    always.labels[:300, 0] = False  # 6 s of pause, 14 s of singing
    few = replace(FAST, lr=1e-2, steps=15)
    free, with_offset = (
        scores(adapt(base, [always], replace(few, offsets=on), frames=FRAMES), songs[1])[
            :, 0
        ].mean()
        for on in (False, True)
    )
    assert with_offset < free


def test_windows(songs) -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(songs, FRAMES, rng) for _ in range(40)]
    assert {number for number, _ in drawn} == {0, 1, 2}
    for _, (X, y, known) in drawn:
        assert X.shape == (FRAMES, 64)
        assert X.dtype == np.float32
        assert y.shape == known.shape == (FRAMES, 2)
        assert np.isfinite(X).all()
    partly = replace(songs[0], known=np.zeros_like(songs[0].known))
    partly.known[400:500, 0] = True
    for _ in range(20):
        _, (_, _, known) = draw([partly], FRAMES, rng)
        assert known[:, 0].any()
    short = songs[0].part(100, 150)
    _, (X, _, known) = draw([short], FRAMES, rng)
    assert len(X) == FRAMES
    assert known[:, 0].all()


def test_songs_are_left_out_in_turn(songs) -> None:
    groups, halves = folds(songs)
    assert not halves
    assert [[k for k, _ in group.left] for group in groups] == [[0], [1], [2]]
    assert all(len(group.learnt) == 2 for group in groups)
    many, _ = folds(songs * 4)
    assert len(many) == left_out.FOLDS
    assert sorted(k for group in many for k, _ in group.left) == list(range(12))


def test_halves_where_no_song_can_be_spared(songs) -> None:
    groups, halves = folds(songs[:1])
    assert halves
    assert [len(group.left[0][1]) for group in groups] == [500, 500]
    empty = replace(songs[1], labels=np.zeros_like(songs[1].labels))
    groups, halves = folds([songs[0], empty])  # without the first nobody would sing
    assert halves
    assert len(groups) == 2
    little = replace(songs[0], known=np.zeros_like(songs[0].known))
    little.known[0:700] = True  # the second half has 2 s of pauses
    groups, halves = folds([little])
    assert [group.left[0][1].name for group in groups] == ["a.wav"]


def sided(songs, *values):
    plain = Hysteresis()
    return [
        (k, s, np.asarray(v, np.float32), plain)
        for k, (s, v) in enumerate(zip(songs, values, strict=True))
    ]


def test_before_and_after(songs) -> None:
    truths = [s.labels[:, 0].astype(float) for s in songs]
    chance = [np.full(len(t), 0.6) for t in truths]
    found = compare(songs, sided(songs, *chance), sided(songs, *truths), halves=False)
    assert found.after == {"auc": 1, "accuracy": 1, "f1": 1}
    assert found.before["accuracy"] == pytest.approx(0.5)
    assert not found.worse
    assert [row["name"] for row in found.songs] == ["a.wav", "b.wav", "c.wav"]
    assert found.gain[0] > 0.2
    assert compare(songs, sided(songs, *truths), sided(songs, *chance), halves=False).worse
    half = [replace(s, known=s.known & (np.arange(len(s)) < 100)[:, None]) for s in songs]
    found = compare(half, sided(half, *chance), sided(half, *truths), halves=False)
    assert found.before["accuracy"] == 0  # in the first two seconds nobody sings
    assert np.isnan(found.before["auc"])
    assert not found.worse


def test_calibration_is_kept_where_it_helps_left_out_songs(songs) -> None:
    rng = np.random.default_rng(0)
    logit = [3.0 * (2.0 * s.labels[:, 0] - 1) + rng.normal(0, 1, len(s)) for s in songs]
    low, fine = (
        [(1 / (1 + np.exp(-(z + shift)))).astype(np.float32) for z in logit] for shift in (-4, 0)
    )
    for after, expected in ((low, True), (fine, False)):
        left = [teach.Left(k, s, a, a) for k, (s, a) in enumerate(zip(songs, after, strict=True))]
        verdict = teach.judge(songs, left, Hysteresis(), halves=False)
        assert (verdict.calibration is not None) == (verdict.shifted is not None) == expected
        # what decides is told without the shift, which was chosen on these songs
        assert verdict.compared.after == verdict.compared.before
        if verdict.calibration is not None and verdict.shifted is not None:
            assert verdict.calibration.scale == 1
            assert 1 < verdict.calibration.shift < 3  # shrunk: 3 songs of 7 ask for 4
            assert verdict.shifted.after["accuracy"] > verdict.compared.after["accuracy"]
            card = taught_card("x", b"", [], INFO, FAST, why="", **fields(verdict))
            assert "without the shift, and decided" in card


def fields(verdict):
    return {key: getattr(verdict, key) for key in ("compared", "calibration", "shifted")}


def test_what_could_be_chance_is_doubted(songs) -> None:
    """One song of three gains, the others lose a little: other songs may lose."""
    right = [s.labels[:, 0].astype(float) for s in songs]
    off = [
        np.where(np.arange(len(y)) < part, 1 - y, y)
        for y, part in zip(right, (200, 0, 0), strict=True)
    ]
    lost = [
        np.where(np.arange(len(y)) < part, 1 - y, y)
        for y, part in zip(right, (0, 60, 60), strict=True)
    ]
    found = compare(songs, sided(songs, *off), sided(songs, *lost), halves=False)
    assert not found.worse
    assert found.gain[0] < -left_out.CLEARLY
    assert found.doubt is not None
    assert "may be chance" in found.doubt
    assert compare(songs, sided(songs, *off), sided(songs, *right), halves=False).doubt is None
    halves = compare(songs, sided(songs, *off), sided(songs, *right), halves=True)
    assert halves.doubt is not None
    assert "halves" in halves.doubt
    assert compare(songs, sided(songs, *right), sided(songs, *off), halves=True).doubt is None


def test_a_shift_is_put_into_the_last_layer(base, songs) -> None:
    net = adapt(base, songs, replace(FAST, steps=1), frames=FRAMES)
    with torch.no_grad():
        before = net(torch.from_numpy(songs[0].view[None]))
        teach.shift_singing(net, teach.Calibration(1.0, 0.7))
        after = net(torch.from_numpy(songs[0].view[None]))
    np.testing.assert_allclose(after[..., 0], before[..., 0] + 0.7, atol=1e-5)
    np.testing.assert_allclose(after[..., 1], before[..., 1], atol=1e-6)


def test_a_song_that_vanished(tmp_path: Path, base) -> None:
    from earmark.errors import DataError

    one = corrected(song(tmp_path, "a"), segments=segments())
    (tmp_path / "a.wav").unlink()
    with pytest.raises(DataError, match="is not there any more"):
        hear(one, labels=LABELS)
