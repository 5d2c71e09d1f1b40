"""Playlists of songs with or without singing, as extended M3U in UTF-8 (``.m3u8``)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from earmark.errors import OutputError
from earmark.rows import Row


def playlist(rows: Iterable[Row], *, folder: str | os.PathLike[str], instrumental: bool) -> bytes:
    """The content of a playlist.

    Parameters
    ----------
    rows : iterable of dict
        Rows of a summary (:mod:`earmark.rows`); songs that failed, or of which too little was
        heard to judge, are left out.
    folder : path-like
        Where the playlist will lie: its paths are relative to it.
    instrumental : bool
        Whether to list the songs in which nobody sings or speaks (:mod:`earmark.rows` says from
        how much on), or those that are sung. A talk is neither, unless nobody looked for speech.

    Returns
    -------
    bytes
        Songs in order of their paths, each with its length and its name.

    Raises
    ------
    OutputError
        If a path holds a line break, which a playlist cannot hold.

    Examples
    --------
    >>> row = {"path": "a/b.mp3", "duration_s": "61.2", "instrumental": "true", "error": ""}
    >>> print(playlist([row], folder="a", instrumental=True).decode(), end="")
    #EXTM3U
    #EXTINF:61,b
    b.mp3
    """
    lines = ["#EXTM3U"]
    column = "instrumental" if instrumental else "vocal"
    for row in sorted(rows, key=lambda row: row["path"]):
        if row["error"] or row[column] != "true":
            continue
        path = Path(os.path.relpath(row["path"], folder)).as_posix()
        if len(path.splitlines()) > 1:
            raise OutputError(f"{path!r}: a playlist cannot hold a line break; rename the file")
        lines.append(f"#EXTINF:{round(float(row['duration_s']))},{Path(path).stem}")
        lines.append(f"./{path}" if path.startswith("#") else path)
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")
