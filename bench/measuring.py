"""One process measured; what benches are asked, and what every table says of its making."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of the clock, of the processors (user, system), and memory."""

    wall_s: float
    cpu_s: float
    rss_mb: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """One process after the other."""
        rss_mb = max(self.rss_mb, other.rss_mb)
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, rss_mb)


_WATCH = """
import os, sys, time
started = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
figures = time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
with open(sys.argv[1], "w") as out:
    print(os.waitstatus_to_exitcode(status), *figures, file=out)
"""
"""A parent that is small: a process's peak of memory counts from its parent's, until it starts."""


def run(command: Sequence[str | os.PathLike[str]]) -> Cost:
    """Run a process to its end; its output is shown if it fails.

    Memory below some 10 MB, which is what watching takes, cannot be told.
    """
    words = [os.fspath(word) for word in command]
    with tempfile.NamedTemporaryFile("r") as told:
        watch = [sys.executable, "-I", "-S", "-c", _WATCH, told.name, *words]
        said = subprocess.run(watch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if said.returncode:
            raise RuntimeError(f"{shlex.join(words)[:300]} cannot be run:\n{_tail(said.stdout)}")
        code, wall_s, cpu_s, peak = map(float, told.read().split())
    if code:
        raise RuntimeError(f"{shlex.join(words)[:300]} ended with {code:g}:\n{_tail(said.stdout)}")
    kilobytes = peak / (1024 if sys.platform == "darwin" else 1)
    return Cost(wall_s, cpu_s, kilobytes / 1024)


def data_parser(doc: str, *, required: bool = True) -> argparse.ArgumentParser:
    """Options of a bench that says what it does in its first line, and hears the recordings."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    known = os.environ.get("EARMARK_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=known,
        required=required and not known,
        help="the folder that holds singing/ (EARMARK_DATA)",
    )
    return parser


def _tail(output: bytes) -> str:
    return output.decode(errors="replace")[-2000:]


def middle(costs: Iterable[Cost]) -> Cost:
    """The median of each column."""
    columns = zip(*((cost.wall_s, cost.cpu_s, cost.rss_mb) for cost in costs), strict=True)
    return Cost(*(median(column) for column in columns))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table; the first is the head."""
    head, *body = rows
    align = ["---", *["---:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, align, *body])


def origin() -> str:
    """Machine, date and command, in one line."""
    words = [f"bench/{Path(sys.argv[0]).name}", *sys.argv[1:]]
    return (
        f"{date.today().isoformat()}, {_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}: `python {shlex.join(words)}`\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
