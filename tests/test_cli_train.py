"""``earmark train`` makes a model that ``earmark detect`` can use."""

import builtins
import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import corpus
from earmark.learn.manifest import write_manifest
from shell import earmark

TINY = (
    "maps=[3, 4, 4, 6]", "units=4", "valid_examples=4", "speeds=[1.0]",
    "stages.0.steps=2", "stages.0.batch=2", "stages.0.frames=50", "stages.0.validate_every=1",
    "stages.1.steps=2", "stages.1.batch=2", "stages.1.frames=50", "stages.1.validate_every=1",
)  # fmt: skip


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    return tmp_path / "m.jsonl"


def test_trains_tells_and_goes_on(manifest: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    changes = [word for change in TINY for word in ("--set", change)]
    words = ["train", manifest, "-o", tmp_path / "out", "--threads", 1, *changes]
    said = earmark(*words)
    assert said.code == 0, said.err
    assert said.out.count("validation AUC") == 2
    model = tmp_path / "out" / "out.onnx"
    assert f"earmark detect song.mp3 --model {model}" in said.out
    info = earmark("info", model)
    assert "1 s" in info.out
    assert "finished" not in said.err
    model.unlink()
    again = earmark(*words)
    assert again.code == 0
    assert f"{tmp_path / 'out'}: this training is finished, no step was left to do." in again.err
    assert "To train anew, choose another folder with -o, or remove this one." in again.err
    assert f"The model is {model}. Try it:" in again.out
    assert model.is_file()


def test_what_is_used_is_told_and_what_is_hardly_meant(manifest: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    for row in rows:
        row["split"] = {"train": "train", "valid": "validation"}[row["split"]]
    write_manifest(rows, manifest)
    changes = [word for change in TINY for word in ("--set", change)]
    said = earmark("train", manifest, "-o", tmp_path / "out", "--threads", 1, *changes)
    assert said.code == 0, said.err
    assert "learns from 16 of 'train' (1.2 min), validates on none, leaves out 8 of" in said.err
    assert "earmark: split 'validation', of 8 recordings, is used by nothing" in said.err
    assert "is 'valid' meant?" in said.err
    assert "earmark: no recording is of split 'valid': nothing will tell how" in said.err


def test_a_damaged_recording_is_a_line(manifest: Path, tmp_path: Path) -> None:
    """One, although it is read at several speeds; and no Python."""
    pytest.importorskip("torch")
    song = tmp_path / "a.music.wav"
    song.write_bytes(song.read_bytes()[:64000])
    changes = [word for change in (*TINY, "speeds=[1.0, 0.9]") for word in ("--set", change)]
    said = earmark("train", manifest, "-o", tmp_path / "out", "--threads", 1, *changes)
    assert said.code == 0, said.err
    assert said.err.count("a.music.wav") == 1
    assert f"earmark: {song}: truncated: 2.0 s of 6.0 s could be decoded" in said.err
    assert "UserWarning" not in said.err


def test_what_is_told_at_the_end_is_of_the_weights_that_were_kept(
    manifest: Path, tmp_path: Path
) -> None:
    """Those of the best validation, or averaged ones as they were last; after a stop, too."""
    pytest.importorskip("torch")
    more = ("stages.0.average=0", "stages.0.steps=6", "stages.1.lr=0.1", "stages.1.steps=6")
    changes = [word for change in (*TINY, *more) for word in ("--set", change)]
    words = ["train", manifest, "-o", tmp_path / "out", "--threads", 1, *changes]
    said = earmark(*words).out
    rows = list(csv.DictReader((tmp_path / "out" / "log.csv").open()))
    voices, songs = ([float(r["valid_auc"]) for r in part] for part in (rows[:6], rows[6:]))
    best = voices.index(max(voices)) + 1
    assert f"voices: validation AUC {max(voices):.3f}, step {best}\n" in said
    assert f"songs: validation AUC {songs[-1]:.3f}, step 6\n" in said
    assert songs[-1] < max(songs)  # or this would show nothing
    assert earmark(*words).out == said


def test_without_torch_the_extra_is_named(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def lacking(name: str, *rest: object, **more: object) -> object:
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return load(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    said = earmark("train", manifest, "-o", tmp_path / "out")
    assert said.code == 1
    assert "pip install '.[train]'" in said.err
    assert not (tmp_path / "out").exists()


def test_options_that_cannot_be_are_wrong_usage(manifest: Path, tmp_path: Path) -> None:
    said = earmark("train", manifest, "-o", tmp_path / "out", "--set", "foo")
    assert said.code == 2
    assert "'foo' is not KEY=VALUE" in said.err
    said = earmark("train", manifest, "-o", tmp_path / "out", "--threads", 100_000)
    assert (said.code, "256" in said.err) == (2, True)  # PyTorch would crash


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_keeps_the_step_and_says_how_to_go_on(
    manifest: Path, tmp_path: Path, stop: signal.Signals
) -> None:
    checkpoint = pytest.importorskip("earmark.learn.checkpoint")
    changes = [word for change in TINY for word in ("--set", change)]
    long = ["--set", "stages.0.steps=100000", "--set", "stages.0.validate_every=1000"]
    words = ["train", manifest, "-o", tmp_path / "out", *changes, *long]
    command = [sys.executable, "-m", "earmark", *map(str, words)]
    log = tmp_path / "out" / "log.csv"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not (log.is_file() and len(log.read_text().splitlines()) > 3):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(stop)
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    done = log.read_text().splitlines()[-1].split(",")[1]
    assert f"stopped after step {done} of 'voices', which is kept; the same command goes" in said
    assert checkpoint.load_checkpoint(log.with_name("stage0.safetensors"))[1]["step"] == int(done)
    assert "Traceback" not in said


def test_errors(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for change in ("size=3", "units=x", "stages.9.steps=1", "seed=-1"):
        said = earmark("train", manifest, "-o", out, "--set", change)
        assert (said.code, "--set" in said.err) == (2, True), said.err
    said = earmark("train", manifest, "-o", out, "--recipe", manifest, "--set", "seed=1")
    assert (said.code, "not a recipe" in said.err) == (1, True)  # the file's fault
    pytest.importorskip("torch")
    said = earmark("train", tmp_path / "none.jsonl", "-o", out)
    assert said.code == 1
    assert "none.jsonl" in said.err
    said = earmark("train", manifest, "-o", manifest)
    assert said.code == 1
    assert "cannot be a folder for a model" in said.err
