"""Jobs and threads fill the cores that the process may use, and no more."""

import os

import pytest

from earmark.cli.cores import MAX_JOBS, MAX_THREADS, share


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch):
    def pretend(count: int) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(count)), raising=False)
        monkeypatch.setattr(os, "cpu_count", lambda: 64)  # of the machine, not of the process

    return pretend


@pytest.mark.parametrize(
    ("count", "songs", "expected"),
    [(1, 9, (1, 1)), (2, 9, (2, 1)), (4, 2, (2, 2)), (4, 0, (1, 4)), (64, 99, (MAX_JOBS, 4))],
)
def test_a_job_a_core_and_threads_for_what_is_left(cores, count, songs, expected) -> None:
    cores(count)
    assert share(songs) == expected


def test_what_the_user_says_holds(cores) -> None:
    cores(4)
    assert share(9, jobs=9, threads=9) == (9, 9)
    assert share(9, jobs=2) == (2, 2)
    assert share(9, threads=3) == (4, 3)


def test_without_affinity_the_machine_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert share(9) == (1, 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert share(1) == (1, MAX_THREADS)
