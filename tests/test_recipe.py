"""Recipes: what they say is done, what they cannot say is refused."""

from pathlib import Path

import pytest

from earmark.errors import DataError
from earmark.learn.recipe import read_recipe


@pytest.mark.parametrize("change", ["nonsense", "stages.9.steps=1", "seed=", "colour=3", "a.b=1"])
def test_a_wrong_change_is_named(change: str) -> None:
    with pytest.raises(DataError, match=r"not a (recipe|change of the recipe)|not KEY=VALUE"):
        read_recipe(changes=[change])


def test_a_change_is_blamed_and_not_the_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^--set foo: not KEY=VALUE$"):
        read_recipe(changes=["foo"])
    with pytest.raises(DataError, match=r"nope\.toml: no such file$"):
        read_recipe(tmp_path / "nope.toml")


def test_the_default_recipe_reads() -> None:
    recipe = read_recipe(changes=["seed=3", "stages.1.lr=0.5"])
    assert recipe.seed == 3
    assert recipe.stages[1].lr == 0.5
    assert [stage.name for stage in recipe.stages] == ["voices", "songs"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", r"it needs stages"),
        (b"[[stages]]\nname = 'a'", r"a stage lacks draw, steps"),
        (b"stages = 3", r"stages are tables"),
        (b"a = [", r"at end of document"),
        (b"\xff", r"TOML in UTF-8"),
    ],
)
def test_what_is_no_recipe(tmp_path: Path, text: bytes, why: str) -> None:
    (tmp_path / "r.toml").write_bytes(text)
    with pytest.raises(DataError, match=rf"r\.toml: not a recipe.*{why}"):
        read_recipe(tmp_path / "r.toml")
    with pytest.raises(DataError, match=r"can be read \(Is a directory\)"):
        read_recipe(tmp_path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("maps=3", "maps is a list, got 3"),
        ("decoding=3", "decoding is a table, got 3"),
        ("decoding.onset='a'", "decoding gives numbers"),
        ("stages.0.rooms=1.5", "rooms is a share, a number from 0 to 1: 1.5"),
        ("stages=[3]", "stages are tables"),
        ("stages.0=3", "stages are tables"),
        ("stages.x.steps=1", "has no stages.x.steps"),
        ("seed=true", "whole number from 0 and below 9223372036854775808, got True"),
        ("seed=9223372036854775808", "and below 9223372036854775808, got"),
        ("stages.0.draw.opera=1", "draw: unknown kind of example 'opera'; known: song, stems"),
        ("stages.1.valid={opera=1}", "valid: unknown kind of example 'opera'"),
    ],
)
def test_it_is_said_in_words_and_not_in_python(change: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        read_recipe(changes=[change])


def test_stages_of_one_name(tmp_path: Path) -> None:
    stage = "[[stages]]\nname = 'a'\nsteps = 1\ndraw = { song = 1 }\n"
    (tmp_path / "r.toml").write_text(stage * 2)
    with pytest.raises(DataError, match="name of its own"):
        read_recipe(tmp_path / "r.toml")


@pytest.mark.parametrize(
    "change",
    [
        *(
            "units=8.5",
            "maps=[1, 2]",
            "stages.0.frames=51",
            "dropout=2",
            "seed=-1",
            "speeds=[0]",
            "speeds=[]",
        ),
        *("stages.0.batch=0", "stages.0.batch=1.5", "stages.0.lr=nan", "stages.0.lr=-1"),
        *("stages.0.draw=3", "stages.0.draw.song=-1", "stages.0.steps=0", "stages.0.snr_db=[1]"),
        *("stages.0.augment='no'", "mixed_precision='no'", "calibrate=3", "stages.0.frames=20"),
        *("train_on='train'", "codecs='mp3 48'", "varied='song'", "stages.0.freeze='conv1'"),
        *("decoding.onset=0.3", "decoding.foo=1", 'name="a/../b"'),
    ],
)
def test_values_that_cannot_be(change: str) -> None:
    with pytest.raises(DataError, match=r"changed by --set: not a recipe \(.*"):
        read_recipe(changes=[change])
