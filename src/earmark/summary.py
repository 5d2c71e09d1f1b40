"""A table of songs, a row each (:mod:`earmark.rows`), that is whole after a kill.

Rows are appended as songs finish, each in one write that reaches the disk. A torn last line is
dropped when the file is next opened. While a run lasts, a song done again has two rows, of which
the later counts; :meth:`Summary.compact` leaves one a song, sorted by path. A file is one song,
however its path is spelt and whatever link leads to it.

Runs that share a file take turns, by a lock on its folder; where folders cannot be locked (Windows,
network drives), give each run its own file, and join these by :func:`merge`.

The text is UTF-8; bytes of a path that are none stay what they are.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from earmark.atomic import sweep, write_atomic
from earmark.errors import OutputError
from earmark.rows import COLUMNS, Row

_HEADER = (",".join(COLUMNS) + "\n").encode()


class Summary:
    """A summary's file, opened to add to it. Rows of other songs are kept.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Whether to replace a file that is no summary.

    Raises
    ------
    OutputError
        If the file is something else, or cannot be read or written.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self.path = path
        with suppress(OSError):  # told when the file is written
            path.parent.mkdir(parents=True, exist_ok=True)
        with _turn(path):
            try:
                rows = read(path)
            except FileNotFoundError:
                rows = []
            except OutputError:
                if not overwrite:
                    raise
                rows = []
            sweep(path.parent)
            write_atomic(path, _dumps(rows))
        self._there = {_song(row): _line(row) for row in rows}

    def append(self, row: Row) -> None:
        """Add a row, unless the song's latest is the very same.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        song, line = _song(row), _line(row)
        if line == self._there.get(song):
            return
        try:
            with _turn(self.path), open(self.path, "ab", buffering=0) as file:
                if file.write(line) < len(line):
                    raise OSError(0, "the disk is full")
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(
                f"{self.path}: the summary cannot be written ({error.strerror}). What it holds is "
                "kept; free some space and run again with --skip-existing."
            ) from error
        self._there[song] = line

    def compact(self) -> None:
        """Leave one row a song, the latest, and sort by path."""
        with _turn(self.path):
            write_atomic(self.path, _dumps(read(self.path)))


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Nobody else changes the summary meanwhile, where its folder can be locked."""
    with ExitStack() as stack:
        with suppress(ImportError, OSError):
            import fcntl

            folder = os.open(path.parent, os.O_RDONLY)
            stack.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def read(path: Path) -> list[Row]:
    """The rows of a summary, a torn last line left out.

    Raises
    ------
    FileNotFoundError
        If there is none.
    OutputError
        If it is something else, or cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}).") from error
    if _HEADER.startswith(data):
        return []
    text = _whole(data).decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if "\0" in text:  # which no path can hold
        text = ""
    try:
        header, *rows = csv.reader(io.StringIO(text, newline="")) if text else [[]]
    except csv.Error:
        header, rows = [], []
    rows = [row for row in rows if row]
    if tuple(header) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise OutputError(
            f"{path}: no summary of earmark's, which is a table of {', '.join(COLUMNS)}. "
            "Choose another file; where one is to be written, --overwrite replaces it."
        )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def shard_path(path: Path, shard: tuple[int, int]) -> Path:
    """The summary of one shard.

    Examples
    --------
    >>> shard_path(Path("songs.csv"), (1, 3)).name
    'songs.1-of-3.csv'
    """
    number, count = shard
    return path.with_name(f"{path.stem}.{number}-of-{count}{path.suffix}")


def missing_shards(paths: Iterable[Path]) -> list[Path]:
    """The summaries that belong to these, by the names that :func:`shard_path` gives.

    Machines may have a folder each: shards of one name belong together wherever they lie, unless
    two of them have the same number; then each folder is taken for itself.

    Examples
    --------
    >>> missing_shards([Path("songs.1-of-3.csv"), Path("songs.3-of-3.csv"), Path("more.csv")])
    [PosixPath('songs.2-of-3.csv')]
    >>> missing_shards([Path("a/songs.1-of-2.csv"), Path("b/songs.2-of-2.csv")])
    []
    """
    files = {os.path.realpath(path): path for path in paths}.values()
    matches = [(path, re.fullmatch(r"(.*)\.(\d+)-of-(\d+)", path.stem)) for path in files]
    shards = [(path, m[1] + path.suffix, int(m[2]), int(m[3])) for path, m in matches if m]
    numbers = Counter((name, count, i) for _, name, i, count in shards)
    sets: dict[tuple[str, int, str], dict[int, Path]] = {}
    for path, name, i, count in shards:
        apart = any(numbers[name, count, j] > 1 for j in range(1, count + 1))
        folder = os.path.realpath(path.parent) if apart else ""
        sets.setdefault((name, count, folder), {})[i] = path
    missing = []
    for (name, count, _), there in sets.items():
        folders = {path.parent for path in there.values()}
        whole = min(folders) / name if len(folders) == 1 else Path(name)
        lacking = set(range(1, count + 1)) - there.keys()
        missing += [shard_path(whole, (i, count)) for i in lacking]
    return sorted(missing)


def holds(out: Path, shard: Path) -> bool:
    """Whether a summary has all songs of another one; of one that is not there, nobody knows."""
    try:
        songs = {_song(row) for row in read(shard)}
    except (FileNotFoundError, OutputError):
        return False
    return songs <= {_song(row) for row in read(out)}


def merge(paths: Iterable[Path], out: Path, *, overwrite: bool = False) -> int:
    """Join summaries into one: of two rows of a song the later counts; sorted by path.

    Parameters
    ----------
    paths : iterable of Path
        Summaries.
    out : Path
        Where the joint one goes; an older summary there is replaced.
    overwrite : bool
        Whether to replace a file that is no summary.

    Returns
    -------
    int
        How many songs it holds.

    Raises
    ------
    OutputError
        If a file is missing or no summary, or ``out`` cannot be written.
    """
    rows: list[Row] = []
    for path in paths:
        try:
            rows += read(path)
        except FileNotFoundError:
            raise OutputError(f"{path}: no such file. Check the path.") from None
    if out.exists() and not overwrite:
        read(out)
    write_atomic(out, _dumps(rows))
    return len(_latest(rows))


def _dumps(rows: Iterable[Row]) -> bytes:
    return _HEADER + b"".join(_line(row) for row in _latest(rows))


def _latest(rows: Iterable[Row]) -> list[Row]:
    """The latest row of each song, sorted by path."""
    return sorted({_song(row): row for row in rows}.values(), key=lambda row: row["path"])


def _song(row: Row) -> str:
    """The file behind a row, by whatever spelling or link it was named."""
    return os.path.realpath(row["path"])


def _line(row: Row) -> bytes:
    """A row as CSV; Python's own writer would leave a carriage return without quotes."""
    cells = (
        '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell
        for cell in (row[column] for column in COLUMNS)
    )
    return (",".join(cells) + "\n").encode("utf-8", "surrogateescape")


def _whole(data: bytes) -> bytes:
    """The data up to the last line end that is not within quotes."""
    end = data.rfind(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.rfind(b"\n", 0, end)
    return data[: end + 1]
