"""Measures of singing detection, against mir_eval and scikit-learn and by golden numbers."""

from __future__ import annotations

import warnings

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as referee

from earmark.annotation import Segment, frames_to_segments, segments_to_frames
from earmark.metrics.edges import edge_counts, edge_errors, edge_f, match_edges, runs
from earmark.metrics.frames import (
    MEASURES,
    Track,
    auc,
    bootstrap,
    collar_mask,
    evaluate,
    frame_counts,
    rates,
)

HOP_S = 0.02


def frames(n: int = 60) -> st.SearchStrategy[np.ndarray]:
    return st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)


times = st.lists(st.integers(0, 5000).map(lambda ms: ms / 1000), max_size=30, unique=True).map(
    lambda values: np.array(sorted(values))
)
segments = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 300)).map(
        lambda pair: Segment(pair[0] / 100, (pair[0] + pair[1]) / 100)
    ),
    max_size=8,
)


def random_track(rng: np.random.Generator, *, seconds: float = 60.0, name: str = "") -> Track:
    """A song in phrases of a few seconds, a noisy score, and the score's decision at 0.5."""
    n = round(seconds / HOP_S)
    changes = np.cumsum(rng.random(n) < HOP_S / 3) % 2 == 1
    scores = np.clip(0.5 + 0.2 * (2 * changes - 1) + 0.25 * rng.standard_normal(n), 0, 1)
    scores = scores.round(2)
    return Track(
        frames_to_segments(changes),
        frames_to_segments(scores > 0.5),
        duration_s=seconds,
        scores=scores,
        name=name,
    )


# --- frames -------------------------------------------------------------------------------------


@given(frames(), frames())
def test_rates_equal_scikit_learn(reference, estimate):
    reference[:2] = [True, False]  # both classes, so that every rate but precision is defined
    ours = {name: float(rate) for name, rate in rates(frame_counts(reference, estimate)[0]).items()}
    precision, recall, f1, _ = referee.precision_recall_fscore_support(
        reference, estimate, average="binary", zero_division=np.nan
    )
    expected = {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "accuracy": referee.accuracy_score(reference, estimate),
        "balanced_accuracy": referee.balanced_accuracy_score(reference, estimate),
        "false_alarm": 1 - referee.recall_score(~reference, ~estimate),
    }
    assert ours == pytest.approx(expected, nan_ok=True)


def test_golden_rates():
    got = rates(np.array([[30, 10, 20, 40], [0, 5, 0, 15], [0, 0, 4, 6]]))
    assert got["precision"] == pytest.approx([0.75, np.nan, np.nan], nan_ok=True)
    assert got["recall"] == pytest.approx([0.6, np.nan, 0], nan_ok=True)
    assert got["f1"] == pytest.approx([2 / 3, np.nan, 0], nan_ok=True)
    assert got["accuracy"] == pytest.approx([0.7, 0.75, 0.6])
    assert got["balanced_accuracy"] == pytest.approx([0.7, np.nan, 0.5], nan_ok=True)
    assert got["false_alarm"] == pytest.approx([0.2, 0.25, 0])


@given(frames(), st.lists(st.integers(0, 9), min_size=60, max_size=60).map(np.array))
def test_auc_with_ties_equals_scikit_learn(reference, scores):
    reference[:2] = [True, False]
    assert auc(reference, scores) == pytest.approx(referee.roc_auc_score(reference, scores))


@given(frames(), st.lists(st.integers(0, 9), min_size=60, max_size=60).map(np.array), st.data())
def test_weighted_auc_is_that_of_repeated_frames(reference, scores, data):
    reference[:2] = [True, False]
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=60, max_size=60)))
    weights[:2] = 1
    ours = auc(reference, scores, weights=weights)
    assert ours == pytest.approx(referee.roc_auc_score(reference, scores, sample_weight=weights))
    assert ours == pytest.approx(auc(np.repeat(reference, weights), np.repeat(scores, weights)))


