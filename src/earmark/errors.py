"""What can go wrong, in words a user can act on.

Every error that earmark raises on purpose is an :class:`EarmarkError`. Its text names the file and
says what to do; the command line prints it without a traceback and ends with exit code 1.
"""


def how_to_install(*extras: str) -> str:
    """The remedy where an optional package is missing.

    Examples
    --------
    >>> how_to_install("train", "plot")
    "in earmark's folder, pip install '.[train,plot]'"
    """
    return f"in earmark's folder, pip install '.[{','.join(extras)}]'"


class EarmarkError(Exception):
    """Base of all errors that earmark raises on purpose."""


class AudioError(EarmarkError):
    """A recording cannot be read or decoded."""


class FormatError(EarmarkError):
    """A label file has an unknown format or cannot be parsed."""


class ModelError(EarmarkError):
    """A model is missing, damaged or not one of earmark's."""


class OutputError(EarmarkError):
    """A result cannot be written, or would replace a file that is not earmark's."""


class DataError(EarmarkError):
    """Training or evaluation data are missing or inconsistent."""
