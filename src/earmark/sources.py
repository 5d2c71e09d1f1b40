"""From what a user names to songs, and where their outputs go.

A song's outputs are called ``<song>.singing.<suffix>``. They stand beside the song, or under one
folder, mirrored relative to the folder that was walked (a single file: by its name alone; if two
songs would then have one name, all are placed relative to the folder that holds them all). Songs
that differ only in suffix keep it: ``a.mp3.singing.csv`` and ``a.flac.singing.csv``. Names depend
on the whole list, so a shard is taken afterwards.
"""

from __future__ import annotations

import glob
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from earmark.errors import EarmarkError
from earmark.labels import is_audio

STANDARD = "-"
"""Standard input as a path, standard output as a folder."""


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
        Its outputs relative to ``root``, up to the suffix: ``"album/one.singing"``.
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
    """The songs behind files, folders and patterns, each once.

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
    ['a.mp3.singing', 'a.flac.singing', 'b.singing']
    """
    found: dict[str, _Found] = {}
    for item in chain.from_iterable(chain(map(_expanded, paths), map(_below, listed))):
        key = item.path if item.path == STANDARD else os.path.abspath(item.path)
        found.setdefault(key, item)
    return _placed(list(found.values()), out)


def read_list(file: str) -> list[str]:
    """The paths in a list, one a line, relative to the current folder; ``"-"`` is standard input.

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
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [os.fsdecode(line) for line in (line.removesuffix(b"\r") for line in lines) if line]


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
    walked: str | None = None
    problem: str | None = None


def _expanded(path: str) -> Iterator[_Found]:
    """The songs of what a pattern matches; a path that exists is none."""
    if not glob.has_magic(path) or os.path.lexists(path):
        yield from _below(path)
        return
    matches = sorted(glob.glob(path, recursive=True))
    if not matches:
        yield _Found(path, problem=f"{path}: nothing matches, and no file has this name.")
    yield from chain.from_iterable(map(_below, matches))


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
            yield _Found(path)
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
                yield _Found(path, walked=folder)
    for error in unreadable:
        yield _Found(
            str(error.filename), problem=f"{error.filename}: cannot be read ({error.strerror})."
        )


def _is_special(path: str) -> bool:
    """Whether reading it could last forever: a pipe, a device. A dangling link is none of these."""
    return os.path.exists(path) and not os.path.isfile(path)


def _is_output(path: str) -> bool:
    return Path(path).suffixes[-2:-1] == [".singing"] and not is_audio(path)


def _placed(found: list[_Found], out: str | None) -> list[Song]:
    """The songs with the names of their outputs, no two alike."""
    inside = [_inside(item, out) for item in found]
    proper = [i for i, item in enumerate(found) if item.problem is None]
    if out is not None and len({inside[i] for i in proper}) < len(proper):
        real = {i: os.path.abspath(found[i].path) for i in proper if found[i].path != STANDARD}
        common = os.path.commonpath([os.path.dirname(path) for path in real.values()])
        for i, path in real.items():
            inside[i] = Path(os.path.relpath(path, common))
    roots = [_root(item, out) for item in found]
    whole: set[int] = set()  # those that keep their suffix
    while True:
        names = {i: inside[i] if i in whole else inside[i].with_suffix("") for i in proper}
        places = {i: os.path.abspath((roots[i] or Path()) / names[i]) for i in proper}
        count = Counter(places.values())
        clashing = {i for i in proper if count[places[i]] > 1} - whole
        if not clashing:
            break
        whole |= clashing
    return [
        Song(item.path, roots[i], f"{names[i].as_posix()}.singing")
        if item.problem is None
        else Song(item.path, problem=item.problem)
        for i, item in enumerate(found)
    ]


def _root(item: _Found, out: str | None) -> Path | None:
    if out == STANDARD or (out is None and item.path == STANDARD):
        return None
    return Path(item.path).parent if out is None else Path(out)


def _inside(item: _Found, out: str | None) -> Path:
    """A song's place in its root."""
    if item.path == STANDARD:
        return Path("stdin")
    mirrored = out is not None and item.walked is not None
    return Path(os.path.relpath(item.path, item.walked) if mirrored else Path(item.path).name)
