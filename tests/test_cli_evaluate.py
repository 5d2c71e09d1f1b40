"""``earmark evaluate`` prints the measures and writes them."""

import json
import sys
from pathlib import Path

import pytest

from earmark import Annotation, Segment, formats
from earmark.cli import main
from shell import earmark


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    truth = Annotation((Segment(1, 3), Segment(5, 8)), duration_s=10)
    answer = Annotation((Segment(1, 4), Segment(5, 7)), duration_s=10)
    for name in ("[one]", "two"):
        formats.write(truth, tmp_path / f"ref/{name}.csv")
        formats.write(answer, tmp_path / f"est/{name}.singing.json")
    return tmp_path / "ref", tmp_path / "est"


def test_table_of_songs_and_pooled(folders: tuple[Path, Path]) -> None:
    said = earmark("evaluate", *folders, "--rounds", 20)
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines()]
    pooled = ["pooled", ".800", ".800", ".800", ".800", ".800", "·", "1.000", ".000"]
    assert ["[one]", *pooled[1:]] in lines
    assert pooled in lines
    assert "95 %: from" in said.out


def test_collar_and_figures_as_json(folders: tuple[Path, Path], tmp_path: Path) -> None:
    words = ["evaluate", *folders, "--collar", 1.1, "--rounds", 5, "--json", tmp_path / "x.json"]
    assert earmark(*words).code == 0
    figures = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert figures["settings"]["collar_s"] == 1.1
    assert figures["pooled"]["accuracy"] == 1
    assert figures["pooled"]["auc"] is None
    assert len(figures["intervals"]["pooled"]["f1"]) == 2
    assert figures["missing"] == figures["notes"] == []
    assert "--overwrite" in earmark(*words).err
    assert earmark(*words, "--overwrite").code == 0
    said = earmark("evaluate", *folders, "--json", "-")
    assert (said.code, "to a file, not to standard output" in said.err) == (2, True)


def test_a_long_name_stays_on_its_line(folders: tuple[Path, Path]) -> None:
    reference, estimate = folders
    for path in (reference / "two.csv", estimate / "two.singing.json"):
        path.rename(path.with_name(path.name.replace("two", f"begin{'x' * 80}end")))
    said = earmark("evaluate", *folders, "--rounds", 0)
    (line,) = [line.split() for line in said.out.splitlines() if "…" in line]
    assert (line[0][:5], line[0][-3:], len(line)) == ("begin", "end", 9)


def test_songs_without_an_estimate_are_an_error(folders: tuple[Path, Path], tmp_path: Path) -> None:
    reference, estimate = folders
    (estimate / "two.singing.json").unlink()
    said = earmark("evaluate", reference, estimate, "--json", tmp_path / "x.json")
    assert said.code == 1
    assert "est: no estimate of two" in said.err
    assert "[one]" in said.out  # the rest is measured
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["missing"] == ["two"]


def test_a_truth_of_other_labels_is_an_error(folders: tuple[Path, Path], tmp_path: Path) -> None:
    path = folders[0] / "two.csv"
    path.write_text(path.read_text().replace("singing", "vocal"))
    said = earmark("evaluate", *folders, "--rounds", 0, "--json", tmp_path / "x.json")
    assert said.code == 1
    assert "two.csv: left out: nothing in it is labelled singing, only vocal. Name" in said.err
    assert "1 song " in said.out  # the rest is measured
    (reason,) = json.loads((tmp_path / "x.json").read_text("utf-8"))["left_out"]
    assert reason in said.err


def test_a_note_is_a_line_whatever_the_width(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in folders[1].iterdir():
        formats.write(Annotation(()), file)  # whose length nobody knows
    argv = ["earmark", "evaluate", *map(str, folders), "--rounds", "0"]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit):
        main()
    lines = capsys.readouterr().err.splitlines()
    assert [line.startswith("earmark: ") for line in lines] == [True, True]
    assert min(map(len, lines)) > 80


def test_notes_and_errors(folders: tuple[Path, Path]) -> None:
    reference, estimate = folders
    (reference / "two.csv").unlink()
    said = earmark("evaluate", reference, estimate, "--rounds", 0)
    assert said.code == 0
    assert "left out for want of a truth: two" in said.err
    assert "95 %" not in said.out
    said = earmark("evaluate", reference, estimate / "nothing")
    assert said.code == 1
    assert "no such file or folder" in said.err


def test_the_truth_may_call_it_otherwise(folders: tuple[Path, Path]) -> None:
    reference = folders[0]
    for name in ("[one]", "two"):
        path = reference / f"{name}.csv"
        path.write_text(path.read_text().replace("singing", "vocal" if name == "two" else "v"))
    said = earmark("evaluate", *folders, "--rounds", 0)
    assert said.code == 1
    assert "nothing is labelled singing, only v, vocal" in said.err
    assert "with --truth-label" in said.err
    for words in (["vocal,v"], ["vocal", "--truth-label", "v"]):
        said = earmark("evaluate", *folders, "--rounds", 0, "--truth-label", *words)
        assert said.code == 0
        assert ["pooled", *[".800"] * 5] == said.out.splitlines()[-2].split()[:6]
    said = earmark("evaluate", *folders, "--rounds", 0, "--truth-label", "sing")
    assert (said.code, said.out) == (1, "")
    assert "nothing is labelled sing, only v, vocal" in said.err
    assert earmark("evaluate", *folders, "--truth-label", "v", "--label", "all").code == 2


def test_one_folder_of_both(folders: tuple[Path, Path]) -> None:
    reference, estimate = folders
    said = earmark("evaluate", reference)
    assert said.code == 1
    assert "no song in it has both a truth" in said.err
    said = earmark("evaluate", reference / "two.csv")
    assert said.code == 2
    assert "name the label file to be measured" in said.err
    for pair in ((reference, estimate / "two.singing.json"), (reference / "two.csv", estimate)):
        said = earmark("evaluate", *pair)
        assert (said.code, "name two files or two folders" in said.err) == (2, True)
    for path in estimate.iterdir():
        path.rename(reference / path.name)
    said = earmark("evaluate", reference, "--rounds", 0)
    assert said.code == 0
    assert ["pooled", *[".800"] * 5] == said.out.splitlines()[-2].split()[:6]
