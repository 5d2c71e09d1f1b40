"""``earmark info``: what is installed, and what a file is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark import __version__
from earmark.annotation import Annotation, covered_s, labelled
from earmark.cli.console import out
from earmark.errors import how_to_install

if TYPE_CHECKING:
    from earmark.audio import AudioInfo

EXTRAS = {
    "formats": ("av",),
    "train": ("torch", "safetensors", "onnx", "sklearn", "scipy", "yaml", "pyworld", "mido"),
    "plot": ("matplotlib", "PIL"),
    "web": ("starlette", "uvicorn"),
}

Rows = list[tuple[str, str]]


def command(
    file: Annotated[
        Path | None,
        typer.Argument(help="A recording, a label file, or a model: its name, .onnx or folder."),
    ] = None,
) -> None:
    """Tell what is installed or, of a file, what it is."""
    if file is None:
        rows = _installation()
    elif _is_model(file):
        rows = _model(file)
    else:
        from earmark.labels import label_format

        name = label_format(file)
        rows = _recording(file) if name is None else _labels(file, name)
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        out.print(f"{what:{width}}  {value}", markup=False, soft_wrap=True)


def _installation() -> Rows:
    from earmark.runtime import OnnxModel, model_names

    core = ("numpy", "onnxruntime", "soundfile", "soxr")
    return [
        ("earmark", f"{__version__} in {Path(__file__).parents[1]}"),
        ("Python", f"{platform.python_version()} on {platform.platform()}"),
        *((name, _version(name)) for name in core),
        *((f"model {name}", f"sha256 {OnnxModel(name).info.sha256}") for name in model_names()),
        *((f"extra {extra}", _extra(extra, packages)) for extra, packages in EXTRAS.items()),
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _extra(extra: str, packages: tuple[str, ...]) -> str:
    if all(find_spec(package) for package in packages):
        return "installed"
    return f"not installed: {how_to_install(extra)}"


def _is_model(file: Path) -> bool:
    """Whether this is a model, a folder that holds one, or a shipped model's name and no file."""
    from earmark.runtime import model_names

    if file.exists():
        return file.suffix.lower() == ".onnx" or any(file.glob("*.onnx"))
    return file.suffix.lower() == ".onnx" or str(file) in model_names()


def _model(file: Path) -> Rows:
    from earmark.runtime import OnnxModel, model_path

    if file.suffix.lower() != ".onnx":
        file = model_path(file)
    info, card = OnnxModel(str(file.absolute())).info, file.with_suffix(".md")
    decoding = ", ".join(f"{name} {value:g}" for name, value in info.decoding.items())
    return [
        ("file", f"{file}, {file.stat().st_size / 1e6:.2f} MB"),
        ("model", f"{info.name}, made by earmark {info.earmark_version}"),
        ("labels", ", ".join(info.labels)),
        ("hears", f"{info.view}, {info.hop_s:g} s a frame"),
        (
            "window",
            f"{info.window * info.hop_s:g} s; two share {2 * info.border * info.hop_s:g} s",
        ),
        ("decoding", decoding or "thresholds 0.5"),
        ("sha256", info.sha256),
        *([("card", str(card))] if card.is_file() else []),
    ]


def _labels(file: Path, name: str) -> Rows:
    from earmark import formats

    annotation = formats.read(file)
    scores, length_s = annotation.scores, annotation.duration_s
    count = len(annotation.segments)
    content = f"{count} segment{'s' * (count != 1)}"
    if scores is not None:
        content = f"{len(scores.values)} frames of {scores.hop_s:g} s"
    return [
        ("file", str(file)),
        ("format", name),
        ("holds", content),
        ("labels", ", ".join(annotation.labels)),
        *([] if scores is not None else [("marked", _marked(annotation))]),
        ("duration", "not told" if length_s is None else f"{length_s:.2f} s"),
        ("made by", annotation.model or "not told"),
    ]


def _marked(annotation: Annotation) -> str:
    """How long each label lasts in all."""
    marked = {
        label: f"{covered_s(labelled(annotation.segments, label)):.2f} s"
        for label in annotation.labels
    }
    if len(marked) == 1:
        return next(iter(marked.values()))
    return ", ".join(f"{label} {length}" for label, length in marked.items()) or "nothing"


def _recording(file: Path) -> Rows:
    from earmark.audio import audio_info

    info = audio_info(file)
    return [
        ("file", str(file)),
        ("format", info.format),
        ("duration", _length(info)),
        ("rate", f"{info.sr} Hz"),
        ("channels", str(info.channels)),
    ]


def _length(info: AudioInfo) -> str:
    """The duration, and whose word that is: nothing was decoded, and a file may be cut short."""
    if info.duration_s is None:
        return "not in the header"
    if info.format.startswith("OGG"):  # its last page tells, and is there
        return f"{info.duration_s:.2f} s"
    return f"{info.duration_s:.2f} s by its header"
