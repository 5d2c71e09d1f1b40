"""ONNX models: ``names`` finds them, ``model`` checks them and scores recordings with them."""

from earmark.runtime.model import ModelInfo, OnnxModel
from earmark.runtime.names import (
    DEFAULT,
    SHIPPED,
    check_name,
    model_names,
    model_path,
    taught_folder,
    taught_names,
)

__all__ = [
    "DEFAULT",
    "SHIPPED",
    "ModelInfo",
    "OnnxModel",
    "check_name",
    "model_names",
    "model_path",
    "taught_folder",
    "taught_names",
]
