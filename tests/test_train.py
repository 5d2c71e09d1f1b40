"""Training: it learns, it resumes to the same result, and two processes do what one does."""

import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import corpus

torch = pytest.importorskip("torch")

from earmark.detector import SingingDetector  # noqa: E402
from earmark.errors import DataError  # noqa: E402
from earmark.learn.checkpoint import load_checkpoint  # noqa: E402
from earmark.learn.manifest import write_manifest  # noqa: E402
from earmark.learn.recipe import Recipe, Stage  # noqa: E402
from earmark.learn.train import train  # noqa: E402
from earmark.nets.light import LightCrnn  # noqa: E402
from earmark.runtime import OnnxModel  # noqa: E402

DRAW = {"singing": 2, "stems": 1, "song": 1, "music": 1, "speech": 1, "sound": 0.2, "alone": 1}


def recipe(**changes: object) -> Recipe:
    stages = (
        Stage(
            "source",
            6,
            {"speech_music": 1, "singing": 1, "music": 1},
            batch=4,
            frames=60,
            validate_every=3,
            average=0.9,
            augment=True,
        ),
        Stage("target", 6, DRAW, batch=2, frames=50, validate_every=2),
    )
    settings = {"maps": (3, 4, 4, 6), "units": 4, "valid_examples": 6}
    return Recipe(**{"stages": stages, **settings, **changes})


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    return tmp_path / "m.jsonl"


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(folder / "stage1.best.safetensors")[0]


def same(one: Path, other: Path) -> None:
    for name, value in weights(one).items():
        assert torch.equal(value, weights(other)[name]), name
    logs = [(run / "log.csv").read_text().splitlines() for run in (one, other)]
    timeless = [[line.rsplit(",", 1)[0] for line in log] for log in logs]
    assert timeless[0] == timeless[1]


@pytest.mark.parametrize("when", [("source", 2), ("source", 5), ("target", 3)])
def test_stopped_and_resumed_equals_undisturbed(
    manifest: Path, tmp_path: Path, when: tuple[str, int]
) -> None:
    class Stopped(Exception):
        pass

    def stop(what: str, done: int, total: int, row: dict) -> None:
        if (what, done) == when:
            raise Stopped

    train(manifest, tmp_path / "whole", recipe=recipe())
    with pytest.raises(Stopped):
        train(manifest, tmp_path / "stopped", recipe=recipe(), progress=stop)
    train(manifest, tmp_path / "stopped", recipe=recipe())
    same(tmp_path / "whole", tmp_path / "stopped")


