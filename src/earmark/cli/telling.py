"""What ``earmark detect`` says while songs finish, and when all are done."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from earmark.annotation import SINGING, SPEECH
from earmark.cli.console import complain, err, out
from earmark.cli.timeline import show
from earmark.rows import is_talk

if TYPE_CHECKING:
    from earmark.annotation import Annotation
    from earmark.one_song import Result
    from earmark.summary import Summary


def report(
    results: Generator[Result, None, None],
    *,
    count: int,
    format: str,
    place: str = "",
    summary: Summary | None = None,
    quiet: bool = False,
) -> None:
    """Follow a batch to its end.

    Parameters
    ----------
    results : generator of Result
        From :func:`earmark.batch.run`.
    count : int
        How many there will be.
    format : str
        In which a song without an output folder goes to standard output.
    place : str
        Where the outputs are, in words; of a single song the files are named instead.
    summary : Summary, optional
        Gets a row a song.
    quiet : bool
        Whether to print errors only.

    Raises
    ------
    typer.Exit
        With code 1 if a song failed.
    KeyboardInterrupt
        After the summary and the last line, if one stopped the batch.
    """
    tally = _Tally()
    shown: Annotation | None = None
    interrupted = False
    bar = Progress(
        TextColumn("songs"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=quiet or not err.is_terminal,
    )
    task = bar.add_task("", total=count)
    try:
        with bar, closing(results):
            for result in results:
                if summary is not None:
                    summary.append(result.row)
                tally.add(result)
                _tell(result, format=format, quiet=quiet)
                if count == 1 and result.song.root is not None:
                    shown = result.annotation
                    place = _named(result)
                bar.advance(task)
    except KeyboardInterrupt:
        interrupted = True
    if summary is not None:
        summary.compact()
    if not quiet:
        if shown is not None:
            show(shown, console=out)
        err.print(tally.line(count, place), markup=False, soft_wrap=True)
    if interrupted:
        raise KeyboardInterrupt
    if tally.failed:
        raise typer.Exit(1)


def _named(result: Result) -> str:
    """The files of a song."""
    from earmark.audio.decoding import printable

    return f"labels in {', '.join(printable(str(path)) for path in result.outputs)}"


def _tell(result: Result, *, format: str, quiet: bool) -> None:
    """A song's error or warning, and its segments if they go to standard output."""
    from earmark.audio.decoding import printable
    from earmark.formats import dumps

    if result.row["error"]:
        complain(printable(result.row["error"]))
    elif result.row["warning"] and not quiet:
        message = f"earmark: warning: {printable(result.song.shown)}: {result.row['warning']}"
        err.print(message, style="yellow", markup=False, soft_wrap=True)
    if result.song.root is None and result.annotation is not None:
        sys.stdout.buffer.write(dumps(result.annotation, format))
        sys.stdout.buffer.flush()


@dataclass(slots=True)
class _Tally:
    """What the last line counts."""

    songs: int = 0
    failed: int = 0
    skipped: int = 0
    audio_s: float = 0.0
    talks: list[float] = field(default_factory=list)
    begun_s: float = field(default_factory=time.perf_counter)

    def add(self, result: Result) -> None:
        self.songs += 1
        self.failed += bool(result.row["error"])
        self.skipped += result.skipped
        if result.annotation is not None:
            self.audio_s += result.annotation.duration_s or 0.0
            if result.annotation.labels == (SINGING,) and is_talk(result.row):
                self.talks.append(float(result.row["speech_fraction"]))

    def line(self, count: int, place: str) -> str:
        said = [
            f"{self.songs} song{'s' * (self.songs != 1)}",
            f"{self.failed} failed",
            f"{self.skipped} skipped",
        ]
        if count > self.songs:
            said.append(f"{count - self.songs} left")
        if self.audio_s:
            speed = self.audio_s / (time.perf_counter() - self.begun_s)
            said += [f"{self.audio_s / 60:.1f} min of audio", f"{speed:.0f} times real time"]
        if place and self.songs > self.failed:
            said[-1] += f"; {place}"
        return ", ".join(said) + self._speech(count)

    def _speech(self, count: int) -> str:
        """What nobody asked for, though it may be wanted: where somebody speaks."""
        if not self.talks:
            return ""
        share = f"{100 * self.talks[0]:.0f} % speech"
        found = share if count == 1 else f"{len(self.talks)} mostly speech"
        return f" ({found}; --labels {SINGING},{SPEECH} marks it)"
