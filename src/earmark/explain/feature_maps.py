"""Internal representations: what layers make of a clip (the supplement of Hou et al. 2020)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earmark.errors import DataError
from earmark.features.logmel import N_FFT, SR, mel_filters
from earmark.learn.transfer import layer


@contextmanager
def outputs(net: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """The outputs of some layers, each time that the network is called within the block.

    Raises
    ------
    DataError
        If the network has no layer of that name.
    """
    found: dict[str, Tensor] = {}

    def keeper(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def keep(module: nn.Module, inputs: object, output: Tensor) -> None:
            found[name] = output

        return keep

    modules = {name: layer(net, name) for name in layers}  # all of them, before any has a hook
    hooks = [module.register_forward_hook(keeper(name)) for name, module in modules.items()]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def feature_maps(
    net: nn.Module, X: NDArray[np.float32], layers: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Outputs of layers for a clip, in evaluation mode.

    Parameters
    ----------
    net : nn.Module
        Takes (1, T, F).
    X : ndarray, shape (T, F)
        What the network hears.
    layers : sequence of str
        Names such as ``"L1"``, or ``"L1.gate"`` for what a gated convolution puts out before its
        pooling.

    Returns
    -------
    dict of str to ndarray, shape (C, T', F')

    Raises
    ------
    ValueError
        If X is not of two dimensions, or the network cannot take its shape.
    DataError
        If the network has no layer of that name, or it puts out no maps.
    """
    if np.ndim(X) != 2:
        raise ValueError(f"X is one clip, shape (T, F), not {np.shape(X)}")
    training = net.training
    net.eval()
    try:
        with outputs(net, layers) as found:
            hear(net, torch.from_numpy(np.asarray(X, np.float32))[None])
    finally:
        net.train(training)
    return {name: maps_of(found, name)[0].float().numpy() for name in layers}


def hear(net: nn.Module, X: Tensor) -> None:
    """Call a network.

    Raises
    ------
    ValueError
        If it cannot take that shape.
    """
    try:
        net(X)
    except RuntimeError as error:
        raise ValueError(
            f"{type(net).__name__} takes no input of shape {tuple(X.shape)}: {error}"
        ) from error


def maps_of(found: Mapping[str, Tensor], layer: str) -> Tensor:
    """A layer's output, shape (B, C, T', F').

    Raises
    ------
    DataError
        If it puts out something else: only convolutions, and what follows them, have maps.
    """
    output = found[layer]
    if not isinstance(output, Tensor) or output.ndim != 4:
        raise DataError(f"layer {layer!r} puts out no maps (C, T, F); name a convolution")
    return output


def energy_above(maps: NDArray[np.float32], *, hz: float) -> float:
    """Share of the maps' energy in rows that lie above a frequency.

    Rows are mel bands, or evenly pooled ones: of 16 rows, each stands for 4 of the 64 bands. A row
    counts as above if the mean of its bands' centres is. Each map's mean over time and rows is
    taken out first, since the constant part of a map says nothing about sound (our choice).

    Parameters
    ----------
    maps : ndarray, shape (C, T, F)
    hz : float
        Frequency in Hz.

    Raises
    ------
    ValueError
        If F does not divide the 64 bands.

    Examples
    --------
    >>> maps = np.zeros((1, 2, 16), np.float32)
    >>> maps[0, 0, -1] = 1
    >>> energy_above(maps, hz=4000) > 0.9
    True
    """
    bank = mel_filters()
    if maps.ndim != 3 or len(bank) % maps.shape[2]:
        raise ValueError(f"maps are (C, T, F), and F divides {len(bank)}: got {maps.shape}")
    bins_hz = np.linspace(0, SR / 2, N_FFT // 2 + 1)
    centres_hz = (bank @ bins_hz) / bank.sum(axis=1)
    rows_hz = centres_hz.reshape(maps.shape[2], -1).mean(axis=1)
    energy = (maps - maps.mean(axis=(1, 2), keepdims=True)) ** 2
    total = float(energy.sum())
    return float(energy[:, :, rows_hz > hz].sum()) / total if total > 0 else 0.0
