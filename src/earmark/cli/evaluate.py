"""``earmark evaluate``: label files against the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from earmark.cli.console import caution, complain, out
from earmark.cli.outputs import claim
from earmark.cli.words import names

COLUMNS = {
    "precision": "preci-\nsion",
    "recall": "recall",
    "f1": "F1",
    "accuracy": "accu-\nracy",
    "balanced_accuracy": "bal.\nacc.",
    "auc": "AUC",
    "onset_f": "onset\nF",
    "offset_f": "offset\nF",
}
FIGURES_WIDTH = 59
"""Of the columns and the space between them."""


def command(
    reference: Annotated[
        Path, typer.Argument(metavar="TRUTH", help="A label file, or a folder of them.")
    ],
    estimate: Annotated[
        Path | None,
        typer.Argument(
            metavar="LABELS",
            show_default=False,
            help="The same, to be measured; not needed where both lie in the folder TRUTH.",
        ),
    ] = None,
    *,
    collar: Annotated[
        float, typer.Option(min=0, help="Seconds left out on either side of a true edge.")
    ] = 0.0,
    label: Annotated[str, typer.Option(help="The label that counts, or `all`.")] = "singing",
    truth_label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What TRUTH calls it, if otherwise: vocal,sing. Repeatable.",
        ),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=0, help="Draws of the bootstrap; 0 leaves intervals out.")
    ] = 200,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all figures there as well.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
) -> None:
    """Measure detections against the truth: by frames of 20 ms, and by edges within 0.3 s.

    Two files, or two folders in which songs are paired by name (`one.csv`,
    `one.singing.json`), in any format that earmark reads. One folder alone holds
    both: `one.csv` or `one.truth.csv` is the truth, `one.singing.csv` is measured.
    AUC needs the scores, `one.singing.npz`, beside the estimate.

    `--json` has two more figures. false_alarm is the part of the frames without
    singing that is called singing. edge_error_s is the median distance in seconds
    from a true start or end to the nearest that was found; many false ones make it
    small: read it beside onset F and offset F.

    Songs of TRUTH without labels to measure are named, and the exit code is 1; so
    are those whose truth has other labels only.
    """
    import numpy as np

    from earmark.atomic import write_atomic
    from earmark.evaluate import compare
    from earmark.formats.json import plain
    from earmark.metrics.frames import bootstrap, evaluate

    if estimate is None and reference.is_file():
        raise typer.BadParameter(f"{reference}: a file; name the label file to be measured as well")
    if label == "all" and truth_label:
        raise typer.BadParameter("--truth-label goes with one --label, not with `all`")
    estimate = reference if estimate is None else estimate
    if (reference.is_dir() and estimate.is_file()) or (reference.is_file() and estimate.is_dir()):
        raise typer.BadParameter(f"{reference} and {estimate}: name two files or two folders")
    target = None if json is None else claim(json, overwrite=overwrite)
    comparison = compare(reference, estimate, label=label, truth_labels=names(truth_label))
    tracks = comparison.tracks
    figures: dict[str, Any] = {
        **evaluate(tracks, collar_s=collar),
        "missing": comparison.missing,
        "left_out": comparison.left_out,
        "notes": comparison.notes,
    }
    if rounds:
        rng = np.random.default_rng(0)
        figures["intervals"] = bootstrap(tracks, rng=rng, rounds=rounds, collar_s=collar)
    out.print(_table(figures))
    for note in comparison.notes:
        caution(note)
    if target is not None:
        write_atomic(target, dumps(plain(figures), ensure_ascii=False, indent=2).encode() + b"\n")
    for reason in comparison.left_out:
        complain(reason)
    if comparison.missing:
        complain(f"{estimate}: no estimate of {', '.join(comparison.missing)}")
    if comparison.missing or comparison.left_out:
        raise typer.Exit(1)


def _table(figures: Mapping[str, Any]) -> Table:
    collar_s = figures["settings"]["collar_s"]
    left_out = f", {collar_s:g} s around edges left out" if collar_s else ""
    count = len(figures["songs"])
    title = f"{count} song{'s' * (count != 1)}{left_out}"
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    table.add_column("song", no_wrap=True)
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right")
    for song in figures["songs"]:
        name = _cut(song["name"], max(16, out.width - FIGURES_WIDTH))
        table.add_row(escape(name), *(_figure(song[key]) for key in COLUMNS))
    table.add_section()
    table.add_row("pooled", *(_figure(figures["pooled"][key]) for key in COLUMNS))
    if "intervals" in figures:
        pooled = figures["intervals"]["pooled"]
        for side, what in enumerate(("95 %: from", "to")):
            table.add_row(what, *(_figure(pooled[key][side]) for key in COLUMNS), style="dim")
    return table


def _cut(name: str, width: int) -> str:
    """A name that fits, its start and its end kept.

    Examples
    --------
    >>> _cut("pop/a very long name.mp3", 11), _cut("short", 11)
    ('pop/a…e.mp3', 'short')
    """
    half = (width - 1) // 2
    return name if len(name) <= width else f"{name[:half]}…{name[-half:]}"


def _figure(value: float) -> str:
    """Three decimals without the zero before them.

    Examples
    --------
    >>> _figure(0.8765), _figure(1.0), _figure(float("nan"))
    ('.876', '1.000', '·')
    """
    return "·" if math.isnan(value) else f"{value:.3f}".removeprefix("0")
