"""Names as they are typed: an option repeated, names between commas, and those of formats."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from earmark.errors import FormatError

if TYPE_CHECKING:
    from earmark.formats import Format


def names(given: Iterable[str] | None) -> tuple[str, ...]:
    """Each name once.

    Examples
    --------
    >>> names(["vocal, sing", "v"]), names(None)
    (('vocal', 'sing', 'v'), ())
    """
    typed = (name.strip() for text in given or () for name in text.split(","))
    return tuple(dict.fromkeys(filter(None, typed)))


def label_form(name_or_path: str | os.PathLike[str], *, option: str) -> Format:
    """The label format of this name or suffix; an unknown one is wrong usage of the option."""
    from earmark.formats import get_format

    try:
        return get_format(name_or_path)
    except FormatError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
