"""What the commands say, and where: results on standard output, the rest on standard error."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)


def complain(message: str) -> None:
    """Print an error; file names in it are never markup."""
    err.print(f"earmark: {message}", style="red", markup=False, soft_wrap=True)


def caution(message: object) -> None:
    """Print what the user should know."""
    err.print(f"earmark: {message}", style="yellow", markup=False, soft_wrap=True)


@contextmanager
def warnings_told() -> Iterator[None]:
    """Around work: its warnings are told as earmark tells things, each once."""
    said: set[str] = set()

    def tell(message: object, *_: Any, **__: Any) -> None:
        if str(message) not in said:
            said.add(str(message))
            caution(message)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = tell
        yield
