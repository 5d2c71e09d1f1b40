"""``earmark merge``: the summaries of shards into one."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.console import complain, err


def command(
    summaries: Annotated[
        list[str], typer.Argument(metavar="SUMMARIES", help="Such as `songs.*.csv`.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The joint summary.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE even if it is no summary.")
    ] = False,
) -> None:
    """Join the summaries of `earmark detect --shard i/n --summary songs.csv`.

    Of two rows of one song the later counts; rows are sorted by path. Shards that were left out are
    named, unless FILE has all their songs, and the exit code is 1; the others are joined.
    """
    from earmark.summary import holds, merge, missing_shards

    if str(out) == "-":
        raise typer.BadParameter("a summary is a file", param_hint="--out")
    paths = [Path(path) for name in summaries for path in sorted(glob.glob(name)) or [name]]
    count = merge(paths, out, overwrite=overwrite)
    err.print(f"{count} songs in {out}", markup=False, soft_wrap=True)
    missing = [path for path in missing_shards(paths) if not holds(out, path)]
    for path in missing:
        complain(f"{path}: a shard that was not named: songs that only it has are not in {out}")
    if missing:
        raise typer.Exit(1)
