"""The two networks of Hou et al. 2020 as published: a block of frames in, its centre's label out.

A block has ``T = 2 L + 1`` frames (25 in the paper) and is moved by one frame at a time. Its three
gated convolutions are not padded in time, so they read 3 frames more on either side; what they
leave, T x 64, does not depend on where a block begins. A whole recording can therefore be heard
*densely*, each convolution computed once, and gives what block by block would.

================ ================================================ ==========
network          after the convolutions                           parameters
================ ================================================ ==========
:class:`BlockCnn`  dense 64 over all T frames, ReLU, dense 2      251,970
:class:`BlockCrnn` bidirectional GRU, the end of either way;        207,298
                   dense 64, ReLU, dense 2
================ ================================================ ==========

The paper does not say how the source network's head collapses the T frames: dense 64 over all of
them is our choice, as are the dropout and the ReLU (see :mod:`earmark.nets.crnn`). That the dense
layer reads the last state of either direction, which has heard the whole block, is our choice too:
the first author's later code does so.

Shapes: ``X`` is (B, N + T + 5, 64) standardised log-mel, the logits are (B, N, 2). ``N = 1`` is one
block.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from earmark.nets.crnn import GatedConv, hold_second_bias

REACH = 3
"""Frames that three convolutions of 3 x 3 read beyond a block, on either side."""


class _Blocks(nn.Module):
    """The gated convolutions that both networks share."""

    def __init__(self, *, length: int = 25, filters: int = 64, dropout: float = 0.2) -> None:
        super().__init__()
        if length < 1 or length % 2 == 0:
            raise ValueError(f"a block has a centre, so its length is odd; got {length}")
        self.length = length
        self.L1 = GatedConv(1, filters, dropout=dropout, pad_time=False)
        self.L2 = GatedConv(filters, filters, dropout=dropout, pad_time=False)
        self.L3 = GatedConv(filters, filters, dropout=dropout, pad_time=False)

    @property
    def context(self) -> int:
        """Frames that a label depends on, on either side of its own."""
        return self.length // 2 + REACH

    def convolve(self, X: Tensor) -> Tensor:
        """(B, N + T + 5, 64) -> (B, filters, N + T - 1)."""
        x = X.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        x = self.L3(self.L2(self.L1(x)))
        return x.squeeze(3)


class BlockCnn(_Blocks):
    """The source network: whether anybody speaks, over the music, in the centre of a block.

    Parameters
    ----------
    length : int
        Frames of a block, odd (T in the paper).
    filters : int
        Gated maps of each convolution.
    dropout : float
        Share of values dropped after each pooling while training.

    Examples
    --------
    >>> net = BlockCnn(length=25)
    >>> net(torch.zeros(2, 1 + 30, 64)).shape, net(torch.zeros(2, 70 + 30, 64)).shape
    (torch.Size([2, 1, 2]), torch.Size([2, 70, 2]))
    """

    def __init__(self, *, length: int = 25, filters: int = 64, dropout: float = 0.2) -> None:
        super().__init__(length=length, filters=filters, dropout=dropout)
        self.head = nn.Sequential(  # a dense layer on every block is a convolution
            nn.Conv1d(filters, 64, kernel_size=length), nn.ReLU(), nn.Conv1d(64, 2, kernel_size=1)
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, X: Tensor) -> Tensor:
        """(B, N + T + 5, 64) standardised log-mel -> (B, N, 2) logits."""
        logits: Tensor = self.head(self.convolve(X)).transpose(1, 2)
        return logits


class BlockCrnn(_Blocks):
    """The target network: whether anybody sings in the centre of a block.

    Parameters
    ----------
    length, filters, dropout
        As in :class:`BlockCnn`.
    shift : int
        Frames from one block to the next *while training*; blocks overlap so much that most of
        them teach little. Otherwise 1.

    Examples
    --------
    >>> net = BlockCrnn()
    >>> net(torch.zeros(2, 70 + 30, 64)).shape
    torch.Size([2, 70, 2])
    >>> sum(p.numel() for p in net.parameters() if p.requires_grad)
    207298
    """

    def __init__(
        self, *, length: int = 25, filters: int = 64, dropout: float = 0.2, shift: int = 1
    ) -> None:
        super().__init__(length=length, filters=filters, dropout=dropout)
        self.shift = shift
        self.rnn = nn.GRU(filters, filters, bidirectional=True)
        hold_second_bias(self.rnn)
        self.head = nn.Sequential(nn.Linear(2 * filters, 64), nn.ReLU(), nn.Linear(64, 2))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, X: Tensor) -> Tensor:
        """(B, N + T + 5, 64) standardised log-mel -> (B, N, 2) logits; in training N / shift."""
        x = self.convolve(X)  # (B, filters, N + T - 1)
        shift = self.shift if self.training else 1
        blocks = x.unfold(2, self.length, shift)  # (B, filters, n, T), a view
        batch, filters, n, _ = blocks.shape
        x = blocks.permute(3, 0, 2, 1).reshape(self.length, batch * n, filters)
        _, ends = self.rnn(x)  # (2, blocks, filters): what either direction knows at its end
        logits: Tensor = self.head(torch.cat([ends[0], ends[1]], dim=1))
        return logits.view(batch, n, 2)
