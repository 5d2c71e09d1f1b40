"""Which files belong to which song."""

from pathlib import Path

import numpy as np
import pytest

from earmark import Annotation, Scores, Segment, formats
from earmark.errors import FormatError
from earmark.labels import (
    label_format,
    output_labels,
    output_tag,
    read_segments,
    recording_of,
    song_name,
)


@pytest.mark.parametrize(
    "name",
    [
        "one.csv",
        "one.singing.json",
        "one.mp3.singing.npz",
        "one.speech.csv",
        "one.singing+speech.npz",
        "one.M4A",
        "a/one.TextGrid",
    ],
)
def test_all_files_of_a_song_have_its_name(name: str) -> None:
    assert song_name(name) == "one"


@pytest.mark.parametrize(
    ("path", "name"),
    [("No. 5.csv", "No. 5"), (".wav.csv", ".wav"), ("a.b.singing.lab", "a.b"), ("mp3.csv", "mp3")],
)
def test_dots_in_titles_stay(path: str, name: str) -> None:
    assert song_name(path) == name


def test_format_by_suffix_alone() -> None:
    assert label_format("x/csv") is None
    assert label_format("song.SRT") == "srt"


def test_recording_beside_a_label_file(tmp_path: Path) -> None:
    for name in ("one.flac", "one.mp3", "two.wav", "one.csv"):
        (tmp_path / name).touch()
    assert recording_of(tmp_path / "one.mp3.singing.csv") == tmp_path / "one.mp3"
    assert recording_of(tmp_path / "one.csv") == tmp_path / "one.flac"
    assert recording_of(tmp_path / "three.csv") is None


def test_scores_are_not_segments(tmp_path: Path) -> None:
    formats.write(Annotation((), scores=Scores(np.ones((9, 1), np.float32))), tmp_path / "a.npz")
    with pytest.raises(FormatError, match="scores and no segments"):
        read_segments(tmp_path / "a.npz")
    formats.write(Annotation((Segment(0, 1),)), tmp_path / "a.csv")
    assert read_segments(tmp_path / "a.csv").segments == (Segment(0, 1),)


def test_a_models_own_labels_cannot_lead_out_of_the_folder() -> None:
    assert output_tag(["../rain"]) == "___rain"
    assert output_labels("one.rain.csv") == ()
