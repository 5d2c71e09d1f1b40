"""Ctrl-C and SIGTERM wait for the step under way, of one process or of several."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import corpus
from earmark.learn.manifest import write_manifest
from earmark.learn.stopping import SIGNALS, StopRequest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="cannot: signals are POSIX's")


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0.01)


def work(done: list[bool], numbers: Sequence[signal.Signals], *, insistent: bool) -> None:
    """Work during which signals come, and what is noted after each."""
    with StopRequest(insistent=insistent) as stop:
        for number in numbers:
            send(number)
            done.append(stop.made)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_request_is_noted_and_the_second_one_insists(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    done: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        work(done, [number] * 3, insistent=True)
    assert done == [True]
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_where_others_wait_none_insists_and_none_is_forgotten() -> None:
    done: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        work(done, [*SIGNALS, *SIGNALS], insistent=False)
    assert done == [True] * 4


def test_what_ignores_a_signal_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done: list[bool] = []
        work(done, [signal.SIGINT], insistent=True)
        assert done == [False]
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_may_train() -> None:
    """Signals are the main thread's."""
    done: list[bool] = []

    def train() -> None:
        with StopRequest(insistent=True) as stop:
            done.append(stop.made)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert done == [False]


@pytest.mark.parametrize("to", ["launcher", "second"])
def test_processes_stop_at_the_same_step(tmp_path: Path, to: str) -> None:
    """Whether torchrun is told to stop or one of its processes: none hangs, and it is kept."""
    checkpoint = pytest.importorskip("earmark.learn.checkpoint")
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    (tmp_path / "r.toml").write_text(
        "maps = [3, 4, 4, 6]\nunits = 4\nvalid_examples = 2\n[[stages]]\nname = 'only'\n"
        "steps = 100000\nbatch = 2\nframes = 60\ndraw = { singing = 1, music = 1, song = 1 }\n"
        "validate_every = 50000\n"
    )
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    words = ["earmark.learn.train", "m.jsonl", "--recipe", "r.toml", "-o", "out"]
    log = tmp_path / "out" / "log.csv"
    with subprocess.Popen(
        [sys.executable, *launcher, *words],
        cwd=tmp_path, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        while not (log.is_file() and len(log.read_text().splitlines()) > 3):
            assert process.poll() is None
            time.sleep(0.02)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if to == "second" and not children.is_file():
            process.kill()
            pytest.skip("cannot: this system does not tell whose child a process is")
        pid = process.pid if to == "launcher" else int(children.read_text().split()[1])
        os.kill(pid, signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    done = log.read_text().splitlines()[-1].split(",")[1]
    assert said.count(f"stopped after step {done} of 'only', which is kept; the same command") == 1
    assert checkpoint.load_checkpoint(log.with_name("stage0.safetensors"))[1]["step"] == int(done)
