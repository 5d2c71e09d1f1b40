"""Networks as ONNX graphs, written node by node in the form that runs fastest.

Batch normalisation is folded into the convolutions, the two halves of a gated convolution are two
convolutions, and the number of frames is fixed: so ONNX Runtime keeps its blocked memory layout
from the first layer to the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from earmark.nets.crnn import LOWEST, PRIOR, SCALE, SILENCE, Crnn
from earmark.nets.light import (
    FAINTEST,
    PACE,
    QUIET,
    REACH,
    LightCrnn,
    smooth,
    smoothing_kernel,
)


def onnx_graph(net: nn.Module, frames: int, *, smoothed: bool = True) -> onnx.ModelProto:
    """A network as a model from ``X`` (B, frames, 64) to ``scores`` (B, frames, C).

    Parameters
    ----------
    net : Crnn or LightCrnn
    frames : int
    smoothed : bool
        Whether the scores of a :class:`LightCrnn` are averaged over time, as
        :func:`earmark.nets.light.smooth` does.

    Raises
    ------
    TypeError
        If it is neither a :class:`Crnn` nor a :class:`LightCrnn`.
    """
    if isinstance(net, LightCrnn):
        g, labels = _light(net, frames, smoothed), net.labels
    elif isinstance(net, Crnn):
        g, labels = _crnn(net), 1
    else:
        raise TypeError(f"no graph is known for a {type(net).__name__}")
    graph = helper.make_graph(
        g.nodes,
        "earmark",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["batch", frames, 64])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", frames, labels])],
        g.weights,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="earmark")


def scores_of(net: nn.Module, X: Tensor, *, smoothed: bool = True) -> Tensor:
    """What the graph gives, by PyTorch: (B, T, 64) -> (B, T, C) in [0, 1]."""
    logits: Tensor = net(X)
    if isinstance(net, Crnn):
        return logits.softmax(-1)[..., 1:]
    return smooth(logits.sigmoid()) if smoothed else logits.sigmoid()


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

    def dense(self, x: str, layer: nn.Linear) -> str:
        """A dense layer on the last axis."""
        x = self.add("MatMul", x, self.weight(layer.weight.T))
        return self.add("Add", x, self.weight(layer.bias))

    def clipped(self, x: str) -> str:
        """Between 0 and 1."""
        return self.add("Clip", x, self.number(0.0), self.number(1.0))

    def number(self, value: float) -> str:
        return self.weight(np.array(value, dtype=np.float32))

    def ints(self, *values: int) -> str:
        return self.weight(np.array(values, dtype=np.int64))


def _crnn(net: Crnn) -> _Graph:
    g = _Graph()
    x = g.add("Unsqueeze", _standardised(g, "X"), g.ints(1))  # (B, 1, T, 64)
    for layer in (net.L1, net.L2, net.L3):
        linear, gate = (
            g.add("Conv", x, g.weight(k), g.weight(b), **_SAME)
            for k, b in zip(
                *(part.chunk(2) for part in _folded(layer.conv, layer.norm)), strict=True
            )
        )
        x = g.add("Mul", linear, g.add("Sigmoid", gate))
        x = g.add("MaxPool", x, kernel_shape=[1, 4], strides=[1, 4])  # (B, filters, T, F / 4)
    x = g.add("Squeeze", x, g.ints(3))
    x = _gru(g, g.add("Transpose", x, perm=[2, 0, 1]), net.rnn)  # (T, B, 2 * filters)
    x = g.add("Relu", g.dense(x, net.head[0]))
    out = net.head[2]  # the softmax of two logits is the sigmoid of their difference
    x = g.add("MatMul", x, g.weight((out.weight[1] - out.weight[0])[:, None]))
    x = g.add("Sigmoid", g.add("Add", x, g.weight((out.bias[1] - out.bias[0])[None])))
    g.add("Transpose", x, output="scores", perm=[1, 0, 2])
    return g


def _light(net: LightCrnn, frames: int, smoothed: bool) -> _Graph:
    assert frames % PACE == 0
    g = _Graph()
    x = g.add("Unsqueeze", _standardised(g, "X", _loud(g, "X")), g.ints(1))  # (B, 1, T, 64)
    for layer in (net.L1, net.L2, net.L3, net.L4):
        kernel, bias = _folded(layer.conv, layer.norm)
        x = g.add("Relu", g.add("Conv", x, g.weight(kernel), g.weight(bias), **_SAME))
        size = list(layer.pool.kernel_size)
        x = g.add("MaxPool", x, kernel_shape=size, strides=size)
    x = g.add("Transpose", x, perm=[2, 0, 1, 3])  # (T / 2, B, maps, 2)
    x = _gru(g, g.add("Reshape", x, g.ints(0, 0, -1)), net.rnn)  # (T / 2, B, 2 * units)
    x = g.dense(g.add("Relu", g.dense(x, net.head[0])), net.head[2])
    x = g.add("Transpose", g.add("Sigmoid", x), perm=[1, 0, 2])  # (B, T / 2, 2 * labels)
    shape = g.ints(-1, frames, net.labels)
    if not smoothed:
        g.add("Reshape", x, shape, output="scores")
        return g
    kernel = smoothing_kernel().expand(net.labels, 1, -1)
    x = g.add("Transpose", g.add("Reshape", x, shape), perm=[0, 2, 1])  # (B, labels, T)
    x = g.add("Pad", x, g.ints(0, 0, REACH, 0, 0, REACH), mode="edge")
    x = g.add("Conv", x, g.weight(kernel), group=net.labels)
    g.add("Transpose", x, output="scores", perm=[0, 2, 1])
    return g


def _standardised(g: _Graph, x: str, counts: str | None = None) -> str:
    """What :func:`earmark.nets.crnn.standardise` does."""
    weight = g.clipped(g.add("Sub", x, g.number(SILENCE)))
    if counts is not None:
        weight = g.add("Mul", weight, counts)
    total = g.add("ReduceSum", g.add("Mul", x, weight), g.ints(1), keepdims=1)
    count = g.add("ReduceSum", weight, g.ints(1), keepdims=1)
    total = g.add("Add", total, g.number(PRIOR * SILENCE))
    mean = g.add("Div", total, g.add("Add", count, g.number(PRIOR)))
    x = g.add("Max", g.add("Sub", x, mean), g.number(LOWEST))
    return g.add("Mul", x, g.number(1 / SCALE))


def _loud(g: _Graph, x: str) -> str:
    """What :func:`earmark.nets.light.loud` does."""
    level = g.add("ReduceMean", x, axes=[2], keepdims=1)
    sounds = g.clipped(g.add("Sub", level, g.number(SILENCE)))
    amplitude = g.add("Mul", g.add("Exp", g.add("Mul", level, g.number(0.5))), sounds)
    total = g.add("ReduceSum", amplitude, g.ints(1), keepdims=1)
    count = g.add("ReduceSum", sounds, g.ints(1), keepdims=1)
    mean = g.add("Div", total, g.add("Add", count, g.number(FAINTEST)))
    log = g.add("Log", g.add("Add", mean, g.number(FAINTEST)))
    above = g.add("Sub", level, g.add("Mul", log, g.number(2.0)))
    return g.clipped(g.add("Add", above, g.number(QUIET)))


_SAME: dict[str, Any] = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernel and bias of a convolution with its batch normalisation in them."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


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
