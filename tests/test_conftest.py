"""A skip is a skip at home and a failure in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

INNER = {
    "tests/test_inner.py": """
import pytest

def test_data(data):
    assert data.is_dir()

@pytest.mark.skip(reason="needs a browser")
def test_browser():
    pass

@pytest.mark.skipif(True, reason="cannot: root may write anywhere")
def test_root():
    pass

@pytest.mark.xfail(reason="a known gap")
def test_gap():
    assert False
""",
    "tests/test_torch.py": """
import pytest
torch = pytest.importorskip("torch_that_is_not_there")
def test_torch():
    pass
""",
    "src/learning.py": '''
"""
>>> import pytest; pytest.skip("needs torch")
"""
''',
    "pytest.ini": "[pytest]\ntestpaths = tests src\naddopts = --doctest-modules -q -rs\n",
}


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    for name, text in INNER.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.copy(Path(__file__).with_name("conftest.py"), folder / "tests" / "conftest.py")
    clean = {k: v for k, v in os.environ.items() if k not in ("EARMARK_CI", "EARMARK_DATA")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_at_home_what_is_lacking_is_skipped_with_its_reason(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "skipped, which is a failure" not in done.stdout
    for reason in ("real recordings", "browser", "cannot: root", "torch_that_is", "needs torch"):
        assert reason in done.stdout


def test_in_ci_a_module_without_torch_is_a_failure(tmp_path):
    done = run(tmp_path, EARMARK_CI="1")
    assert done.returncode != 0
    assert "skipped, which is a failure in CI: could not import 'torch_that_is_not" in done.stdout


def test_in_ci_each_skip_but_an_incurable_one_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.delitem(INNER, "tests/test_torch.py")
    done = run(tmp_path, EARMARK_CI="1")
    assert done.returncode != 0
    for reason in ("needs real recordings", "needs a browser", "needs torch"):
        assert f"skipped, which is a failure in CI: {reason}" in done.stdout
    assert "1 failed, 1 skipped, 1 xfailed, 2 errors" in done.stdout.splitlines()[-1]


def test_the_data_folder_comes_from_the_environment(tmp_path):
    done = run(tmp_path, EARMARK_DATA=str(tmp_path))
    assert "1 passed" in done.stdout.splitlines()[-1]
