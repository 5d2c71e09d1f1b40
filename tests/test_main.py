"""``python -m earmark`` is the command line, and every command tells how it is used."""

import runpy
import sys

import pytest

from shell import earmark


def test_python_m_earmark(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(sys, "argv", ["earmark", "--version"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("earmark", run_name="__main__")
    assert not stop.value.code
    assert capsys.readouterr().out.startswith("earmark ")


@pytest.mark.parametrize("words", [[], ["-h"], ["gaps", "-h"], ["gaps", "--help"]])
def test_help(words: list[str]) -> None:
    assert "Usage: " in earmark(*words).out
