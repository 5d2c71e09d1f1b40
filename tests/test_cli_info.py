"""``earmark info`` tells what is installed and what a file is."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import earmark as package
from earmark import Annotation, Scores, Segment, formats
from earmark.audio import write_audio
from earmark.runtime import model_path
from shell import earmark


def test_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.cli.info.EXTRAS", {"plot": ("no_such_package",)})
    said = earmark("info")
    assert said.code == 0
    assert package.__version__ in said.out
    assert "onnxruntime" in said.out
    assert "model singing" in said.out
    assert "pip install '.[plot]'" in said.out


def test_recording(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "[a].flac", np.zeros((24000, 2)), 48000)
    lines = [
        line.split(maxsplit=1) for line in earmark("info", tmp_path / "[a].flac").out.splitlines()
    ]
    assert lines[0] == ["file", str(tmp_path / "[a].flac")]
    assert ["duration", "0.50 s by its header"] in lines
    assert ["rate", "48000 Hz"] in lines
    assert ["channels", "2"] in lines


@pytest.mark.parametrize(
    ("suffix", "whole", "cut"),
    [
        (".wav", "8.00 s by its header", "8.00 s by its header"),
        (".mp3", "8.00 s by its header", "8.00 s by its header"),
        (".ogg", "8.00 s", "not in the header"),  # the length stands at its end
    ],
)
def test_a_duration_that_was_not_counted(
    tmp_path: Path, rng: np.random.Generator, suffix: str, whole: str, cut: str
) -> None:
    song = tmp_path / f"a{suffix}"
    write_audio(song, rng.normal(0, 0.1, 8 * 16000).clip(-1, 1), sr=16000)
    assert f"duration  {whole}\n" in earmark("info", song).out
    song.write_bytes(song.read_bytes()[: song.stat().st_size // 2])
    assert f"duration  {cut}\n" in earmark("info", song).out


def test_label_files(tmp_path: Path) -> None:
    formats.write(Annotation((Segment(0, 1.5),), duration_s=3), tmp_path / "a.json")
    said = earmark("info", tmp_path / "a.json").out
    assert "1 segment\n" in said
    assert "1.50 s" in said
    assert "3.00 s" in said
    overlapping = (Segment(0, 2), Segment(1, 2), Segment(1, 2.5, "speech"))
    formats.write(Annotation(overlapping), tmp_path / "b.csv")
    assert "marked    singing 2.00 s, speech 1.50 s\n" in earmark("info", tmp_path / "b.csv").out


def test_scores(tmp_path: Path) -> None:
    scores = Scores(np.ones((9, 2), np.float32), labels=("singing", "speech"), duration_s=0.17)
    formats.write(Annotation((), scores=scores), tmp_path / "a.npz")
    said = earmark("info", tmp_path / "a.npz").out
    assert "holds     9 frames of 0.02 s\n" in said
    assert "labels    singing, speech\n" in said
    assert "duration  0.17 s\n" in said
    assert "marked" not in said


def test_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = earmark("info", model_path("singing"))
    assert said.code == 0
    assert "sha256" in said.out
    assert f"card      {model_path('singing').with_suffix('.md')}\n" in said.out
    assert earmark("info", "singing") == said  # by name
    (tmp_path / "singing").write_text("0 1 singing\n")
    monkeypatch.chdir(tmp_path)
    assert earmark("info", "singing").out != said.out  # a file of that name comes first
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.onnx").write_bytes(model_path("singing").read_bytes())
    assert "mine.onnx, " in earmark("info", "mine").out


@pytest.mark.parametrize("name", ["a.mp3", "a.onnx", "a.json", "a.unknown"])
def test_missing_and_garbage(tmp_path: Path, name: str) -> None:
    missing = earmark("info", tmp_path / name)
    (tmp_path / name).write_bytes(b"\x00garbage")
    garbage = earmark("info", tmp_path / name)
    for said in (missing, garbage):
        assert (said.code, said.out) == (1, "")
        assert name in said.err
