"""An ONNX model of two nodes, whose metadata and graph a test may bend."""

import json
from pathlib import Path
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


def two_answers(path: Path) -> Path:
    """A model whose singing is loud sound and whose speech is soft sound, written to a file."""
    data = tiny_model(columns=2, labels=["singing", "speech"], decoding={})
    path.write_bytes(data)
    return path


def tiny_model(
    *,
    X: tuple[str | int, ...] = ("batch", 200, 64),
    takes: str = "X",
    columns: int = 1,
    **metadata: Any,
) -> bytes:
    """Scores each frame by the mean of its bands, and in a second column by its contrary.

    Parameters
    ----------
    X : tuple
        Shape of the input.
    takes : str
        The input's name.
    columns : int
        1 or 2.
    **metadata
        What it says of itself in place of ``METADATA``.
    """
    onnx = pytest.importorskip("onnx")
    value, make = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    nodes = [
        make("ReduceMean", [takes], ["mean"], axes=[len(X) - 1], keepdims=1),
        make("Neg", ["mean"], ["less"]),
        make("Concat", ["mean", "less"][:columns], ["both"], axis=len(X) - 1),
        make("Sigmoid", ["both"], ["scores"]),
    ]
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [value(takes, onnx.TensorProto.FLOAT, X)],
        [value("scores", onnx.TensorProto.FLOAT, [*X[:-1], columns])],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.helper.set_model_props(model, {"earmark": json.dumps(METADATA | metadata)})
    return model.SerializeToString()
