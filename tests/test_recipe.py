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


@pytest.mark.parametrize("text", ["", "[[stages]]\nname = 'a'", "stages = 3", "a = ["])
def test_what_is_no_recipe(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(DataError, match=r"r\.toml"):
        read_recipe(tmp_path / "r.toml")


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
