"""From what a user names to songs: files, folders, patterns, lists.

Where a song's outputs go (:mod:`earmark.places`) depends on all songs, so a shard is taken
afterwards.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from earmark.errors import EarmarkError
from earmark.labels import is_audio, output_labels
from earmark.places import STANDARD, places


@dataclass(frozen=True, slots=True)
class Song:
    """A recording to be done.

    Parameters
    ----------
    path : str
        As the user named it, or below a folder so named; ``"-"`` is standard input.
    root : Path or None
        The folder of its outputs and their ledger; None: they go to standard output.
    name : str
        Its outputs relative to ``root``, up to labels and suffix: ``"album/one"``.
    problem : str or None
        Why there is nothing to be done: it stands for a folder without audio, say.
    """

    path: str
    root: Path | None = None
    name: str = ""
    problem: str | None = None

    @property
    def shown(self) -> str:
        """What messages call it."""
        return "<stdin>" if self.path == STANDARD else self.path


def find_songs(
    paths: Iterable[str], *, listed: Iterable[str] = (), out: str | None = None
) -> list[Song]:
    """The songs behind files, folders and patterns, each once, whatever its spellings and links.

    Folders are walked in order; hidden files are skipped and links followed, each folder once.
    Files that earmark wrote (``one.singing.csv``) are never songs.

    Parameters
    ----------
    paths : iterable of str
        Files, folders, patterns such as ``"songs/**/*.mp3"``, ``"-"`` for standard input.
    listed : iterable of str
        Files and folders, nothing in which is a pattern.
    out : str, optional
        The folder of the outputs, ``"-"`` for standard output; by default each song's own folder.

    Examples
    --------
    >>> [song.name for song in find_songs(["a.mp3", "a.flac", "b.mp3"], out="labels")]
    ['a.mp3', 'a.flac', 'b']
    """
    found: dict[str, _Found] = {}
    for item in chain.from_iterable(chain(map(_expanded, paths), map(_below, listed))):
        key = item.path if item.path == STANDARD else os.path.realpath(item.path)
        found.setdefault(key, item)
    proper = {item.path: item.base for item in found.values() if item.problem is None}
    where = dict(zip(proper, places(list(proper.items()), out=out), strict=True))
    return [
        Song(item.path, where[item.path].root, where[item.path].name)
        if item.problem is None
        else Song(item.path, problem=item.problem)
        for item in found.values()
    ]


def read_list(file: str) -> list[str]:
    """The paths in a list, one a line; ``"-"`` is standard input. Blank lines count for nothing.

    Relative paths count from the list's own folder; where nothing is there, or on standard input,
    from the current folder. In a playlist (M3U) lines that begin with ``#`` are comments. Of a
    table whose first line names a column ``path`` or ``file``, such as a summary, that column
    is the list.

    Raises
    ------
    EarmarkError
        If the list cannot be read, or is none.
    """
    try:
        data = sys.stdin.buffer.read() if file == STANDARD else Path(file).read_bytes()
    except OSError as error:
        raise EarmarkError(f"{file}: the list cannot be read ({error.strerror}).") from error
    if b"\0" in data:
        raise EarmarkError(
            f"{file}: no list of paths, one a line: it holds NUL bytes. "
            "A recording is named without --list."
        )
    text = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf"))
    paths = _column(text)
    if paths is None:
        paths = [line.removesuffix("\r") for line in text.split("\n")]
        if is_playlist(file) or any(line.startswith("#EXT") for line in paths):
            paths = [line for line in paths if not line.startswith("#")]
    folder = "" if file == STANDARD else os.path.dirname(file)
    return [_from(folder, path) for path in paths if path.strip()]


def _column(text: str) -> list[str] | None:
    """The column of paths, if this is a table that has one."""
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
    except (csv.Error, ValueError):  # ValueError: not a line
        return None
    names = [name.strip().lower() for name in header]
    at = next((names.index(name) for name in ("path", "file") if name in names), None)
    if at is None or any(len(row) > len(names) for row in rows):
        return None
    return [row[at] for row in rows if len(row) > at]


def is_playlist(path: str | os.PathLike[str]) -> bool:
    """Whether a name is that of an M3U playlist.

    Examples
    --------
    >>> is_playlist("one.M3U8"), is_playlist("one.txt")
    (True, False)
    """
    return Path(path).suffix.lower() in (".m3u8", ".m3u")


def _from(folder: str, path: str) -> str:
    inside = os.path.join(folder, path)
    return path if os.path.lexists(path) and not os.path.lexists(inside) else inside


def parse_shard(text: str) -> tuple[int, int]:
    """Number and count of a shard.

    Raises
    ------
    ValueError
        If it is not one of ``1/n`` to ``n/n``.

    Examples
    --------
    >>> parse_shard("2/3")
    (2, 3)
    """
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        n = int(count) if count.isdecimal() and int(count) > 1 else 3
        raise ValueError(
            f"{text!r} is no shard: of {n} there are 1/{n} {'and' if n == 2 else 'to'} {n}/{n}"
        )
    return int(number), int(count)


def take_shard(songs: Sequence[Song], shard: tuple[int, int]) -> list[Song]:
    """Every n-th song; the shards of a list are disjoint and together all of it."""
    number, count = shard
    return list(songs[number - 1 :: count])


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    base: str = ""
    problem: str | None = None


def _expanded(path: str) -> Iterator[_Found]:
    """The songs of what a pattern matches; what exists is no pattern, nor is a folder above it."""
    fixed, wild = path, ""
    while glob.has_magic(fixed) and not os.path.lexists(fixed):
        fixed, last = os.path.split(fixed)
        wild = os.path.join(last, wild) if wild else last
    if not wild:
        yield from _below(path)
        return
    matches = sorted(glob.glob(os.path.join(glob.escape(fixed), wild), recursive=True))
    if not matches:
        yield _Found(path, problem=f"{path}: nothing matches, and no file has this name.")
    for item in chain.from_iterable(map(_below, matches)):
        yield replace(item, base=fixed)


def _below(path: str) -> Iterator[_Found]:
    """The file itself, or the songs of the folder."""
    if not path:
        yield _Found(path, problem="an empty path: is a variable in the command not set?")
        return
    if path != STANDARD and _is_special(path) and not os.path.isdir(path):
        yield _Found(
            path,
            problem=f"{path}: a pipe or a device, not a file. Hand it over on standard input: -",
        )
        return
    if not os.path.isdir(path):
        if not _is_output(path):
            yield _Found(path, os.fspath(Path(path).parent))
        return
    empty = True
    for item in _walk(path):
        empty = False
        yield item
    if empty:
        yield _Found(
            path,
            problem=f"{path}: no audio in this folder (files ending in .wav, .flac, .mp3, ...). "
            "A file that you name itself is tried whatever its suffix.",
        )


def _walk(folder: str) -> Iterator[_Found]:
    """The audio files below a folder, and what cannot be read there."""
    unreadable: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for at, folders, files in os.walk(folder, followlinks=True, onerror=unreadable.append):
        status = os.stat(at)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(at, name).removeprefix(os.curdir + os.sep)
            if not name.startswith(".") and is_audio(name) and not _is_special(path):
                yield _Found(path, folder)
    for error in unreadable:
        yield _Found(
            str(error.filename), problem=f"{error.filename}: cannot be read ({error.strerror})."
        )


def _is_special(path: str) -> bool:
    """Whether reading it could last forever: a pipe, a device. A dangling link is none of these."""
    return os.path.exists(path) and not os.path.isfile(path)


def _is_output(path: str) -> bool:
    return bool(output_labels(path)) and not is_audio(path)
