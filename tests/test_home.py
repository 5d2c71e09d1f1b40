"""What is the user's lies where the user says."""

from pathlib import Path

import pytest

from earmark.home import home


def test_the_environment_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_HOME", str(tmp_path / "mine"))
    assert home() == tmp_path / "mine"
    assert not home().exists()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EARMARK_HOME", "~/ears")
    assert home() == tmp_path / "ears"


def test_otherwise_it_is_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_HOME", "")
    assert home().name == "earmark"
    assert home().is_absolute()
