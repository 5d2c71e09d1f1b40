"""Checkpoints come back as they were, or not at all."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from earmark.errors import ModelError  # noqa: E402
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint  # noqa: E402


def test_round_trip(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c.safetensors", {"a": torch.arange(3.0)}, {"step": 7})
    tensors, info = load_checkpoint(tmp_path / "c.safetensors")
    assert tensors["a"].tolist() == [0, 1, 2]
    assert info == {"step": 7}


@pytest.mark.parametrize("length", [0, 8, 20, 100])
def test_a_cut_file(tmp_path: Path, length: int) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, {"a": torch.arange(3.0)}, {"step": 7})
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError, match=r"c\.safetensors"):
        load_checkpoint(path)


def test_a_foreign_file(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "c.safetensors")
    with pytest.raises(ModelError, match="not a checkpoint of earmark"):
        load_checkpoint(tmp_path / "c.safetensors")


def test_no_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.safetensors: not a checkpoint .* start anew$"):
        load_checkpoint(tmp_path / "none.safetensors")