def test_between_validations_a_state_is_kept_from_time_to_time(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage("only", 8, DRAW, batch=2, frames=50, validate_every=4, average=0.9)
    two = recipe(stages=(replace(stage, name="first", steps=1), stage))

    def stop(what: str, done: int, total: int, row: dict) -> None:
        if (what, done) == ("only", 6):
            raise KeyboardInterrupt

    train(manifest, tmp_path / "whole", recipe=two)
    for seconds, kept in ((0.0, 6), (1e9, 4)):
        monkeypatch.setattr("earmark.learn.loop.KEEP_S", seconds)
        folder = tmp_path / f"kept{kept}"
        with pytest.raises(KeyboardInterrupt):
            train(manifest, folder, recipe=two, progress=stop)
        assert load_checkpoint(folder / "stage1.safetensors")[1]["step"] == kept
        train(manifest, folder, recipe=two)
        same(tmp_path / "whole", folder)


def test_kill_minus_nine(manifest: Path, tmp_path: Path) -> None:
    changes = [
        "maps=[3, 4, 4, 6]",
        "units=4",
        "valid_examples=4",
        "stages.0.valid={}",
        "stages.1.valid={}",
    ]
    for stage in (0, 1):
        sizes = {"steps": 8, "batch": 2, "frames": 60, "validate_every": 2}
        changes += [f"stages.{stage}.{key}={value}" for key, value in sizes.items()]
    command = [sys.executable, "-m", "earmark.learn.train", str(manifest)]
    command += [f"--set={change}" for change in changes]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([*command, "-o", str(tmp_path / "whole")], check=True, env=environment)
    log = tmp_path / "killed" / "log.csv"
    with subprocess.Popen([*command, "-o", str(log.parent)], env=environment) as process:
        while not (log.is_file() and len(log.read_text().splitlines()) > 5):
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
    assert not (log.parent / "killed.onnx").exists()
    subprocess.run([*command, "-o", str(log.parent)], check=True, env=environment)
    same(tmp_path / "whole", log.parent)


def test_two_trainings_do_not_share_a_folder(manifest: Path, tmp_path: Path) -> None:
    def intrude(what: str, done: int, total: int, row: dict) -> None:
        if what == "target":
            with pytest.raises(DataError, match="another process"):
                train(manifest, tmp_path / "run", recipe=recipe())

    train(manifest, tmp_path / "run", recipe=recipe(), progress=intrude)


def test_another_recipe_does_not_resume(manifest: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(manifest, run, recipe=recipe())
    with pytest.raises(DataError, match=r"another training: seed was 0 and is 1\. Choose"):
        train(manifest, run, recipe=recipe(seed=1))
    one, two = recipe().stages
    longer = recipe(units=5, stages=(one, replace(two, lr=0.5, draw=DRAW | {"song": 3})))
    with pytest.raises(
        DataError, match=r": stages\.1\.draw\.song was 1 and is 3; .*lr was .*units"
    ):
        train(manifest, run, recipe=longer)
    with pytest.raises(DataError, match=r"stages\.1\.name was \"target\" and is not there"):
        train(manifest, run, recipe=recipe(stages=(one,)))
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(DataError, match=r"training: the manifest was another, or has been edited"):
        train(manifest, run, recipe=recipe())
    (run / "training.json").write_text("[]")
    with pytest.raises(DataError, match=r"training\.json cannot be read"):
        train(manifest, run, recipe=recipe())


def test_it_learns_what_the_stand_in_sings(manifest: Path, tmp_path: Path) -> None:
    stage = Stage("target", 60, DRAW, batch=8, frames=100, lr=5e-3, validate_every=20)
    path = train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,), units=8))
    detector = SingingDetector(path)
    rng = np.random.default_rng(5)
    scores = detector.scores(corpus.voice(rng, 6.0) + corpus.music(rng, 6.0), sr=16000)
    inside = (scores.times_s > 3.2) & (scores.times_s < 4.8)
    outside = (scores.times_s > 5.2) | (scores.times_s < 0.3)
    assert scores.values[inside].mean() > scores.values[outside].mean() + 0.3


def test_what_nobody_sings_in_is_not_learnt_from(tmp_path: Path) -> None:
    rows = [row for row in corpus.rows(tmp_path) if row.get("material") not in ("singing", None)]
    (tmp_path / "none.csv").write_text("start_s,end_s\n")
    rows = [row | {"labels": "none.csv"} if row["material"] == "song" else row for row in rows]
    write_manifest(rows, tmp_path / "m.jsonl")
    with pytest.raises(DataError, match="nobody sings"):
        train(tmp_path / "m.jsonl", tmp_path / "run", recipe=recipe())
    assert not (tmp_path / "run").exists()


def refuses(rows: list[dict], tmp_path: Path, stages: tuple[Stage, ...], says: str) -> None:
    write_manifest(rows, tmp_path / "m.jsonl")
    with pytest.raises(DataError, match=says):
        train(tmp_path / "m.jsonl", tmp_path / "run", recipe=recipe(stages=stages))
    assert not (tmp_path / "run").exists()


def test_a_stage_without_material(tmp_path: Path) -> None:
    rows = [row for row in corpus.rows(tmp_path) if row.get("material") in ("singing", "music")]
    stages = (Stage("source", 6, {"speech_music": 1}), Stage("target", 6, {"singing": 1}))
    refuses(rows, tmp_path, stages, "stage source, split 'train': nothing to draw.*needs speech")


def test_a_stage_that_cannot_be_validated(tmp_path: Path) -> None:
    rows = [r for r in corpus.rows(tmp_path) if r["split"] == "train" or r["singer"] == "speaker c"]
    stages = (Stage("only", 6, {"singing": 1}),)
    refuses(rows, tmp_path, stages, "stage only, split 'valid': .* only speech")