def test_auc_of_one_class_is_nan_and_nan_is_an_error():
    assert np.isnan(auc(np.array([True, True]), np.array([0.1, 0.2])))
    assert np.isnan(auc(np.array([], dtype=bool), np.array([])))
    with pytest.raises(ValueError, match="nan"):
        auc(np.array([True, False]), np.array([0.1, np.nan]))
    with pytest.raises(ValueError, match="shape"):
        auc(np.array([True, False]), np.array([0.1]))


def test_counts_refuse_different_lengths():
    with pytest.raises(ValueError, match="one shape"):
        frame_counts(np.array([True]), np.array([True, False]))


# --- collar -------------------------------------------------------------------------------------


def test_collar_leaves_out_both_sides_of_each_edge():
    mask = collar_mask([Segment(1.0, 2.0)], 150, collar_s=0.1)
    assert np.flatnonzero(~mask).tolist() == [*range(45, 55), *range(95, 105)]


def test_collar_ignores_the_ends_of_the_recording_and_inner_joints():
    assert collar_mask([Segment(0, 3.0)], 150, collar_s=0.5).all()
    assert collar_mask([Segment(0, 1.0), Segment(1.0, 9.0)], 150, collar_s=0.5).all()
    assert collar_mask([Segment(0, 2.98)], 150, collar_s=0.02).tolist()[-3:] == [True, False, False]


@given(segments, st.integers(1, 12))
def test_collar_equals_a_walk_from_each_change_of_label(reference, width):
    n = 500
    active = segments_to_frames(reference, n)
    changes = np.flatnonzero(np.diff(active.astype(int))) + 1
    expected = np.ones(n, dtype=bool)
    for change in changes:
        expected[max(0, change - width) : change + width] = False
    on_grid = frames_to_segments(active)
    assert collar_mask(on_grid, n, collar_s=width * HOP_S).tolist() == expected.tolist()


def test_collar_changes_frame_measures_only():
    track = Track([Segment(1, 2)], [Segment(1.06, 2.04)], duration_s=4)
    loose, strict = (evaluate([track], collar_s=c)["pooled"] for c in (0.1, 0))
    assert loose["f1"] == 1
    assert strict["f1"] == pytest.approx(2 * 47 / (2 * 47 + 3 + 2))
    assert loose["onset_f"] == strict["onset_f"] == 1
    assert loose["edge_error_s"] == pytest.approx(0.05)


# --- edges --------------------------------------------------------------------------------------


@given(times, times, st.sampled_from([0.05, 0.3, 1.0]))
def test_matching_is_as_large_as_mir_evals(reference_s, estimate_s, window_s):
    pairs = match_edges(reference_s, estimate_s, window_s=window_s)
    expected = mir_eval.util.match_events(reference_s, estimate_s, window_s + 1e-6)
    assert len(pairs) == len(expected)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)
    assert (np.abs(reference_s[pairs[:, 0]] - estimate_s[pairs[:, 1]]) <= window_s + 2e-6).all()


@given(times.filter(len), times)
def test_edge_f_equals_mir_evals_onset_f(reference_s, estimate_s):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mir_eval warns of empty estimates
        expected = mir_eval.onset.f_measure(reference_s, estimate_s, window=0.3 + 1e-6)[0]
    assert edge_f(reference_s, estimate_s) == pytest.approx(expected)


@given(times.filter(lambda t: len(t) > 1), times.filter(lambda t: len(t) > 1))
def test_edge_error_equals_mir_evals_deviation(reference_s, estimate_s):
    intervals = mir_eval.util.boundaries_to_intervals
    expected, _ = mir_eval.segment.deviation(intervals(reference_s), intervals(estimate_s))
    assert np.median(edge_errors(reference_s, estimate_s)) == pytest.approx(expected)


def test_matching_is_maximal_where_the_nearest_first_is_not():
    pairs = match_edges(np.array([0.0, 0.3]), np.array([0.25, 0.5]), window_s=0.3)
    assert pairs.tolist() == [[0, 0], [1, 1]]


def test_the_tolerance_is_inclusive_on_the_frame_grid():
    onsets = np.arange(0, 400, 2) * 0.02
    assert all(edge_f(np.array([t]), np.array([t + 0.3])) == 1 for t in onsets)
    assert all(edge_f(np.array([t]), np.array([t + 0.32])) == 0 for t in onsets)


