"""The training loop: one stage of a recipe, resumable to the same result, alone or under torchrun.

Everything random is drawn from ``(seed, stage, step, index)``, so a run that was killed goes on as
if nothing had happened, and two processes that share a batch draw the examples that one would.

    earmark train corpus.jsonl -o work/singing                      # one process
    torchrun --nproc-per-node 2 -m earmark.learn.train corpus.jsonl -o work/singing
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from earmark.errors import DataError
from earmark.learn.averaging import Average
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint
from earmark.learn.examples import Example
from earmark.learn.log import Log
from earmark.learn.losses import losses, validate
from earmark.learn.place import Place
from earmark.learn.recipe import Stage
from earmark.learn.standing import DIVERGED, Standing
from earmark.learn.stopping import StopRequest
from earmark.learn.transfer import train_mode

Draw = Callable[[np.random.Generator], Example]
KEEP_S = 20.0
"""Seconds after which a state is kept between validations, so that a kill loses no more."""


def fit(
    net: nn.Module,
    stage: Stage,
    *,
    number: int,
    draw: Draw,
    valid: Sequence[Example],
    folder: Path,
    seed: int,
    place: Place,
    mixed_precision: bool = True,
    progress: Callable[[int, dict[str, float]], None] = lambda step, row: None,
) -> float:
    """Train a network for one stage; it ends with averaged weights, or those that validated best.

    Averaged weights (``stage.average``) are kept as they are at the end: how a validation on
    mixtures goes says too little of songs to choose by it (measured: the last were better on songs,
    worse on mixtures).

    Parameters
    ----------
    net : nn.Module
        (B, T, F) -> logits, as ``losses.py`` takes them.
    stage : Stage
    number : int
        Which stage of the recipe this is: part of the seed and of file names.
    draw : callable
        Draws one example from a generator.
    valid : sequence of Example
        Of other singers than those trained on. Empty: the last weights are kept.
    folder : Path
        Gets ``stageN.safetensors`` (state, for resuming), ``stageN.best.safetensors``, ``log.csv``.
    seed : int
    place : Place
    mixed_precision : bool
        Whether to multiply in bfloat16 where the device does so itself.
    progress : callable
        Called with (step, row of the log) after every step.

    Returns
    -------
    float
        Seconds of training up to the last state that was kept, over all processes that resumed it.

    Raises
    ------
    DataError
        If it diverges, or several processes cannot share a batch.
    KeyboardInterrupt
        After SIGINT (Ctrl-C) or SIGTERM, as soon as a step is done and where it stands is kept.
    """
    if place.world > stage.batch:
        raise DataError(
            f"stage {stage.name}: {place.world} processes cannot share batches of {stage.batch}"
        )
    learner = _Learner(net, stage, folder / f"stage{number}", fresh=place.rank == 0)
    state = learner.state
    model = nn.parallel.DistributedDataParallel(net) if place.world > 1 else net
    reduced = mixed_precision and has_bfloat16(place.device)
    log = Log(folder / "log.csv", stage.name, state.step) if place.rank == 0 else None
    started = time.monotonic() - state.seconds
    with StopRequest(insistent=place.world == 1) as stop:
        for batch in _batches(stage, draw, state.step, (seed, number), place):
            if state.stopped:
                break
            torch.manual_seed(hash((seed, number, state.step, place.rank)) % 2**63)  # dropout
            row = learner.learn(partial(_loss, model, batch, reduced, place))
            if log is not None:
                due = state.step == stage.steps or state.step % stage.validate_every == 0
                if due:
                    row |= learner.judge(row, valid, place.device)
                seconds = time.monotonic() - started
                late = seconds - state.seconds >= KEEP_S and math.isfinite(row["loss"])
                if due or late:
                    learner.keep(seconds)
                log.add(state.step, row | {"seconds": seconds})
            state.stopped, stopping = place.agree(state.stopped, stop.made)
            progress(state.step, row)
            if stopping:  # all processes at the same step, so none waits for another
                learner.leave(row, time.monotonic() - started, place)
    if place.world > 1:
        dist.barrier()
    net.load_state_dict(load_checkpoint(learner.best_path)[0])
    return state.seconds


class _Learner:
    """A network in one stage, with all that must be kept for it to go on after a stop."""

    def __init__(self, net: nn.Module, stage: Stage, path: Path, *, fresh: bool) -> None:
        self.net, self.stage = net, stage
        self.path = path.with_name(f"{path.name}.safetensors")
        self.best_path = path.with_name(f"{path.name}.best.safetensors")
        self.learning = [p for p in net.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(self.learning, lr=stage.lr)
        self.average = Average(net, stage.average)
        self.state = Standing()
        if self.path.is_file():
            self.state = Standing.resume(self.path, net, self.optimizer, self.average.net)
        elif fresh:
            self.best_path.unlink(missing_ok=True)

    def learn(self, cost: Callable[[], Tensor]) -> dict[str, float]:
        """One step down the slope of the loss; the row of the log."""
        lr = _lr(self.stage, self.state.step)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        train_mode(self.net, freeze_batch_norm=self.stage.freeze_batch_norm)
        loss = cost()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.learning, 5.0)
        self.optimizer.step()
        self.state.step += 1
        self.average.update(step=self.state.step)
        return {"loss": loss.item(), "lr": lr}

    def judge(
        self, row: Mapping[str, float], valid: Sequence[Example], device: torch.device
    ) -> dict[str, float]:
        """Validate, and keep the weights if they are the best (averaged ones always)."""
        found = validate(self.average.net, valid, device)
        if not math.isfinite(row["loss"]) or (valid and math.isnan(found["valid_loss"])):
            raise DataError(DIVERGED)
        if not math.isnan(found["valid_auc"]):  # it is where there is nothing to tell apart
            self.state.judge(found["valid_auc"], self.stage.patience)
        if self.state.stale == 0 or not valid or self.stage.average:
            info = {"step": self.state.step, **row, **found}
            save_checkpoint(self.best_path, self.average.net.state_dict(), info)
        return found

    def keep(self, seconds: float) -> None:
        """Keep where the stage stands after so many seconds of training."""
        self.state.seconds = seconds
        self.state.keep(self.path, self.net, self.optimizer, self.average.net)

    def leave(self, row: Mapping[str, float], seconds: float, place: Place) -> NoReturn:
        """Keep where the stage stands, unless the loss of the row is no number, and stop."""
        finite = math.isfinite(row["loss"])
        if place.rank == 0 and finite:
            self.keep(seconds)
        if place.world > 1:
            dist.barrier()  # whoever ended earlier would have the others ended by torchrun
        where = f"stopped after step {self.state.step} of {self.stage.name!r}, which is kept"
        raise KeyboardInterrupt(f"{where}; the same command goes on from there" if finite else "")


def _batches(
    stage: Stage, draw: Draw, start: int, seed: tuple[int, ...], place: Place
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """The share of every batch that is this process's; the next is mixed while one is learnt."""

    def make(step: int) -> tuple[Tensor, ...]:
        mine = range(place.rank, stage.batch, place.world)
        rngs = [np.random.default_rng([*seed, step, index]) for index in mine]
        X, y, known = zip(*(draw(rng) for rng in rngs), strict=True)
        arrays = (np.stack(X), np.stack(y), np.stack(known))
        return tuple(torch.from_numpy(a).to(place.device) for a in arrays)

    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = [ahead.submit(make, step) for step in range(start, stage.steps)[:1]]
        for step in range(start, stage.steps):
            X, y, known = coming.pop().result()
            if step + 1 < stage.steps:
                coming = [ahead.submit(make, step + 1)]
            yield X, y, known


def _loss(
    model: nn.Module, batch: tuple[Tensor, Tensor, Tensor], reduced: bool, place: Place
) -> Tensor:
    """Mean over the known frames of a batch, of all processes together."""
    X, y, known = batch
    with torch.autocast(place.device.type, torch.bfloat16, enabled=reduced):
        logits = model(X)
    each = losses(logits.float(), y)
    total, count = (each * known).sum(), known.sum().float()
    if place.world > 1:  # DDP averages gradients; the mean must be over all processes' frames
        dist.all_reduce(count)
    return total * place.world / count.clamp(min=1)


def has_bfloat16(device: torch.device) -> bool:
    """Mixed precision pays only where the device multiplies bfloat16 itself."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())


def _lr(stage: Stage, step: int) -> float:
    """A short rise, then half a cosine down to nothing."""
    rise = max(1, min(100, stage.steps // 10))
    if step < rise:
        return stage.lr * (step + 1) / rise
    return stage.lr * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, stage.steps - rise)))