def test_a_training_that_never_began_claims_nothing(manifest: Path, tmp_path: Path) -> None:
    """Labels that cannot be the song's are found as it is read; mended, the folder serves."""
    labels = tmp_path / "a.csv"
    before = labels.read_text()
    labels.write_text("start_s,end_s\n1,2\n1.5,3\n")
    with pytest.raises(DataError, match=r"a\.csv: the intervals 1\.0 to 2\.0 s and .* overlap"):
        train(manifest, tmp_path / "run", recipe=recipe())
    labels.write_text(before)
    assert train(manifest, tmp_path / "run", recipe=recipe(seed=1)).is_file()


def test_divergence_without_validation_is_said(tmp_path: Path) -> None:
    rows = [row for row in corpus.rows(tmp_path) if row["split"] == "train"]
    write_manifest(rows, tmp_path / "m.jsonl")
    stage = Stage("only", 12, DRAW, batch=2, frames=60, lr=1e30)
    with pytest.raises(DataError, match="diverged"):
        train(tmp_path / "m.jsonl", tmp_path / "run", recipe=recipe(stages=(stage,)))


def test_early_stop_keeps_the_best(manifest: Path, tmp_path: Path) -> None:
    """Nothing is learnt in the second stage, so it ends with what it was given."""
    stage = Stage("one", 40, DRAW, batch=2, frames=60, lr=0.03, validate_every=2, patience=2)
    still = replace(stage, name="two", steps=1, lr=0.0, freeze_batch_norm=True)
    run = tmp_path / "run"
    train(manifest, run, recipe=recipe(stages=(stage, still)))
    with (run / "log.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["stage"] == "one" and r["valid_auc"]]
    first = max(rows, key=lambda row: float(row["valid_auc"]))
    best, info = load_checkpoint(run / "stage0.best.safetensors")
    last, state = load_checkpoint(run / "stage0.safetensors")
    assert info["step"] == int(first["step"]) == state["step"] - 4 < 36
    assert not torch.equal(best["L1.conv.weight"], last["net.L1.conv.weight"])
    for name, value in weights(run).items():
        assert torch.equal(value, best[name]), name


def test_two_processes_equal_one(manifest: Path, tmp_path: Path) -> None:
    """Gloo on CPU, half of each batch in either process, batch-norm frozen, no dropout."""
    toml = tmp_path / "recipe.toml"
    toml.write_text(
        "maps = [3, 4, 4, 6]\nunits = 4\ndropout = 0.0\nmixed_precision = false\n"
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
    torch.manual_seed(0)
    start = LightCrnn(labels=1, maps=(3, 4, 4, 6), units=4, dropout=0.0).state_dict()  # no speech
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=1e-4, rtol=0, msg=name)
    moved = {name: float((value - start[name]).abs().max()) for name, value in one.items()}
    assert moved["L1.conv.weight"] > 1e-3
    assert moved["L1.norm.running_mean"] == 0


def test_without_validation_all_steps_are_done(tmp_path: Path) -> None:
    rows = [row for row in corpus.rows(tmp_path) if row["split"] == "train"]
    write_manifest(rows, tmp_path / "m.jsonl")
    stage = Stage("only", 12, DRAW, batch=2, frames=60, validate_every=2, patience=2)
    train(tmp_path / "m.jsonl", tmp_path / "run", recipe=recipe(stages=(stage,)))
    assert load_checkpoint(tmp_path / "run" / "stage0.best.safetensors")[1]["step"] == 12


def test_a_model_carries_its_name_and_thresholds(manifest: Path, tmp_path: Path) -> None:
    decoding = {"onset": 0.7, "offset": 0.4}
    train(manifest, tmp_path / "choir", recipe=recipe())
    path = train(manifest, tmp_path / "choir", recipe=recipe(decoding=decoding))
    assert path.name == "choir.onnx"
    detector = SingingDetector(path)
    assert detector.info.name == "choir"
    assert (detector.hysteresis.onset, detector.hysteresis.offset) == (0.7, 0.4)


def test_divergence_is_said(manifest: Path, tmp_path: Path) -> None:
    stage = Stage("only", 6, DRAW, batch=2, frames=60, lr=1e30, validate_every=2)
    with pytest.raises(DataError, match="diverged"):
        train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,)))