def test_edges_of_nothing():
    nothing, one = np.array([]), np.array([1.0])
    assert np.isnan(edge_f(nothing, one))
    assert edge_f(one, nothing) == 0
    assert edge_counts(nothing, nothing).tolist() == [[0, 0, 0, 0]]
    assert np.isnan(edge_errors(one, nothing)).all()


@given(segments)
def test_runs_are_the_union(some):
    union = runs(some, duration_s=10)
    assert (np.diff(union.ravel()) > 0).all()
    again = [Segment(a, b) for a, b in union.tolist()]
    assert (segments_to_frames(again, 500) == segments_to_frames(some, 500)).all()


def test_edge_arguments_are_checked():
    with pytest.raises(ValueError, match="ascend"):
        match_edges(np.array([2.0, 1.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="window_s"):
        match_edges(np.array([1.0]), np.array([1.0]), window_s=-1)


# --- songs --------------------------------------------------------------------------------------


def test_evaluate_equals_the_referees_song_by_song_and_pooled(rng):
    tracks = [random_track(rng, seconds=s, name=str(s)) for s in (30.0, 41.3, 60.0)]
    got = evaluate(tracks)
    truths = [segments_to_frames(t.reference, t.n_frames) for t in tracks]
    scores = [t.scores for t in tracks]
    for row, truth, score in zip(got["songs"], truths, scores, strict=True):
        assert row["f1"] == pytest.approx(referee.f1_score(truth, score > 0.5))
        assert row["auc"] == pytest.approx(referee.roc_auc_score(truth, score))
    truth, score = np.concatenate(truths), np.concatenate(scores)
    assert got["pooled"]["f1"] == pytest.approx(referee.f1_score(truth, score > 0.5))
    assert got["pooled"]["auc"] == pytest.approx(referee.roc_auc_score(truth, score))
    assert got["mean"]["auc"] == pytest.approx(np.mean([row["auc"] for row in got["songs"]]))
    assert [row["name"] for row in got["songs"]] == ["30.0", "41.3", "60.0"]


def test_golden_evaluation():
    song = Track([Segment(1, 3), Segment(5, 8)], [Segment(1.2, 3), Segment(6, 8)], duration_s=10)
    instrumental = Track([], [Segment(0, 1)], duration_s=10)
    got = evaluate([song, instrumental])
    expected = {
        "precision": 190 / 240,
        "recall": 190 / 250,
        "f1": 380 / 490,
        "accuracy": 890 / 1000,
        "balanced_accuracy": (190 / 250 + 700 / 750) / 2,
        "false_alarm": 50 / 750,
        "auc": np.nan,
        "onset_f": 2 / 5,  # one onset found, one a second late, one in the instrumental
        "offset_f": 4 / 5,
        "edge_error_s": 0.1,
    }
    assert got["pooled"] == pytest.approx(expected, nan_ok=True)
    assert got["mean"]["accuracy"] == pytest.approx((440 / 500 + 450 / 500) / 2)
    assert got["mean"]["f1"] == pytest.approx(380 / 440)
    assert got["counted"] == {
        **dict.fromkeys(MEASURES, 1),
        "accuracy": 2,
        "false_alarm": 2,
        "auc": 0,
    }
    assert got["settings"] == {"collar_s": 0.0, "window_s": 0.3}


def test_a_perfect_answer_and_an_empty_one(rng):
    truth = random_track(rng).reference
    perfect = evaluate([Track(truth, truth, duration_s=60)])["pooled"]
    assert [perfect[name] for name in ("f1", "accuracy", "onset_f", "offset_f")] == [1, 1, 1, 1]
    assert perfect["edge_error_s"] == perfect["false_alarm"] == 0
    empty = evaluate([Track(truth, [], duration_s=60)])["pooled"]
    assert empty["f1"] == empty["recall"] == empty["onset_f"] == 0
    assert np.isnan(empty["precision"])
    assert np.isnan(empty["edge_error_s"])


def test_auc_is_over_the_songs_that_have_scores(rng):
    scored, other = random_track(rng), random_track(rng)
    unscored = Track(other.reference, other.estimate, duration_s=other.duration_s)
    got = evaluate([unscored, scored])
    assert got["pooled"]["auc"] == got["mean"]["auc"] == evaluate([scored])["pooled"]["auc"]
    assert got["counted"]["auc"] == 1


def test_tracks_are_checked():
    with pytest.raises(ValueError, match="no track"):
        evaluate([])
    with pytest.raises(ValueError, match="positive"):
        Track([], [], duration_s=0)
    with pytest.raises(ValueError, match=r"shape \(50,\)"):
        Track([], [], duration_s=1, scores=np.zeros(48))
    with pytest.raises(ValueError, match="nan"):
        Track([], [], duration_s=1, scores=np.full(50, np.nan))
    with pytest.raises(ValueError, match="collar_s"):
        evaluate([Track([], [], duration_s=1)], collar_s=-1)


# --- bootstrap ----------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999))
def test_a_draw_of_whole_blocks_equals_measuring_the_blocks_again(seed):
    """Weighted blocks give what the same blocks, written out one after the other, give."""
    from earmark.metrics.tally import measure, tally

    rng = np.random.default_rng(seed)
    track = random_track(rng, seconds=50)
    truth = segments_to_frames(track.reference, track.n_frames)
    weights = rng.multinomial(5, np.full(5, 0.2))
    frame = np.concatenate([np.arange(500) + 500 * b for b in np.repeat(np.arange(5), weights)])
    ours = measure(tally(track, collar_s=0, window_s=0.3), weights=weights)
    answer = segments_to_frames(track.estimate, track.n_frames)
    expected = {k: float(v) for k, v in rates(frame_counts(truth[frame], answer[frame])[0]).items()}
    expected["auc"] = auc(truth[frame], track.scores[frame])
    assert {name: ours[name] for name in expected} == pytest.approx(expected, nan_ok=True)


def test_blocks_add_up_to_the_song(rng):
    from earmark.metrics.tally import measure, tally

    track = random_track(rng, seconds=47.5)
    ten, whole = (tally(track, collar_s=0.1, window_s=0.3, block_s=b) for b in (10, 1000))
    assert len(ten.frames) == 5
    assert len(whole.frames) == 1
    assert measure(ten) == pytest.approx(measure(whole))


def test_intervals_hold_the_estimate_and_depend_on_the_seed_alone(rng):
    tracks = [random_track(rng, seconds=s) for s in (65.0, 90.0)]
    first, again = (bootstrap(tracks, rng=np.random.default_rng(7), rounds=200) for _ in range(2))
    assert first == again
    got = evaluate(tracks)
    for kind in ("pooled", "mean"):
        for name in MEASURES:
            low, high = first[kind][name]
            assert low <= got[kind][name] <= high, (kind, name)


def test_undefined_measures_have_no_interval():
    got = bootstrap([Track([], [], duration_s=30)], rng=np.random.default_rng(0), rounds=10)
    assert np.isnan(got["pooled"]["f1"]).all()
    assert got["pooled"]["accuracy"] == (1, 1)


def test_bootstrap_arguments_are_checked(rng):
    track = Track([], [], duration_s=1)
    for wrong in ({"rounds": 0}, {"confidence": 1.0}, {"block_s": 0.0}):
        with pytest.raises(ValueError, match="bootstrap needs"):
            bootstrap([track], rng=rng, **wrong)


def test_intervals_cover_the_truth_as_often_as_they_claim(rng):
    """Errors in bursts of 2 s with a known rate: 90 % intervals hold it in about 90 % of songs."""
    rate, covered, songs = 0.2, 0, 120
    for _ in range(songs):
        wrong = np.repeat(rng.random(150) < rate, 100)  # 300 s
        estimate = frames_to_segments(~wrong)
        track = Track([Segment(0, 300)], estimate, duration_s=300)
        low, high = bootstrap([track], rng=rng, rounds=100, confidence=0.9)["pooled"]["accuracy"]
        covered += low <= 1 - rate <= high
    assert 0.8 <= covered / songs <= 0.96
