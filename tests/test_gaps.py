"""Gaps are what segments leave over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.annotation import Segment
from earmark.gaps import gaps

times = st.integers(0, 100).map(lambda n: n / 4)
segments = st.lists(st.tuples(times, times).map(lambda ends: Segment(min(ends), max(ends))))


def spans(found: list[Segment]) -> list[tuple[float, float]]:
    return [(segment.start_s, segment.end_s) for segment in found]


def test_before_between_and_after() -> None:
    sung = [Segment(10, 20), Segment(40, 50)]
    assert spans(gaps(sung, duration_s=60)) == [(0, 10), (20, 40), (50, 60)]
    assert spans(gaps(sung, duration_s=60, min_s=15)) == [(20, 40)]
    assert gaps(sung, duration_s=60)[0].label == "instrumental"


def test_nothing_sung_is_one_gap_and_an_empty_song_none() -> None:
    assert spans(gaps([], duration_s=3)) == [(0, 3)]
    assert gaps([], duration_s=0) == []


def test_a_gap_of_exactly_the_least_length_counts() -> None:
    assert len(gaps([Segment(0.1, 0.3)], duration_s=0.4, min_s=0.1)) == 2


@given(segments, times)
def test_gaps_and_segments_share_the_song(sung: list[Segment], duration_s: float) -> None:
    found = gaps(sung, duration_s=duration_s)
    for quarter in range(round(duration_s * 4)):
        middle = quarter / 4 + 0.125
        inside = [any(s.start_s < middle < s.end_s for s in side) for side in (sung, found)]
        assert sum(inside) == 1


def test_negative_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        gaps([], duration_s=3, min_s=-1)
