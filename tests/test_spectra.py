"""Spectra are kept as they are computed, whatever stops it, and whoever else computes them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import corpus
from earmark.atomic import LEFT_BEHIND_S
from earmark.learn.spectra import Job, load_spectra


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    rng = np.random.default_rng(0)
    return [
        Job((tmp_path / corpus.write(tmp_path / f"{i}.wav", corpus.music(rng, 0.2 + i / 10)),))
        for i in range(5)
    ]


def test_a_stop_loses_one_chunk(
    jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("earmark.learn.spectra.CHUNK", 2)
    with pytest.raises(KeyboardInterrupt):
        load_spectra(jobs, tmp_path / "cache", progress=stop)
    computed: list[tuple[int, int]] = []
    found = load_spectra(jobs, tmp_path / "cache", progress=lambda *at: computed.append(at))
    assert computed == [(1, 3), (2, 3), (3, 3)]
    assert [len(parts[0]) for parts in found] == [10, 15, 20, 25, 30]


@pytest.mark.skipif(os.name != "posix", reason="cannot: kill -9 is POSIX's")
def test_a_kill_leaves_nothing_for_good(jobs: list[Job], tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from earmark.learn.spectra import Job, load_spectra\n"
        "if sys.argv[2] == 'late': os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "load_spectra([Job((Path(sys.argv[3]),))], sys.argv[1],"
        " progress=lambda *_: sys.argv[2] == 'soon' and os.kill(os.getpid(), 9))"
    )
    cache = tmp_path / "cache"
    for when in ("soon", "late"):
        command = [sys.executable, "-c", code, cache, when, jobs[0].paths[0]]
        assert subprocess.run(command, check=False).returncode < 0
    for left in cache.iterdir():
        os.utime(left, (time.time() - LEFT_BEHIND_S - 1,) * 2)
    load_spectra(jobs[:1], cache)
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".npy"]


def test_files_of_one_name_say_the_same(jobs: list[Job], tmp_path: Path) -> None:
    """Whatever order the recordings are in: two processes write the same."""
    for folder, order in (("one", jobs), ("other", jobs[::-1])):
        load_spectra(order, tmp_path / folder)
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("one", "other")
    )
    assert one == other
