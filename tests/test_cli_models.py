"""``earmark models`` lists what ships."""

import json
import sys
from pathlib import Path

import pytest

from earmark import runtime
from earmark.cli.models import headline
from earmark.runtime import model_names, model_path
from shell import earmark
from tiny import tiny_model


def test_table() -> None:
    said = earmark("models")
    assert said.code == 0
    assert all(name in said.out for name in model_names())


def test_json() -> None:
    rows = json.loads(earmark("models", "--json").out)
    assert [row["name"] for row in rows] == model_names()
    for row in rows:
        assert row["bytes"] == model_path(row["name"]).stat().st_size
        assert row["labels"]
        assert row["card"].startswith("where a recording has singing in it")


def test_one_model_shows_what_its_card_says_first() -> None:
    said = earmark("models", "singing")
    card = model_path("singing").with_suffix(".md")
    assert said.code == 0
    assert said.out.startswith("# singing: where a recording has singing in it")
    assert "## " not in said.out
    assert f"The whole card: {card}\n" in said.out
    assert card.is_file()
    (row,) = json.loads(earmark("models", "singing", "--json").out)
    assert (row["name"], row["card_file"]) == ("singing", str(card))
    said = earmark("models", "sining")
    assert (said.code, said.out) == (1, "")
    assert "sining: no such model; shipped are: singing" in said.err


def test_parameters_are_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told.onnx").write_bytes(tiny_model(parameters=207_298))
    (tmp_path / "untold.onnx").write_bytes(tiny_model())
    monkeypatch.setattr(runtime, "SHIPPED", tmp_path)
    monkeypatch.setitem(sys.modules, "onnx", None)  # as without the extra
    rows = json.loads(earmark("models", "--json").out)
    assert {row["name"]: row["parameters"] for row in rows} == {"told": 207_298, "untold": None}
    assert "207,298" in earmark("models").out


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("# m: who sings\n\nText.\n", "who sings"),
        ("\n# A model: old\n# m: no\n", "A model: old"),
        ("Text.\n## Below\n", ""),
        ("", ""),
    ],
)
def test_the_headline_of_a_card(tmp_path: Path, card: str, words: str) -> None:
    (tmp_path / "m.md").write_text(card)
    assert headline(tmp_path / "m.md") == words
    assert headline(tmp_path / "none.md") == ""
