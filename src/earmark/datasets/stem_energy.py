"""Where a vocal stem sounds: labels for songs that come in stems."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.endpoints import EndpointSettings, endpoints

STEM = EndpointSettings(
    floor=0.0,
    peak=0.995,
    range_db=50.0,
    onset=0.3,
    offset=0.2,
    min_on_s=0.1,
    min_off_s=0.3,
    hang_over_s=0.0,
)
"""A stem may be silent for most of a song, so its loudest 0.5 % stand for singing; it starts within
35 dB of that and ends 40 dB below; pauses under 0.3 s are no pauses (our choice)."""


def sung(vocals: NDArray[np.float32], *, sr: int) -> list[list[float]]:
    """Endpoints of a vocal stem as a manifest holds them, [[start_s, end_s], ...].

    Parameters
    ----------
    vocals : ndarray, shape (n,)
    sr : int

    Examples
    --------
    >>> t = np.arange(48000) / 16000
    >>> y = np.where((t > 1) & (t < 2), np.sin(1000 * t), 0).astype(np.float32)
    >>> sung(y, sr=16000)
    [[0.98, 2.02]]
    """
    found = endpoints(vocals, sr=sr, settings=STEM)
    return [[round(s.start_s, 3), round(s.end_s, 3)] for s in found]
