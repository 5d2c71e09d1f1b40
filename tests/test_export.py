"""What leaves PyTorch is what ONNX Runtime runs."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.errors import ModelError  # noqa: E402
from earmark.features.logmel import SILENCE  # noqa: E402
from earmark.learn import export  # noqa: E402
from earmark.nets.crnn import Crnn  # noqa: E402
from earmark.nets.light import LightCrnn, smooth  # noqa: E402
from earmark.runtime import OnnxModel  # noqa: E402

NETS = {
    "paper": lambda: Crnn(filters=8),
    "light": lambda: LightCrnn(labels=2, maps=(4, 6, 8, 12), units=8),
}


@pytest.fixture(params=NETS)
def net(request: pytest.FixtureRequest) -> torch.nn.Module:
    """With statistics and scales unlike those of a new network, so that folding them matters."""
    torch.manual_seed(0)
    net = NETS[request.param]()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.weight, mean=1.0, std=0.5)
            torch.nn.init.normal_(module.bias, std=0.5)
    torch.nn.init.normal_(net.head[2].weight, std=3.0)
    net.train()
    with torch.no_grad():
        for _ in range(50):  # running statistics of what is put in below
            net(torch.randn(2, 130, 64) * 3 - 4)
    return net.eval()


def test_parity(net: torch.nn.Module, tmp_path: Path) -> None:
    labels = ("singing", "speech")[: getattr(net, "labels", 1)]
    export.export_onnx(net, tmp_path / "m.onnx", frames=100, labels=labels, decoding={"onset": 0.6})
    model = OnnxModel(tmp_path / "m.onnx")
    X = np.random.default_rng(0).normal(-4, 3, (3, 100, 64)).astype(np.float32)
    X[1, :30], X[:2, :, 50:] = SILENCE, SILENCE  # a late start, and bands without sound
    X[2] -= np.linspace(0, 10, 100, dtype=np.float32)[:, None]  # a fade
    with torch.no_grad():
        logits = net(torch.from_numpy(X))
    expected = smooth(logits.sigmoid()).numpy()
    if isinstance(net, Crnn):  # one of two classes
        expected = logits.softmax(-1)[..., 1:].numpy()
    assert (np.ptp(expected, axis=(0, 1)) > 0.1).all()  # it says something
    np.testing.assert_allclose(model.run(X), expected, atol=1e-4)
    assert (model.info.window, model.info.border) == (100, 10)
    assert model.info.decoding == {"onset": 0.6}
    assert model.info.labels == labels


def test_short_windows_are_not_averaged_with_nothing(tmp_path: Path) -> None:
    """A network that always says the same says so on both sides of a joint, too."""
    net = LightCrnn(labels=1).eval()
    torch.nn.init.zeros_(net.head[-1].weight)
    torch.nn.init.constant_(net.head[-1].bias, 2.0)
    export.export_onnx(net, tmp_path / "m.onnx", frames=32)
    scores = OnnxModel(tmp_path / "m.onnx").score(np.zeros((200, 64), np.float32))
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-2.0)), atol=1e-5)


def test_a_graph_that_differs_is_not_written(
    net: torch.nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = type(net)(**({} if isinstance(net, Crnn) else {"labels": 2})).eval()
    true_graph = export.onnx_graph
    monkeypatch.setattr(export, "onnx_graph", lambda _, frames, **how: true_graph(wrong, frames))
    labels = ("singing", "speech")[: getattr(net, "labels", 1)]
    with pytest.raises(ModelError, match="differ"):
        export.export_onnx(net, tmp_path / "m.onnx", frames=100, labels=labels)
    assert not list(tmp_path.iterdir())
