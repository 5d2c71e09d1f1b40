"""The way back: a model that was exported, as a network in PyTorch that can learn further.

An exported graph (:mod:`earmark.learn.graph`) holds batch normalisation folded into the
convolutions, and calibration folded into the last dense layer. Here each convolution gets its
kernel as it stands there, and a batch normalisation that does nothing but add the bias: its mean is
0 and its deviation 1. Those are no statistics of anything, so while the network learns, batch
normalisation has to stay as in use (``train_mode(net, freeze_batch_norm=True)``); its scales and
biases may learn.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from earmark.errors import ModelError
from earmark.learn.export import PARITY
from earmark.learn.graph import scores_of
from earmark.nets.light import POOLS, LightCrnn
from earmark.runtime import OnnxModel, model_path


def light_from_onnx(name_or_path: str | os.PathLike[str], *, dropout: float = 0.2) -> LightCrnn:
    """A network that gives a model's scores and can learn further.

    Parameters
    ----------
    name_or_path : str or path-like
        A model as ``--model`` takes it.
    dropout : float
        Share of values dropped while it learns; the file does not tell what it was.

    Returns
    -------
    LightCrnn
        In evaluation mode. Averaging over time is not part of it (``nets.light.smooth``).

    Raises
    ------
    ModelError
        If there is no such model, it is no :class:`LightCrnn`, or the network's scores differ from
        the model's by more than 1e-4.
    """
    path = model_path(name_or_path)
    model = OnnxModel(path)  # what cannot be used cannot be taught; tells why
    try:
        net = _built(onnx.load(path).graph, len(model.info.labels), dropout)
    except (_Strange, RuntimeError) as error:
        raise ModelError(
            f"{path}: this model cannot be taught, only those of earmark's light network can "
            f"({error}); choose another with --model"
        ) from error
    _check(net, model, path)
    return net


class _Strange(Exception):
    """The graph is not that of a :class:`LightCrnn`."""


def _built(graph: onnx.GraphProto, labels: int, dropout: float) -> LightCrnn:
    weights = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    convolved = [node for node in graph.node if node.op_type == "Conv" and len(node.input) == 3]
    recurrent = [node for node in graph.node if node.op_type == "GRU"]
    dense = [node for node in graph.node if node.op_type == "MatMul"]
    pools = [
        tuple(attribute.ints)
        for node in graph.node
        if node.op_type == "MaxPool"
        for attribute in node.attribute
        if attribute.name == "kernel_shape"
    ]
    if (len(convolved), len(recurrent), len(dense)) != (4, 1, 2) or tuple(pools) != POOLS:
        raise _Strange("it has other layers")

    def read(node: onnx.NodeProto, number: int) -> Tensor:
        return torch.from_numpy(np.array(weights[node.input[number]], dtype=np.float32))

    try:
        kernels = [(read(node, 1), read(node, 2)) for node in convolved]
        gates = [read(recurrent[0], number) for number in (1, 2, 3)]
        heads = [(read(node, 1), _bias(graph, node.output[0], weights)) for node in dense]
    except (KeyError, IndexError) as error:
        raise _Strange("its weights are not where they should be") from error
    net = LightCrnn(
        labels=labels,
        maps=[len(bias) for _, bias in kernels],
        units=gates[1].shape[-1],
        dropout=dropout,
    )
    with torch.no_grad():
        for layer, (kernel, bias) in zip((net.L1, net.L2, net.L3, net.L4), kernels, strict=True):
            layer.conv.weight.copy_(kernel)
            layer.norm.bias.copy_(bias)
            assert layer.norm.running_var is not None
            layer.norm.running_var.fill_(1 - layer.norm.eps)  # what it divides by is then 1
        _recurrent(net, *gates)
        for dense_layer, (matrix, bias) in zip((net.head[0], net.head[2]), heads, strict=True):
            dense_layer.weight.copy_(matrix.T)
            dense_layer.bias.copy_(bias)
    return net.eval()


def _bias(graph: onnx.GraphProto, output: str, weights: dict[str, NDArray[Any]]) -> Tensor:
    """What is added to the output of a matrix product."""
    (node,) = [node for node in graph.node if node.op_type == "Add" and node.input[0] == output]
    return torch.from_numpy(np.array(weights[node.input[1]], dtype=np.float32))


def _recurrent(net: LightCrnn, inward: Tensor, onward: Tensor, biases: Tensor) -> None:
    """Both directions; ONNX orders the gates update, reset, new where PyTorch has reset first."""
    halves = biases.chunk(2, dim=1)
    for number, way in enumerate(("", "_reverse")):
        for kind, value in (
            ("weight_ih", inward),
            ("weight_hh", onward),
            ("bias_ih", halves[0]),
            ("bias_hh", halves[1]),
        ):
            update, reset, new = value[number].chunk(3)
            getattr(net.rnn, f"{kind}_l0{way}").copy_(torch.cat([reset, update, new]))


def _check(net: LightCrnn, model: OnnxModel, path: Path) -> None:
    X = np.random.default_rng(0).normal(-4, 3, (2, model.info.window, 64)).astype(np.float32)
    with torch.no_grad():
        found = scores_of(net, torch.from_numpy(X)).numpy()
    if (difference := float(np.abs(found - model.run(X)).max())) > PARITY:
        raise ModelError(
            f"{path}: this model cannot be taught, its network in PyTorch gives other scores "
            f"(by {difference:.1e}); choose another with --model"
        )
