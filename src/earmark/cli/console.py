"""What the commands say, and where: results on standard output, the rest on standard error."""

from __future__ import annotations

from rich.console import Console

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)


def complain(message: str) -> None:
    """Print an error; file names in it are never markup."""
    err.print(f"earmark: {message}", style="red", markup=False, soft_wrap=True)
