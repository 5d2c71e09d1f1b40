"""``earmark models`` lists what ships."""

import json
from pathlib import Path

import pytest

from earmark.cli.models import first_line
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
    ("card", "line"),
    [("# singing\n\nFinds singing.\nMore.\n", "Finds singing."), ("# singing\n", ""), ("", "")],
)
def test_first_line_of_a_card(tmp_path: Path, card: str, line: str) -> None:
    (tmp_path / "m.md").write_text(card)
    assert first_line(tmp_path / "m.md") == line
    assert first_line(tmp_path / "none.md") == ""
