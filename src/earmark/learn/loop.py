"""The training loop: one stage of a recipe, resumable to the same result, alone or under torchrun.

Everything random is drawn from ``(seed, stage, step, index)``, so a run that was killed goes on as
if nothing had happened, and two processes that share a batch draw the examples that one would.

    earmark train corpus.jsonl -o work/singing                      # one process
    torchrun --nproc-per-node 2 -m earmark.learn.train corpus.jsonl -o work/singing
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from earmark.errors import DataError
from earmark.learn.averaging import Average
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint
from earmark.learn.examples import Example
from earmark.learn.log import Log
from earmark.learn.recipe import Stage
from earmark.learn.standing import DIVERGED, Standing
from earmark.learn.transfer import train_mode
from earmark.metrics.frames import auc

Draw = Callable[[np.random.Generator], Example]


@dataclass(frozen=True, slots=True)
class Place:
    """Where this process stands among those that train together."""

    rank: int = 0
    world: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @classmethod
    def find(cls) -> Place:
        """Ask torchrun's environment; join the others if there are any."""
        cuda = torch.cuda.is_available()
        world = int(os.environ.get("WORLD_SIZE", "1"))
        if world > 1 and not dist.is_initialized():
            patience = timedelta(hours=6)  # rank 0 may have many recordings to read first
            dist.init_process_group("nccl" if cuda else "gloo", timeout=patience)
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if cuda:
            torch.cuda.set_device(local)
        device = torch.device("cuda", local) if cuda else torch.device("cpu")
        return cls(int(os.environ.get("RANK", "0")), world, device)

    @contextmanager
    def first(self) -> Iterator[None]:
        """Rank 0 goes through alone; the others follow when what it made (a cache) is there."""
        if self.rank > 0:
            dist.barrier()
        yield
        if self.rank == 0 and self.world > 1:
            dist.barrier()


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
    """Train a network for one stage; it ends with the weights of the best validation.

    Averaged weights are kept as they are at the end: how a validation on mixtures goes says too
    little of songs to choose by it (measured: the last were better on songs, worse on mixtures).

    Parameters
    ----------
    net : nn.Module
        (B, T, F) -> logits: (B, T, C) of a sigmoid for each of C labels; for labels of shape (T,),
        (B, T, 2) of a softmax, or (B, T) of a sigmoid.
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
    """
    if place.world > stage.batch:
        raise DataError(
            f"stage {stage.name}: {place.world} processes cannot share batches of {stage.batch}"
        )
    state_path = folder / f"stage{number}.safetensors"
    best_path = folder / f"stage{number}.best.safetensors"
    learning = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learning, lr=stage.lr)
    average = Average(net, stage.average)
    state = Standing()
    if state_path.is_file():
        state = Standing.resume(state_path, net, optimizer, average.net)
    elif place.rank == 0:
        best_path.unlink(missing_ok=True)
    model = nn.parallel.DistributedDataParallel(net) if place.world > 1 else net
    reduced = mixed_precision and has_bfloat16(place.device)
    log = Log(folder / "log.csv", stage.name, state.step) if place.rank == 0 else None
    started = time.monotonic() - state.seconds
    batches = _batches(stage, draw, state.step, (seed, number), place)
    for X, y, known in batches:
        if state.stopped:
            break
        for group in optimizer.param_groups:
            group["lr"] = _lr(stage, state.step)
        torch.manual_seed(hash((seed, number, state.step, place.rank)) % 2**63)  # dropout
        train_mode(net, freeze_batch_norm=stage.freeze_batch_norm)
        loss = _step(model, optimizer, learning, (X, y, known), reduced, place)
        state.step += 1
        average.update(step=state.step)
        row = {"loss": loss, "lr": optimizer.param_groups[0]["lr"]}
        last = state.step == stage.steps
        if place.rank == 0 and (last or state.step % stage.validate_every == 0):
            row |= validate(average.net, valid, place.device)
            state.seconds = time.monotonic() - started
            if not math.isfinite(loss) or (valid and math.isnan(row["valid_loss"])):
                raise DataError(DIVERGED)
            if not math.isnan(row["valid_auc"]):  # it is where there is nothing to tell apart
                state.judge(row["valid_auc"], stage.patience)
            if state.stale == 0 or not valid or stage.average:
                save_checkpoint(best_path, average.net.state_dict(), {"step": state.step} | row)
            state.keep(state_path, net, optimizer, average.net)
        state.stopped = _agree(state.stopped, place)
        if log is not None:
            log.add(state.step, row | {"seconds": time.monotonic() - started})
        progress(state.step, row)
    if place.world > 1:
        dist.barrier()
    net.load_state_dict(load_checkpoint(best_path)[0])
    return state.seconds


