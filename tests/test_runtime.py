"""Scores are defined on fixed windows, so however a recording comes they are the same."""

import threading
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from earmark.errors import ModelError
from earmark.features.logmel import SILENCE, logmel
from earmark.runtime import SHIPPED, OnnxModel, model_names, model_path, taught_names
from earmark.synth import render_song
from tiny import tiny_model


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    return OnnxModel("singing")


@cache
def song() -> np.ndarray:
    rendered = render_song(np.random.default_rng(0), duration_s=160, sr=16000, vocals_db=6)
    return logmel(rendered.vocals + rendered.instrumental)


def view(n_frames: int) -> np.ndarray:
    return song()[:n_frames].copy()


@pytest.mark.parametrize("n", [801, 1600, 2000, 2399, 5000])
def test_the_definition(model: OnnxModel, n: int) -> None:
    """Each window by itself, silence around the recording, cross-faded; the last moved back."""
    window, border = model.info.window, model.info.border
    core, X = window - 2 * border, view(n)
    padded = np.pad(X, ((border, 2 * window), (0, 0)), constant_values=SILENCE)
    starts = [*range(0, n - core, core), max(0, n - core)]  # in frames of ``padded``
    rise = (np.arange(2 * border) + 0.5) / (2 * border)
    weights = np.concatenate([rise, np.ones(window - 4 * border), rise[::-1]])[:, None]
    weights = (1 - np.cos(np.pi * weights)) / 2
    scores, total = np.zeros((len(padded), 2)), np.zeros((len(padded), 1))
    for at in starts:
        scores[at : at + window] += weights * model.run(padded[None, at : at + window])[0]
        total[at : at + window] += weights
    heard = slice(border, border + n)
    np.testing.assert_allclose(model.score(X), scores[heard] / total[heard], atol=1e-4)


