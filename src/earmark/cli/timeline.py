"""One song on the terminal: its segments as a table and a line of blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from earmark.annotation import Annotation, Segment, labelled

BLOCKS = "▁▂▃▄▅▆▇█"
LETTERS = ".-+#"
MAX_WIDTH = 100


def show(annotation: Annotation, *, console: Console) -> None:
    """Print the segments of a song and where in it they lie."""
    duration_s = annotation.duration_s or 0.0
    plain = not console.encoding.lower().startswith("utf")
    if annotation.segments:
        console.print(_table(annotation.segments))
    else:
        console.print(f"no {' and no '.join(annotation.labels)} found", markup=False)
    ends = clock(0), clock(duration_s)
    several = len(annotation.labels) > 1
    for label in annotation.labels:
        named = f" {label}" if several else ""
        width = min(console.width, MAX_WIDTH) - len(" ".join(ends)) - 1 - len(named)
        line = timeline(
            labelled(annotation.segments, label),
            duration_s=duration_s,
            width=max(1, width),
            blocks=LETTERS if plain else BLOCKS,
        )
        console.print(f"{ends[0]} {line} {ends[1]}{named}", markup=False, soft_wrap=True)


def timeline(
    segments: Sequence[Segment], *, duration_s: float, width: int, blocks: str = BLOCKS
) -> str:
    """A song as a line of blocks, each as high as its share of the segments.

    Parameters
    ----------
    segments : sequence of Segment
    duration_s : float
        Length of the song.
    width : int
        Number of blocks.
    blocks : str
        From nothing to all.

    Examples
    --------
    >>> timeline([Segment(2, 5)], duration_s=8, width=8)
    '▁▁███▁▁▁'
    """
    edges_s = np.linspace(0.0, duration_s, width + 1)
    sung_s = np.zeros(width)
    for segment in segments:
        sung_s += np.diff(np.clip(edges_s, segment.start_s, segment.end_s))
    shares = sung_s / (duration_s / width) if duration_s else sung_s
    levels = np.clip(np.rint(shares * (len(blocks) - 1)), 0, len(blocks) - 1)
    return "".join(blocks[int(level)] for level in levels)


def clock(time_s: float) -> str:
    """Seconds as minutes and, from an hour on, hours.

    Examples
    --------
    >>> clock(83.4), clock(3723)
    ('1:23', '1:02:03')
    """
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _table(segments: Sequence[Segment]) -> Table:
    table = Table("label", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("start_s", "end_s", "length_s", "score"):
        table.add_column(heading, justify="right")
    for item in segments:
        times = (f"{time_s:.2f}" for time_s in (item.start_s, item.end_s, item.duration_s))
        table.add_row(item.label, *times, "" if item.score is None else f"{item.score:.2f}")
    return table
