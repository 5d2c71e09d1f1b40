"""How fast earmark is, beside plain decoding and beside its peers.

    python bench/speed.py --data ../shared/data --peers work/peers --folder 200 --long

Ten MP3s of 4 minutes (stereo, 44.1 kHz) are made from the recordings of ``--data``. Each system has
each file in a process of its own; the medians over the files go into one Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from statistics import fmean

from measuring import Cost, data_parser, middle, origin, run, table
from mp3s import make_mp3s
from peers import PEERS, pythons, versions

HERE = Path(__file__).parent
EARMARK = Path(sys.executable).with_name("earmark")
DECODE = "import sys, soundfile; soundfile.read(sys.argv[1], dtype='float32')"
TO_WAV = """
import sys, soundfile, soxr
y, sr = soundfile.read(sys.argv[1], dtype="float32", always_2d=True)
soundfile.write(sys.argv[2], soxr.resample(y.mean(axis=1), sr, 16000), 16000, subtype="PCM_16")
"""
IMPORT = """
import time, numpy
started = time.perf_counter()
import earmark
print(time.perf_counter() - started)
"""
LOG_MEL = """
import time, numpy
from earmark.features.logmel import logmel
y = numpy.random.default_rng(0).normal(0, 0.1, 16000 * 240).astype(numpy.float32)
logmel(y)
started = time.process_time()
logmel(y)
print(240 / (time.process_time() - started))
"""
HEAD = (
    "one process a file", "wall s", "CPU s", "memory MB", "wall / decoding",
    "from the MP3: wall s", "CPU s", "wall / decoding",
)  # fmt: skip


def main() -> None:
    """Make the songs, measure, and write the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say(f"making {options.songs} songs of {options.minutes:g} minutes")
        length_s = 60 * options.minutes
        songs = make_mp3s(options.data, folder, count=options.songs, length_s=length_s)
        text = f"{origin()}\n{_processes(songs, folder, options)}\n"
        text += f"{_after_start(songs, folder)}\n"
        text += "".join(f"- {fact}\n" for fact in _facts(options, songs, folder))
    print(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")


def _processes(songs: Sequence[Path], folder: Path, options: argparse.Namespace) -> str:
    """The table of whole processes, and what they cost a minute of sound."""
    out, wav_of = folder / "out", {song: song.with_suffix(".wav") for song in songs}
    decoding = each(songs, lambda song: [sys.executable, "-c", DECODE, song])
    rows: list[Sequence[str]] = [HEAD, _row("decoding alone", decoding, decoding)]
    ours = each(songs, lambda song: [EARMARK, "detect", song, "-o", out, "--overwrite", "--quiet"])
    rows.append(_row("**earmark detect**", ours, decoding, ours))
    convert = each(songs, lambda song: [sys.executable, "-c", TO_WAV, song, wav_of[song]])
    found = pythons(options.peers)
    sums = {"earmark": ours}
    for peer in PEERS:
        python = found[peer.name]
        if python is None:
            rows.append([peer.name, "cannot be imported here", *["·"] * 6])
            continue
        answer = folder / "peer.json"
        cost = each(songs, lambda song: peer.process(python, wav_of[song], answer))  # noqa: B023
        together = [a + b for a, b in zip(convert, cost, strict=True)]
        rows.append(_row(peer.name, cost, decoding, together))
        sums[f"{peer.name} and its conversion"] = together
    rows.append(_row("the conversion itself", convert, decoding))
    known = "; ".join(sorted({versions(python) for python in found.values() if python}))
    return (
        f"{table(rows)}\nMedians over the files. The peers read mono 16 kHz WAV; *from the MP3* "
        "counts the process that makes it (soundfile and soxr). "
        f"Peers: {known or 'none installed'}.\n\n{_a_minute(sums, options.minutes)}\n"
    )


def _a_minute(sums: Mapping[str, Sequence[Cost]], minutes: float) -> str:
    """Processor seconds a minute of MP3, start-up counted, the mean over the files."""
    costs = {name: fmean(cost.cpu_s for cost in all_) / minutes for name, all_ in sums.items()}
    own = costs.pop("earmark")
    others = (f"{name} {cost:.3f} (ours is {own / cost:.2f} of it)" for name, cost in costs.items())
    return (
        "Processor seconds a minute of MP3, start-up counted, mean over the files: "
        f"earmark {own:.3f}; {'; '.join(others)}."
    )


def _after_start(songs: Sequence[Path], folder: Path) -> str:
    """The table of what a process that runs already needs for one more file."""
    rows = [["in a running process, a file", "wall s", "CPU s", "wall / decoding"]]
    first: Cost | None = None
    for what, name in (("decode", "decoding alone"), ("1", "**earmark**, 1 thread"),
                       ("2", "**earmark**, 2 threads")):  # fmt: skip
        say(name)
        out = folder / "after_start.json"
        run([sys.executable, HERE / "after_start.py", out, what, *songs])
        cost = middle(Cost(wall, cpu) for wall, cpu in json.loads(out.read_text()))
        first = first or cost
        ratio = f"{cost.wall_s / first.wall_s:.1f}"
        rows.append([name, f"{cost.wall_s:.2f}", f"{cost.cpu_s:.2f}", ratio])
    return table(rows)


def _facts(options: argparse.Namespace, songs: Sequence[Path], folder: Path) -> Iterator[str]:
    """What is one number each."""
    if options.folder:
        say(f"a folder of {options.folder} songs")
        library = folder / "library"
        library.mkdir()
        for number, song in zip(range(options.folder), cycle(songs), strict=False):
            os.link(song, library / f"{number} {song.name}")
        command = [EARMARK, "detect", library, "-o", folder / "labels", "--jobs", "2", "--quiet"]
        cost = run(command)
        pace = options.folder * options.minutes * 60 / cost.wall_s
        yield f"a folder of {options.folder} songs, `--jobs 2`: {pace:,.0f} times real time"
    command = [sys.executable, "-c", IMPORT]
    times = [float(subprocess.check_output(command, text=True)) for _ in range(7)]
    yield f"`import earmark` beyond numpy's own: {min(times):.3f} s, the best of 7"
    pace = float(subprocess.check_output([sys.executable, "-c", LOG_MEL], text=True))
    yield f"log-mel spectrogram: {pace:,.0f} times real time on one core"
    if options.install_size:
        say("installing the core into a fresh environment")
        yield f"installed size of the core: {_install_mb(folder / 'fresh'):.0f} MB"
    if options.long:
        say("three hours")
        (song,) = make_mp3s(options.data, folder, count=1, length_s=3 * 3600)
        cost = run([EARMARK, "detect", song, "-o", folder / "long", "--quiet"])
        yield f"an MP3 of 3 hours: {cost.rss_mb:.0f} MB at the peak, {cost.wall_s:.0f} s"


def _install_mb(folder: Path) -> float:
    """What ``pip install earmark`` adds to the packages of an empty environment."""
    venv.create(folder, with_pip=True)
    before = _megabytes(folder)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", HERE.parent], check=True)
    return _megabytes(folder) - before


def _megabytes(folder: Path) -> float:
    (packages,) = folder.glob("lib/python*/site-packages")
    return sum(p.stat().st_size for p in packages.rglob("*") if p.is_file()) / 1e6


def each(
    songs: Sequence[Path], command: Callable[[Path], Sequence[str | os.PathLike[str]]]
) -> list[Cost]:
    """The cost of a command for each song."""
    say(" ".join(map(os.fspath, command(songs[0])))[:100].replace("\n", " "))
    return [run(command(song)) for song in songs]


def _row(
    name: str, costs: Sequence[Cost], decoding: Sequence[Cost], from_mp3: Sequence[Cost] = ()
) -> list[str]:
    base, cost = middle(decoding), middle(costs)
    row = [name, f"{cost.wall_s:.2f}", f"{cost.cpu_s:.2f}", f"{cost.rss_mb:.0f}"]
    row.append(f"{cost.wall_s / base.wall_s:.1f}")
    if not from_mp3:
        return [*row, "·", "·", "·"]
    whole = middle(from_mp3)
    return [*row, f"{whole.wall_s:.2f}", f"{whole.cpu_s:.2f}", f"{whole.wall_s / base.wall_s:.1f}"]


def say(what: str) -> None:
    """Tell what is going on."""
    print(what, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = data_parser(__doc__)
    parser.add_argument("--peers", type=Path, help="environment of the peers; made if missing")
    parser.add_argument("--songs", type=int, default=10, help="how many MP3s (%(default)s)")
    parser.add_argument("--minutes", type=float, default=4.0, help="length of each (%(default)g)")
    parser.add_argument("--folder", type=int, default=0, help="a folder of so many songs as well")
    parser.add_argument("--install-size", action="store_true", help="weigh a fresh install")
    parser.add_argument("--long", action="store_true", help="measure an MP3 of 3 hours as well")
    parser.add_argument("--out", type=Path, help="write the table there as well")
    options = parser.parse_args()
    if not (options.data / "singing" / "songs.csv").is_file():
        parser.error(f"{options.data}: no singing/songs.csv in it")
    return options


if __name__ == "__main__":
    main()
