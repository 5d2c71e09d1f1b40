"""Whom an example is made of: first a performer is drawn, then one of their recordings.

A performer's odds are the square root of their minutes (our choice), so that nobody dominates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from earmark.learn.library import Item

Rng = np.random.Generator


class Pool:
    """Items to draw from: first a performer, then one of their recordings by its length."""

    def __init__(self, items: Sequence[Item]) -> None:
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            groups[item.track.singer].append(item)
        self._groups = list(groups.values())
        lengths = [np.array([len(item) for item in group], float) for group in self._groups]
        self._shares = [each / each.sum() for each in lengths]
        roots = np.sqrt([each.sum() for each in lengths])
        self._odds = roots / roots.sum() if len(roots) else roots

    def __bool__(self) -> bool:
        return bool(self._groups)

    def group(self, rng: Rng) -> int:
        """A performer's number."""
        return int(rng.choice(len(self._groups), p=self._odds))

    def draw(self, rng: Rng, *, group: int | None = None) -> Item:
        """A recording (of the given performer)."""
        number = self.group(rng) if group is None else group
        items = self._groups[number]
        return items[int(rng.choice(len(items), p=self._shares[number]))]
