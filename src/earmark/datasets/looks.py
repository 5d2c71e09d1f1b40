"""Which data set a folder looks like: what lies where, and nothing is read."""

from __future__ import annotations

from pathlib import Path

from earmark.labels import is_audio

SIGNS = {
    "singing": ("singing/*.csv",),
    "musdb18": ("*/*.stem.mp4", "*/*/mixture.wav"),
    "jamendo": ("labels/*.lab",),
    "medleydb": tuple(f"{name}/*/*_MIX.wav" for name in ("Audio", "V1", "V2")),
    "aishell": ("wav/*/S*", "data_aishell/wav/*/S*"),
}
"""One of these is there."""


def looks_like(folder: Path) -> str | None:
    """The kind of corpus by its layout; ``folder`` where there are other recordings; or None.

    Examples
    --------
    >>> looks_like(Path("nowhere")) is None
    True
    """
    for kind, patterns in SIGNS.items():
        if any(True for pattern in patterns for _ in folder.glob(pattern)):
            return kind
    return "folder" if any(is_audio(path) for path in folder.rglob("*")) else None
