"""Where earmark keeps what is the user's: models taught here, labels corrected on the page."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def home() -> Path:
    """The user's folder of earmark: ``EARMARK_HOME``, or where the system keeps such things.

    It is not made here; who writes there makes it.
    """
    own = os.environ.get("EARMARK_HOME")
    return Path(own).expanduser() if own else user_data_path("earmark", appauthor=False)
