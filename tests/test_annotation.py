"""Frames, seconds and segments turn into each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.annotation import (
    Annotation,
    Scores,
    Segment,
    covered_s,
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


def both_labels() -> Annotation:
    scores = Scores(np.arange(8, dtype=np.float32).reshape(4, 2), labels=("singing", "speech"))
    segments = (Segment(0, 2), Segment(1, 4, "speech", 0.98765))
    return Annotation(
        segments, 10.0, scores.labels, "a.mp3", scores=scores,
        provenance={"onset": 0.5, "labels": ["singing", "speech"]},
    )  # fmt: skip


def test_some_labels_of_an_annotation() -> None:
    speech = both_labels().only(["speech"])
    assert speech.segments == (Segment(1, 4, "speech", 0.98765),)
    assert speech.labels == ("speech",)
    assert speech.scores is not None
    assert (speech.scores.labels, speech.scores.values.tolist()) == (
        ("speech",),
        [[1], [3], [5], [7]],
    )
    assert speech.provenance == {"onset": 0.5, "labels": ["speech"]}
    assert (speech.duration_s, speech.source) == (10.0, "a.mp3")
    assert both_labels().only(["speech", "singing"]).scores.values[0].tolist() == [1, 0]


def test_overlaps_are_covered_once() -> None:
    assert covered_s([Segment(5, 6), Segment(0, 4), Segment(1, 2), Segment(3, 5)]) == 6.0
    assert covered_s([]) == 0.0


def test_the_prompt_shows_labels_and_no_arrays() -> None:
    found = both_labels()
    assert repr(found) == "<Annotation: singing, speech; 2 segments; 10 s; a.mp3>"
    assert repr(found.scores) == "<Scores: singing, speech; 4 frames of 0.02 s>"
    assert repr(found.segments[1]) == "Segment(1, 4, 'speech', score=0.988)"
