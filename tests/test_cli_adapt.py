"""``earmark adapt``: from songs to a model with a name, and what stops on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from earmark.errors import DataError
from earmark.learn import amounts, taught
from earmark.learn.amounts import Settings
from earmark.runtime import OnnxModel, taught_names
from lessons import SUNG, small_model, song
from shell import Said, earmark


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learns fast and all the way, so that a test sees it."""
    fast = Settings("all", lr=2e-2, steps=20, batch=8, windows=24, share=1.0)
    for name in amounts.SETTINGS:
        monkeypatch.setitem(amounts.SETTINGS, name, replace(fast, layers=name))


def adapt(*words: object) -> Said:
    return earmark("adapt", *words, "--model", "small.onnx", "--threads", 1)


def events(said: Said) -> list[dict]:
    return [json.loads(line) for line in said.out.splitlines()]


def test_a_model_is_taught_kept_and_used(here: Path, own_home: Path, quick: None) -> None:
    small_model(here / "small.onnx")
    for name in ("a", "b", "c"):
        song(here, name)
    said = adapt(".", "--name", "mine", "--json", "--layers", "all")
    assert said.code == 0, said.err
    told = events(said)
    kinds = list(dict.fromkeys(event["event"] for event in told))
    assert kinds == ["plan", "progress", "candidate", "compared", "kept"]
    assert told[0]["settings"]["layers"] == "all"
    assert told[0]["songs"] == 3
    stages = [event for event in told if event["event"] == "progress"]
    assert list(dict.fromkeys(e["stage"] for e in stages)) == ["reading", "learning", "leaving out"]
    assert stages[-1]["done"] == stages[-1]["total"] == 60
    compared = told[-2]
    assert compared["after"]["accuracy"] > compared["before"]["accuracy"]
    assert (compared["worse"], compared["songs"], compared["halves"]) == (False, 3, False)
    assert taught_names() == ["mine"]
    assert OnnxModel("mine").info.name == "mine"
    assert list((own_home / "models/candidates").glob("*.onnx")) == []
    card = (own_home / "models/mine.md").read_text()
    assert card.startswith("# mine: singing, taught by 3 songs, 1.0 minutes")
    assert OnnxModel("mine").info.sha256 in card
    for part in ("## Taught by", "a.wav", "## Before and after", "licence", "yours"):
        assert part in card
    assert "taught here" in earmark("models").out
    assert earmark("detect", "a.wav", "--model", "mine", "-o", "out").code == 0
    assert len(Path("out/a.singing.csv").read_text().splitlines()) == 1 + len(SUNG)


def test_words_for_people(here: Path, quick: None) -> None:
    small_model(here / "small.onnx")
    song(here, "a")
    song(here, "none", labelled=False)
    said = adapt(".", "--name", "mine", "--anyway")
    assert said.code == 0, said.err
    assert "Which layers learn: head (1 song, 0.3 minutes labelled" in said.out
    assert "one song only" in said.err
    assert "none.wav: no labels of yours" in said.err
    assert "earmark detect song.mp3 --model mine" in said.out
    assert "→" in said.out
    again = adapt("a.wav", "--name", "mine", "--plan")
    assert "it replaces the model mine" in again.err
    assert "without --overwrite it is not taught" in again.err


def test_a_kept_model_is_replaced_only_if_that_is_said(
    here: Path, own_home: Path, quick: None
) -> None:
    small_model(here / "small.onnx")
    song(here, "a")
    kept = own_home / "models/mine.onnx"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"the old one")
    said = adapt("a.wav", "--name", "mine", "--anyway")
    assert said.code == 1
    assert "mine: a model that you taught before has this name; choose another name" in said.err
    assert "replace that model by --overwrite" in said.err
    assert (said.out, kept.read_bytes()) == ("", b"the old one")  # before any work
    said = adapt("a.wav", "--name", "mine", "--overwrite")
    assert (said.code, kept.read_bytes()) == (3, b"the old one")
    assert "earmark adapt --keep mine --overwrite" in said.err
    assert earmark("adapt", "--keep", "mine").code == 1
    assert kept.read_bytes() == b"the old one"
    assert earmark("adapt", "--keep", "mine", "--overwrite").code == 0
    assert OnnxModel("mine").info.name == "mine"


