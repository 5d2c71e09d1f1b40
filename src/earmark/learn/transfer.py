"""Which layers of a network learn (Hou et al. 2020, section 2.3 and Table 1)."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from earmark.errors import DataError


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
        If the network has no layer of that name.

    Examples
    --------
    >>> from earmark.nets.crnn import Crnn
    >>> net = Crnn()
    >>> freeze(net, ["L1"])
    >>> trainable(net)
    205890
    """
    children = dict(net.named_children())
    for name in layers:
        if name not in children:
            raise DataError(f"no layer {name!r} in this network; it has {', '.join(children)}")
        children[name].requires_grad_(False)


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
