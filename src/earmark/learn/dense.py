"""Scores of a whole recording from a network that reads blocks: densely, or block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earmark.learn.losses import two_columns

CHUNK = 4000
"""Blocks whose activations are held at a time: about 1 GB at 64 filters."""


def pad_context(X: NDArray[np.float32], *, context: int, fill: float) -> NDArray[np.float32]:
    """Frames on either side, so that the first and the last frame are centres of blocks too.

    Parameters
    ----------
    X : ndarray, shape (T, F)
    context : int
        Frames on either side.
    fill : float
        What stands there: the view's value for silence.

    Returns
    -------
    ndarray, shape (T + 2 * context, F)
    """
    return np.pad(X, ((context, context), (0, 0)), constant_values=np.float32(fill))


@torch.no_grad()
def dense_scores(
    net: nn.Module, X: NDArray[np.float32], *, fill: float, chunk: int = CHUNK
) -> NDArray[np.float32]:
    """Probability of a voice in every frame, each convolution computed once.

    Parameters
    ----------
    net : nn.Module
        (B, N + 2 * net.context, F) -> logits, (B, N, 2) for a softmax or (B, N) for a sigmoid.
    X : ndarray, shape (T, F)
    fill : float
        Silence in this view.
    chunk : int
        Frames at a time; the answer does not depend on it.

    Returns
    -------
    ndarray, shape (T,), float32
    """
    net.eval()
    padded = torch.from_numpy(pad_context(X, context=net.context, fill=fill))
    parts = [
        _probability(net(padded[None, start : stop + 2 * net.context]))[0]
        for start, stop in _chunks(len(X), chunk)
    ]
    return torch.cat(parts).numpy() if parts else np.zeros(0, np.float32)


@torch.no_grad()
def block_scores(
    net: nn.Module, X: NDArray[np.float32], *, fill: float, batch: int = 64
) -> NDArray[np.float32]:
    """The same one block at a time, as published: what :func:`dense_scores` must equal.

    Parameters
    ----------
    net, X, fill
        As in :func:`dense_scores`.
    batch : int
        Blocks at a time.
    """
    net.eval()
    if len(X) == 0:
        return np.zeros(0, np.float32)
    padded = torch.from_numpy(pad_context(X, context=net.context, fill=fill))
    blocks = padded.unfold(0, 2 * net.context + 1, 1).transpose(1, 2)  # (T, block, F)
    parts = [_probability(net(blocks[start:stop]))[:, 0] for start, stop in _chunks(len(X), batch)]
    return torch.cat(parts).numpy()


def _probability(logits: Tensor) -> Tensor:
    return two_columns(logits).softmax(-1)[..., 1]


def _chunks(n: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(n, start + size)) for start in range(0, n, size))
