"""A model taught by a person's songs: some layers learn further, the others stay fixed.

The transfer is that of Hou et al. 2020: layers of a network that learned one task are kept, fixed,
and those after them learn the new one. Fixed layers answer the same at each step, so windows of the
songs go through them once, and a step costs only what learns.

A single song is louder, denser or sung otherwise than the singer's others, and a network that
learns from it first learns to say more, or less, everywhere. Each song therefore has an
*offset* of its own, fitted before and while the network learns and then thrown away: what is left
to the network is where in a song somebody sings.

What the labels say nothing of, such as speech in songs of which only the singing was corrected, is
held to what the base model answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor, nn

from earmark.errors import DataError
from earmark.learn.amounts import Settings
from earmark.learn.averaging import Average
from earmark.learn.left_out import enough
from earmark.learn.standing import DIVERGED
from earmark.learn.transfer import freeze, train_mode
from earmark.learn.windows import Heard, draw
from earmark.nets.light import LightCrnn

Progress = Callable[[int, int, float | None], None]
"""Called with (steps done, steps in all, seconds left or None)."""
DECAY = 0.95
"""Of the moving average of the weights, which is what is kept."""
WARM_UP = 10
"""Steps in which the rate rises; then it falls as a cosine does."""
LARGEST_NORM = 1.0
"""Of a step's gradient."""
OFFSETS_LR = 0.03
"""Of the offsets of songs."""
_AT_ONCE = 4
"""Windows that go through fixed layers together."""


def adapt(
    base: LightCrnn,
    songs: Sequence[Heard],
    settings: Settings,
    *,
    frames: int,
    progress: Progress = lambda done, total, eta_s: None,
) -> LightCrnn:
    """A copy of a network that has learnt from songs.

    Parameters
    ----------
    base : LightCrnn
        It stays as it is.
    songs : sequence of Heard
        At least one, of each of which something is known; the first label is singing.
    settings : Settings
    frames : int
        Length of the windows on which the model's scores are defined.
    progress : callable, optional

    Raises
    ------
    DataError
        If it diverges.
    """
    rng = np.random.default_rng(settings.seed)
    drawn = [draw(songs, frames, rng) for _ in range(settings.windows)]
    song = torch.tensor([number for number, _ in drawn])
    X, y, known = (torch.from_numpy(np.stack(e)) for e in zip(*(w for _, w in drawn), strict=True))
    net = deepcopy(base)
    freeze(net, settings.fixed)
    inputs = _through_fixed(net, X, settings.fixed)
    with torch.no_grad():
        own = torch.cat([_answer(net.eval(), x, settings) for x in inputs.split(_AT_ONCE)])
    target = torch.where(known, y.float(), own.sigmoid())
    offsets = _Offsets(songs, own, target, song) if settings.offsets else None
    learning = [p for p in net.parameters() if p.requires_grad]
    groups = [{"params": learning, "lr": settings.lr, "most": settings.lr}]
    if offsets is not None:
        groups.append({"params": [offsets.values], "lr": OFFSETS_LR, "most": OFFSETS_LR})
    optimizer = torch.optim.Adam(groups)
    average = Average(net, DECAY)
    started = time.monotonic()
    with torch.random.fork_rng(devices=[]):  # dropout; nobody else's chance is changed
        torch.manual_seed(settings.seed)
        train_mode(net, freeze_batch_norm=True)
        for step in range(1, settings.steps + 1):
            of = rng.choice(len(inputs), settings.batch, replace=len(inputs) < settings.batch)
            for group in optimizer.param_groups:
                group["lr"] = group["most"] * _pace(step, settings.steps)
            answer = _answer(net, inputs[of], settings)
            if offsets is not None:
                answer = offsets.added(answer, song[of])
            loss = nn.functional.binary_cross_entropy_with_logits(answer, target[of])
            if not bool(torch.isfinite(loss)):
                raise DataError(DIVERGED)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learning, LARGEST_NORM)
            optimizer.step()
            average.update(step=step)
            spent = time.monotonic() - started
            progress(step, settings.steps, spent / step * (settings.steps - step))
    return between(base, average.net, settings.share)


class _Offsets:
    """What is added to the logits of singing, a number a song.

    A song that lacks singing, or pauses, has none: an offset would learn all that it teaches.
    """

    def __init__(self, songs: Sequence[Heard], own: Tensor, target: Tensor, song: Tensor) -> None:
        self._has = torch.tensor([enough([each]) for each in songs], dtype=torch.float32)
        self.values = torch.zeros(len(songs), requires_grad=True)
        optimizer = torch.optim.LBFGS([self.values], max_iter=50)

        def cost() -> Tensor:
            optimizer.zero_grad()
            answer = self.added(own, song)[..., 0]
            loss = nn.functional.binary_cross_entropy_with_logits(answer, target[..., 0])
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        optimizer.step(cost)  # type: ignore[arg-type]

    def added(self, logits: Tensor, song: Tensor) -> Tensor:
        """Logits (B, T, C) with the offsets of their songs (B,)."""
        offsets = (self.values * self._has)[song]
        return torch.cat([logits[..., :1] + offsets[:, None, None], logits[..., 1:]], dim=2)


def between(base: LightCrnn, taught: nn.Module, share: float) -> LightCrnn:
    """A network whose weights lie between two others' (Wortsman et al. 2022).

    Examples
    --------
    >>> a, b = LightCrnn(labels=1), LightCrnn(labels=1)
    >>> middle = between(a, b, 0.5)
    >>> bool(torch.allclose(middle.rnn.bias_ih_l0, (a.rnn.bias_ih_l0 + b.rnn.bias_ih_l0) / 2))
    True
    """
    net = deepcopy(base)
    with torch.no_grad():
        for old, new in zip(net.parameters(), taught.parameters(), strict=True):
            old.lerp_(new, share)
    return net.requires_grad_(True).eval()


def _through_fixed(net: LightCrnn, X: Tensor, fixed: Sequence[str]) -> Tensor:
    """What the first layer that learns is given."""
    if not fixed:
        return X
    net.eval()
    with torch.no_grad():
        parts = [net.convolve(part) for part in X.split(_AT_ONCE)]
        if "rnn" in fixed:
            parts = [net.rnn(part)[0] for part in parts]
    return torch.cat(parts)


def _answer(net: LightCrnn, inputs: Tensor, settings: Settings) -> Tensor:
    """Logits (B, T, C) from what :func:`_through_fixed` gave."""
    fixed = settings.fixed
    x = inputs if fixed else net.convolve(inputs)
    if "rnn" not in fixed:
        x, _ = net.rnn(
            net.dropout(x) if fixed else x
        )  # as the last convolution drops while it learns
    logits: Tensor = net.head(net.dropout(x))
    return logits.reshape(len(x), -1, net.labels)


def _pace(step: int, steps: int) -> float:
    """The rate of a step, against the highest."""
    return min(1.0, step / WARM_UP) * 0.5 * (1 + float(np.cos(np.pi * step / (steps + 1))))
