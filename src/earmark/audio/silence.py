"""Whether there is anything to be heard in a recording, told while its blocks pass by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from earmark.audio.samples import Samples

SILENT_DB = -60.0
"""Peak, over full scale, below which a recording is silent. The model hears singing down to -40 dB
as ever, from -50 dB on not well, and at -60 dB no longer: nothing that it could hear is silence."""


class Watched:
    """Blocks that pass through; afterwards, how many samples they held and whether one was loud.

    Examples
    --------
    >>> blocks = Watched([np.zeros(16000, np.float32)])
    >>> for block in blocks:
    ...     pass
    >>> blocks.n, blocks.warning
    (16000, 'silent: it stays below -60 dB of full scale')
    """

    def __init__(self, blocks: Iterable[Samples]) -> None:
        self._blocks = blocks
        self.n, self._peak = 0, 0.0

    def __iter__(self) -> Iterator[Samples]:
        for block in self._blocks:
            self.n += len(block)
            self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
            yield block

    @property
    def warning(self) -> str | None:
        """Why nothing can be heard; None if something can."""
        if not self.n:
            return "the recording holds no samples"
        if self._peak < 10 ** (SILENT_DB / 20):
            return f"silent: it stays below {SILENT_DB:g} dB of full scale"
        return None
