"""``earmark gaps`` lists what is not sung."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark import Annotation, Segment, detect, formats
from earmark.gaps import gaps
from shell import earmark
from tiny import two_answers

SUNG = (Segment(10, 20), Segment(25, 30), Segment(30, 60, "speech"))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    formats.write(Annotation(SUNG, duration_s=60), tmp_path / "song.json")
    return tmp_path / "song.json"


def test_table(song: Path) -> None:
    said = earmark("gaps", song)
    assert said.code == 0
    assert said.out.splitlines()[0] == f"{song}: 1 gap of at least 8 s in 60.0 s"
    assert said.out.splitlines()[2].split() == ["start_s", "end_s", "length_s"]
    assert "10.00" in said.out
    said = earmark("gaps", song, "--min", 40)
    assert said.out == f"{song}: no gaps of at least 40 s in 60.0 s\n"
    said = earmark("gaps", song, "--label", "singing")
    assert f"{song}: 2 gaps of at least 8 s in 60.0 s\n" in said.out


def test_formats_on_standard_output_and_in_files(song: Path, tmp_path: Path) -> None:
    rows = ["0.000,10.000,instrumental,", "20.000,25.000,instrumental,"]
    assert earmark("gaps", song, "--min", 5, "--format", "csv").out.splitlines()[1:] == rows
    assert earmark("gaps", song, "--min", 5, "-o", tmp_path / "g.srt") == (0, "", "")
    assert [s.label for s in formats.read(tmp_path / "g.srt").segments] == ["instrumental"] * 2
    assert "--overwrite" in earmark("gaps", song, "-o", tmp_path / "g.srt").err
    assert earmark("gaps", song, "-o", tmp_path / "g.json", "--min", 25).code == 0
    kept = formats.read(tmp_path / "g.json")
    assert (kept.duration_s, kept.provenance["shortest_gap_s"]) == (60, 25)


def test_length_from_the_recording_beside_or_the_user(tmp_path: Path) -> None:
    formats.write(Annotation((Segment(0, 2),)), tmp_path / "a.singing.csv")
    said = earmark("gaps", tmp_path / "a.singing.csv")
    assert said.code == 1
    assert "--duration" in said.err
    assert "--format csv,json" in said.err
    words = ("gaps", tmp_path / "a.singing.csv", "--min", 1, "--format", "lab")
    assert "12.000" in earmark(*words, "--duration", 12).out
    soundfile.write(tmp_path / "a.wav", np.zeros(8000 * 5), 8000)
    assert "5.000" in earmark(*words).out
    (tmp_path / "a.json").write_text("[]")  # somebody else's
    formats.write(Annotation((), 7), tmp_path / "a.singing.json")
    assert "7.000" in earmark(*words).out


def test_a_recording_is_listened_to(tmp_path: Path, rng: np.random.Generator) -> None:
    soundfile.write(tmp_path / "a.wav", rng.normal(0, 0.1, 16000 * 6), 16000)
    assert earmark("gaps", tmp_path / "a.wav", "--min", 0, "-o", tmp_path / "g.json").code == 0
    expected = gaps(detect(tmp_path / "a.wav", labels="all").segments, duration_s=6.0)
    assert list(formats.read(tmp_path / "g.json").segments) == expected
    assert formats.read(tmp_path / "g.json").model == "singing"


def test_other_labels_are_told_and_can_be_chosen(tmp_path: Path) -> None:
    file = tmp_path / "jamendo.lab"
    file.write_text("0 10 nosing\n10 20 sing\n20 40 nosing\n")
    words = ("gaps", file, "--duration", 40, "--format", "csv")
    said = earmark(*words)
    assert (said.code, said.out) == (1, "")
    assert "nothing is labelled singing, only nosing, sing; choose with --label" in said.err
    rows = ["0.000,10.000,instrumental,", "20.000,40.000,instrumental,"]
    assert earmark(*words, "--label", "sing").out.splitlines()[1:] == rows
    assert earmark(*words, "--label", "all").out.splitlines()[1:] == []


def test_labels_that_do_not_count_are_named(tmp_path: Path) -> None:
    file = tmp_path / "song.singing.csv"
    formats.write(Annotation((Segment(0, 2), Segment(30, 60, "choir"))), file)
    said = earmark("gaps", file, "--duration", 60)
    assert (said.code, "1 gap" in said.out) == (0, True)
    assert "does not count choir; --label all counts every label" in said.err
    assert "choir" not in earmark("gaps", file, "--duration", 60, "--label", "singing").err


@pytest.mark.parametrize("name", ["song.singing.csv", "song.singing.json"])
def test_labels_that_were_renamed_are_no_silence(tmp_path: Path, name: str) -> None:
    """The name of the file, and what it declares, say `singing`; its segments say otherwise."""
    formats.write(Annotation((Segment(0, 50, "vocal"),), 60), tmp_path / name)
    said = earmark("gaps", tmp_path / name, "--duration", 60)
    assert (said.code, said.out) == (1, "")
    assert "nothing is labelled singing, only vocal; choose with --label" in said.err


def test_nothing_found_is_one_gap(tmp_path: Path) -> None:
    """An empty file names no labels; a detector has looked for those that it names."""
    (tmp_path / "a.lab").touch()
    assert (
        "1 gap of at" in earmark("gaps", tmp_path / "a.lab", "--duration", 9, "--label", "sing").out
    )
    heard = Annotation((Segment(0, 9, "speech"),), 60, ("singing", "speech"), model="two")
    formats.write(heard, tmp_path / "b.json")
    assert "1 gap of at least 8 s in 60.0 s" in earmark("gaps", tmp_path / "b.json").out
    assert "only singing, speech" in earmark("gaps", tmp_path / "b.json", "--label", "rap").err


def test_where_nobody_looked_for_speech_it_says_so(tmp_path: Path) -> None:
    for name, cautious in {
        "a.singing.csv": True,
        "a.csv": True,
        "a.singing+speech.csv": False,
    }.items():
        formats.write(Annotation((Segment(0, 2),)), tmp_path / name)
        said = earmark("gaps", tmp_path / name, "--duration", 60)
        assert (said.code, "1 gap of at least 8 s" in said.out) == (0, True)
        assert ("tells nothing of speech" in said.err) == cautious
    assert "speech" not in earmark("gaps", tmp_path / "a.csv", "--label", "singing").err
    formats.write(Annotation((Segment(0, 2, "speech"),)), tmp_path / "a.speech.csv")
    said = earmark("gaps", tmp_path / "a.speech.csv", "--duration", 60)
    assert (said.code, "nothing is labelled singing, only speech" in said.err) == (1, True)


def test_errors(song: Path, tmp_path: Path) -> None:
    for words, code, message in (
        ([tmp_path / "none.mp3"], 1, "no such file"),
        ([tmp_path / "none.csv"], 1, "cannot be read"),
        ([song, "--format", "npz"], 2, "--format: gaps are segments, which npz cannot hold"),
        ([song, "--format", "doc"], 2, "--format: doc: unknown format; choose one of"),
        ([song, "-o", "gaps.doc"], 2, "--out: gaps.doc: unknown format; choose one of"),
    ):
        said = earmark("gaps", *words)
        assert (said.code, said.out) == (code, "")
        assert message in said.err


def test_in_a_recording_it_listens_for_the_label_that_is_asked_for(tmp_path: Path) -> None:
    """Loud sound is the one label and soft sound the other, so together they leave no gap."""
    two_answers(tmp_path / "m.onnx")
    noise = np.random.default_rng(0).normal(size=16000 * 20)
    noise[16000 * 10 :] *= 1e-5
    soundfile.write(tmp_path / "a.wav", 5 * noise, 16000, subtype="FLOAT")
    found = {}
    for label in ("singing", "speech", "all", None):
        chosen = () if label is None else ("--label", label)
        words = ("--model", tmp_path / "m.onnx", "--min", 2, *chosen, "--format", "csv")
        rows = earmark("gaps", tmp_path / "a.wav", *words).out.splitlines()[1:]
        found[label] = [[round(float(time_s)) for time_s in row.split(",")[:2]] for row in rows]
    assert found == {"singing": [[10, 20]], "speech": [[0, 10]], "all": [], None: []}
    said = earmark("gaps", tmp_path / "a.wav", "--model", tmp_path / "m.onnx", "--label", "rap")
    assert said.code == 2
    assert "does not know 'rap', only singing, speech" in said.err
