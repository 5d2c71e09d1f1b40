"""Filter patterns: inputs that excite a filter most (Hou et al. 2020, equation 2).

From a blank input, ``X <- X + eta * d a_ij / d X`` again and again, where ``a_ij`` is the mean of
what filter j of layer i puts out. The paper gives neither eta, the number of steps, the first value
nor a normalisation. Ours: the gradient is scaled to a root mean square of 1, eta 0.1, 60 steps, and
a blank input with the faintest noise (deviation 0.01), without which equal inputs have equal
gradients; values stay in a range that sounds have.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earmark.explain.feature_maps import hear, maps_of, outputs

NOISE = 0.01


def filter_patterns(
    net: nn.Module,
    layer: str,
    *,
    shape: tuple[int, int],
    steps: int = 60,
    eta: float = 0.1,
    start: float = 0.0,
    limit: float = 4.0,
    batch: int = 16,
    seed: int = 0,
) -> NDArray[np.float32]:
    """The pattern of every filter of a layer.

    Parameters
    ----------
    net : nn.Module
        Takes (B, T, F); its layer gives (B, C, T', F'). Its weights stay as they are.
    layer : str
        Its name, such as ``"L1"`` or ``"L1.gate"``.
    shape : (int, int)
        T and F of the input.
    steps : int
        Steps of gradient ascent.
    eta : float
        Step, in units of the input.
    start : float
        Value of the blank input.
    limit : float
        Values stay within [-limit, limit].
    batch : int
        Filters at a time.
    seed : int
        Of the noise, which is the same for every filter.

    Returns
    -------
    ndarray, shape (C, T, F)

    Raises
    ------
    ValueError
        If ``steps``, ``batch``, ``eta`` or ``limit`` is not above 0, or the network cannot take
        the shape.
    DataError
        If the network has no layer of that name, or it puts out no maps.
    """
    return ascend(
        net, layer, shape=shape, steps=steps, eta=eta, start=start, limit=limit, batch=batch,
        seed=seed,
    )[0]  # fmt: skip


def ascend(
    net: nn.Module,
    layer: str,
    *,
    shape: tuple[int, int],
    steps: int,
    eta: float,
    start: float,
    limit: float,
    batch: int,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Patterns, shape (C, T, F), and each filter's activation before every step, (steps, C)."""
    if min(steps, batch) < 1 or not (eta > 0 and limit > 0):
        raise ValueError("steps and batch are at least 1, eta and limit above 0")
    noise = np.random.default_rng(seed).normal(0, NOISE, shape).astype(np.float32)
    blank = torch.from_numpy(noise + np.float32(start))[None]
    training = net.training
    asked = [parameter.requires_grad for parameter in net.parameters()]
    net.eval().requires_grad_(False)
    try:
        with outputs(net, [layer]) as found:
            hear(net, blank)
            count = maps_of(found, layer).shape[1]
            parts = [
                _climb(net, found, layer, filters, blank, steps, eta, limit)
                for filters in torch.arange(count).split(batch)
            ]
    finally:
        net.train(training)
        for parameter, wanted in zip(net.parameters(), asked, strict=True):
            parameter.requires_grad_(wanted)
    patterns, heights = zip(*parts, strict=True)
    return torch.cat(patterns).numpy(), torch.cat(heights, dim=1).numpy()


def _climb(
    net: nn.Module,
    found: dict[str, Tensor],
    layer: str,
    filters: Tensor,
    blank: Tensor,
    steps: int,
    eta: float,
    limit: float,
) -> tuple[Tensor, Tensor]:
    """One input a filter; their activations depend on nobody else's input, so one sum serves."""
    X = blank.repeat(len(filters), 1, 1)
    own = torch.arange(len(filters))
    heights = []
    for _ in range(steps):
        X.requires_grad_(True)
        net(X)
        activation = found[layer][own, filters].flatten(1).mean(dim=1)
        (gradient,) = torch.autograd.grad(activation.sum(), X)
        heights.append(activation.detach())
        size = gradient.square().mean(dim=(1, 2), keepdim=True).sqrt()
        X = (X.detach() + eta * gradient / size.clamp(min=1e-12)).clamp(-limit, limit)
    return X.detach(), torch.stack(heights)
