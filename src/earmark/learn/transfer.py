"""Layers that are carried from one network to another, and which of them learn.

Hou et al. 2020, section 2.3 and Table 1: chosen layers of a network that learned a source task are
copied into a new one, which then learns the target task. *Fixed* layers stay exactly as they were
copied (weights, batch-norm scales and running statistics); under *fine-tuning* they go on learning.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from earmark.errors import DataError


def layer(net: nn.Module, name: str) -> nn.Module:
    """A layer of a network by its name, a layer within a layer after a dot (``"L1.gate"``).

    Raises
    ------
    DataError
        If the network has no layer of that name.
    """
    found = net
    for part in name.split("."):
        children = dict(found.named_children())
        if part not in children:
            raise DataError(f"no layer {name!r} in this network; it has {', '.join(children)}")
        found = children[part]
    return found


def _layers(net: nn.Module, names: Iterable[str]) -> dict[str, nn.Module]:
    """Several of them by name."""
    if isinstance(names, str):
        raise DataError(f"layers are named in a list: [{names!r}]")
    return {name: layer(net, name) for name in names}


def copy_layers(source: nn.Module, target: nn.Module, layers: Iterable[str]) -> None:
    """Copy layers by name, with batch-norm scales and running statistics.

    Parameters
    ----------
    source, target : nn.Module
        Networks that both have these layers, of one shape.
    layers : iterable of str
        Names such as ``"L1"``.

    Raises
    ------
    DataError
        If a network lacks a layer, or the shapes differ; then nothing has been copied.

    Examples
    --------
    >>> from earmark.nets.crnn import Crnn
    >>> source, target = Crnn(), Crnn()
    >>> copy_layers(source, target, ["L1"])
    >>> bool((source.L1.conv.weight == target.L1.conv.weight).all())
    True
    """
    copied = _layers(source, layers)
    into = _layers(target, copied)
    for name, each in copied.items():
        found, wanted = (
            {key: tuple(value.shape) for key, value in net.state_dict().items()}
            for net in (each, into[name])
        )
        if found != wanted:
            raise DataError(
                f"layer {name!r} of the source network does not fit the target's: it has "
                f"{found}, the target {wanted}; use networks with the same number of filters"
            )
    for name, each in copied.items():
        into[name].load_state_dict(each.state_dict())


def freeze(net: nn.Module, layers: Iterable[str]) -> None:
    """Fix layers by name: their weights and batch-norm scales no longer learn.

    Their running statistics stay too, as long as :func:`train_mode` switches the modes.

    Parameters
    ----------
    net : nn.Module
        A network whose direct children are its layers.
    layers : iterable of str
        Names such as ``"L1"``.

    Raises
    ------
    DataError
        If the network has no layer of that name; then none is fixed.

    Examples
    --------
    >>> from earmark.nets.crnn import Crnn
    >>> net = Crnn()
    >>> freeze(net, ["L1"])
    >>> trainable(net)
    205890
    """
    for each in _layers(net, layers).values():
        each.requires_grad_(False)


def trainable(net: nn.Module) -> int:
    """Number of parameters that learn."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def train_mode(net: nn.Module, *, freeze_batch_norm: bool = False) -> None:
    """Like ``net.train()``, but batch-norm of fixed layers (or all of it) keeps its statistics."""
    net.train()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d) and (
            freeze_batch_norm or not module.weight.requires_grad
        ):
            module.eval()
