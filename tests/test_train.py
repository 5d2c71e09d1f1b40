"""Training: it learns, it resumes to the same result, and two processes do what one does."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import corpus

torch = pytest.importorskip("torch")

from earmark.detector import SingingDetector  # noqa: E402
from earmark.errors import DataError, ModelError  # noqa: E402
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint  # noqa: E402
from earmark.learn.manifest import write_manifest  # noqa: E402
from earmark.learn.recipe import Recipe, Stage, read_recipe  # noqa: E402
from earmark.learn.train import train  # noqa: E402

DRAW = {"singing": 2, "stems": 1, "song": 1, "music": 1, "speech": 1, "sound": 0.2, "alone": 1}


def recipe(**changes: object) -> Recipe:
    stages = (
        Stage("source", 6, {"speech_music": 1, "music": 1}, batch=4, frames=60, validate_every=3),
        Stage("target", 6, DRAW, batch=2, frames=50, validate_every=2),
    )
    settings = {"filters": 4, "valid_examples": 6}
    return Recipe(**{"stages": stages, **settings, **changes})


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    return tmp_path / "m.jsonl"


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(folder / "stage1.best.safetensors")[0]


def test_killed_and_resumed_equals_undisturbed(manifest: Path, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(what: str, done: int, total: int, row: dict) -> None:
        if (what, done) == ("target", 3):
            raise Killed

    train(manifest, tmp_path / "whole", recipe=recipe())
    with pytest.raises(Killed):
        train(manifest, tmp_path / "killed", recipe=recipe(), progress=kill)
    train(manifest, tmp_path / "killed", recipe=recipe())
    for name, value in weights(tmp_path / "whole").items():
        assert torch.equal(value, weights(tmp_path / "killed")[name]), name
    logs = [(tmp_path / run / "log.csv").read_text().splitlines() for run in ("whole", "killed")]
    timeless = [[line.rsplit(",", 1)[0] for line in log] for log in logs]
    assert timeless[0] == timeless[1]


def test_another_recipe_does_not_resume(manifest: Path, tmp_path: Path) -> None:
    train(manifest, tmp_path / "run", recipe=recipe())
    with pytest.raises(DataError, match="another recipe"):
        train(manifest, tmp_path / "run", recipe=recipe(seed=1))


def test_it_learns_what_the_stand_in_sings(manifest: Path, tmp_path: Path) -> None:
    stage = Stage("target", 60, DRAW, batch=8, frames=100, lr=5e-3, validate_every=20)
    path = train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,), filters=8))
    detector = SingingDetector(path)
    rng = np.random.default_rng(5)
    scores = detector.scores(corpus.voice(rng, 6.0) + corpus.music(rng, 6.0))
    inside = (scores.times_s > 3.2) & (scores.times_s < 4.8)
    outside = (scores.times_s > 5.2) | (scores.times_s < 0.3)
    assert scores.values[inside].mean() > scores.values[outside].mean() + 0.3


def test_early_stop_keeps_the_best(manifest: Path, tmp_path: Path) -> None:
    stage = Stage("only", 40, DRAW, batch=2, frames=60, lr=0.0, validate_every=2, patience=2)
    train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,)))
    assert 6 <= load_checkpoint(tmp_path / "run" / "stage0.safetensors")[1]["step"] < 40


def test_two_processes_equal_one(manifest: Path, tmp_path: Path) -> None:
    """Gloo on CPU, half of each batch in either process, batch-norm frozen, no dropout."""
    toml = tmp_path / "recipe.toml"
    toml.write_text(
        "filters = 4\ndropout = 0.0\nmixed_precision = false\n"
        "[[stages]]\nname = 'only'\nsteps = 4\nbatch = 4\nframes = 60\nfreeze_batch_norm = true\n"
        "draw = { singing = 1, music = 1, song = 1 }\n"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    common = ["earmark.learn.train", str(manifest), "--recipe", str(toml), "-o"]
    for launcher, out in (
        (["-m"], "one"),
        (["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"], "two"),
    ):
        subprocess.run(
            [sys.executable, *launcher, *common, str(tmp_path / out)], check=True, env=environment
        )
    one, two = (
        load_checkpoint(tmp_path / out / "stage0.best.safetensors")[0] for out in ("one", "two")
    )
    moved = torch.zeros(())
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=1e-4, rtol=0, msg=name)
        moved = moved + value.float().abs().sum()
    assert moved > 0


def test_checkpoint_round_trip_and_damage(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, {"a": torch.arange(3.0)}, {"step": 7})
    tensors, info = load_checkpoint(path)
    assert tensors["a"].tolist() == [0, 1, 2]
    assert info == {"step": 7}
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ModelError, match=r"c\.safetensors"):
        load_checkpoint(path)


@pytest.mark.parametrize("change", ["nonsense", "stages.9.steps=1", "seed=", "colour=3", "a.b=1"])
def test_a_wrong_change_is_named(change: str) -> None:
    with pytest.raises(DataError, match="not a recipe"):
        read_recipe(changes=[change])


def test_the_default_recipe_reads() -> None:
    assert read_recipe(changes=["seed=3"]).seed == 3
