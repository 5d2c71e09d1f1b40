"""How right the endpoints are that label the source task: rendered utterances with exact truth.

The judgement against silero-vad on recorded speech is ``bench/endpoints.py``: the study does not
need another system to be installed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earmark.annotation import HOP_S, Segment, segments_to_frames
from earmark.endpoints import endpoints
from earmark.metrics.counts import frame_counts, rates
from earmark.synth.speech import render_speech

SR = 16000


def compare(
    truths: Sequence[Sequence[Segment]],
    answers: Sequence[Sequence[Segment]],
    lengths: Sequence[int],
) -> dict[str, float]:
    """Agreement of endpoints with a truth or a referee.

    Parameters
    ----------
    truths, answers : sequence of sequences of Segment
        Of each utterance.
    lengths : sequence of int
        Samples of each at 16 kHz.

    Returns
    -------
    dict
        ``accuracy`` and ``f1`` over frames; ``start_s`` and ``end_s``, the median distance from an
        edge of the truth to the nearest that was found, seconds; ``edges``, how many of either;
        ``missed``, utterances in which nothing was found.
    """
    counts = np.zeros(4, np.int64)
    starts_s, ends_s = [], []
    for truth, answer, n in zip(truths, answers, lengths, strict=True):
        frames = [segments_to_frames(s, int(n / SR / HOP_S)) for s in (truth, answer)]
        counts += frame_counts(*frames)[0]
        for s in truth if answer else ():
            starts_s.append(min(abs(a.start_s - s.start_s) for a in answer))
            ends_s.append(min(abs(a.end_s - s.end_s) for a in answer))
    found = rates(counts)
    return {
        "accuracy": float(found["accuracy"]),
        "f1": float(found["f1"]),
        "start_s": float(np.median(starts_s)),
        "end_s": float(np.median(ends_s)),
        "edges": len(starts_s),
        "missed": sum(bool(t) and not a for t, a in zip(truths, answers, strict=True)),
    }


def rendered(count: int = 20) -> tuple[list[np.ndarray], list[list[Segment]]]:
    """Utterances (samples at 16 kHz) and their exact truth, always the same."""
    made = [render_speech(np.random.default_rng([5, index])) for index in range(count)]
    return [y for y, _ in made], [segments for _, segments in made]


def endpoint_check() -> dict[str, float]:
    """The detector on the rendered utterances."""
    voices, truths = rendered()
    return compare(truths, [endpoints(y) for y in voices], [len(y) for y in voices])
