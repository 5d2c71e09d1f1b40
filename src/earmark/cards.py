"""Model cards: the Markdown file beside a model, which says what it is and how it was measured."""

from __future__ import annotations

from pathlib import Path

from earmark.errors import ModelError


def opening(card: Path) -> str:
    """What a card says before its first section.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    try:
        text = card.read_text("utf-8")
    except OSError as error:
        raise ModelError(f"{card}: cannot be read ({error.strerror})") from error
    return text.partition("\n## ")[0].strip()


def headline(card: Path) -> str:
    """What the first heading of a card says after the model's name; empty without a card."""
    try:
        lines = card.read_text("utf-8").splitlines()
    except OSError:
        return ""
    heading = next((line for line in lines if line.startswith("# ")), "")
    return heading.removeprefix("# ").removeprefix(f"{card.stem}: ")
