"""Scores that mean what they say, and thresholds that suit them, learnt from labelled songs.

Calibration is Platt's (1999): the logit ``z`` of a label becomes ``scale * z + shift``, fitted by
logistic regression, which leaves the order of scores as it is; the shift is then shrunk. Scores
are averaged over time after that, as the exported model does, and the thresholds are those of a
grid that get most frames right. Both are few numbers, and both are reported as they do on songs
that they were not fitted to: each is fitted once without each song.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from earmark.annotation import HOP_S, Scores, segments_to_frames
from earmark.errors import DataError
from earmark.features.logmel import SR, logmel
from earmark.hysteresis import Hysteresis
from earmark.learn.manifest import Track
from earmark.learn.mix_audio import load_mix
from earmark.metrics import tracks as measured
from earmark.metrics.calibration import reliability
from earmark.metrics.frames import evaluate
from earmark.nets.light import LightCrnn, smooth
from earmark.runtime import OnnxModel

Scored = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Scores in [0, 1] and truth of a song, both of shape (T,)."""
CLIP = 1e-6
UNSHIFTED = 4.0
"""Songs that need no shift, as if they had been heard as well: what suits a few songs suits others
less. Our choice: what four songs asked for cost twelve songs of another singer accuracy (.905 fell
to .899, and without edges .959 to .941), and half of it served the four as well."""
ONSETS = (0.4, 0.45, 0.5, 0.55, 0.6)
FALLS = (0.0, 0.05, 0.1, 0.15, 0.2)
"""Offset below onset. The shortest segment and pause stay as they are."""


