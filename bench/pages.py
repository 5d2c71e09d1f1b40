"""How long `earmark report` and `earmark video` take, and how large what they write is.

    taskset -c 0,1 python bench/pages.py --data ../shared/data

MP3s of 4 minutes (stereo, 44.1 kHz) are made from the recordings of ``--data``. Each command has
each file in a process of its own, start-up counted; the table has the medians over the files.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from extras import needed
from measuring import Cost, data_parser, middle, origin, run, table
from mp3s import make_mp3s

with needed("formats", "plot"):
    import av  # noqa: F401
    import matplotlib  # noqa: F401

DECODE = "import sys, soundfile; soundfile.read(sys.argv[1], dtype='float32')"
HEAD = ("a song", "wall s", "CPU s", "memory MB", "times real time", "wall / decoding", "MB")


def main() -> None:
    """Make the songs, measure, and print the table."""
    parser = data_parser(__doc__)
    parser.add_argument("--songs", type=int, default=3, help="how many MP3s (%(default)s)")
    parser.add_argument("--minutes", type=float, default=4.0, help="length of each (%(default)g)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, length_s = Path(name), 60 * options.minutes
        songs = make_mp3s(options.data, folder, count=options.songs, length_s=length_s)
        decoding = middle(run([sys.executable, "-c", DECODE, song]) for song in songs)
        earmark = [sys.executable, "-m", "earmark"]
        rows = [_row("decoding alone", decoding, decoding, length_s, "·")]
        for label, words, suffix in (
            ("`report`", ["report"], ".html"),
            ("`report --embed`", ["report", "--embed"], ".html"),
            ("`video`", ["video"], ".mp4"),
            ("`video --second singing-fast`", ["video", "--second", "singing-fast"], ".mp4"),
        ):
            path = folder / f"out{suffix}"
            costs, sizes = [], []
            for song in songs:
                costs.append(run([*earmark, *words, "-o", path, "--overwrite", song]))
                sizes.append(path.stat().st_size / 1e6)
            rows.append(_row(label, middle(costs), decoding, length_s, f"{median(sizes):.1f}"))
    print(origin())
    print(table([HEAD, *rows]))


def _row(label: str, cost: Cost, decoding: Cost, length_s: float, size: str) -> Sequence[str]:
    return (
        label,
        f"{cost.wall_s:.2f}",
        f"{cost.cpu_s:.2f}",
        f"{cost.rss_mb:.0f}",
        f"{length_s / cost.wall_s:.1f}",
        f"{cost.wall_s / decoding.wall_s:.1f}",
        size,
    )


if __name__ == "__main__":
    main()
