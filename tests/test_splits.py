"""Before a training it is told what each split is for, and which names nothing uses."""

from dataclasses import replace
from pathlib import Path

import pytest

import corpus
from earmark.learn import splits
from earmark.learn.manifest import Track, read_manifest, write_manifest
from earmark.learn.recipe import Recipe, read_recipe
from earmark.learn.splits import doubts, parts, told


@pytest.fixture
def tracks(tmp_path: Path) -> list[Track]:
    """Sixteen recordings of ``train``, eight of ``valid``."""
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    return read_manifest(tmp_path / "m.jsonl")


def called(tracks: list[Track], **names: str) -> list[Track]:
    return [replace(track, split=names.get(track.split, track.split)) for track in tracks]


def recipe(*changes: str) -> Recipe:
    return read_recipe(changes=changes)


def test_every_split_is_counted(tracks: list[Track]) -> None:
    mine = [*tracks[:8], *called(tracks[8:16], train="dev"), *tracks[16:]]
    assert "16 of 'train' (1.2 min)" in told(parts(tracks, recipe()), recipe())
    said = told(parts(mine, recipe()), recipe())
    assert said == (
        "Of 24 recordings this training learns from 8 of 'train' (37.5 s), validates on 8 of "
        "'valid' (37.5 s), leaves out 8 of 'dev' (37.5 s)."
    )
    fitting = recipe('train_on=["train", "nc"]', 'calibrate="dev"')
    said = told(parts(mine, fitting), fitting)
    assert "learns from 8 of 'train' (37.5 s) and 0 of 'nc', validates" in said
    assert "calibrates on 2 of 'dev' (12.0 s), leaves out 6 of 'dev'" in said  # two are songs
    assert doubts(parts(mine, fitting), fitting) == []


def test_a_split_may_validate_and_be_calibrated_on(tracks: list[Track]) -> None:
    found = parts(tracks, recipe('calibrate="valid"'))
    assert (len(found.learnt), len(found.valid), len(found.fitted_to)) == (16, 8, 2)
    assert found.left == []


def test_lengths_are_not_told_where_they_are_not_known(
    tracks: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks[0].paths[0].write_bytes(b"no sound")
    assert "16 of 'train', validates on 8 of 'valid' (37.5 s)" in told(
        parts(tracks, recipe()), recipe()
    )
    monkeypatch.setattr(splits, "FEW", 23)
    assert "(" not in told(parts(tracks, recipe()), recipe())


@pytest.mark.parametrize(
    ("name", "meant"),
    [("trian", "train"), ("Train", "train"), ("validation", "valid"), ("VALID", "valid")],
)
def test_a_name_that_nothing_uses(tracks: list[Track], name: str, meant: str) -> None:
    mine = [*tracks[:16], *called(tracks[16:17], valid=name), *tracks[17:]]
    (said,) = doubts(parts(mine, recipe()), recipe())
    assert said.startswith(f"split {name!r}, of 1 recording, is used by nothing: this recipe knows")
    assert "'train' (learns from it), 'valid' (validates on it)" in said
    assert said.endswith(f"; is {meant!r} meant?")


def test_what_is_left_out_on_purpose_is_no_doubt(tracks: list[Track]) -> None:
    mine = [*called(tracks[:8], train="test"), *called(tracks[8:12], train="nc"), *tracks[12:]]
    assert doubts(parts(mine, recipe()), recipe()) == []
    (said,) = doubts(parts([*called(tracks[:8], train="holdout"), *tracks[8:]], recipe()), recipe())
    assert "meant?" not in said


def test_nothing_to_validate_on(tracks: list[Track]) -> None:
    (said,) = doubts(parts(tracks[:16], recipe()), recipe())
    assert said.startswith("no recording is of split 'valid': nothing will tell how the model does")
    assert '"split": "valid"' in said
