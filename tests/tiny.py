"""An ONNX model of two nodes, whose metadata and graph a test may bend."""

import json
from typing import Any

import pytest

METADATA: dict[str, Any] = {
    "name": "tiny",
    "labels": ["singing"],
    "view": "logmel",
    "hop_s": 0.02,
    "window": 200,
    "border": 20,
    "decoding": {"onset": 0.6, "offset": 0.4},
    "earmark_version": "0.1.0",
}


def tiny_model(
    *, X: tuple[str | int, ...] = ("batch", 200, 64), takes: str = "X", **metadata: Any
) -> bytes:
    """Scores each frame by the mean of its bands.

    Parameters
    ----------
    X : tuple
        Shape of the input.
    takes : str
        The input's name.
    **metadata
        What it says of itself in place of ``METADATA``.
    """
    onnx = pytest.importorskip("onnx")
    value, make = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    nodes = [
        make("ReduceMean", [takes], ["mean"], axes=[len(X) - 1], keepdims=1),
        make("Sigmoid", ["mean"], ["scores"]),
    ]
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [value(takes, onnx.TensorProto.FLOAT, X)],
        [value("scores", onnx.TensorProto.FLOAT, [*X[:-1], 1])],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.helper.set_model_props(model, {"earmark": json.dumps(METADATA | metadata)})
    return model.SerializeToString()
