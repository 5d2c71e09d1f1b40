"""What a bench needs beyond the core, told in one line where it is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earmark.errors import how_to_install


@contextmanager
def needed(*extras: str) -> Iterator[None]:
    """Around imports: ends the bench with the remedy where a package is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        bench = Path(sys.argv[0]).name
        raise SystemExit(
            f"{bench} needs {error.name}, which is not installed: {how_to_install(*extras)}"
        ) from None
