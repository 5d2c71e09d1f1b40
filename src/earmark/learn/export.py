"""A trained network as an ONNX file that describes itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper
from torch import nn

from earmark import __version__
from earmark.annotation import HOP_S, SINGING
from earmark.atomic import write_atomic
from earmark.errors import ModelError
from earmark.learn.graph import onnx_graph, scores_of
from earmark.learn.transfer import trainable
from earmark.runtime import OnnxModel

PARITY = 1e-4
BORDER = 0.1
"""Half the share of a window that the next one hears too (our choice)."""


def export_onnx(
    net: nn.Module,
    path: str | os.PathLike[str],
    *,
    frames: int,
    name: str = "singing",
    labels: Sequence[str] = (SINGING,),
    decoding: Mapping[str, float] | None = None,
    smoothed: bool = True,
) -> None:
    """Write a network as ONNX, check it against PyTorch, and only then put it in its place.

    Parameters
    ----------
    net : Crnn or LightCrnn
    path : path-like
    frames, name, labels, decoding, smoothed
        As :func:`serialized` takes them.

    Raises
    ------
    ModelError
        If ONNX Runtime and PyTorch differ by more than 1e-4.
    """
    data = serialized(
        net,
        frames=frames,
        name=name,
        labels=labels,
        decoding=decoding,
        smoothed=smoothed,
        origin=str(path),
    )
    write_atomic(path, data)


def serialized(
    net: nn.Module,
    *,
    frames: int,
    name: str = "singing",
    labels: Sequence[str] = (SINGING,),
    decoding: Mapping[str, float] | None = None,
    smoothed: bool = True,
    origin: str = "the model",
) -> bytes:
    """The bytes of a network as an ONNX file, checked against PyTorch.

    Parameters
    ----------
    net : Crnn or LightCrnn
    frames : int
        Length of the windows on which scores are defined: that of the training's last stage.
    name : str
        The model's name in its metadata.
    labels : sequence of str
        What its columns stand for.
    decoding : mapping, optional
        Default ``onset``, ``offset``, ``min_on_s``, ``min_off_s``.
    smoothed : bool
        As :func:`earmark.learn.graph.onnx_graph` takes it.
    origin : str
        What errors name.

    Raises
    ------
    ModelError
        If ONNX Runtime and PyTorch differ by more than 1e-4.
    """
    net = net.cpu().eval()
    model = onnx_graph(net, frames, smoothed=smoothed)
    info: dict[str, Any] = {
        "name": name,
        "earmark_version": __version__,
        "view": "logmel",
        "labels": list(labels),
        "hop_s": HOP_S,
        "window": frames,
        "border": round(BORDER * frames),
        "decoding": dict(decoding or {}),
        "parameters": trainable(net),
    }
    helper.set_model_props(model, {"earmark": json.dumps(info)})
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString()
    X = np.random.default_rng(0).normal(-4, 4, (3, frames, 64)).astype(np.float32)
    X[2] -= np.linspace(0, 10, frames, dtype=np.float32)[:, None]  # a fade: quiet frames count less
    with torch.no_grad():
        expected = scores_of(net, torch.from_numpy(X), smoothed=smoothed).numpy()
    found = OnnxModel.from_bytes(data, origin=origin).run(X)
    if (difference := float(np.abs(found - expected).max())) > PARITY:
        raise ModelError(f"{origin}: ONNX Runtime and PyTorch differ by {difference:.1e}")
    return data
