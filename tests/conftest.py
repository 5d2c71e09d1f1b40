"""What all tests share: the data, chance, and what a skip means.

Outside CI a test that lacks data, torch or a browser skips and says why. In CI (``EARMARK_CI=1``)
nothing may be lacking, so a skip is a failure, whether of a test, of a doctest or of a whole module
(``torch = pytest.importorskip("torch")`` at its top). The one exception is a skip that no set-up
can cure, such as a read-only folder for root: its reason starts with ``cannot:``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import settings

# The networks of the tests are tiny. Several threads that share one wait for each other longer than
# they compute, on a busy machine for minutes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ALLOWED = "cannot:"
IN_CI = os.environ.get("EARMARK_CI") == "1"

# No deadline, since machines are busy at times; in CI the same examples in every run.
settings.register_profile("earmark", deadline=None, derandomize=IN_CI)
settings.load_profile("earmark")


def pytest_configure(config: pytest.Config) -> None:
    # Started in the background, pytest and all its children would ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Registered rather than defined here, since a conftest's own hooks see its folder only, and
    # the doctests under src/ skip as well.
    if IN_CI:
        config.pluginmanager.register(SkipsFail(), "earmark-skips-fail")


class SkipsFail:
    """Turns skips into failures."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        return self._judge((yield))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        return self._judge((yield))

    @staticmethod
    def _judge(report: Any) -> Any:
        if not report.skipped or hasattr(report, "wasxfail"):
            return report
        reason = report.longrepr[2].removeprefix("Skipped: ")  # (file, line, reason)
        if not reason.startswith(ALLOWED):
            report.outcome = "failed"
            report.longrepr = (
                f"skipped, which is a failure in CI: {reason}\n"
                f"(Provide what is lacking. A reason that no set-up can cure starts with "
                f"{ALLOWED!r}.)"
            )
        return report


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real recordings: ``EARMARK_DATA``, or ``../shared/data`` beside the project."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("EARMARK_DATA") or beside)
    if not folder.is_dir():
        pytest.skip(f"needs real recordings: {folder} is no folder (set EARMARK_DATA)")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of earmark: no test sees or changes what the user has taught."""
    folder = tmp_path_factory.getbasetemp() / "home" / uuid4().hex  # not made, as at first
    monkeypatch.setenv("EARMARK_HOME", str(folder))
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rng() -> np.random.Generator:
    """The same chance in every run."""
    return np.random.default_rng(20)
