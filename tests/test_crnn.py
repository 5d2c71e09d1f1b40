"""The network has the paper's size, and windows in a batch do not see each other."""

import pytest

torch = pytest.importorskip("torch")

from earmark.errors import DataError  # noqa: E402
from earmark.learn.transfer import freeze, train_mode, trainable  # noqa: E402
from earmark.nets.crnn import Crnn, hold_second_bias  # noqa: E402


@pytest.mark.parametrize(
    ("fixed", "count"),
    [
        ([], 207_298),
        (["L1"], 205_890),
        (["L2"], 133_314),
        (["L3"], 133_314),
        (["L1", "L2", "L3"], 57_922),
    ],
)
def test_counts_of_table_1(fixed: list[str], count: int) -> None:
    net = Crnn()
    freeze(net, fixed)
    assert trainable(net) == count


def test_shapes_on_the_way() -> None:
    net = Crnn().eval()
    x = torch.randn(2, 1, 25, 64)
    shapes = []
    for layer in (net.L1, net.L2, net.L3):
        x = layer(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(64, 25, 16), (64, 25, 4), (64, 25, 1)]


def test_a_fixed_layer_does_not_move() -> None:
    net = Crnn(filters=4)
    freeze(net, ["L1"])
    before = {k: v.clone() for k, v in net.L1.state_dict().items()}
    optimizer = torch.optim.Adam(p for p in net.parameters() if p.requires_grad)
    train_mode(net)
    for _ in range(3):
        optimizer.zero_grad()
        net(torch.randn(2, 20, 64)).square().mean().backward()
        optimizer.step()
    for name, value in net.L1.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_the_second_gru_bias_stays_zero() -> None:
    net = Crnn(filters=4)
    net.requires_grad_(True)
    hold_second_bias(net.rnn)
    assert not net.rnn.bias_hh_l0.requires_grad
    assert not net.rnn.bias_hh_l0_reverse.any()


def test_unknown_layer() -> None:
    with pytest.raises(DataError, match="L1, L2, L3, rnn, head"):
        freeze(Crnn(filters=4), ["L9"])


def test_batch_of_one_equals_batch_of_eight() -> None:
    net = Crnn(filters=8).eval()
    X = torch.randn(8, 60, 64)
    with torch.no_grad():
        torch.testing.assert_close(net(X)[3:4], net(X[3:4]), atol=1e-5, rtol=1e-5)
