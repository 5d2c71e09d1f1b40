"""Where a song's outputs go: beside it, or into one folder that mirrors the songs' folders.

What is mirrored is the folder that holds all that was named, however it was named: ``Music``,
``Music/**/*.mp3`` and a list of songs from all over ``Music`` put ``Music/pop/one.mp3`` at
``pop/one``. A song that has outputs in a folder already keeps its place there, and a folder that
mirrors ``Music`` goes on to mirror it when only ``Music/pop`` is named: its ledger tells, by songs
that were put into a subfolder. One that was put at the top may have been named alone.

Songs that differ only in suffix keep it: ``one.mp3`` and ``one.flac``. Names depend on all songs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from earmark.errors import OutputError
from earmark.ledger import Ledger

STANDARD = "-"
"""Standard input as a path, standard output as a folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the outputs of a song go.

    Parameters
    ----------
    root : Path or None
        The folder of its outputs and their ledger; None: they go to standard output.
    name : str
        Its outputs relative to ``root``, up to labels and suffix: ``"album/one"``.
    """

    root: Path | None
    name: str


def places(songs: Sequence[tuple[str, str]], *, out: str | None = None) -> list[Place]:
    """A place for each song, no two alike.

    Parameters
    ----------
    songs : sequence of (str, str)
        Path of each, and the folder by which it was named: the one that was walked, what comes
        before a pattern's first wildcard, or the folder that the song lies in.
    out : str, optional
        The folder of the outputs, ``"-"`` for standard output; by default each song's own folder.

    Raises
    ------
    OutputError
        If songs on two drives (of Windows) are to be mirrored into one folder.

    Examples
    --------
    >>> [place.name for place in places([("a.mp3", ""), ("a.flac", ""), ("b.mp3", "")], out="x")]
    ['a.mp3', 'a.flac', 'b']
    """
    recorded = cache(_recorded)
    known = cache(lambda root: {os.path.realpath(s): name for s, name in recorded(root).items()})
    roots = [_root(path, out) for path, _ in songs]
    if out is None or out == STANDARD:
        insides = [Path(Path(path).name) for path, _ in songs]
    else:
        insides = _mirrored(songs, recorded(Path(out)))
    insides = [
        Path("stdin") if path == STANDARD else inside
        for (path, _), inside in zip(songs, insides, strict=True)
    ]
    keeps = {
        i: kept
        for i, (root, (path, _)) in enumerate(zip(roots, songs, strict=True))
        if root is not None and (kept := known(root).get(os.path.realpath(path)))
    }
    names = _told_apart(roots, insides, keeps)
    return [Place(root, name) for root, name in zip(roots, names, strict=True)]


def _root(path: str, out: str | None) -> Path | None:
    if out == STANDARD or (out is None and path == STANDARD):
        return None
    return Path(path).parent if out is None else Path(out)


def _recorded(root: Path) -> dict[str, str]:
    """Recordings with outputs below a folder, and the places of these."""
    try:
        return Ledger(root).places()
    except OutputError:  # a damaged ledger is told when a song is to be written
        return {}


def _mirrored(songs: Sequence[tuple[str, str]], recorded: Mapping[str, str]) -> list[Path]:
    """Each song's path below the folder that is mirrored."""
    bases = [os.path.abspath(base) for path, base in songs if path != STANDARD]
    if not bases:
        return [Path() for _ in songs]
    try:
        common = Path(os.path.commonpath(bases))
    except ValueError as error:
        raise OutputError(
            "songs on two drives have no common folder that could be mirrored: do one drive at a "
            "time, each into a folder of its own (-o)"
        ) from error
    before = [folder for folder in _mirrors(recorded) if folder in common.parents]
    base = min([common, *before], key=lambda folder: len(folder.parts))
    return [Path() if path == STANDARD else Path(os.path.relpath(path, base)) for path, _ in songs]


def _mirrors(recorded: Mapping[str, str]) -> Iterator[Path]:
    """The folders whose songs were mirrored before."""
    pairs = {(Path(song).parent, Path(name).parent) for song, name in recorded.items()}
    for folder, inside in pairs:
        depth = len(inside.parts)
        if depth and folder.parts[-depth:] == inside.parts:
            yield Path(*folder.parts[: len(folder.parts) - depth])


def _told_apart(
    roots: Sequence[Path | None], insides: Sequence[Path], keeps: Mapping[int, str]
) -> list[str]:
    """Names without suffix where that tells songs apart; those that have a place come first."""
    whole: set[int] = set()  # those that keep their suffix
    for kept in ({}, dict(keeps)):  # so that a run resumed names the others as the first did
        while True:
            names = [
                kept.get(i) or (inside if i in whole else inside.with_suffix("")).as_posix()
                for i, inside in enumerate(insides)
            ]
            clashing = _alike(roots, names)
            if newcomers := clashing - kept.keys() - whole:
                whole |= newcomers
            elif clashing & kept.keys():
                kept = {i: name for i, name in kept.items() if i not in clashing}
            else:
                break
    return names


def _alike(roots: Sequence[Path | None], names: Sequence[str]) -> set[int]:
    """Those whose outputs would be others' as well."""
    at = [os.path.abspath((root or Path()) / name) for root, name in zip(roots, names, strict=True)]
    count = Counter(at)
    return {i for i, place in enumerate(at) if count[place] > 1}
