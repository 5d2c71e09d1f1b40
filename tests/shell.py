"""The command line as a user meets it, without a process of its own."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

from earmark.cli import main


class Said(NamedTuple):
    """What a command left behind; line breaks and frames of the terminal are spaces in ``err``."""

    code: int
    out: str
    err: str


def earmark(*words: object) -> Said:
    """Run ``earmark WORDS``."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    argv = ["earmark", *map(str, words)]
    code = 0
    with patch.object(sys, "argv", argv), redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
    out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return Said(code, out, " ".join(err.replace("│", " ").split()))
