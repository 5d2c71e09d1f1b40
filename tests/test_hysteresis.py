"""Scores become segments as the thresholds and lengths say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.annotation import Scores, Segment, segments_to_frames
from earmark.hysteresis import Hysteresis

unit = st.floats(0, 1, width=32)


def curve(*values: float, duration_s: float | None = None) -> Scores:
    return Scores(np.array(values, np.float32)[:, None], duration_s=duration_s)


def spans(found: list[Segment]) -> list[tuple[float, float]]:
    return [(s.start_s, s.end_s) for s in found]


def by_hand(values: list[float], onset: float, offset: float) -> list[bool]:
    """The definition, one frame after the other."""
    on, states = False, []
    for value in values:
        on = value >= (offset if on else onset)
        states.append(on)
    return states


@given(st.lists(unit, max_size=60), unit, unit)
def test_two_thresholds(values: list[float], a: float, b: float) -> None:
    rule = Hysteresis(onset=max(a, b), offset=min(a, b))
    active = rule.active(np.array(values, np.float32), hop_s=0.02)
    assert active.tolist() == by_hand(values, np.float32(rule.onset), np.float32(rule.offset))


def test_short_pauses_are_bridged_before_short_segments_go() -> None:
    scores = curve(0, 1, 0, 1, 0, 0, 0, 1, 0)
    assert spans(Hysteresis(min_off_s=0.04, min_on_s=0.06).segments(scores)) == [(0.02, 0.08)]
    assert len(Hysteresis().segments(scores)) == 3
    assert Hysteresis(min_on_s=0.06).segments(scores) == []


def test_a_pause_at_either_end_is_not_bridged() -> None:
    assert spans(Hysteresis(min_off_s=9).segments(curve(0, 1, 0, 1, 0))) == [(0.02, 0.08)]


def test_no_segment_ends_beyond_the_recording() -> None:
    scores = curve(0, 1, 1, duration_s=0.0501)
    assert spans(Hysteresis().segments(scores)) == [(0.02, 0.0501)]


def test_the_score_is_the_mean_of_the_frames() -> None:
    assert Hysteresis().segments(curve(0.1, 0.6, 0.8, 0.1))[0].score == pytest.approx(0.7)


def test_every_label_is_decoded_by_itself() -> None:
    scores = Scores(np.array([[1, 0], [1, 1], [0, 1]], np.float32), labels=("singing", "speech"))
    assert [(s.label, s.start_s) for s in Hysteresis().segments(scores)] == [
        ("singing", 0.0),
        ("speech", 0.02),
    ]


@given(st.lists(unit, min_size=1, max_size=60), st.floats(0, 0.2), st.floats(0, 0.2))
def test_segments_are_ordered_apart_and_inside(
    values: list[float], min_on_s: float, min_off_s: float
) -> None:
    found = Hysteresis(min_on_s=min_on_s, min_off_s=min_off_s).segments(curve(*values))
    times = [t for span in spans(found) for t in span]
    assert times == sorted(times)
    assert all(0 <= t <= len(values) * 0.02 + 1e-9 for t in times)
    assert all(s.duration_s >= min_on_s - 1e-6 for s in found)
    assert segments_to_frames(found, len(values)).sum() * 0.02 == pytest.approx(
        sum(s.duration_s for s in found), abs=1e-6
    )


@pytest.mark.parametrize(
    "wrong", [{"onset": 0.2, "offset": 0.4}, {"onset": 1.1}, {"min_on_s": -1}, {"onset": np.nan}]
)
def test_out_of_range(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"onset|min_on_s"):
        Hysteresis(**wrong)
