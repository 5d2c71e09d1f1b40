"""``earmark video`` as a user meets it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from clips import write_clip
from earmark import Annotation, Segment, formats
from earmark.audio import write_audio
from shell import earmark

av = pytest.importorskip("av")
pytest.importorskip("matplotlib")


def test_a_song_with_all_its_rows(here):
    write_clip(here / "Ça va? “<b>”.wav", seconds=1.5)
    formats.write(Annotation((Segment(0.5, 1.0),)), here / "one.csv")
    words = ("video", "Ça va? “<b>”.wav", "-o", "sub/one.mp4", "--truth", "one.csv")
    said = earmark(*words, "--second", "singing-fast")
    assert (said.code, said.out) == (0, "")
    assert "1.5 s in sub/one.mp4" in said.err
    with av.open(str(here / "sub" / "one.mp4")) as container:
        assert len(list(container.decode(video=0))) == 45
    again = earmark(*words)
    assert again.code == 1
    assert "is there already; --overwrite replaces it" in again.err


def test_silent_and_short(here):
    write_audio(here / "one.wav", np.zeros(1600), sr=16000)
    said = earmark("video", "one.wav", "-o", "one.mp4")
    assert said.code == 0
    assert "silent" in said.err


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["empty.wav", "-o", "x.mp4"], 1, "no samples: nothing to show"),
        (["bad.mp3", "-o", "x.mp4"], 1, "bad.mp3: no audio"),
        (["gone.mp3", "-o", "x.mp4"], 1, "gone.mp3: no such file"),
        (["one.wav", "-o", "x.avi"], 2, "ends in .mp4"),
        (["one.wav", "-o", "-"], 2, "ends in .mp4"),
        (["one.wav", "-o", "bad.mp3/x.mp4"], 1, "a file, not a folder"),
        (["one.wav", "-o", "."], 1, "a folder; name a file"),
        (["song.mp4", "-o", "song.mp4", "--overwrite"], 1, "the song itself"),
        (["one.wav", "-o", "x.mp4", "--truth", "bad.mp3"], 1, "unknown format"),
        (["one.wav", "-o", "x.mp4", "--second", "nosuch"], 1, "no such model"),
    ],
)
def test_what_cannot_be_done_is_said(here, words, code, why):
    write_audio(here / "empty.wav", np.zeros(0), sr=16000)
    (here / "bad.mp3").write_bytes(b"no audio")
    write_clip(here / "one.wav", seconds=0.2)
    (here / "song.mp4").write_bytes((here / "one.wav").read_bytes())
    said = earmark("video", *words)
    assert said.code == code
    assert why in said.err
    assert "Traceback" not in said.err
    assert not (here / "x.mp4").exists()


@pytest.mark.parametrize("package", ["av", "matplotlib", "PIL"])
def test_without_the_extras(here, monkeypatch, package):
    write_clip(here / "one.wav", seconds=0.2)
    monkeypatch.setitem(sys.modules, package, None)
    said = earmark("video", "one.wav", "-o", "x.mp4")
    assert said.code == 1
    assert f"videos need {package}" in said.err
    assert "pip install '.[formats,plot]'" in said.err
