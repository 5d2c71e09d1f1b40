"""Copied layers: fixed ones stay bit for bit, fine-tuned ones move."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.errors import DataError  # noqa: E402
from earmark.learn.loop import fit  # noqa: E402
from earmark.learn.place import Place  # noqa: E402
from earmark.learn.recipe import Stage  # noqa: E402
from earmark.learn.transfer import copy_layers, freeze, layer  # noqa: E402
from earmark.nets.blocks import BlockCnn, BlockCrnn  # noqa: E402
from earmark.nets.crnn import Crnn  # noqa: E402


def learn(net, folder):
    """A few real steps of the training loop."""

    def draw(rng):
        X = rng.normal(size=(20 + 2 * net.context, 64)).astype(np.float32)
        y = rng.random(20) < 0.5
        return X, y, np.ones(20, bool)

    stage = Stage(name="t", steps=3, draw={}, batch=2, lr=1e-2)
    fit(net, stage, number=0, draw=draw, valid=[], folder=folder, seed=0, place=Place())


def state(net, name):
    return {key: value.clone() for key, value in layer(net, name).state_dict().items()}


@pytest.mark.parametrize("fixed", [True, False])
def test_fixed_stays_and_fine_tuned_moves(fixed, tmp_path):
    torch.manual_seed(0)
    source, target = BlockCnn(length=5, filters=4), BlockCrnn(length=5, filters=4)
    (tmp_path / "a").mkdir()
    learn(source, tmp_path / "a")
    copy_layers(source, target, ["L1", "L3"])
    copied = {name: state(source, name) for name in ("L1", "L3")}
    before = state(target, "L2")
    freeze(target, ["L1", "L3"] if fixed else [])
    (tmp_path / "b").mkdir()
    learn(target, tmp_path / "b")
    for name, tensors in copied.items():
        now = state(target, name)
        same = {key: torch.equal(value, now[key]) for key, value in tensors.items()}
        assert all(same.values()) if fixed else not any(same.values())
    assert not torch.equal(before["conv.weight"], state(target, "L2")["conv.weight"])


def test_layers_go_from_blocks_to_windows():
    source, target = BlockCnn(filters=8), Crnn(filters=8)
    copy_layers(source, target, ["L1"])
    assert torch.equal(source.L1.conv.weight, target.L1.conv.weight)
    assert not torch.equal(source.L2.conv.weight, target.L2.conv.weight)


def test_a_layer_that_does_not_exist():
    with pytest.raises(DataError, match=r"no layer 'L9' in this network; it has L1, L2, L3, head"):
        copy_layers(BlockCnn(filters=4), BlockCrnn(filters=4), ["L9"])


def test_other_shapes_are_refused_and_nothing_is_copied():
    source, target = BlockCnn(filters=8), BlockCrnn(filters=4)
    before = state(target, "L1")
    with pytest.raises(DataError, match="does not fit"):
        copy_layers(source, target, ["L1", "L2"])
    assert all(torch.equal(value, state(target, "L1")[key]) for key, value in before.items())


def test_nothing_is_fixed_if_one_layer_does_not_exist():
    net = Crnn(filters=4)
    with pytest.raises(DataError, match="no layer 'L9'"):
        freeze(net, ["L1", "L9"])
    assert all(p.requires_grad for p in net.L1.parameters())


@pytest.mark.parametrize("call", [lambda n: freeze(n, "L1"), lambda n: copy_layers(n, n, "L1")])
def test_a_name_that_is_not_in_a_list(call):
    with pytest.raises(DataError, match=r"in a list: \['L1'\]"):
        call(Crnn(filters=4))
