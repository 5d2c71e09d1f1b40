"""The convolutional recurrent network of Hou et al. 2020 (Interspeech, arXiv 2008.04658).

Layer by layer, for T frames of 64 mel bands (trainable parameters at 64 filters on the right):

====== ============================================ =========== =========
layer  detail                                       output      trainable
====== ============================================ =========== =========
L1     gated convolution 3x3, 1 -> 64, pool 4       T x 16 x 64 1,408
L2     gated convolution 3x3, 64 -> 64, pool 4      T x 4 x 64  73,984
L3     gated convolution 3x3, 64 -> 64, pool 4      T x 1 x 64  73,984
rnn    bidirectional GRU, 64 units each way         T x 128     49,536
head   dense 64, ReLU, dense 2                      T x 2       8,386
====== ============================================ =========== =========

207,298 in all, as in the paper's Table 1 (whose "K" reads as 10^4). The paper does not give the
dropout rate (ours 0.2), the activation of the dense layer (ours ReLU) or a scaling of the input
(ours: :func:`standardise`, which has no parameters).

Keras' classic GRU has one bias a gate; PyTorch's has two, so the second is held at zero, which
gives the paper's count. A difference remains: PyTorch applies the reset gate after the recurrent
product, the classic GRU before it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from earmark.features.logmel import SILENCE

PRIOR = 10.0
"""Frames of silence that every band's mean counts besides its own: no single frame decides."""
LOWEST = -8.0
SCALE = 2.5
"""About the deviation within a song, in nepers of power."""


def standardise(X: Tensor, counts: Tensor | None = None) -> Tensor:
    """Each band against its own mean over the window, so that level and equaliser cancel out.

    Songs are mastered louder and brighter than anything that can be mixed from recordings of
    voices and instruments; without this a network that learned on mixtures hears no voice in them.
    Digital silence does not count towards the mean (a frame counts in full from one neper above
    it); the lowest values are cut at -8, and all are divided by 2.5 (our choices).

    Parameters
    ----------
    X : Tensor, shape (B, T, F)
        Log-mel.
    counts : Tensor, shape (B, T, 1), optional
        How much each frame counts towards the mean, in [0, 1].

    Examples
    --------
    >>> X = torch.randn(1, 1000, 64)
    >>> torch.allclose(standardise(X), standardise(X + 3), atol=0.05)
    True
    """
    weight = (X - SILENCE).clamp(0, 1)
    if counts is not None:
        weight = weight * counts
    total = (X * weight).sum(1, keepdim=True) + PRIOR * SILENCE
    mean = total / (weight.sum(1, keepdim=True) + PRIOR)
    return (X - mean).clamp(min=LOWEST) / SCALE


class Gate(nn.Module):
    """The linear half of the maps times the sigmoid of the other half (GLU): 2 c -> c maps.

    A layer of its own, so that what it puts out, before the pooling, can be looked at by name.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, 2 c, T, F) -> (B, c, T, F)."""
        linear, gate = x.chunk(2, dim=1)  # nn.functional.glu takes twice the time
        return linear * torch.sigmoid(gate)


class GatedConv(nn.Module):
    """Two 3x3 convolutions, batch-normalised, one gating the other (GLU), then pooling by 4.

    (B, c_in, T, F) -> (B, c_out, T, F // 4), or T - 2 frames where time is not padded. Pooling
    acts on frequency only.
    """

    def __init__(self, c_in: int, c_out: int, *, dropout: float, pad_time: bool = True) -> None:
        super().__init__()
        padding = (int(pad_time), 1)
        self.conv = nn.Conv2d(c_in, 2 * c_out, kernel_size=3, padding=padding, bias=False)
        self.norm = nn.BatchNorm2d(2 * c_out)
        self.gate = Gate()
        self.pool = nn.MaxPool2d((1, 4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve, normalise, gate, pool, drop."""
        maps: Tensor = self.dropout(self.pool(self.gate(self.norm(self.conv(x)))))
        return maps


def hold_second_bias(rnn: nn.GRU) -> None:
    """Hold PyTorch's second GRU bias at zero, whatever else learns."""
    for bias in (rnn.bias_hh_l0, rnn.bias_hh_l0_reverse):
        nn.init.zeros_(bias).requires_grad_(False)


class Crnn(nn.Module):
    """Log-mel frames in, two logits a frame out (class 0: no singing, class 1: singing).

    Parameters
    ----------
    filters : int
        Gated maps of each convolution and units of each GRU direction (64 in the paper).
    n_mels : int
        Bands of the view; the three poolings by 4 ask for 64.
    dropout : float
        Share of values dropped after each pooling while training.

    Examples
    --------
    >>> net = Crnn()
    >>> net(torch.zeros(2, 50, 64)).shape
    torch.Size([2, 50, 2])
    >>> sum(p.numel() for p in net.parameters() if p.requires_grad)
    207298
    """

    def __init__(self, *, filters: int = 64, n_mels: int = 64, dropout: float = 0.2) -> None:
        super().__init__()
        if n_mels != 64:
            raise ValueError(f"three poolings by 4 ask for 64 mel bands, got {n_mels}")
        self.L1 = GatedConv(1, filters, dropout=dropout)
        self.L2 = GatedConv(filters, filters, dropout=dropout)
        self.L3 = GatedConv(filters, filters, dropout=dropout)
        self.rnn = nn.GRU(filters, filters, batch_first=True, bidirectional=True)
        hold_second_bias(self.rnn)
        self.head = nn.Sequential(nn.Linear(2 * filters, 64), nn.ReLU(), nn.Linear(64, 2))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # half the step

    def forward(self, X: Tensor) -> Tensor:
        """(B, T, 64) log-mel -> (B, T, 2) logits."""
        x = standardise(X).unsqueeze(1)  # (B, 1, T, 64)
        x = x.contiguous(memory_format=torch.channels_last)
        x = self.L3(self.L2(self.L1(x)))  # (B, filters, T, 1)
        x, _ = self.rnn(x.squeeze(3).transpose(1, 2))  # (B, T, 2 * filters)
        logits: Tensor = self.head(x)
        return logits