TOLD = ("auc", "accuracy", "f1", "onset_f", "edge_error_s")
"""Measures of songs left out; see :mod:`earmark.metrics.frames`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line that logits are put through, before scores are averaged over time.

    Parameters
    ----------
    scale, shift : float
    """

    scale: float = 1.0
    shift: float = 0.0

    def __call__(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated and averaged scores, both (T,)."""
        calibrated = 1 / (1 + np.exp(-self.scale * logits(scores) - self.shift))
        averaged = smooth(torch.from_numpy(calibrated.astype(np.float32))[None, :, None])
        return np.asarray(averaged[0, :, 0].numpy())


def calibrate(
    net: LightCrnn, songs: Sequence[Scored], decoding: Hysteresis
) -> tuple[Hysteresis, dict[str, Any]]:
    """Calibrate a network's first label, singing, and choose a decoding.

    Parameters
    ----------
    net : LightCrnn
        Its last layer is changed.
    songs : sequence of Scored
        At least two, scored by the network as it is: not averaged over time.
    decoding : Hysteresis
        What is used so far.

    Returns
    -------
    decoding : Hysteresis
        Fitted to all songs.
    note : dict
        What was fitted, and :func:`leave_one_out`.
    """
    calibration = fit_calibration(songs)
    fitted = fit_hysteresis([(calibration(scores), truth) for scores, truth in songs], decoding)
    last = net.head[-1]
    with torch.no_grad():  # rows are frames of a pair, and within them labels
        last.weight[:: net.labels] *= calibration.scale
        last.bias[:: net.labels] *= calibration.scale
        last.bias[:: net.labels] += calibration.shift
    note = {"songs": len(songs), **asdict(calibration), "decoding": asdict(fitted)}
    return fitted, note | {"leave_one_out": leave_one_out(songs, decoding=decoding)}


def score_songs(model: OnnxModel, tracks: Iterable[Track], *, label: str) -> list[Scored]:
    """Scores of songs and their truth; stems are added up."""
    scored = []
    for track in tracks:
        scores = model.score(logmel(load_mix(track.paths, sr=SR)))[
            :, model.info.labels.index(label)
        ]
        scored.append((scores, segments_to_frames(track.segments() or [], len(scores))))
    return scored


def logits(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a sigmoid makes these scores of.

    Examples
    --------
    >>> logits(np.array([0.5, 0.75], np.float32)).round(3).tolist()
    [0.0, 1.0989999771118164]
    """
    clipped = np.clip(scores, CLIP, 1 - CLIP)
    return np.log(clipped / (1 - clipped))


def fit_calibration(songs: Sequence[Scored]) -> Calibration:
    """Fit scale and shift to songs, each of which weighs the same; few songs shift little.

    Raises
    ------
    DataError
        If scores fall where it is sung.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.random(5000) < 0.5
    >>> scores = 1 / (1 + np.exp(-(rng.normal(size=5000) + truth)))  # log odds z - 1/2
    >>> fitted = fit_calibration([(scores.astype(np.float32), truth)] * 100)
    >>> bool(abs(fitted.scale - 1) < 0.1 and abs(fitted.shift + 0.5) < 0.1)
    True
    """
    X = np.concatenate([logits(scores) for scores, _ in songs])[:, None]
    y = np.concatenate([truth for _, truth in songs])
    weight = np.concatenate([np.full(len(truth), 1 / len(truth)) for _, truth in songs])
    model = LogisticRegression(C=np.inf).fit(X, y, sample_weight=weight * len(y) / len(songs))
    scale, shift = float(model.coef_[0, 0]), float(model.intercept_[0])
    if scale <= 0:
        raise DataError(
            "there is nothing to calibrate yet: on the songs meant for that, scores are no higher "
            "where it is sung; train longer, or take the model as it is: --set 'calibrate=\"\"'"
        )
    return Calibration(scale, shift * len(songs) / (len(songs) + UNSHIFTED))


def fit_hysteresis(songs: Sequence[Scored], decoding: Hysteresis) -> Hysteresis:
    """A decoding with thresholds that get most frames right, as near to the old ones as may be.

    Of all whose accuracy falls behind the best by no more than the standard error of that
    difference over songs, the nearest is taken (the rule of one standard error, Breiman et al.
    1984): a few songs do not say more.
    """
    choices = [
        replace(decoding, onset=onset, offset=round(onset - fall, 3))
        for onset, fall in product(ONSETS, FALLS)
    ]
    rights = np.array([accuracies(songs, choice) for choice in choices])
    behind = rights[rights.mean(axis=1).argmax()] - rights
    error = behind.std(axis=1, ddof=min(1, len(songs) - 1)) / np.sqrt(len(songs))
    good = [choice for choice, ok in zip(choices, behind.mean(axis=1) <= error, strict=True) if ok]
    return min(good, key=lambda h: abs(h.onset - decoding.onset) + abs(h.offset - decoding.offset))


def accuracies(songs: Sequence[Scored], decoding: Hysteresis) -> list[float]:
    """The share of frames that are right, of each song."""
    return [float((decoding.active(s, hop_s=HOP_S) == truth).mean()) for s, truth in songs]


def leave_one_out(songs: Sequence[Scored], *, decoding: Hysteresis) -> Mapping[str, Any]:
    """How calibration and decoding do on the song that they were not fitted to.

    Parameters
    ----------
    songs : sequence of Scored
        At least two.
    decoding : Hysteresis
        What the model had before.

    Returns
    -------
    mapping
        ``before`` and ``after``: the measures in ``TOLD``, and ``calibration_error``, pooled.
    """
    as_it_is = Calibration()  # averaged over time, as any exported model
    before = [(as_it_is(scores), truth, decoding) for scores, truth in songs]
    after = []
    for number, (scores, truth) in enumerate(songs):
        rest = [*songs[:number], *songs[number + 1 :]]
        calibration = fit_calibration(rest)
        fitted = fit_hysteresis([(calibration(s), y) for s, y in rest], decoding)
        after.append((calibration(scores), truth, fitted))
    return {when: _told(answers) for when, answers in (("before", before), ("after", after))}


def _told(answers: Sequence[tuple[NDArray[np.float32], NDArray[np.bool_], Hysteresis]]) -> Any:
    """Measures of songs: scores, truth and the decoding of each."""
    tracks = []
    for scores, truth, decoding in answers:
        values, sung = (Scores(each.astype(np.float32)[:, None]) for each in (scores, truth))
        segments = Hysteresis().segments(sung), decoding.segments(values)
        tracks.append(measured.Track(*segments, duration_s=values.end_s, scores=scores))
    pooled = evaluate(tracks)["pooled"]
    truth, scores = (np.concatenate([each[k] for each in answers]) for k in (1, 0))
    error = reliability(truth, scores).error
    return {**{name: pooled[name] for name in TOLD}, "calibration_error": error}
