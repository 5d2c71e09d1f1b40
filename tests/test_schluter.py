"""The baseline's size, and that its dense form is the published one block after block."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.nets.schluter import BLOCK, SchluterCnn  # noqa: E402


def test_parameters():
    net = SchluterCnn()
    count = {name: sum(p.numel() for p in m.parameters()) for name, m in net.named_children()}
    convolutions = [count[f"conv{i}"] for i in (1, 2, 3, 4)]
    assert convolutions == [640, 18_464, 36_992, 73_792]
    assert sum(count.values()) == 1_408_225


def test_dense_equals_block_by_block_forwards_and_backwards():
    torch.manual_seed(0)
    net = SchluterCnn().eval()
    X = torch.randn(2, 14 + BLOCK - 1, 80)
    dense = net(X)
    blocks = torch.stack([net(X[:, i : i + BLOCK])[:, 0] for i in range(14)], dim=1)
    assert dense.std() > 0.1
    torch.testing.assert_close(dense.sigmoid(), blocks.sigmoid(), atol=1e-5, rtol=0)
    weights = list(net.parameters())
    for a, b in zip(
        torch.autograd.grad(dense.square().sum(), weights),
        torch.autograd.grad(blocks.square().sum(), weights),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4 * float(b.abs().max()))


def test_the_published_block_form():
    """One block through the layers as they are printed, pooling by stride 3 and flattened."""
    torch.manual_seed(1)
    net = SchluterCnn().eval()
    X = torch.randn(3, BLOCK, 80)
    act, pool = torch.nn.LeakyReLU(0.01), torch.nn.MaxPool2d(3)
    x = pool(act(net.conv2(act(net.conv1(X[:, None])))))
    x = pool(act(net.conv4(act(net.conv3(x)))))
    assert x[0].numel() == 4928
    x = x.flatten(1) @ net.dense1.weight.flatten(1).T + net.dense1.bias
    expected = net.dense3(net.dense2(x))
    torch.testing.assert_close(net(X), expected, atol=1e-4, rtol=1e-4)


def test_bands_are_standardised_by_the_training_set(rng):
    net = SchluterCnn().eval()
    views = [rng.normal(-5, 2, (200, 80)).astype(np.float32) for _ in range(2)]
    plain = net(torch.zeros(1, BLOCK, 80))
    net.fit_standard(views)
    mean = torch.from_numpy(np.concatenate(views).mean(axis=0))
    torch.testing.assert_close(net(mean.expand(1, BLOCK, 80)), plain, atol=1e-5, rtol=1e-5)
    assert {"mean", "deviation"} <= net.state_dict().keys()