@torch.no_grad()
def validate(net: nn.Module, examples: Sequence[Example], device: torch.device) -> dict[str, float]:
    """Mean loss over the known frames of some examples, and AUC, the mean over labels."""
    if not examples:
        return {"valid_loss": math.nan, "valid_auc": math.nan}
    net.eval()
    losses, scores, truth, sure = [], [], [], []
    for X, y, known in examples:
        target = torch.from_numpy(y)[None]
        logits = net(torch.from_numpy(X)[None].to(device)).float().cpu()
        losses.append(_losses(logits, target)[0].numpy()[known])
        scores.append(_evidence(logits, target)[0].numpy().reshape(len(X), -1))
        truth.append(y.reshape(len(X), -1))
        sure.append(known.reshape(len(X), -1))
    loss = float(np.concatenate(losses).mean())
    if math.isnan(loss):
        return {"valid_loss": loss, "valid_auc": math.nan}
    columns = zip(*(np.concatenate(each).T for each in (truth, scores, sure)), strict=True)
    areas = [auc(y[known], s[known]) for y, s, known in columns]
    there = [area for area in areas if not math.isnan(area)]  # a label that nobody has cannot be
    return {"valid_loss": loss, "valid_auc": float(np.mean(there)) if there else math.nan}


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


def _step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    learning: Sequence[nn.Parameter],
    batch: tuple[Tensor, Tensor, Tensor],
    reduced: bool,
    place: Place,
) -> float:
    X, y, known = batch
    with torch.autocast(place.device.type, torch.bfloat16, enabled=reduced):
        logits = model(X)
    each = _losses(logits.float(), y)
    total, count = (each * known).sum(), known.sum().float()
    if place.world > 1:  # DDP averages gradients; the mean must be over all processes' frames
        dist.all_reduce(count)
    loss = total * place.world / count.clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(learning, 5.0)
    optimizer.step()
    return loss.item()


def _losses(logits: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of every frame, of the shape of ``y``: of a sigmoid a label, or a softmax."""
    if y.dim() == 3:
        return nn.functional.binary_cross_entropy_with_logits(
            logits, y.to(logits.dtype), reduction="none"
        )
    both = two_columns(logits).flatten(0, 1)
    return nn.functional.cross_entropy(both, y.flatten().long(), reduction="none").view(y.shape)


def _evidence(logits: Tensor, y: Tensor) -> Tensor:
    """The logit that a label is there, of the shape of ``y``."""
    if y.dim() == 3:
        return logits
    both = two_columns(logits)
    return both[..., 1] - both[..., 0]


def two_columns(logits: Tensor) -> Tensor:
    """The (B, T) logits of a sigmoid as the (B, T, 2) of a softmax, which come as they are."""
    return logits if logits.dim() == 3 else torch.stack([torch.zeros_like(logits), logits], dim=2)


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


def _agree(stopped: bool, place: Place) -> bool:
    """Rank 0 decides for all."""
    if place.world == 1:
        return stopped
    flag = torch.tensor([int(stopped)], device=place.device)
    dist.broadcast(flag, src=0)
    return bool(flag.item())
