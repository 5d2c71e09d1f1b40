r"""A table of songs, a row each, that is whole after a kill.

Rows are appended as songs finish, each in one write that reaches the disk. A torn last line is
dropped when the file is next opened. While a run lasts, a song done again has two rows, of which
the later counts; :meth:`Summary.compact` leaves one a song, sorted by path. Runs that share a file
take turns, by a lock on its folder; where folders cannot be locked (Windows, network drives), give
each run its own file, and join these by :func:`merge`.

========================  ==========================================================================
path                      as the user named the song; not altered, so a spreadsheet may take a path
                          that begins with ``=``, ``+``, ``-`` or ``@`` for a formula
duration_s                seconds
vocal_fraction            share of the duration that is sung; this, all below about vocals and
                          ``instrumental`` are empty where the model knows no singing
first_vocal_s             where singing first starts; empty if it does not
last_vocal_s              where it last ends
longest_gap_s             longest stretch without singing, the song's start and end included
speech_fraction           share of the duration in which somebody speaks; this and the next two are
                          empty where the model knows no speech
first_speech_s            where speech first starts; empty if it does not
last_speech_s             where it last ends
vocal                     ``true`` if 1 s or more is sung in all, else ``false``; empty where less
                          is heard in a song of under 1 s or one with a warning
instrumental              ``true`` if less than 1 s is sung and less than 1 s spoken, else
                          ``false``; empty as ``vocal`` is. Where ``speech_fraction`` is empty,
                          nobody looked for speech, and this tells of singing alone
warning                   what to know of the recording, such as that it is truncated
error                     why the song failed; the other columns are empty then
========================  ==========================================================================

The text is UTF-8; bytes of a path that are none stay what they are.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from earmark.annotation import SINGING, SPEECH, Annotation, Segment, covered_s, labelled
from earmark.atomic import sweep, write_atomic
from earmark.errors import OutputError

Row = dict[str, str]

COLUMNS = (
    "path",
    "duration_s",
    "vocal_fraction",
    "first_vocal_s",
    "last_vocal_s",
    "longest_gap_s",
    "speech_fraction",
    "first_speech_s",
    "last_speech_s",
    "vocal",
    "instrumental",
    "warning",
    "error",
)
INSTRUMENTAL_S = 1.0
_HEADER = (",".join(COLUMNS) + "\n").encode()


def describe(annotation: Annotation, *, path: str) -> Row:
    """The row of a song.

    Examples
    --------
    >>> from earmark import Annotation, Segment
    >>> row = describe(Annotation((Segment(1, 3), Segment(5, 7)), duration_s=10), path="a.mp3")
    >>> row["vocal_fraction"], row["longest_gap_s"], row["instrumental"]
    ('0.4000', '3.000', 'false')
    """
    duration_s = annotation.duration_s or 0.0
    cells = {"path": path, "duration_s": f"{duration_s:.3f}", "warning": annotation.warning or ""}
    if SINGING in annotation.labels:
        sung = labelled(annotation.segments, SINGING)
        cells |= _spans(sung, duration_s, name="vocal")
        cells |= {"longest_gap_s": f"{_longest_gap_s(sung, duration_s):.3f}"}
        cells |= _kind(annotation, duration_s)
    if SPEECH in annotation.labels:
        cells |= _spans(labelled(annotation.segments, SPEECH), duration_s, name="speech")
    return dict.fromkeys(COLUMNS, "") | cells


def _spans(segments: list[Segment], duration_s: float, *, name: str) -> Row:
    """How much of a song segments cover, where they begin and end."""
    share = min(1.0, covered_s(segments) / duration_s) if duration_s else 0.0
    return {
        f"{name}_fraction": f"{share:.4f}",
        f"first_{name}_s": f"{segments[0].start_s:.3f}" if segments else "",
        f"last_{name}_s": f"{segments[-1].end_s:.3f}" if segments else "",
    }


def _longest_gap_s(sung: list[Segment], duration_s: float) -> float:
    starts_s = [*(segment.start_s for segment in sung), duration_s]
    ends_s = [0.0, *(segment.end_s for segment in sung)]
    return max(b - a for a, b in zip(ends_s, starts_s, strict=True))


def _kind(annotation: Annotation, duration_s: float) -> Row:
    """Whether a song is sung, and whether nobody sings or speaks, as far as either is known."""
    sung_s, spoken_s = (
        covered_s(labelled(annotation.segments, label)) for label in (SINGING, SPEECH)
    )
    known = annotation.warning is None and duration_s >= INSTRUMENTAL_S
    sung, voiced = sung_s >= INSTRUMENTAL_S, max(sung_s, spoken_s) >= INSTRUMENTAL_S
    return {
        "vocal": "true" if sung else "false" if known else "",
        "instrumental": "false" if voiced else "true" if known else "",
    }


def failed(path: str, error: str) -> Row:
    """The row of a song that could not be done."""
    return dict.fromkeys(COLUMNS, "") | {"path": path, "error": " ".join(error.split())}


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
        self._there = {row["path"]: _line(row) for row in rows}

    def append(self, row: Row) -> None:
        """Add a row, unless the song's latest is the very same.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        line = _line(row)
        if line == self._there.get(row["path"]):
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
        self._there[row["path"]] = line

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

    Examples
    --------
    >>> missing_shards([Path("songs.1-of-3.csv"), Path("songs.3-of-3.csv"), Path("more.csv")])
    [PosixPath('songs.2-of-3.csv')]
    """
    there = set(paths)
    matches = [(path, re.fullmatch(r"(.*)\.\d+-of-(\d+)", path.stem)) for path in sorted(there)]
    whole = {(path.with_name(m[1] + path.suffix), int(m[2])): None for path, m in matches if m}
    needed = [shard_path(path, (i, n)) for path, n in whole for i in range(1, n + 1)]
    return [path for path in needed if path not in there]


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
    return len({row["path"] for row in rows})


def _dumps(rows: Iterable[Row]) -> bytes:
    latest = {row["path"]: row for row in rows}
    return _HEADER + b"".join(_line(latest[path]) for path in sorted(latest))


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
