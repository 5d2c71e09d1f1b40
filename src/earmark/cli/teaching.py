"""What ``earmark adapt`` says while it teaches: to a person, or to a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from earmark.cli.console import caution, complain, err, out


class Events:
    """Events as JSON, a line each."""

    candidate = False

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Mapping[str, Any]) -> None:
        self.candidate |= event["event"] == "candidate"
        print(json.dumps(event, ensure_ascii=True), flush=True)


class Words:
    """Events in words, with a progress bar a stage."""

    candidate = False

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=err,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> None:
        self._bars.start()

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, event: Mapping[str, Any]) -> None:
        getattr(self, f"_{event['event']}")(event)

    def _plan(self, event: Mapping[str, Any]) -> None:
        settings = event["settings"]
        say(f"Which layers learn: {settings['layers']} ({settings['why']}).")
        for warning in event["warnings"]:
            caution(warning)

    def _progress(self, event: Mapping[str, Any]) -> None:
        stage, eta_s = event["stage"], event["eta_s"]
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=event["total"], left="")
        left = f"{eta_s:.0f} s left" if eta_s else ""
        self._bars.update(self._tasks[stage], completed=event["done"], left=left)

    def _candidate(self, event: Mapping[str, Any]) -> None:
        self.candidate = True
        self._bars.console.print(
            f"A candidate, not measured yet: {event['path']}\n"
            "It can be tried: --model with that path. Now songs are left out in turn, to tell what "
            "it is worth, which takes some times as long; Ctrl-C leaves it as it is.",
            markup=False,
            soft_wrap=True,
        )

    def _compared(self, event: Mapping[str, Any]) -> None:
        table = Table("left out", "AUC", "accuracy", "F1", box=SIMPLE_HEAD, pad_edge=False)
        for row in event["each"]:
            table.add_row(escape(row["name"]), *_changes(row))
        table.add_section()
        table.add_row("all", *_changes(event))
        low, high = event["gain"]
        self._bars.stop()
        out.print(table)
        say(f"The accuracy changed by {low:+.3f} to {high:+.3f} (95 %, over songs).")
        if event["shifted"] is not None:
            accuracy = event["shifted"]["accuracy"]
            say(f"Scores are shifted, too: accuracy {accuracy:.3f}, which flatters (see the card).")

    def _kept(self, event: Mapping[str, Any]) -> None:
        say(f"The model is {event['path']}. Try it:")
        say(f"  earmark detect song.mp3 --model {event['name']}")

    def _refused(self, event: Mapping[str, Any]) -> None:
        complain(event["message"])


def say(text: str) -> None:
    """Print a line; nothing in it is markup."""
    out.print(text, markup=False, soft_wrap=True)


def _changes(row: Mapping[str, Any]) -> list[str]:
    """Before and after of each measure."""

    def shown(value: float | None) -> str:
        return "·" if value is None else f"{value:.3f}".removeprefix("0")

    return [
        f"{shown(row['before'][key])} → {shown(row['after'][key])}"
        for key in ("auc", "accuracy", "f1")
    ]
