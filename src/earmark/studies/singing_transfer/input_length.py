"""Figure 3: how long must a block be? The source task, and the songs, against T."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from earmark.learn.dense import dense_scores
from earmark.learn.examples import Example, Examples
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.material import spoken
from earmark.studies.singing_transfer.measures import figures, of_songs
from earmark.studies.singing_transfer.runs import Run, source
from earmark.studies.singing_transfer.songs import FILL, standard


def test_mixtures(examples: Examples, *, count: int) -> list[Example]:
    """Mixtures of speakers and collections that no source network has heard; always the same."""
    return [spoken(examples, np.random.default_rng([7, index])) for index in range(count)]


def source_task(lab: Lab, run: Run, tests: Sequence[Example]) -> dict[str, float]:
    """How well a source network does its own task, over all frames whose label is known."""
    net = lab.net(run)
    scores = np.concatenate([dense_scores(net, standard(X), fill=FILL) for X, _, _ in tests])
    active, known = (np.concatenate([test[i] for test in tests]) for i in (1, 2))
    return figures(active[known], scores[known])


def input_length(lab: Lab, tests: Sequence[Example]) -> list[dict[str, Any]]:
    """A point for each T."""
    points = []
    for length in lab.settings.lengths:
        run = source(lab.settings, length=length)
        songs = of_songs(lab.songs, lab.scores(run))
        points.append({"T": length, "source": source_task(lab, run, tests), "songs": songs})
    return points