def test_what_got_worse_is_refused(
    here: Path, own_home: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_model(here / "small.onnx")
    for name in ("a", "b"):
        song(here, name)
    monkeypatch.setattr("earmark.learn.left_out.Compared.worse", True)
    said = adapt(".", "--name", "mine", "--json")
    assert said.code == 3
    last = events(said)[-1]
    assert last["event"] == "refused"
    assert "got worse" in last["message"]
    assert taught_names() == []
    candidate = own_home / "models/candidates/mine.onnx"
    assert OnnxModel(candidate).info.name == "mine"
    assert "It got worse" in candidate.with_suffix(".md").read_text()
    (kept,) = events(earmark("adapt", "--keep", "mine", "--json"))
    assert kept == {"event": "kept", "path": str(own_home / "models/mine.onnx"), "name": "mine"}
    assert taught_names() == ["mine"]
    assert not candidate.exists()
    said = earmark("adapt", "--discard", "mine")
    assert (said.code, "no candidate of this name" in said.err) == (1, True)


def test_halves_of_one_song_do_not_make_a_model(here: Path, own_home: Path, quick: None) -> None:
    small_model(here / "small.onnx")
    song(here, "a")
    said = adapt("a.wav", "--name", "mine", "--json")
    *_, compared, last = events(said)
    assert (compared["event"], compared["halves"], compared["worse"]) == ("compared", True, False)
    assert "halves" in compared["doubt"]
    assert (said.code, last["event"], taught_names()) == (3, "refused", [])
    assert "it got no worse, but it was measured on halves" in last["message"]
    assert "earmark adapt --keep mine" in last["message"]
    assert "No more than a candidate" in (own_home / "models/candidates/mine.md").read_text()
    assert earmark("adapt", "--keep", "mine").code == 0


def test_a_candidate_is_deleted(own_home: Path) -> None:
    path = taught.write_candidate("mine", b"model", "# mine")
    assert earmark("adapt", "--discard", "mine").code == 0
    assert not path.exists()
    assert not path.with_suffix(".md").exists()


def test_the_plan_alone(here: Path, own_home: Path) -> None:
    song(here, "a")
    said = earmark("adapt", "a.wav", "--plan", "--json")
    (plan,) = events(said)
    assert said.code == 0
    assert plan["settings"]["layers"] == "head"
    assert plan["settings"]["fixed"] == ["L1", "L2", "L3", "L4", "rnn"]
    assert [choice["name"] for choice in plan["choices"]] == ["head", "recurrent", "all"]
    assert plan["warnings"][0].startswith("one song only")
    assert not own_home.exists()


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ([], 2, "name songs"),
        (["a.wav"], 2, "say what the model is to be called"),
        (["a.wav", "--name", "x", "--layers", "L1"], 2, "none of head, recurrent, all"),
        (["a.wav", "--keep", "x"], 2, "stand alone"),
        (["--keep", "x", "--discard", "x"], 2, "stand alone"),
        (["a.wav", "--name", "singing"], 1, "a model that ships with earmark has this name"),
        (["a.wav", "--name", "../x"], 1, "cannot be a model's name"),
        (["a.wav", "--name", "x", "--model", "yodel"], 1, "no such model"),
        (["gone.wav", "--name", "x"], 1, "gone.wav: the song is not there"),
        (["music.wav", "--name", "x"], 1, "0.0 s singing in 1 song"),
        (["--keep", "x"], 1, "no candidate of this name"),
        (["--keep", ".."], 1, "cannot be a model's name"),
    ],
)
def test_mistakes(here: Path, own_home: Path, words: list[str], code: int, why: str) -> None:
    song(here, "a")
    song(here, "music", sung=False)
    said = earmark("adapt", *words)
    assert (said.code, why in said.err) == (code, True), said.err
    assert taught_names() == []


def test_without_the_extra(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song(here, "a")
    monkeypatch.setitem(sys.modules, "torch", None)
    said = earmark("adapt", "a.wav", "--name", "mine")
    assert said.code == 1
    assert "teaching needs torch, which is not installed" in said.err
    assert "[train]" in said.err


def test_one_process_teaches_a_name(own_home: Path) -> None:
    with (
        taught.claimed("mine"),
        pytest.raises(DataError, match="another process is teaching"),
        taught.claimed("mine"),
    ):
        pass
    with taught.claimed("mine"), taught.claimed("yours"):
        pass


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_stop_leaves_nothing_half(here: Path, own_home: Path, how: signal.Signals) -> None:
    small_model(here / "small.onnx")
    for name in ("a", "b"):
        song(here, name)
    command = [sys.executable, "-m", "earmark", "adapt", ".", "--name", "mine", "--json"]
    process = subprocess.Popen(
        [*command, "--model", "small.onnx", "--layers", "all", "--threads", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event.get("stage") == "learning" and event["done"] >= 2:
            break
    process.send_signal(how)
    _, complaint = process.communicate(timeout=20)
    folder = own_home / "models/candidates"
    assert [path.name for path in folder.iterdir()] == ["mine.lock"]
    if how is signal.SIGTERM:
        assert process.returncode == 130
        assert "stopped; nothing was written" in complaint
    time.sleep(0.05)
    with taught.claimed("mine"):  # the lock went with the process
        pass
