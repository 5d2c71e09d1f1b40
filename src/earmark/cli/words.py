"""Names as they are typed: an option repeated, or names between commas."""

from __future__ import annotations

from collections.abc import Iterable


def names(given: Iterable[str] | None) -> tuple[str, ...]:
    """Each name once.

    Examples
    --------
    >>> names(["vocal, sing", "v"]), names(None)
    (('vocal', 'sing', 'v'), ())
    """
    typed = (name.strip() for text in given or () for name in text.split(","))
    return tuple(dict.fromkeys(filter(None, typed)))
