"""What teaching is going to do, told before PyTorch is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from earmark.learn.amounts import CHOICES, SETTINGS, Settings
from earmark.learn.corrected import Corrected


def planned(
    songs: Sequence[Corrected], settings: Settings, *, why: str, warnings: Sequence[str]
) -> dict[str, Any]:
    """What is going to be done, as an event.

    Parameters
    ----------
    songs : sequence of Corrected
    settings : Settings
    why : str
        As :func:`earmark.learn.amounts.choose` gives it.
    warnings : sequence of str
    """
    return {
        "event": "plan",
        "settings": asdict(settings) | {"fixed": list(settings.fixed), "why": why},
        "choices": [{"name": name, "fixed": list(SETTINGS[name].fixed)} for name in CHOICES],
        "warnings": list(warnings),
        "songs": len(songs),
        "minutes": round(sum(song.known_s for song in songs) / 60, 2),
        "sung_minutes": round(sum(song.sung_s for song in songs) / 60, 2),
    }
