"""Where a stage of training stands, kept so that it can go on after a kill."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from earmark.errors import DataError
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint

DIVERGED = "training diverged (scores are not numbers); lower the stage's lr"


@dataclass(slots=True)
class Standing:
    """Steps done, and how the validations went."""

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    """Highest validation AUC so far; the loss would also judge thresholds, which come later."""
    stale: int = 0
    """Validations since."""
    stopped: bool = False

    def judge(self, auc: float, patience: int) -> None:
        """Take note of a validation's AUC."""
        if auc > self.best:
            self.best, self.stale = auc, 0
        else:
            self.stale += 1
        self.stopped = self.stale >= patience

    def keep(
        self, path: Path, net: nn.Module, optimizer: torch.optim.Optimizer, average: nn.Module
    ) -> None:
        """Write all that is needed to go on: weights, their average, the moments, and this."""
        tensors = {f"net.{name}": value for name, value in net.state_dict().items()}
        if average is not net:
            tensors |= {f"average.{name}": v for name, v in average.state_dict().items()}
        for index, moments in optimizer.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{name}": value for name, value in moments.items()}
        save_checkpoint(path, tensors, asdict(self))

    @classmethod
    def resume(
        cls, path: Path, net: nn.Module, optimizer: torch.optim.Optimizer, average: nn.Module
    ) -> Standing:
        """Put weights, their average and moments back.

        Raises
        ------
        DataError
            If what was kept belongs to another network.
        """
        tensors, info = load_checkpoint(path)
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("adam."):
                _, index, key = name.split(".")
                moments.setdefault(int(index), {})[key] = value

        def weights(of: str) -> dict[str, Tensor]:
            return {k.removeprefix(of): v for k, v in tensors.items() if k.startswith(of)}

        groups = optimizer.state_dict()["param_groups"]
        try:
            net.load_state_dict(weights("net."))
            if average is not net:
                average.load_state_dict(weights("average."))
            optimizer.load_state_dict({"state": moments, "param_groups": groups})
        except (RuntimeError, ValueError) as error:
            raise DataError(
                f"{path}: was kept by another network or version; remove the folder and start anew"
            ) from error
        return cls(**info)
