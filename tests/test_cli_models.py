"""``earmark models`` lists what ships."""

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from earmark import runtime
from earmark.cards import headline
from earmark.runtime import DEFAULT, model_names, model_path
from shell import earmark
from tiny import tiny_model


def test_the_list() -> None:
    said = earmark("models")
    assert said.code == 0
    assert all(name in said.out for name in model_names())
    facts = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in facts] == model_names()
    assert [line for line in facts if "(default)" in line] == facts[:1]


def test_a_narrow_terminal_is_wide_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.cli.models.out", Console(highlight=False, width=80))
    lines = earmark("models").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "    where a recording has singing in it, and where speech, 20 ms by 20 ms" in lines


def test_json() -> None:
    rows = json.loads(earmark("models", "--json").out)
    assert [row["name"] for row in rows] == model_names()
    for row in rows:
        assert row["bytes"] == model_path(row["name"]).stat().st_size
        assert row["labels"]
        assert row["card"]
    assert [row["name"] for row in rows if row["default"]] == [DEFAULT]
    assert rows[0]["card"].startswith("where a recording has singing in it")


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


def test_one_model_is_named_as_detect_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, or a folder that holds one; a card is shown if there is one."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("mine/choir.onnx").write_bytes(tiny_model(parameters=207_298))
    for name in ("mine", "mine/choir.onnx", tmp_path / "mine"):
        said = earmark("models", name)
        assert said.code == 0, said.err
        assert "choir" in said.out
        assert "207,298" in said.out
        assert "choir.onnx\n" in said.out
        assert "card" not in said.out
        (row,) = json.loads(earmark("models", name, "--json").out)
        assert (row["name"], row["card_file"], row["card"]) == ("choir", None, "")
    Path("mine/choir.md").write_text("# choir: who sings in a choir\n\n## More\n")
    assert earmark("models", "mine").out.startswith("# choir: who sings in a choir\n")


def test_a_name_that_is_no_models_is_wrong_usage_and_a_file_that_is_none_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = earmark("models", "sining")
    assert (said.code, said.out) == (2, "")
    assert "sining: no such model; shipped are: singing" in said.err
    Path("two").mkdir()
    for name in ("a", "b"):
        Path(f"two/{name}.onnx").write_bytes(b"garbage")
    for name, why in (
        ("two", "two: a folder of 2 models; name one .onnx file of it"),
        ("two/a.onnx", "two/a.onnx: not a model that can be loaded"),
        ("no.onnx", "no.onnx: no such model"),
        ("no/where", "no/where: no such model"),
    ):
        said = earmark("models", name)
        assert (said.code, said.out) == (1, "")
        assert why in said.err


def test_parameters_are_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told.onnx").write_bytes(tiny_model(parameters=207_298))
    (tmp_path / "untold.onnx").write_bytes(tiny_model())
    for where in (runtime, runtime.names):
        monkeypatch.setattr(where, "SHIPPED", tmp_path)
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


def test_models_taught_here_are_listed_as_such(own_home: Path) -> None:
    taught = own_home / "models"
    taught.mkdir(parents=True)
    (taught / "mine.onnx").write_bytes(tiny_model())
    (taught / "mine.md").write_text("# mine: singing, taught by 5 songs\n")
    said = earmark("models")
    assert said.code == 0
    assert "taught here" in said.out
    rows = {row["name"]: row for row in json.loads(earmark("models", "--json").out)}
    assert rows["mine"]["taught"]
    assert rows["mine"]["card"] == "singing, taught by 5 songs"
    assert not rows["singing"]["taught"]
    assert earmark("models", "mine").out.startswith("# mine: singing, taught by 5 songs\n")
    (taught / "broken.onnx").write_bytes(b"no model")
    said = earmark("models")
    assert (said.code, "mine" in said.out, "broken" in said.out) == (0, True, False)
    assert "broken.onnx: not a model" in said.err
