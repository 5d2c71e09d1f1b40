"""Whoever stops a command does not wait for the songs that are running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clips import write_clip
from shell import earmark

pytestmark = pytest.mark.skipif(os.name != "posix", reason="cannot: signals are POSIX's")

SLOW_S = 40
CODE = f"""
import time
from earmark.detector import SingingDetector

def detect(self, source):
    print("listening", flush=True)
    time.sleep({SLOW_S})

SingingDetector.detect = detect
from earmark.cli import main
main()
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "words",
    [
        ["detect", "m", "--summary", "songs.csv"],
        ["playlist", "m", "--vocal", "-o", "p.m3u8"],
    ],
    ids=lambda words: words[0],
)
def test_a_stop_waits_for_no_song(tmp_path: Path, words: list[str], stop: signal.Signals) -> None:
    write_clip(tmp_path / "m/a.wav")
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *words],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "listening\n"
    begun_s = time.monotonic()
    process.send_signal(stop)
    said = process.communicate(timeout=60)[1]
    assert time.monotonic() - begun_s < SLOW_S / 2
    assert process.returncode == 130
    assert said.count("stopped; finished files are kept") == 1
    assert "Traceback" not in said
    assert not (tmp_path / "p.m3u8").exists()


def test_a_command_leaves_signals_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert earmark("models").code == 0
    assert signal.getsignal(signal.SIGTERM) is before
