"""``earmark manifest`` describes a corpus, without PyTorch."""

import subprocess
import sys
from pathlib import Path

from earmark.learn.manifest import read_manifest
from shell import earmark


def test_manifest_of_the_corpus(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "corpus.jsonl"
    said = earmark("manifest", data, "-o", out)
    assert said.code == 0, said.err
    tracks = read_manifest(out)
    assert f"{len(tracks)} recordings" in said.out
    assert "dev    song         4" in said.out
    assert "--overwrite" in earmark("manifest", data, "-o", out).err


def test_a_folder_without_the_corpus(tmp_path: Path) -> None:
    said = earmark("manifest", tmp_path, "-o", tmp_path / "m.jsonl")
    assert said.code == 2  # the kind has to be said
    assert "which corpus is it? known are singing, aishell" in said.err
    assert not (tmp_path / "m.jsonl").exists()
    said = earmark("manifest", tmp_path / "none", "-o", tmp_path / "m.jsonl")
    assert (said.code, "none: no such folder" in said.err) == (1, True)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "closed/songs")

    monkeypatch.setattr("earmark.datasets.folder.rows", closed)
    said = earmark("manifest", tmp_path, "--kind", "folder", "-o", tmp_path / "m.jsonl")
    assert said.code == 1
    assert "closed/songs: Permission denied" in said.err


def test_no_torch_is_loaded() -> None:
    code = (
        "import sys, earmark.datasets.singing_corpus, earmark.learn.manifest, earmark.learn.recipe;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
