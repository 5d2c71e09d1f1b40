"""The SQLite file of a folder: opened, read, and its troubles put into words."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from earmark.errors import OutputError

NAME = ".earmark.sqlite"
TIMEOUT_S = 60.0
READING_TIMEOUT_S = 5.0
"""A row is written in a moment: who waits longer waits for a program that hangs."""
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"


class LedgerFile:
    """The file of one folder. Safe for many threads and processes; made when first written.

    Parameters
    ----------
    folder : Path
        Where the outputs are; their names are relative to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME

    def rows(
        self, query: str, *values: str | bytes, table: str = "outputs"
    ) -> list[tuple[Any, ...]]:
        """What a query finds; nothing where there is no ledger yet, or no such table in it."""
        if not self.path.exists():
            return []
        with self.connected(READING_TIMEOUT_S) as connection:
            if not connection.execute(_HAS_TABLE, (table,)).fetchone():
                return []
            return connection.execute(query, values).fetchall()

    @contextmanager
    def connected(self, timeout_s: float = TIMEOUT_S) -> Iterator[sqlite3.Connection]:
        if self.path.is_symlink():  # it would be another folder's file that is written
            raise self.unusable("it is a link")
        try:
            with closing(
                sqlite3.connect(self.path, timeout=timeout_s, isolation_level=None)
            ) as connection:
                yield connection
        except sqlite3.Error as error:
            if not os.path.lexists(self.path):
                raise OutputError(
                    f"{self.folder}: nothing can be written there ({error}); is it read-only? "
                    "Choose another folder with -o, or on the page download the file."
                ) from error
            raise self.unusable(error) from error

    def sha256_of(self, name: str) -> str | None:
        """Of the file as it is now; None where there is none."""
        path = self.folder / name
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            advice = " Choose a shorter one." if error.errno == errno.ENAMETOOLONG else ""
            raise OutputError(f"{path}: cannot be replaced ({error.strerror}).{advice}") from error

    def unusable(self, why: object) -> OutputError:
        return OutputError(
            f"{self.path}: earmark's record of what it wrote cannot be used ({why}). If the "
            "folder can be written and has space, delete this file; earmark then takes what is "
            "there for somebody else's, and --overwrite replaces it."
        )


def are_two(owner: str, song: str) -> bool:
    """Whether these are two recordings; one that is gone (moved, renamed) claims nothing."""
    try:
        return bool(owner and song) and not os.path.samefile(owner, song)
    except (OSError, ValueError):
        return False
