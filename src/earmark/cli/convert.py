"""``earmark convert``: label files from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.outputs import claim


def command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="IN... OUT", help="Label files, and where they go.")
    ],
    *,
    source: Annotated[
        str | None, typer.Option("--from", help="Format of IN; its suffix tells otherwise.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Format of OUT; its suffix tells otherwise.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
) -> None:
    """Write label files in another format: `earmark convert song.csv song.TextGrid`.

    Several files go into a folder: `earmark convert *.csv labels/ --to audacity`.
    """
    from earmark import formats
    from earmark.errors import FormatError, OutputError
    from earmark.labels import is_audio, label_format, read_segments

    *sources, target = paths
    if not sources:
        raise typer.BadParameter("name at least two paths: IN and OUT")
    into_folder = len(sources) > 1 or target.is_dir()
    if into_folder and to is None:
        known = ", ".join(formats.names())
        raise FormatError(f"{target}: a folder; say which format with --to ({known})")
    form = formats.get_format(target if to is None else to)
    if not into_folder and label_format(target) not in (None, form.name):
        raise OutputError(
            f"{target}: its suffix is not that of --to {to}; leave out one of the two"
        )
    for path in sources:
        if path.is_dir():
            raise FormatError(f"{path}: a folder; name the label files in it")
        if source is None and is_audio(path):
            raise FormatError(f"{path}: a recording; `earmark detect` makes labels of it")
    targets = [
        target / f"{path.name.removesuffix(path.suffix)}{form.suffix}" if into_folder else target
        for path in sources
    ]
    if twice := {str(path) for path in targets if targets.count(path) > 1}:
        raise OutputError(f"{', '.join(sorted(twice))}: two files would go there")
    for path in targets:
        claim(path, overwrite=overwrite)
    for path, goal in zip(sources, targets, strict=True):
        read = formats.read if form.name == "npz" else read_segments
        formats.write(read(path, format=source), goal, format=form.name)