def with_songs(folder: Path, songs: list[tuple[str, str]], *, sung: bool = True) -> Path:
    """The corpus with more songs, each of a split and a singer."""
    rows = corpus.rows(folder)
    rng = np.random.default_rng(1)
    for number, (split, singer) in enumerate(songs):
        y = corpus.voice(rng, 6.0) * sung + corpus.music(rng, 6.0)
        row = {"audio": corpus.write(folder / f"more{number}.wav", y), "material": "song"}
        truth = [list(phrase) for phrase in corpus.PHRASES] if sung else []
        rows.append(row | {"split": split, "singer": singer, "endpoints": truth})
    write_manifest(rows, folder / "more.jsonl")
    return folder / "more.jsonl"


def test_some_splits_are_learnt_from_and_another_is_calibrated_on(tmp_path: Path) -> None:
    manifest = with_songs(tmp_path, [("nc", "n"), ("dev", "d"), ("dev", "e")])
    songs = Stage("songs", 4, {"song": 1}, batch=4, frames=50, validate_every=4)
    settings = {"train_on": ("train", "nc"), "name": "mine", "stages": (songs,)}
    model = train(manifest, tmp_path / "run", recipe=recipe(calibrate="dev", **settings))
    note = json.loads((tmp_path / "run" / "calibration.json").read_text())
    assert note["songs"] == 2
    assert dict(OnnxModel(model).info.decoding) == note["decoding"]
    assert not list((tmp_path / "run").rglob("plain.onnx"))
    plain = train(manifest, tmp_path / "run", recipe=recipe(**settings)).read_bytes()  # resumed
    assert not (tmp_path / "run" / "calibration.json").exists()
    train(manifest, tmp_path / "less", recipe=recipe(**settings | {"train_on": ("train",)}))
    assert plain != (tmp_path / "less" / "mine.onnx").read_bytes()  # which did not hear the n's


@pytest.mark.parametrize(
    ("songs", "changes", "message"),
    [
        ([("nc", "c")], {"train_on": ("train", "nc")}, r"\(train, nc\) and in 'valid': c"),
        ([("dev", "d")], {"calibrate": "dev"}, "'dev', to calibrate on, has 1 songs that are"),
        ([("dev", "d"), ("dev", "a")], {"calibrate": "dev"}, "and in 'dev', to calibrate on: a"),
    ],
)
def test_nobody_stands_on_two_sides(
    tmp_path: Path, songs: list[tuple[str, str]], changes: dict, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        train(with_songs(tmp_path, songs), tmp_path / "run", recipe=recipe(**changes))


def test_songs_that_nobody_sings_calibrate_nothing(tmp_path: Path) -> None:
    manifest = with_songs(tmp_path, [("dev", "d"), ("dev", "e")], sung=False)
    with pytest.raises(DataError, match="has 0 songs that are sung in part; it needs two"):
        train(manifest, tmp_path / "run", recipe=recipe(calibrate="dev"))


def test_labels_of_another_song_are_not_calibrated_on(tmp_path: Path) -> None:
    manifest = with_songs(tmp_path, [("dev", "d"), ("dev", "e")])
    first, *lines = manifest.read_text("utf-8").splitlines()
    late = json.loads(lines.pop()) | {"endpoints": [[0.5, 99.0]]}
    manifest.write_text("\n".join([first, *lines, json.dumps(late)]))
    with pytest.raises(DataError, match=r"ends at 99.00 s, but .*more1.wav is"):
        train(manifest, tmp_path / "run", recipe=recipe(calibrate="dev"))


@pytest.mark.parametrize("kind", ["band", "rap", "both"])
def test_every_kind_with_a_sung_voice_teaches_singing(
    manifest: Path, tmp_path: Path, kind: str
) -> None:
    stage = Stage("all", 1, {kind: 1}, batch=2, frames=50, validate_every=1)
    assert train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,))).is_file()


def test_a_presenter_teaches_speech(manifest: Path, tmp_path: Path) -> None:
    stage = Stage("all", 1, {"song": 1, "presenter": 1}, batch=2, frames=50, validate_every=1)
    model = train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,)))
    assert OnnxModel(model).info.labels == ("singing", "speech")


def test_a_validation_with_nothing_to_tell_apart_is_no_divergence(
    manifest: Path, tmp_path: Path
) -> None:
    stage = Stage("all", 2, DRAW, batch=2, frames=50, validate_every=1, valid={"music": 1})
    assert train(manifest, tmp_path / "run", recipe=recipe(stages=(stage,))).is_file()
