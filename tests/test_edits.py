"""A summary tells of labels that somebody edited what they say, and of others what earmark said."""

from pathlib import Path

import pytest

from earmark import Annotation, Segment
from earmark.edits import followed
from earmark.rows import describe

HEARD = Annotation((Segment(0, 8), Segment(8, 10, "speech")), 10, ("singing", "speech"))


@pytest.fixture
def row() -> dict[str, str]:
    return describe(HEARD, path="a.mp3")


def test_what_the_file_is_about_is_replaced(row: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.singing.txt").write_text("")  # Audacity's, and nobody sings
    now = followed(row | {"warning": ""}, tmp_path, ["a.singing.txt"])
    assert (now["vocal_fraction"], now["longest_gap_s"], now["vocal"]) == (
        "0.0000",
        "10.000",
        "false",
    )
    assert now["speech_fraction"] == "0.2000"
    assert now["instrumental"] == "false"  # somebody speaks
    (tmp_path / "a.speech.csv").write_text("start_s,end_s,label\n")
    now = followed(row, tmp_path, ["a.speech.csv"])
    assert (now["speech_fraction"], now["vocal"]) == ("0.0000", "true")


def test_a_recording_with_a_warning_stays_unjudged(row: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.singing.txt").write_text("")
    now = followed(
        row | {"warning": "truncated", "speech_fraction": ""}, tmp_path, ["a.singing.txt"]
    )
    assert (now["vocal"], now["instrumental"]) == ("", "")
    assert now["warning"].startswith("truncated; a.singing.txt kept: edited by you; the figures")


@pytest.mark.parametrize("content", ["mine", "", "start_s,end_s,label\n1,2,vocal\n"])
def test_what_cannot_be_understood_leaves_the_row(
    content: str, row: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.singing.csv").write_text(content)
    now = followed(row, tmp_path, ["a.singing.csv"])
    assert now["warning"].endswith("the figures are earmark's own")
    assert now | {"warning": ""} == row


def test_the_first_that_can_be_read_counts(row: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.singing.csv").write_text("mine")
    (tmp_path / "a.singing.lab").write_text("1 2 singing\n1.5 4 singing\n3 3.5 singing\n")
    now = followed(row, tmp_path, ["a.singing.csv", "a.singing.lab"])
    assert (now["vocal_fraction"], now["last_vocal_s"]) == ("0.3000", "4.000")
    assert now["longest_gap_s"] == "6.000"
    assert "a.singing.csv, a.singing.lab kept" in now["warning"]
