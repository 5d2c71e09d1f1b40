"""What C code says of a damaged MP3 does not reach the terminal; everything else does."""

import ctypes
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from earmark.audio import AudioReader, write_audio
from earmark.audio.hush import _streams, hushed

pytestmark = pytest.mark.skipif(_streams() is None, reason="cannot: needs glibc")


def native(text: str) -> None:
    """Write as C code does."""
    c = ctypes.CDLL(None)
    c.fputs(text.encode(), ctypes.c_void_p.in_dll(c, "stderr"))


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    write_audio(tmp_path / "a.mp3", 0.1 * np.random.default_rng(0).normal(size=22050 * 9), sr=22050)
    data = bytearray((tmp_path / "a.mp3").read_bytes())
    middle = slice(len(data) // 2, len(data) // 2 + 3000)
    data[middle] = b"none of this is sound ".ljust(3000, b"!")
    (tmp_path / "a.mp3").write_bytes(data)
    return tmp_path / "a.mp3"


def read(path: Path) -> None:
    for offset_s in (0, 5):
        with AudioReader(path, offset_s=offset_s) as reader:
            assert sum(map(len, reader)) > 0
            assert reader.warning is not None


def test_a_damaged_mp3_is_read_quietly(damaged: Path, capfd: pytest.CaptureFixture) -> None:
    read(damaged)
    native("other C code\n")
    assert capfd.readouterr() == ("", "other C code\n")


def test_in_threads_as_well(damaged: Path, capfd: pytest.CaptureFixture) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, [damaged] * 8))
    assert capfd.readouterr() == ("", "")


def test_python_is_heard_meanwhile_and_the_last_to_leave_ends_it(
    capfd: pytest.CaptureFixture,
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with hushed():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=stay)
    other.start()
    inside.wait(10)
    with hushed():
        native("lost")
    native("lost, since another thread is inside")
    os.write(2, b"one ")
    print("two", end=" ", file=sys.stderr, flush=True)
    leave.set()
    other.join()
    native("three")
    assert capfd.readouterr().err == "one two three"
