"""``earmark convert`` changes the format and nothing else."""

from pathlib import Path

import pytest

from earmark import Annotation, Scores, Segment, formats
from shell import earmark

SEGMENTS = (Segment(0.5, 2), Segment(3, 4.25))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    formats.write(Annotation(SEGMENTS), tmp_path / "song.singing.csv")
    return tmp_path / "song.singing.csv"


@pytest.mark.parametrize("suffix", [".json", ".txt", ".TextGrid", ".srt", ".rttm"])
def test_by_suffix(song: Path, suffix: str) -> None:
    out = song.with_suffix(suffix)
    assert earmark("convert", song, out) == (0, "", "")
    assert formats.read(out).segments == SEGMENTS


def test_by_name(song: Path, tmp_path: Path) -> None:
    song.rename(tmp_path / "labels")
    out = tmp_path / "out.data"
    assert earmark("convert", tmp_path / "labels", out, "--from", "csv", "--to", "lab").code == 0
    assert formats.read(out, format="lab").segments == SEGMENTS


def test_several_into_a_folder(song: Path, tmp_path: Path) -> None:
    formats.write(Annotation(()), tmp_path / "b.lab")
    out = tmp_path / "new" / "labels"
    assert earmark("convert", song, tmp_path / "b.lab", out, "--to", "audacity").code == 0
    assert sorted(path.name for path in out.iterdir()) == ["b.txt", "song.singing.txt"]


def test_what_is_there_stays(song: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.lab"
    out.write_text("mine")
    said = earmark("convert", song, out)
    assert (said.code, out.read_text()) == (1, "mine")
    assert "--overwrite" in said.err
    assert earmark("convert", song, out, "--overwrite").code == 0
    assert formats.read(out).segments == SEGMENTS


def test_two_files_never_go_to_one_place(song: Path, tmp_path: Path) -> None:
    formats.write(Annotation(()), tmp_path / "song.singing.lab")
    said = earmark("convert", song, tmp_path / "song.singing.lab", tmp_path / "o", "--to", "json")
    assert said.code == 2
    assert "two files would go there" in said.err
    assert not (tmp_path / "o").exists()


READABLE = [formats.get_format(name).suffix for name in formats.names() if name != "npz"]


@pytest.mark.parametrize("suffix", READABLE)
def test_labels_are_renamed_and_dropped_in_every_format(tmp_path: Path, suffix: str) -> None:
    three = (Segment(0, 1, "vocal"), Segment(2, 3, "v"), Segment(4, 5, "noise"))
    into, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    formats.write(Annotation(three, labels=("vocal", "v", "noise")), into)
    words = ["--rename", "vocal=singing,v=singing", "--drop", "noise"]
    assert earmark("convert", into, out, *words) == (0, "", "")
    assert [(s.start_s, s.label) for s in formats.read(out).segments] == [
        (0, "singing"), (2, "singing"),
    ]  # fmt: skip
    assert formats.read(out).labels == ("singing",)
    assert earmark("convert", into, into, "--drop", "v", "--drop", "noise", "--overwrite").code == 0
    assert [s.label for s in formats.read(into).segments] == ["vocal"]


def test_columns_of_scores_are_renamed_and_dropped(tmp_path: Path) -> None:
    import numpy as np

    values = np.arange(6, dtype=np.float32).reshape(3, 2) / 10
    formats.write(Annotation((), scores=Scores(values, labels=("v", "s"))), tmp_path / "a.npz")
    words = ["convert", tmp_path / "a.npz", tmp_path / "b.npz", "--rename"]
    assert earmark(*words, "v=singing", "--drop", "s").code == 0
    scores = formats.read(tmp_path / "b.npz").scores
    assert scores.labels == ("singing",)
    np.testing.assert_allclose(scores.values, values[:, :1], atol=0.01)
    assert "two columns of scores would be called s" in earmark(*words, "v=s", "--overwrite").err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--rename", "vocal"], 2, "not OLD=NEW"),
        (["--rename", "singing=a", "--drop", "singing"], 2, "both name singing"),
        (["--rename", "singing=a,singing=b"], 2, "singing has another name already"),
        (["--rename", "Singing=a"], 1, "nothing is labelled Singing, only singing"),
        (["--drop", "noise"], 1, "nothing is labelled noise, only singing"),
    ],
)
def test_labels_that_cannot_be_changed(
    song: Path, tmp_path: Path, words: list[str], code: int, message: str
) -> None:
    said = earmark("convert", song, tmp_path / "out.csv", *words)
    assert said.code == code
    assert message in said.err
    assert not (tmp_path / "out.csv").exists()


def test_what_has_no_labels_cannot_be_misspelt(tmp_path: Path) -> None:
    formats.write(Annotation(()), tmp_path / "a.csv")
    assert earmark("convert", tmp_path / "a.csv", tmp_path / "b.lab", "--drop", "noise").code == 0


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["song.singing.csv"], 2, "at least two paths"),
        (["song.singing.csv", "a.csv", "x.xml"], 2, "`earmark cues SONGS -o x.xml`"),
        (["song.singing.csv", "."], 2, "say which format with --to (csv, json"),
        (["song.singing.csv", "x.doc"], 2, "choose one of csv, json"),
        (["song.singing.csv", "x.npz"], 1, "no scores"),
        (["scores.npz", "x.csv"], 1, "scores and no segments"),
        (["song.mp3", "x.csv"], 2, "a recording; `earmark detect` makes labels"),
        ([".", "x.csv"], 2, "a folder; name the label files"),
        (["song.singing.csv", "x.json", "--to", "lab"], 2, "suffix is not that of --to lab"),
        (["song.singing.csv", "x.json", "--from", "doc"], 2, "choose one of csv, json"),
        (["missing.csv", "x.lab"], 1, "cannot be read"),
    ],
)
def test_errors(
    song: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(song.parent)
    monkeypatch.setenv("COLUMNS", "200")
    import numpy as np

    formats.write(Annotation((), scores=Scores(np.ones((9, 1), np.float32))), "scores.npz")
    said = earmark("convert", *words)
    assert said.code == code
    assert message in said.err
