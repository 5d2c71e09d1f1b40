"""What a network's answers cost, for the three kinds of last layers that there are.

Logits are (B, T, C) of a sigmoid for each of C labels; for labels of shape (B, T), they are
(B, T, 2) of a softmax, or (B, T) of a sigmoid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from earmark.learn.examples import Example
from earmark.metrics.frames import auc


def losses(logits: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of every frame, of the shape of ``y``: of a sigmoid a label, or a softmax."""
    if y.dim() == 3:
        return nn.functional.binary_cross_entropy_with_logits(
            logits, y.to(logits.dtype), reduction="none"
        )
    both = two_columns(logits).flatten(0, 1)
    return nn.functional.cross_entropy(both, y.flatten().long(), reduction="none").view(y.shape)


def two_columns(logits: Tensor) -> Tensor:
    """The (B, T) logits of a sigmoid as the (B, T, 2) of a softmax, which come as they are."""
    return logits if logits.dim() == 3 else torch.stack([torch.zeros_like(logits), logits], dim=2)


@torch.no_grad()
def validate(net: nn.Module, examples: Sequence[Example], device: torch.device) -> dict[str, float]:
    """Mean loss over the known frames of some examples, and AUC, the mean over labels."""
    if not examples:
        return {"valid_loss": math.nan, "valid_auc": math.nan}
    net.eval()
    costs, scores, truth, sure = [], [], [], []
    for X, y, known in examples:
        target = torch.from_numpy(y)[None]
        logits = net(torch.from_numpy(X)[None].to(device)).float().cpu()
        costs.append(losses(logits, target)[0].numpy()[known])
        scores.append(_evidence(logits, target)[0].numpy().reshape(len(X), -1))
        truth.append(y.reshape(len(X), -1))
        sure.append(known.reshape(len(X), -1))
    loss = float(np.concatenate(costs).mean())
    if math.isnan(loss):
        return {"valid_loss": loss, "valid_auc": math.nan}
    columns = zip(*(np.concatenate(each).T for each in (truth, scores, sure)), strict=True)
    areas = [auc(y[known], s[known]) for y, s, known in columns]
    there = [area for area in areas if not math.isnan(area)]  # a label that nobody has cannot be
    return {"valid_loss": loss, "valid_auc": float(np.mean(there)) if there else math.nan}


def _evidence(logits: Tensor, y: Tensor) -> Tensor:
    """The logit that a label is there, of the shape of ``y``."""
    if y.dim() == 3:
        return logits
    both = two_columns(logits)
    return both[..., 1] - both[..., 0]
