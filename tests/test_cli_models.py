"""``earmark models`` lists what ships."""

import json
from pathlib import Path

import pytest

from earmark.cli.models import first_sentence
from earmark.runtime import model_names, model_path
from shell import earmark


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
        assert row["parameters"] is None or row["parameters"] * 4 < row["bytes"]


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("# Model\n\n**Finds singing\n0.1.** More of it.\n\nThe rest.\n", "Finds singing 0.1."),
        ("# Model\n", ""),
        ("", ""),
    ],
)
def test_first_sentence_of_a_card(tmp_path: Path, card: str, sentence: str) -> None:
    (tmp_path / "m.md").write_text(card)
    assert first_sentence(tmp_path / "m.md") == sentence
    assert first_sentence(tmp_path / "none.md") == ""
