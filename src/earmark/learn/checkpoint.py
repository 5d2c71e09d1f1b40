"""Checkpoints: tensors and JSON in one safetensors file, written whole or not at all. No pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from earmark.atomic import write_atomic
from earmark.errors import ModelError


def save_checkpoint(
    path: str | os.PathLike[str], tensors: Mapping[str, Tensor], info: Mapping[str, Any]
) -> None:
    """Write tensors and what is to be known of them.

    Parameters
    ----------
    path : path-like
    tensors : mapping of str to Tensor
        Such as ``net.state_dict()``.
    info : mapping
        Anything that JSON holds.
    """
    dense = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_atomic(path, save(dense, metadata={"earmark": json.dumps(info)}))


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what :func:`save_checkpoint` wrote.

    Raises
    ------
    ModelError
        If the file is missing, damaged or not a checkpoint of earmark's.
    """
    try:
        with safe_open(Path(path), framework="pt") as file:
            info = json.loads((file.metadata() or {})["earmark"])
            return {name: file.get_tensor(name) for name in file.keys()}, info  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(
            f"{path}: not a checkpoint of earmark's that can be read; if a training kept it, "
            "remove its folder and start anew"
        ) from error
