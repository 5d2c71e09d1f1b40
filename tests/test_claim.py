"""A folder goes on with the training that it holds, and with no other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import corpus
from earmark.errors import DataError
from earmark.learn.claim import Claim
from earmark.learn.manifest import read_manifest, write_manifest
from earmark.learn.recipe import read_recipe


def claim(folder: Path, *, processes: int = 4) -> Claim:
    manifest = folder / "m.jsonl"
    tracks = read_manifest(manifest)
    recipe = replace(read_recipe(), seed=1)
    return Claim(folder / "run", manifest, recipe, tracks=tracks, processes=processes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    claim(tmp_path).note()
    return tmp_path


def test_another_number_of_processes(folder: Path) -> None:
    with pytest.raises(DataError, match=r"another training: processes was 4 and is 1\. Choose"):
        claim(folder, processes=1)
    claim(folder)


def test_labels_that_were_edited(folder: Path) -> None:
    labels = folder / "a.csv"
    before = labels.read_text()
    labels.write_text(before.replace("0.5", "0.6"))
    with pytest.raises(DataError, match="training: label files were others, or have been edited"):
        claim(folder)
    labels.write_text(before + "\n")  # another file that says the same
    claim(folder)


def test_a_note_from_before_these_were_told_goes_on(folder: Path) -> None:
    path = folder / "run" / "training.json"
    note = json.loads(path.read_text())
    path.write_text(json.dumps({key: note[key] for key in ("recipe", "manifest_sha256")}))
    claim(folder, processes=1).note()
    with pytest.raises(DataError, match="processes was 1 and is 4"):
        claim(folder)


def test_a_note_from_before_a_field_was_there_goes_on(folder: Path) -> None:
    path = folder / "run" / "training.json"
    note = json.loads(path.read_text())
    for stage in note["recipe"]["stages"]:
        assert stage.pop("rooms") == 0.5
    del note["recipe"]["dropout"]
    path.write_text(json.dumps(note))
    claim(folder)
    note["recipe"]["stages"][0]["rooms"] = 0.25
    path.write_text(json.dumps(note))
    with pytest.raises(DataError, match=r"stages\.0\.rooms was 0.25 and is 0.5"):
        claim(folder)
