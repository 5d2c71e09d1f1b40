"""The networks of blocks: the paper's counts, and dense evaluation equals block by block."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.learn.dense import block_scores, dense_scores, pad_context  # noqa: E402
from earmark.learn.transfer import freeze, trainable  # noqa: E402
from earmark.nets.blocks import BlockCnn, BlockCrnn  # noqa: E402


def worn(net):
    """A network whose batch norms have seen something, so that they do not stand at 0 and 1."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        net.train()
        for _ in range(3):
            net(2 * torch.randn(2, 40 + 2 * net.context, 64) - 1)
    return net.eval()


@pytest.mark.parametrize(
    ("fixed", "count"),
    [
        ((), 207_298),
        (("L1",), 205_890),
        (("L2",), 133_314),
        (("L3",), 133_314),
        (("L1", "L2", "L3"), 57_922),
    ],
)
def test_parameters_of_table_1(fixed, count):
    net = BlockCrnn()
    freeze(net, fixed)
    assert trainable(net) == count


@pytest.mark.parametrize("kind", [BlockCnn, BlockCrnn])
@pytest.mark.parametrize("length", [5, 25])
def test_dense_equals_block_by_block(kind, length, rng):
    torch.manual_seed(0)
    net = worn(kind(length=length, filters=8))
    X = rng.normal(size=(90, 64)).astype(np.float32)
    dense = dense_scores(net, X, fill=-3.2, chunk=37)
    assert dense.shape == (90,)
    assert np.ptp(dense) > 1e-3
    np.testing.assert_allclose(dense, block_scores(net, X, fill=-3.2), atol=1e-5)


@pytest.mark.parametrize("kind", [BlockCnn, BlockCrnn])
def test_a_label_depends_on_its_block_and_nothing_else(kind, rng):
    net = worn(kind(length=9, filters=8))
    X = torch.from_numpy(rng.normal(size=(1, 60, 64)).astype(np.float32))
    far = X.clone()
    centre = 20
    far[:, : centre - net.context] += 1
    far[:, centre + net.context + 1 :] -= 1
    label = centre - net.context
    with torch.no_grad():
        a, b = net(X)[0], net(far)[0]
    torch.testing.assert_close(a[label], b[label])
    assert (a[label - 1] - b[label - 1]).abs().max() > 1e-5
    assert (a[label + 1] - b[label + 1]).abs().max() > 1e-5


def test_training_hears_every_nth_block(rng):
    net = BlockCrnn(length=9, filters=4, shift=5, dropout=0.0)
    X = torch.from_numpy(rng.normal(size=(2, 50 + 2 * net.context, 64)).astype(np.float32))
    assert net.train()(X).shape == (2, 10, 2)
    assert net.eval()(X).shape == (2, 50, 2)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.0
    every = net(X)
    net.training = True  # batch norm stays as it is
    some = net(X)
    torch.testing.assert_close(some, every[:, ::5])


def test_a_block_has_a_centre():
    with pytest.raises(ValueError, match="odd"):
        BlockCnn(length=24)


def test_context_is_silence():
    padded = pad_context(np.ones((3, 2), np.float32), context=2, fill=-3.2)
    assert padded.shape == (7, 2)
    assert padded[:2].tolist() == [[np.float32(-3.2)] * 2] * 2
    assert (padded[2:5] == 1).all()


def test_nothing_has_no_scores():
    net = BlockCnn(length=5, filters=4)
    nothing = np.zeros((0, 64), np.float32)
    assert dense_scores(net, nothing, fill=0.0).shape == (0,)
    assert block_scores(net, nothing, fill=0.0).shape == (0,)
