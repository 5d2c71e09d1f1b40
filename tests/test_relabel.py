"""Labels that become one are one: in segments, and in what is told of them."""

from earmark import Annotation, Segment
from earmark.labels import check_labels
from earmark.relabel import relabel


def test_overlapping_segments_of_two_labels_that_become_one_are_joined() -> None:
    found = Annotation(
        (
            Segment(0, 3, "vocal", 0.9),
            Segment(1, 5, "speech"),
            Segment(2, 4, "choir", 0.8),
            Segment(2, 6, "speech"),  # somebody's own overlap is left to them
            Segment(4, 5, "vocal", 0.7),
        ),
        labels=("vocal", "choir", "speech"),
        provenance={"labels": ["vocal", "choir", "speech"], "onset": 0.5},
    )
    one = relabel(found, rename={"vocal": "singing", "choir": "singing"})
    assert one.segments == (
        Segment(0, 4, "singing"),
        Segment(1, 5, "speech"),
        Segment(2, 6, "speech"),
        Segment(4, 5, "singing", 0.7),
    )
    sung = (s for s in one.segments if s.label == "singing")
    check_labels(sung, duration_s=9, name="one.csv", audio="one.mp3")
    assert one.labels == ("singing", "speech")
    assert one.provenance == {"labels": ["singing", "speech"], "onset": 0.5}


def test_what_becomes_one_with_a_label_that_stays_is_joined_too() -> None:
    found = Annotation((Segment(0, 3), Segment(1, 2, "v"), Segment(2.5, 4, "v")))
    assert relabel(found, rename={"v": "singing"}).segments == (Segment(0, 4),)
    assert relabel(found, drop=["v"]).provenance == {}
