"""Files appear whole, and what a kill left behind goes away in time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from earmark.atomic import LEFT_BEHIND_S, sweep, write_atomic
from earmark.errors import OutputError

OURS = ".earmark-0123456789abcdef"
OTHERS = (".earmark.sqlite", ".earmark-notes", f"{OURS}.bak", "song.singing.csv")


def make(folder: Path, *names: str, age_s: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (time.time() - age_s,) * 2)


def test_a_file_is_written_into_a_new_folder(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new/a", b"1")
    write_atomic(tmp_path / "new/a", b"2")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "new").iterdir()] == [("a", b"2")]


def test_the_advice_fits_the_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"too long.*Choose a shorter name"):
        write_atomic(tmp_path / "folder".ljust(300, "x") / "a", b"1")


@pytest.mark.skipif(os.name != "posix", reason="cannot: kill -9 is POSIX's")
def test_what_a_kill_leaves_is_swept_after_an_hour(tmp_path: Path) -> None:
    code = (
        "import os, sys; from earmark.atomic import write_atomic\n"
        "os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "write_atomic(sys.argv[1], b'1')"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "a"], check=False)
    (left,) = tmp_path.iterdir()
    sweep(tmp_path)
    assert left.exists()  # it may be a write of another process
    os.utime(left, (time.time() - LEFT_BEHIND_S - 1,) * 2)
    sweep(tmp_path)
    assert not left.exists()


def test_nothing_else_is_swept(tmp_path: Path) -> None:
    make(tmp_path, *OTHERS, age_s=9 * LEFT_BEHIND_S)
    (tmp_path / ".earmark-00000000000000ff").mkdir()
    before = sorted(tmp_path.iterdir())
    sweep(tmp_path)
    sweep(tmp_path / "nowhere")
    assert sorted(tmp_path.iterdir()) == before
