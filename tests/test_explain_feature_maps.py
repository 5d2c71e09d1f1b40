"""Feature maps are what layers put out, and energy is counted where it lies."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.errors import DataError  # noqa: E402
from earmark.explain.feature_maps import energy_above, feature_maps  # noqa: E402
from earmark.nets.blocks import BlockCrnn  # noqa: E402


def test_shapes_and_values(rng):
    net = BlockCrnn(filters=8).train()
    X = rng.normal(size=(60, 64)).astype(np.float32)
    maps = feature_maps(net, X, ["L1", "L2", "L3"])
    assert [maps[name].shape for name in ("L1", "L2", "L3")] == [
        (8, 58, 16),
        (8, 56, 4),
        (8, 54, 1),
    ]
    assert net.training
    net.eval()
    with torch.no_grad():
        direct = net.L1(torch.from_numpy(X)[None, None])[0]
    np.testing.assert_allclose(maps["L1"], direct.numpy(), atol=1e-6)


def test_before_the_pooling(rng):
    """The supplement's pictures have 64, 16 and 4 rows."""
    net = BlockCrnn(filters=8)
    X = rng.normal(size=(60, 64)).astype(np.float32)
    maps = feature_maps(net, X, ["L1.gate", "L2.gate", "L3.gate", "L1"])
    assert [maps[f"L{n}.gate"].shape[2] for n in (1, 2, 3)] == [64, 16, 4]
    pooled = maps["L1.gate"].reshape(8, 58, 16, 4).max(axis=3)
    np.testing.assert_allclose(pooled, maps["L1"], atol=1e-6)


def test_no_hook_stays(rng):
    net = BlockCrnn(filters=4)
    feature_maps(net, rng.normal(size=(40, 64)).astype(np.float32), ["L1"])
    assert not net.L1._forward_hooks


@pytest.mark.parametrize(("row", "share"), [(0, 0.0), (15, 1.0)])
def test_energy_of_one_row(row, share):
    maps = np.zeros((2, 50, 16), np.float32)
    maps[:, ::2, row] = 1.0
    maps[:, 1::2, row] = -1.0
    assert energy_above(maps, hz=4000) == pytest.approx(share)


def test_a_constant_map_has_no_energy():
    assert energy_above(np.ones((1, 5, 16), np.float32), hz=4000) == 0.0


def test_unknown_layer(rng):
    with pytest.raises(DataError, match="no layer 'x'"):
        feature_maps(BlockCrnn(filters=4), rng.normal(size=(40, 64)).astype(np.float32), ["x"])


def test_no_hook_stays_after_an_error(rng):
    net = BlockCrnn(filters=4)
    with pytest.raises(DataError):
        feature_maps(net, rng.normal(size=(60, 64)).astype(np.float32), ["L1", "nowhere"])
    assert not net.L1._forward_hooks


def test_what_has_no_maps(rng):
    net = BlockCrnn(filters=4)
    X = rng.normal(size=(60, 64)).astype(np.float32)
    with pytest.raises(DataError, match="'rnn' puts out no maps"):
        feature_maps(net, X, ["rnn"])
    with pytest.raises(ValueError, match=r"one clip, shape \(T, F\)"):
        feature_maps(net, X[None], ["L1"])
    with pytest.raises(ValueError, match=r"takes no input of shape \(1, 60, 7\)"):
        feature_maps(net, X[:, :7], ["L1"])
    with pytest.raises(ValueError, match="F divides 64"):
        energy_above(np.zeros((1, 2, 7), np.float32), hz=4000)
