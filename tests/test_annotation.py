"""Frames, seconds and segments turn into each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.annotation import (
    Scores,
    Segment,
    frames_to_segments,
    frames_to_time,
    segments_to_frames,
)


@given(st.lists(st.booleans(), max_size=200))
def test_frames_survive_the_way_to_segments_and_back(active: list[bool]) -> None:
    frames = np.array(active, dtype=bool)
    back = segments_to_frames(frames_to_segments(frames), len(frames))
    np.testing.assert_array_equal(back, frames)


def test_a_frame_belongs_to_the_segment_that_holds_its_centre() -> None:
    centres = frames_to_time(np.arange(100))
    for start_s, end_s in [(0.0, 0.011), (0.01, 0.03), (0.0301, 0.5), (1.0, 1.0)]:
        frames = segments_to_frames([Segment(start_s, end_s)], 100)
        np.testing.assert_array_equal(frames, (centres >= start_s) & (centres < end_s))


@pytest.mark.parametrize("times", [(-1, 0), (2, 1), (0, float("nan")), (0, float("inf"))])
def test_impossible_segments(times: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="segment"):
        Segment(*times)


def test_scores_need_a_column_a_label() -> None:
    with pytest.raises(ValueError, match=r"\(T, 1\)"):
        Scores(np.zeros((5, 2), np.float32))
    np.testing.assert_allclose(Scores(np.zeros((2, 1), np.float32)).times_s, [0.01, 0.03])
