"""Filter patterns rise their filter's activation, look like it, and leave the network alone."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.errors import DataError  # noqa: E402
from earmark.explain.activation import ascend, filter_patterns  # noqa: E402
from earmark.nets.blocks import BlockCnn, BlockCrnn  # noqa: E402
from earmark.nets.crnn import Crnn  # noqa: E402

SETTINGS = {"steps": 15, "eta": 0.1, "start": 0.0, "limit": 4.0, "batch": 3, "seed": 0}


class Edges(torch.nn.Module):
    """One layer of two filters: a rise in time, a rise in frequency."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 3, bias=False)
        rise = torch.tensor([[-1.0] * 3, [0.0] * 3, [1.0] * 3])
        self.conv.weight.data = torch.stack([rise, rise.T])[:, None]

    def forward(self, X):
        return torch.relu(self.conv(X[:, None])).mean((1, 2, 3))


def test_the_activation_rises_for_every_filter_that_lives():
    torch.manual_seed(0)
    _, heights = ascend(BlockCnn(length=5, filters=8), "L2", shape=(11, 64), **SETTINGS)
    assert heights.shape == (15, 8)
    assert (heights[-1] > heights[0]).all()
    assert (np.diff(heights, axis=0) > -1e-4).mean() > 0.9


def test_edge_filters_get_edges():
    """The mean response of an edge filter grows with the far border against the near one."""
    time, frequency = filter_patterns(Edges(), "conv", shape=(12, 16), steps=20)
    assert time[-2:].mean() > 1
    assert time[:2].mean() < -1
    assert frequency[:, -2:].mean() > 1
    assert frequency[:, :2].mean() < -1


@pytest.mark.parametrize("net", [BlockCnn(length=5, filters=4), Crnn(filters=4)])
def test_the_network_stays_as_it_was(net):
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    asked = [p.requires_grad for p in net.parameters()]
    filter_patterns(net, "L3", shape=(20, 64), steps=2)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert net.training
    assert [p.requires_grad for p in net.parameters()] == asked
    assert all(p.grad is None for p in net.parameters())


def test_batches_do_not_change_the_patterns():
    torch.manual_seed(0)
    net = BlockCnn(length=5, filters=4)
    a, b = (filter_patterns(net, "L1", shape=(11, 64), steps=5, batch=n) for n in (1, 4))
    np.testing.assert_allclose(a, b, atol=1e-3)


def test_unknown_layer():
    with pytest.raises(DataError, match="no layer 'L7' in this network; it has L1, L2, L3, head"):
        filter_patterns(BlockCnn(length=5, filters=4), "L7", shape=(11, 64))


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"layer": "rnn"}, DataError, "'rnn' puts out no maps"),
        ({"steps": 0}, ValueError, "at least 1"),
        ({"batch": 0}, ValueError, "at least 1"),
        ({"eta": float("nan")}, ValueError, "above 0"),
        ({"shape": (-1, 64)}, ValueError, "negative"),
        ({"shape": (3, 64)}, ValueError, r"takes no input of shape \(1, 3, 64\)"),
    ],
)
def test_what_cannot_be_climbed(options, error, says):
    options = {"layer": "L1", "shape": (31, 64)} | options
    net = BlockCrnn(filters=4).train()
    asked = [parameter.requires_grad for parameter in net.parameters()]
    with pytest.raises(error, match=says):
        filter_patterns(net, options.pop("layer"), **options)
    assert net.training
    assert [parameter.requires_grad for parameter in net.parameters()] == asked
