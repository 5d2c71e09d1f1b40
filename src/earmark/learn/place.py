"""Where a process stands among those that train together, under torchrun or alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import torch
import torch.distributed as dist


@dataclass(frozen=True, slots=True)
class Place:
    """Rank and device of this process, and how many there are."""

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

    def agree(self, *decisions: bool) -> list[bool]:
        """For all processes, what at least one of them decides."""
        if self.world == 1:
            return list(decisions)
        flags = torch.tensor(decisions, dtype=torch.int32, device=self.device)
        dist.all_reduce(flags, op=dist.ReduceOp.MAX)
        return [bool(flag) for flag in flags]
