"""An exported model comes back as a network that says the same, and can learn further."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.errors import ModelError  # noqa: E402
from earmark.features.logmel import SILENCE, logmel  # noqa: E402
from earmark.learn.export import export_onnx  # noqa: E402
from earmark.learn.graph import scores_of  # noqa: E402
from earmark.learn.imported import light_from_onnx  # noqa: E402
from earmark.learn.transfer import train_mode, trainable  # noqa: E402
from earmark.nets.crnn import Crnn  # noqa: E402
from earmark.nets.light import LightCrnn  # noqa: E402
from earmark.runtime import OnnxModel, model_names  # noqa: E402
from earmark.synth import render_song  # noqa: E402
from tiny import tiny_model  # noqa: E402


@pytest.mark.parametrize("name", model_names())
def test_shipped_models_come_back(name: str) -> None:
    net, model = light_from_onnx(name), OnnxModel(name)
    assert trainable(net) == model.info.parameters
    song = render_song(np.random.default_rng(3), duration_s=40, sr=16000)
    X = logmel(song.vocals + song.instrumental)[: 2 * model.info.window]
    X = X.reshape(2, model.info.window, 64).copy()
    X[0, :200] = SILENCE
    with torch.no_grad():
        found = scores_of(net, torch.from_numpy(X)).numpy()
    assert np.ptp(found[..., 0]) > 0.3
    np.testing.assert_allclose(found, model.run(X), atol=1e-4)


def test_it_can_learn_and_be_exported_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = LightCrnn(labels=2, maps=(4, 6, 8, 12), units=8)
    export_onnx(net, tmp_path / "a.onnx", frames=100, labels=("singing", "speech"))
    again = light_from_onnx(tmp_path / "a.onnx")
    X = torch.randn(2, 100, 64)
    with torch.no_grad():
        before = again(X)
    np.testing.assert_allclose(before, net(X).detach(), atol=1e-4)
    train_mode(again, freeze_batch_norm=True)
    optimizer = torch.optim.Adam(again.parameters(), lr=1e-2)
    again(X).square().mean().backward()
    optimizer.step()
    again.eval()
    with torch.no_grad():
        after = again(X)
    assert float((after - before).abs().max()) > 1e-3
    export_onnx(again, tmp_path / "b.onnx", frames=100, labels=("singing", "speech"))
    with torch.no_grad():
        expected = scores_of(again, X).numpy()
    np.testing.assert_allclose(OnnxModel(tmp_path / "b.onnx").run(X.numpy()), expected, atol=1e-4)


def test_others_cannot_be_taught(tmp_path: Path) -> None:
    export_onnx(Crnn(filters=4), tmp_path / "paper.onnx", frames=100)
    (tmp_path / "tiny.onnx").write_bytes(tiny_model())
    plain = LightCrnn(labels=1, maps=(4, 6, 8, 12), units=8)
    torch.nn.init.normal_(plain.head[2].weight, std=3.0)
    export_onnx(plain, tmp_path / "rough.onnx", frames=100, smoothed=False)
    for name, why in (("paper", "other layers"), ("tiny", "other layers"), ("rough", "scores")):
        with pytest.raises(ModelError, match=rf"{name}\.onnx: this model cannot be taught.*{why}"):
            light_from_onnx(tmp_path / f"{name}.onnx")
    with pytest.raises(ModelError, match="no such model"):
        light_from_onnx("yodel")
