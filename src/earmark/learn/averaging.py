"""A moving average of a network's weights, which generalises better than the last ones do.

Polyak and Juditsky (1992) average over a run; the exponential form forgets the beginning.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class Average:
    """Exponential moving average of weights and of batch-norm statistics.

    Parameters
    ----------
    net : nn.Module
        The network that learns.
    decay : float
        Share of the old average that is kept in a step, in [0, 1). It is less at first, so that the
        beginning is forgotten: ``(1 + steps) / (10 + steps)``. 0: the average is the network.

    Examples
    --------
    >>> net = nn.Linear(1, 1, bias=False)
    >>> average = Average(net, decay=0.5)
    >>> _ = net.weight.data.add_(1.0)
    >>> average.update(step=100)
    >>> round((net.weight - average.net.weight).item(), 2)
    0.5
    """

    def __init__(self, net: nn.Module, decay: float) -> None:
        self._of = net
        self._decay = decay
        self.net = deepcopy(net) if decay else net

    @torch.no_grad()
    def update(self, *, step: int) -> None:
        """Take in the weights after a step."""
        if not self._decay:
            return
        keep = min(self._decay, (1 + step) / (10 + step))
        for old, new in zip(
            self.net.state_dict().values(), self._of.state_dict().values(), strict=True
        ):
            if old.is_floating_point():
                old.lerp_(new, 1 - keep)
            else:
                old.copy_(new)
