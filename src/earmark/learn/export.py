"""A trained network as an ONNX file that describes itself.

The graph is written node by node in the form that runs fastest: batch normalisation is folded into
the convolutions, the two halves of each gated convolution are two convolutions, and the number of
frames is fixed: so ONNX Runtime keeps its blocked memory layout from the first layer to the last.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from earmark import __version__
from earmark.annotation import HOP_S, SINGING
from earmark.atomic import write_atomic
from earmark.errors import ModelError
from earmark.learn.transfer import trainable
from earmark.nets.crnn import LOWEST, PRIOR, SCALE, SILENCE, Crnn, GatedConv
from earmark.runtime import OnnxModel

PARITY = 1e-4
BORDER = 0.1
"""Share of a window that is trimmed on either side (our choice)."""


def export_onnx(
    net: Crnn,
    path: str | os.PathLike[str],
    *,
    frames: int,
    name: str = "singing",
    decoding: Mapping[str, float] | None = None,
) -> None:
    """Write a network as ONNX, check it against PyTorch, and only then put it in its place.

    Parameters
    ----------
    net : Crnn
    path : path-like
    frames : int
        Length of the windows on which scores are defined: that of the training's last stage.
    name : str
        The model's name in its metadata.
    decoding : mapping, optional
        Default ``onset``, ``offset``, ``min_on_s``, ``min_off_s``.

    Raises
    ------
    ModelError
        If ONNX Runtime and PyTorch differ by more than 1e-4.
    """
    net = net.cpu().eval()
    model = _graph(net, frames)
    info: dict[str, Any] = {
        "name": name,
        "earmark_version": __version__,
        "view": "logmel",
        "labels": [SINGING],
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
    with torch.no_grad():
        expected = net(torch.from_numpy(X)).softmax(-1)[..., 1:].numpy()
    found = OnnxModel.from_bytes(data, origin=str(path)).run(X)
    if (difference := float(np.abs(found - expected).max())) > PARITY:
        raise ModelError(f"{path}: ONNX Runtime and PyTorch differ by {difference:.1e}")
    write_atomic(path, data)


class _Graph:
    """Nodes and weights as they are added; each method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, value: NDArray[Any] | torch.Tensor) -> str:
        array = value.detach().numpy() if isinstance(value, torch.Tensor) else value
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def number(self, value: float) -> str:
        return self.weight(np.array(value, dtype=np.float32))

    def ints(self, *values: int) -> str:
        return self.weight(np.array(values, dtype=np.int64))


def _graph(net: Crnn, frames: int) -> onnx.ModelProto:
    g = _Graph()
    x = g.add("Unsqueeze", _standardised(g, "X"), g.ints(1))  # (B, 1, T, 64)
    for layer in (net.L1, net.L2, net.L3):
        x = _gated(g, x, layer)  # (B, filters, T, F / 4)
    x = g.add("Squeeze", x, g.ints(3))
    x = _gru(g, g.add("Transpose", x, perm=[2, 0, 1]), net.rnn)  # (T, B, 2 * filters)
    dense, _, out = net.head
    x = g.add("MatMul", x, g.weight(dense.weight.T))
    x = g.add("Relu", g.add("Add", x, g.weight(dense.bias)))
    # the softmax of two logits is the sigmoid of their difference
    x = g.add("MatMul", x, g.weight((out.weight[1] - out.weight[0])[:, None]))
    x = g.add("Sigmoid", g.add("Add", x, g.weight((out.bias[1] - out.bias[0])[None])))
    g.add("Transpose", x, output="scores", perm=[1, 0, 2])
    graph = helper.make_graph(
        g.nodes,
        "earmark",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["batch", frames, 64])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", frames, 1])],
        g.weights,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="earmark")


def _standardised(g: _Graph, x: str) -> str:
    """What :func:`earmark.nets.crnn.standardise` does."""
    above = g.add("Sub", x, g.number(SILENCE))
    weight = g.add("Clip", above, g.number(0.0), g.number(1.0))
    total = g.add("ReduceSum", g.add("Mul", x, weight), g.ints(1), keepdims=1)
    count = g.add("ReduceSum", weight, g.ints(1), keepdims=1)
    total = g.add("Add", total, g.number(PRIOR * SILENCE))
    mean = g.add("Div", total, g.add("Add", count, g.number(PRIOR)))
    x = g.add("Max", g.add("Sub", x, mean), g.number(LOWEST))
    return g.add("Mul", x, g.number(1 / SCALE))


def _gated(g: _Graph, x: str, layer: GatedConv) -> str:
    """One gated convolution with its batch normalisation folded in, and its pooling."""
    norm = layer.norm
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    kernel = layer.conv.weight * scale[:, None, None, None]
    bias = norm.bias - norm.running_mean * scale
    shape = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    halves = [
        g.add("Conv", x, g.weight(k), g.weight(b), **shape)
        for k, b in zip(kernel.chunk(2), bias.chunk(2), strict=True)
    ]
    gated = g.add("Mul", halves[0], g.add("Sigmoid", halves[1]))
    return g.add("MaxPool", gated, kernel_shape=[1, 4], strides=[1, 4])


def _gru(g: _Graph, x: str, rnn: nn.GRU) -> str:
    """Bidirectional GRU; ONNX orders the gates update, reset, new where PyTorch has reset first."""

    def reorder(value: torch.Tensor) -> torch.Tensor:
        reset, update, new = value.chunk(3)
        return torch.cat([update, reset, new])

    both = [
        torch.stack([reorder(getattr(rnn, f"{kind}_l0{way}")) for way in ("", "_reverse")])
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    weights = [g.weight(both[0]), g.weight(both[1]), g.weight(torch.cat(both[2:], dim=1))]
    y = g.add(
        "GRU",
        x,
        *weights,
        hidden_size=rnn.hidden_size,
        direction="bidirectional",
        linear_before_reset=1,
    )  # (T, 2, B, H)
    y = g.add("Transpose", y, perm=[0, 2, 1, 3])
    return g.add("Reshape", y, g.ints(0, 0, -1))
