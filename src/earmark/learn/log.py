"""The log of a training: one CSV, a row a step."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from earmark.atomic import write_atomic
from earmark.errors import OutputError

COLUMNS = ("stage", "step", "loss", "lr", "valid_loss", "valid_auc", "seconds")


class Log:
    """Rows are appended as steps are done.

    Parameters
    ----------
    path : Path
        A log that is there goes on, but for rows of this stage beyond the step resumed from.
    stage : str
        Name of the stage.
    step : int
        Steps of it that are done.
    """

    def __init__(self, path: Path, stage: str, step: int) -> None:
        self._path, self._stage = path, stage
        rows: list[dict[str, str]] = []
        if path.is_file():
            with path.open(newline="") as file:
                rows = list(csv.DictReader(file))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        whole = (r for r in rows if r["seconds"] is not None)  # a kill may have cut the last one
        writer.writerows(r for r in whole if r["stage"] != stage or int(r["step"]) <= step)
        write_atomic(path, text.getvalue().encode())

    def add(self, step: int, row: Mapping[str, float]) -> None:
        """Append a row; columns that it lacks stay empty."""
        values = {name: f"{value:.6g}" for name, value in row.items()}
        try:
            with self._path.open("a", newline="") as file:
                csv.DictWriter(file, COLUMNS).writerow(
                    {"stage": self._stage, "step": step} | values
                )
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written ({error.strerror})") from error
