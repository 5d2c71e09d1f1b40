"""Which label file is a song's and a person's, and what it means to all who read it."""

import os
from pathlib import Path

import pytest

import earmark.corrections
import earmark.cues
import shell
from clips import write_clip
from earmark.annotation import Segment
from earmark.corrections import corrections
from earmark.errors import DataError, FormatError
from earmark.own_labels import label_files, listed, of_song
from earmark.song_labels import read_labels
from lessons import song

HEAD = "start_s,end_s,label\n"


def test_a_folder_is_listed_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "sub/c"):
        write_clip(here / f"{name}.wav", seconds=1)
        (here / f"{name}.csv").write_text(f"{HEAD}0.1,0.5,singing\n")
    asked: list[Path] = []
    for module in (earmark.corrections, earmark.cues):
        monkeypatch.setattr(module, "listed", lambda folder: asked.append(folder) or listed(folder))
    found, notes = corrections([str(here)])
    assert ([each.name for each in found], notes) == (["a.wav", "b.wav", "c.wav"], [])
    assert asked == [here, here / "sub"]
    assert shell.earmark("cues", here, "-o", "c.xml").code == 0
    assert asked == [here, here / "sub"] * 2


def test_a_folder_that_is_none(here: Path) -> None:
    (here / "file").touch()
    for name in ("file", "gone"):
        with pytest.raises(DataError, match=f"{name}: cannot be searched for label files"):
            listed(here / name)


def test_only_files_are_listed(here: Path) -> None:
    os.mkfifo(here / "one.csv")  # who opened it would wait forever
    (here / "one.lab").mkdir()
    (here / "one.truth.csv").touch()
    assert [path.name for path in of_song(listed(here), here / "one.wav")] == ["one.truth.csv"]


def test_a_file_that_names_another_recording_is_not_this_ones(here: Path) -> None:
    files = label_files([here / "one.wav.csv", here / "one.flac.lab", here / "one.txt"])

    def names() -> list[str]:
        return [path.name for path in of_song(files, here / "one.flac")]

    assert names() == ["one.flac.lab", "one.wav.csv", "one.txt"]
    (here / "one.wav").touch()
    assert names() == ["one.flac.lab", "one.txt"]


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("one.csv", f"{HEAD}1,2,singing\n", True),
        ("one.csv", "start,end,vocal\n1,2,1\n", True),
        ("one.csv", "start,end,text\n1,2,singing\n", True),
        ("one.csv", "start,end,text,label\n1,2,la la la,singing\n", True),
        ("one.singing.csv", "start,end\n1,2\n", True),
        ("one.csv", f"{HEAD}1,2,singing\n1,2,\n", False),
        ("one.csv", "1,2,1\n", False),
        ("one.csv", HEAD, False),
    ],
)
def test_whether_a_file_says_itself_that_it_is_of_singing(
    here: Path, name: str, text: str, named: bool
) -> None:
    (here / name).write_text(text)
    assert read_labels(name, song="one.wav", duration_s=3).named == named


@pytest.mark.parametrize("column", ["text", "Transcript", "lyrics", "word"])
def test_what_somebody_says_is_no_singing(here: Path, column: str) -> None:
    Path("one.csv").write_text(f"start,end,{column}\n0,1.5,Hello and welcome\n")
    with pytest.raises(DataError, match="labels called Hello and welcome; earmark knows"):
        read_labels("one.csv", song="one.wav", duration_s=3)


def test_segments_are_joined_and_end_with_the_song(here: Path) -> None:
    song(here, "one")
    Path("one.csv").write_text(f"{HEAD}1,4,singing\n3,6,singing\n2,3,speech\n15,20.5,singing\n")
    (found,), _ = corrections(["one.wav"])
    assert found.segments == (Segment(1, 6), Segment(2, 3, "speech"), Segment(15, 20))
    assert found.tells == ("singing", "speech")


def test_one_bad_song_does_not_take_the_others_along(here: Path) -> None:
    for name in ("good", "lyrics", "long"):
        song(here, name)
    Path("lyrics.csv").unlink()
    Path("lyrics.txt").write_text("Is this the real life?\n")
    Path("long.csv").write_text(f"{HEAD}500,900,singing\n")
    Path("broken.mp3").write_text("no music")
    Path("broken.csv").write_text(HEAD)
    found, notes = corrections(["."])
    assert [each.name for each in found] == ["good.wav"]
    assert len(notes) == 3
    for why in ("broken.mp3", "lyrics.txt, line 1: one column only", "long.csv: an interval ends"):
        assert any(why in note for note in notes), notes
    said = shell.earmark("adapt", ".", "--plan")
    assert (said.code, "lyrics.txt, line 1" in said.err) == (0, True)
    with pytest.raises(FormatError, match=r"lyrics\.txt, line 1"):
        corrections(["good.wav", "lyrics.wav"])  # it was named itself


def test_a_report_takes_no_labels_beyond_the_song(here: Path) -> None:
    write_clip(here / "one.wav", seconds=2)
    Path("one.csv").write_text(f"{HEAD}500,900,singing\n")
    said = shell.earmark("report", "one.wav", "-o", "x.html", "--labels", "one.csv")
    assert (said.code, "one.csv: an interval ends at 900.00 s" in said.err) == (1, True)
