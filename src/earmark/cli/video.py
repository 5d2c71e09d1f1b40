"""``earmark video``: a song as a video."""

from __future__ import annotations


def command() -> None:
    """Nothing yet."""
