"""Dense evaluation against block by block, and how fast a training step is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from earmark.annotation import HOP_S
from earmark.learn.dense import block_scores, dense_scores
from earmark.learn.loop import has_bfloat16
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.runs import L1_FINE, over, source
from earmark.studies.singing_transfer.settings import Settings
from earmark.studies.singing_transfer.songs import FILL


def efficiency(lab: Lab, *, seconds: float = 20.0) -> dict[str, Any]:
    """Measure with trained networks of seed 0 on a song: a fresh one gives all frames one score.

    Returns
    -------
    dict
        For ``source`` and ``target``: ``difference`` (the largest of scores, dense against
        blocks), ``ratio`` (time of blocks over that of dense), ``dense_times_real_time``,
        ``step_times_real_time`` (seconds of audio learnt from in a second, at the study's batch).
        ``threads``: of PyTorch.
    """
    target = over(L1_FINE, lab.settings)[0]
    X = lab.tested(target)[0].heard[: round(seconds / HOP_S)]
    nets = {"source": lab.net(source(lab.settings)), "target": lab.net(target)}
    found: dict[str, Any] = {"threads": torch.get_num_threads()}
    for name, net in nets.items():
        dense_scores(net, X, fill=FILL)  # the first call also makes plans
        dense_s, dense = _timed(lambda net=net: dense_scores(net, X, fill=FILL))
        blocks_s, blocks = _timed(lambda net=net: block_scores(net, X, fill=FILL))
        found[name] = {
            "difference": float(np.abs(dense - blocks).max()),
            "ratio": blocks_s / dense_s,
            "dense_times_real_time": len(X) * HOP_S / dense_s,
            "step_times_real_time": _step(net, lab.settings),
        }
    return found


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def _step(net: nn.Module, settings: Settings) -> float:
    """Seconds of audio per second of a training step: the fastest of four."""
    learning = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learning, lr=1e-3)
    X = torch.randn(settings.batch, settings.frames + 2 * net.context, 64)
    net.train()

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16(torch.device("cpu"))):
            logits = net(X).float().flatten(0, 1)
        target = torch.zeros(len(logits), dtype=torch.long)
        optimizer.zero_grad()
        nn.functional.cross_entropy(logits, target).backward()
        optimizer.step()

    fastest = min(_timed(step)[0] for _ in range(4))
    return settings.batch * settings.frames * HOP_S / fastest
