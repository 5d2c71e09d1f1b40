"""``earmark gaps``: the stretches of a song in which nobody sings or speaks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from earmark.annotation import SINGING, SPEECH, Annotation, Segment, labelled
from earmark.cli import words
from earmark.cli.console import caution, out
from earmark.cli.outputs import claim
from earmark.errors import DataError


def command(
    song: Annotated[Path, typer.Argument(help="A recording, or a label file of one.")],
    *,
    shortest: Annotated[
        float, typer.Option("--min", min=0, help="Shortest stretch in seconds.")
    ] = 8.0,
    duration: Annotated[
        float | None, typer.Option(min=0, help="Length of the song, if a label file lacks it.")
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="The label that counts, or `all`. Default: singing and speech."),
    ] = None,
    model: Annotated[str, typer.Option(help="A shipped model, or an .onnx file.")] = "singing",
    format: Annotated[
        str | None, typer.Option(help="Write in this format, not as a table.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
) -> None:
    """List the stretches of a song in which the band plays alone: nobody sings or speaks."""
    from earmark import formats
    from earmark.audio.decoding import printable
    from earmark.gaps import INSTRUMENTAL, gaps

    option = "--format" if format else "--out"
    form = words.label_form(format or output or "csv", option=option)
    if form.name == "npz":
        raise typer.BadParameter("gaps are segments, which npz cannot hold", param_hint=option)
    target = None if output is None else claim(output, overwrite=overwrite)
    annotation = _annotation(song, model, label)
    if annotation.warning:
        caution(f"{song}: {annotation.warning}")
    counted = _counted(song, annotation, label)
    duration_s = _length(song, annotation) if duration is None else duration
    found = tuple(gaps(counted, duration_s=duration_s, min_s=shortest))
    answer = Annotation(
        found, duration_s, (INSTRUMENTAL,), str(song), annotation.model,
        provenance={**annotation.provenance, "shortest_gap_s": shortest},
    )  # fmt: skip
    if target is not None:
        formats.write(answer, target, format=form.name)
    elif format is not None:
        typer.echo(formats.dumps(answer, form.name), nl=False)
    else:
        count = f"{len(found) or 'no'} gap{'s' * (len(found) != 1)}"
        heading = f"{printable(song)}: {count} of at least {shortest:g} s in {duration_s:.1f} s"
        out.print(heading, markup=False, soft_wrap=True)
        if found:
            out.print(_table(found))


def _table(found: Sequence[Segment]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("start_s", "end_s", "length_s"):
        table.add_column(heading, justify="right")
    for gap in found:
        table.add_row(f"{gap.start_s:.2f}", f"{gap.end_s:.2f}", f"{gap.duration_s:.2f}")
    return table


def _annotation(song: Path, model: str, label: str | None) -> Annotation:
    """The labels in a label file, or what is detected in a recording."""
    from earmark.labels import label_format, read_segments

    if label_format(song):
        return read_segments(song)
    from earmark.detector import SingingDetector

    detector = SingingDetector(model, labels="all")
    if label not in (None, "all", *detector.labels):
        known = ", ".join(detector.labels)
        raise typer.BadParameter(
            f"the model {detector.info.name} does not know {label!r}, only {known}",
            param_hint="--label",
        )
    return detector.detect(song)


def _counted(song: Path, annotation: Annotation, label: str | None) -> Sequence[Segment]:
    """What ends a gap: the label that was chosen, or who sings and who speaks."""
    from earmark.labels import looked_for

    known = looked_for(annotation, song)
    if label == "all":
        return annotation.segments
    if known and (label or SINGING) not in known:  # must not pass for a gap
        raise DataError(
            f"{song}: nothing is labelled {label or SINGING}, only {', '.join(sorted(known))}; "
            "choose with --label"
        )
    if label is not None:
        return labelled(annotation.segments, label)
    if SPEECH not in known:
        caution(
            f"{song}: tells nothing of speech, so somebody may speak in a gap; "
            f"`earmark detect --labels {SINGING},{SPEECH}` looks for both"
        )
    if others := sorted(known - {SINGING, SPEECH}):
        caution(f"{song}: does not count {', '.join(others)}; --label all counts every label")
    return [segment for segment in annotation.segments if segment.label in (SINGING, SPEECH)]


def _length(song: Path, annotation: Annotation) -> float:
    """How long a song is, by its annotation or by what lies beside the label file."""
    from earmark.labels import length_beside

    duration_s = annotation.duration_s
    if duration_s is None:
        duration_s = length_beside(song)
    if duration_s is None:
        raise DataError(
            f"{song}: does not tell how long the song is; say it with --duration, "
            "or detect with --format csv,json"
        )
    return duration_s
