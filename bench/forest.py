"""What one builds in an afternoon: a random forest on statistics of MFCCs.

Thirty coefficients of the log-mel spectrogram, their mean and deviation over 1 s around every
fifth frame, 100 trees; trained on the songs that a manifest's ``train`` split has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.ndimage import uniform_filter1d
from sklearn.ensemble import RandomForestClassifier

from earmark.annotation import Segment, segments_to_frames
from earmark.features.logmel import SR, logmel
from earmark.learn.mix_audio import load_mix

COEFFICIENTS = 30
CONTEXT = 50
"""Frames, 1 s."""
STRIDE = 5


class Forest:
    """A detector of singing.

    Parameters
    ----------
    songs : iterable of (paths, segments)
        Recordings whose sum is a song, and where it is sung.
    """

    def __init__(self, songs: Iterable[tuple[Sequence[Path], Sequence[Segment]]]) -> None:
        views, labels = [], []
        for paths, segments in songs:
            X = _statistics(load_mix(paths, sr=SR))
            views.append(X[::STRIDE])
            labels.append(segments_to_frames(segments, len(X))[::STRIDE])
        self._trees = RandomForestClassifier(100, min_samples_leaf=5, random_state=0, n_jobs=2)
        self._trees.fit(np.concatenate(views), np.concatenate(labels))

    def scores(self, wav: Path) -> NDArray[np.float32]:
        """A score every 20 ms, shape (T,)."""
        X = _statistics(load_mix([wav], sr=SR))
        some = self._trees.predict_proba(X[::STRIDE])[:, 1]
        frames = np.arange(len(X))
        return np.interp(frames, frames[::STRIDE], some).astype(np.float32)


def _statistics(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means and deviations, shape (T, 60)."""
    mfcc = dct(logmel(y), axis=1, norm="ortho")[:, :COEFFICIENTS]
    mean = uniform_filter1d(mfcc, CONTEXT, axis=0, mode="nearest")
    square = uniform_filter1d(mfcc**2, CONTEXT, axis=0, mode="nearest")
    return np.concatenate([mean, np.sqrt(np.maximum(square - mean**2, 0))], axis=1)
