"""The baseline: the network of Schlüter and Grill 2015, as Lee, Choi and Nam 2018 ran it.

Blocks of 115 frames of 80 mel bands, the label being that of the centre frame:

============ ================================= ============== ==========
layer        detail                            output         parameters
============ ================================= ============== ==========
conv1, conv2 3x3, 64 and 32, leaky ReLU 0.01   111 x 76 x 32  640, 18,464
pool1        max 3x3                           37 x 25 x 32
conv3, conv4 3x3, 128 and 64, leaky ReLU       33 x 21 x 64   36,992, 73,792
pool2        max 3x3                           11 x 7 x 64
dense        256, 64, 1; dropout 0.2 before    1              1,278,337
             the last two; no activation
============ ================================= ============== ==========

1,408,225 in all. A whole stretch is computed *densely*: pooling by 3 keeps every third frame, so
the stretch is split into its three phases there, twice; the first dense layer is then a convolution
over 11 frames of a phase. The answer equals block by block.

The original standardises each of the 80 x 115 cells; here each band is standardised by the training
set's mean and deviation (our choice: cells of one band differ only by where a block begins).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

BLOCK = 115
SLOPE = 0.01


class SchluterCnn(nn.Module):
    """(B, N + 114, 80) log-mel of :mod:`earmark.features.logmel_schluter` to (B, N) logits.

    Examples
    --------
    >>> net = SchluterCnn()
    >>> net(torch.zeros(1, 7 + 114, 80)).shape
    torch.Size([1, 7])
    >>> sum(p.numel() for p in net.parameters())
    1408225
    """

    context = BLOCK // 2
    """Frames that a label depends on, on either side of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 64, 3), nn.Conv2d(64, 32, 3)
        self.conv3, self.conv4 = nn.Conv2d(32, 128, 3), nn.Conv2d(128, 64, 3)
        self.dense1 = nn.Conv2d(64, 256, (11, 7))  # a dense layer on every 11 frames of a phase
        self.dense2, self.dense3 = nn.Linear(256, 64), nn.Linear(64, 1)
        self.dropout = nn.Dropout(0.2)
        self.register_buffer("mean", torch.zeros(80))
        self.register_buffer("deviation", torch.ones(80))
        for module in self.children():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight)
                nn.init.zeros_(module.bias)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def fit_standard(self, views: Sequence[NDArray[np.float32]]) -> None:
        """Take mean and deviation of each band from the training set, arrays of shape (T, 80)."""
        frames = np.concatenate(views)
        self.mean.copy_(torch.from_numpy(frames.mean(axis=0)))
        self.deviation.copy_(torch.from_numpy(frames.std(axis=0)).clamp(min=1e-3))

    def forward(self, X: Tensor) -> Tensor:
        """(B, N + 114, 80) -> (B, N) logits."""
        n = X.shape[1] - BLOCK + 1
        x = ((X - self.mean) / self.deviation).unsqueeze(1)
        x = x.contiguous(memory_format=torch.channels_last)  # (B, 1, N + 114, 80)
        x = _leaky(self.conv2(_leaky(self.conv1(x))))  # (B, 32, N + 110, 76)
        x = _phases(_pool(x))  # (3 B, 32, n + 36, 25)
        x = _leaky(self.conv4(_leaky(self.conv3(x))))  # (3 B, 64, n + 32, 21)
        x = _phases(_pool(x))  # (9 B, 64, n + 10, 7)
        x = self.dense1(x).squeeze(3)  # (9 B, 256, n)
        x = _joined(_joined(x))  # (B, 256, N and a little more)
        x = self.dense2(self.dropout(x[:, :, :n].transpose(1, 2)))
        logits: Tensor = self.dense3(self.dropout(x)).squeeze(2)
        return logits


def _leaky(x: Tensor) -> Tensor:
    return nn.functional.leaky_relu(x, SLOPE)


def _pool(x: Tensor) -> Tensor:
    """Maximum over 3 x 3; from frame to frame in time, by threes in frequency."""
    return nn.functional.max_pool2d(x, kernel_size=(3, 3), stride=(1, 3))


def _phases(x: Tensor) -> Tensor:
    """(B, C, T, F) -> (3 B, C, ceil(T / 3), F): every third frame, from the first three on."""
    x = nn.functional.pad(x, (0, 0, 0, -x.shape[2] % 3))
    x = torch.stack([x[:, :, phase::3] for phase in range(3)], dim=1).flatten(0, 1)
    return x.contiguous(memory_format=torch.channels_last)


def _joined(x: Tensor) -> Tensor:
    """(3 B, C, T) -> (B, C, 3 T): the phases back in order."""
    phases = x.unflatten(0, (-1, 3))  # (B, 3, C, T)
    return phases.permute(0, 2, 3, 1).flatten(2, 3)