@pytest.mark.parametrize("n", [1, 49, 300, 799, 800])
def test_a_short_recording_is_heard_over_and_over_and_once(model: OnnxModel, n: int) -> None:
    window, X = model.info.window, view(n)
    first = (window - n) // 2
    again = np.concatenate([X] * (2 * window // n + 2))[-first % n :][:window]
    np.testing.assert_array_equal(again[first : first + n], X)
    around = ((first, window - n - first), (0, 0))
    once = np.pad(X, around, constant_values=SILENCE)
    often, once = (model.run(each[None])[0][first : first + n] for each in (again, once))
    often[:, 0] *= 1 - once[:, 1] * (1 - once[:, 0])
    np.testing.assert_allclose(model.score(X), often, atol=1e-5)


def test_windows_that_disagree_meet_without_a_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    opinions = cycle([0.0, 1.0])
    monkeypatch.setattr(
        OnnxModel, "run", lambda _, X: np.stack([np.full((len(x), 2), next(opinions)) for x in X])
    )
    scores = OnnxModel("singing").score(view(5000))[:, 0]
    assert (scores.min(), scores.max()) == (0.0, 1.0)
    assert np.abs(np.diff(scores)).max() < 0.01


@pytest.mark.parametrize("size", [1, 37, 800, 801, 5000])
def test_streamed_equals_whole(model: OnnxModel, size: int) -> None:
    X = view(2500 if size > 1 else 300)
    parts = list(model.stream(X[i : i + size] for i in range(0, len(X), size)))
    np.testing.assert_allclose(np.concatenate(parts), model.score(X), atol=1e-4)


@pytest.mark.parametrize("n", [0, 1, 799, 800, 801, 1600])
def test_as_many_scores_as_frames(model: OnnxModel, n: int) -> None:
    scores = model.score(view(n))
    assert scores.shape == (n, len(model.info.labels))
    assert scores.dtype == np.float32


def test_batch_of_one_equals_batch_of_eight(model: OnnxModel) -> None:
    X = view(8 * model.info.window).reshape(8, -1, 64)
    np.testing.assert_allclose(model.run(X)[5:6], model.run(X[5:6]), atol=1e-4)


def test_threads_share_a_model(model: OnnxModel) -> None:
    X = [view(1000 + 100 * i) for i in range(4)]
    expected = [model.score(x) for x in X]
    found: dict[int, np.ndarray] = {}

    def work(i: int) -> None:
        for _ in range(3):
            found[i] = model.score(X[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, scores in enumerate(expected):
        np.testing.assert_allclose(found[i], scores, atol=1e-4)
    np.testing.assert_allclose(OnnxModel("singing", threads=2).score(X[0]), expected[0], atol=1e-4)


def test_shipped_models_have_cards() -> None:
    assert "singing" in model_names()
    for name in model_names():
        info = OnnxModel(name).info
        card = (SHIPPED / f"{name}.md").read_text()
        assert info.name == name
        assert info.sha256 in card, "the card speaks of another file"


@pytest.mark.parametrize("junk", [b"", b"no model", b"\x08\x08\x12\x07pytorch"])
def test_a_corrupt_model(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "m.onnx").write_bytes(junk)
    with pytest.raises(ModelError, match=r"m\.onnx: not a model"):
        OnnxModel(tmp_path / "m.onnx")


def test_a_cut_model(tmp_path: Path) -> None:
    data = model_path("singing").read_bytes()
    (tmp_path / "m.onnx").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"m\.onnx"):
        OnnxModel(tmp_path / "m.onnx")


def test_a_foreign_model(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])],
        "foreign",
        [value("x", onnx.TensorProto.FLOAT, [1])],
        [value("y", onnx.TensorProto.FLOAT, [1])],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    foreign = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.save(foreign, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="not one of earmark's"):
        OnnxModel(tmp_path / "m.onnx")


def test_a_tiny_model_is_one() -> None:
    model = OnnxModel.from_bytes(tiny_model(), origin="m.onnx")
    assert model.score(view(500)).shape == (500, 1)
    assert model.info.parameters is None
    info = OnnxModel.from_bytes(tiny_model(parameters=7, decoding={}), origin="m.onnx").info
    assert (info.parameters, info.decoding) == (7, {})
    free = OnnxModel.from_bytes(tiny_model(X=("batch", "frames", 64)), origin="m.onnx")
    np.testing.assert_array_equal(free.score(view(500)), model.score(view(500)))


@pytest.mark.parametrize(
    ("bent", "words"),
    [
        ({"border": 100}, "windows of 200 frames of which 100 on either"),
        ({"border": -1}, "of which -1 on either"),
        ({"window": 0, "border": 0}, "windows of 0 frames"),
        ({"window": 300}, r"takes .*200.* not X of shape \(any, 300, 64\)"),
        ({"X": ("batch", 200, 80)}, r"takes .*80.* not X"),
        ({"X": (1, 200, 64)}, r"takes .*\[1, 200, 64\]"),
        ({"X": ("batch", 64)}, "takes .*64"),
        ({"takes": "view"}, "takes .*view"),
        ({"labels": ["singing", "speech"]}, r"gives .*1\], .* not of shape \(any, 200, 2\)"),
        ({"decoding": {"onset": 0.6, "smoothing": 3}}, "smoothing"),
        ({"decoding": {"onset": 0.4, "offset": 0.6}}, "offset <= onset"),
        ({"parameters": "many"}, "not one of earmark's"),
    ],
)
def test_metadata_that_cannot_be_right(tmp_path: Path, bent: dict, words: str) -> None:
    (tmp_path / "m.onnx").write_bytes(tiny_model(**bent))
    with pytest.raises(ModelError, match=rf"m\.onnx: .*{words}"):
        OnnxModel(tmp_path / "m.onnx")


def test_an_unknown_name() -> None:
    with pytest.raises(ModelError, match=r"shipped are: .*singing"):
        OnnxModel("yodel")


def test_a_folder_stands_for_its_one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    with pytest.raises(ModelError, match="no such model"):
        model_path("mine")
    Path("mine/a.onnx").touch()
    assert model_path("mine") == Path("mine/a.onnx")
    assert model_path(tmp_path / "mine").name == "a.onnx"
    Path("mine/b.onnx").touch()
    with pytest.raises(ModelError, match="2 models"):
        model_path("mine")


def test_models_taught_here_have_names(own_home: Path, here: Path) -> None:
    assert taught_names() == []
    taught = own_home / "models"
    (taught / "candidates").mkdir(parents=True)
    for name in ("mine.onnx", "singing.onnx", "candidates/other.onnx"):
        (taught / name).write_bytes(tiny_model())
    (taught / "mine.md").write_text("# mine: taught")
    assert taught_names() == ["mine"]
    assert model_path("mine") == taught / "mine.onnx"
    assert model_path("singing").parent == SHIPPED
    assert OnnxModel("mine").info.name == "tiny"
    assert OnnxModel(taught / "candidates/other.onnx").info.name == "tiny"
    with pytest.raises(ModelError, match=r"other: no such model; .*taught here are: mine"):
        model_path("other")
    (here / "mine").mkdir()
    (here / "mine/a.onnx").touch()
    assert model_path("mine") == taught / "mine.onnx"
    assert model_path("./mine") == Path("./mine/a.onnx")
