"""``earmark playlist`` lists the songs of a folder that are sung, or not."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark import Annotation, Segment, SingingDetector, batch
from earmark.one_song import Result
from earmark.rows import describe, failed
from earmark.summary import Summary
from shell import earmark
from tiny import tiny_model, two_answers


@pytest.fixture
def library(tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "music"
    (folder / "album").mkdir(parents=True)
    for name in ("one.wav", "album/two.wav"):
        soundfile.write(folder / name, rng.normal(0, 0.1, 16000 * 3), 16000)
    monkeypatch.chdir(tmp_path)
    return folder


def songs(playlist: Path) -> list[str]:
    return [line for line in playlist.read_text("utf-8").splitlines() if not line.startswith("#")]


def test_every_song_is_in_one_of_the_two(library: Path) -> None:
    assert earmark("playlist", library, "--instrumental", "-o", library / "i.m3u8").code == 0
    assert earmark("playlist", "music", "--vocal", "-o", library / "v.m3u8").code == 0
    listed = songs(library / "i.m3u8") + songs(library / "v.m3u8")
    assert sorted(listed) == ["album/two.wav", "one.wav"]
    assert sorted(path.name for path in library.iterdir()) == [
        "album", "i.m3u8", "one.wav", "v.m3u8",
    ]  # fmt: skip


def test_a_summary_spares_the_listening(library: Path, tmp_path: Path) -> None:
    table = Summary(Path("songs.csv"))
    table.append(describe(Annotation((), duration_s=3), path="music/one.wav"))
    table.append(describe(Annotation((Segment(0, 2),), duration_s=3), path="music/album/two.wav"))
    table.append(describe(Annotation((), duration_s=3), path="elsewhere/three.wav"))
    words = ["playlist", library, "--summary", "songs.csv", "-o"]
    assert earmark(*words, tmp_path / "i.m3u8", "--instrumental").code == 0
    assert songs(tmp_path / "i.m3u8") == ["music/one.wav"]
    said = earmark(*words, tmp_path / "v.m3u8", "--vocal")
    assert songs(tmp_path / "v.m3u8") == ["music/album/two.wav"]
    assert "1 of 2 songs" in said.err


def test_a_talk_is_no_instrumental(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the model here, singing is loud and speech soft sound, and silence is none of the two."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).normal(size=16000 * 5)
    for name, level in (("sung", 1.0), ("talk", 1e-3)):
        soundfile.write(f"{name}.wav", level * 5 * noise, 16000, subtype="FLOAT")
    model = two_answers(tmp_path / "m.onnx")
    for kind, listed in (("--vocal", ["sung.wav"]), ("--instrumental", [])):
        said = earmark("playlist", ".", kind, "--model", model, "-o", f"{kind[2:]}.m3u8")
        assert (said.code, songs(tmp_path / f"{kind[2:]}.m3u8")) == (0, listed)


def test_where_nobody_looked_for_speech_that_is_said(library: Path, tmp_path: Path) -> None:
    """Of the model here, singing is loud sound; what it knows nothing of may be a talk."""
    for song in library.rglob("*.wav"):
        soundfile.write(song, np.full(16000 * 3, 1e-2), 16000, subtype="FLOAT")
    model = tmp_path / "m.onnx"
    model.write_bytes(tiny_model())
    words = ["playlist", "music", "--model", model, "-o"]
    said = earmark(*words, "i.m3u8", "--instrumental")
    assert len(songs(tmp_path / "i.m3u8")) == 2
    assert "i.m3u8: nobody looked for speech in 2 of its songs; some may be talks" in said.err
    assert said.code == 0
    assert "speech" not in earmark(*words, "v.m3u8", "--vocal").err


def test_a_model_that_knows_no_singing_makes_no_list(library: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.onnx"
    model.write_bytes(tiny_model(labels=["speech"]))
    said = earmark("playlist", library, "--vocal", "--model", model, "-o", "p.m3u8")
    assert (said.code, "does not know the label 'singing', only speech" in said.err) == (1, True)
    talk = Annotation((), duration_s=3, labels=("speech",))
    Summary(Path("songs.csv")).append(describe(talk, path="music/one.wav"))
    said = earmark("playlist", library, "--vocal", "--summary", "songs.csv", "-o", "p.m3u8")
    assert "music/one.wav: may be sung or not: the model that listened knows no singing" in said.err
    assert "too short" not in said.err


def test_failures_are_named_and_the_others_listed(library: Path, tmp_path: Path) -> None:
    (library / "broken.mp3").write_text("no music")
    table = Summary(Path("songs.csv"))
    table.append(describe(Annotation((), duration_s=3), path="music/one.wav"))
    table.append(failed("music/broken.mp3", "music/broken.mp3: not audio"))
    words = ["playlist", "music", "--instrumental", "--summary", "songs.csv", "-o", "p.m3u8"]
    said = earmark(*words)
    assert said.code == 1
    assert "music/broken.mp3: not audio" in said.err
    assert "music/album/two.wav: not in songs.csv" in said.err
    assert songs(tmp_path / "p.m3u8") == ["music/one.wav"]
    said = earmark("playlist", "music", "--vocal", "-o", "q.m3u8")
    assert said.code == 1
    assert "broken.mp3" in said.err


def test_without_a_judged_song_nothing_is_written(library: Path, tmp_path: Path) -> None:
    for song in library.rglob("*.wav"):
        song.write_text("no music")
    said = earmark("playlist", library, "--vocal", "-o", "p.m3u8")
    assert said.code == 1
    assert "one.wav" in said.err
    assert "no song could be judged" in said.err
    assert not (tmp_path / "p.m3u8").exists()


def test_what_was_not_heard_whole_is_no_instrumental(library: Path, tmp_path: Path) -> None:
    table = Summary(Path("songs.csv"))
    table.append(describe(Annotation((), duration_s=3), path="music/album/two.wav"))
    unknown = describe(Annotation((), duration_s=3, warning="cut off"), path="music/one.wav")
    table.append(unknown | {"instrumental": ""})
    words = ["playlist", library, "--instrumental", "--summary", "songs.csv", "-o", "p.m3u8"]
    said = earmark(*words)
    assert said.code == 1
    assert "music/one.wav: may be sung or not: cut off" in said.err
    assert songs(tmp_path / "p.m3u8") == ["music/album/two.wav"]


def test_a_summary_may_be_read_from_elsewhere(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Summary(Path("songs.csv"))
    table.append(describe(Annotation((), duration_s=3), path="music/one.wav"))
    monkeypatch.chdir(library)
    earmark("playlist", ".", "--instrumental", "--summary", "../songs.csv", "-o", "p.m3u8")
    assert songs(library / "p.m3u8") == ["one.wav"]


def test_the_cores_are_shared_out_as_for_detect(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(
        SingingDetector, "__init__", lambda self, model, *, labels, threads=1: asked.append(threads)
    )

    monkeypatch.setattr(SingingDetector, "chosen", lambda self, labels: labels)

    def run(*_: object, jobs: int, **__: object) -> Iterator[Result]:
        asked.append(jobs)
        yield from ()

    monkeypatch.setattr(batch, "run", run)
    assert earmark("playlist", "music", "--vocal", "-o", "p.m3u8").code == 0
    assert asked == [2, 2]


def test_errors(library: Path) -> None:
    assert earmark("playlist", library, "-o", "p.m3u8").code == 2
    said = earmark("playlist", library, "--vocal", "-o", "p.mp3")
    assert (said.code, "name ends in .m3u8" in said.err) == (2, True)
    Path("p.m3u8").write_text("mine")
    words = ["playlist", library, "--vocal", "-o", "p.m3u8"]
    assert "--overwrite" in earmark(*words).err
    said = earmark(*words, "--overwrite", "--summary", "nothing.csv")
    assert (said.code, Path("p.m3u8").read_text()) == (1, "mine")
    assert "no such file" in said.err
