"""The log of a training goes on where it was."""

from pathlib import Path

import pytest

from earmark.errors import OutputError
from earmark.learn.log import Log


def test_rows_beyond_the_state_and_half_rows_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = Log(path, "songs", 0)
    for step in (1, 2, 3):
        log.add(step, {"loss": 0.5, "lr": 0.1, "seconds": float(step)})
    with path.open("a") as file:
        file.write("songs,4,0.")
    Log(path, "songs", 2).add(3, {"loss": 0.25, "seconds": 9.0})
    assert path.read_text().split() == [
        "stage,step,loss,lr,valid_loss,valid_auc,seconds",
        "songs,1,0.5,0.1,,,1",
        "songs,2,0.5,0.1,,,2",
        "songs,3,0.25,,,,9",
    ]


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.csv", "songs", 0)
    (tmp_path / "log.csv").unlink()
    (tmp_path / "log.csv").mkdir()
    with pytest.raises(OutputError, match=r"log\.csv: cannot be written \(Is a directory\)"):
        log.add(1, {"loss": 0.5})
