"""Labels called otherwise, or left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from earmark.annotation import Annotation, Scores
from earmark.errors import DataError


def labels_of(annotation: Annotation) -> tuple[str, ...]:
    """The labels that were looked for, and those that segments carry."""
    return tuple(dict.fromkeys([*annotation.labels, *(s.label for s in annotation.segments)]))


def relabel(
    annotation: Annotation,
    *,
    rename: Mapping[str, str] = MappingProxyType({}),
    drop: Collection[str] = (),
) -> Annotation:
    """An annotation with other names for its labels, or without some of them.

    Parameters
    ----------
    annotation : Annotation
        Its curve of scores is treated like its segments.
    rename : mapping of str to str
        Old names and new ones. Two labels may become one.
    drop : collection of str
        Labels, by their old names, that are left out.

    Raises
    ------
    DataError
        If no column of scores would be left, or two would have one name.

    Examples
    --------
    >>> from earmark import Segment
    >>> found = Annotation((Segment(0, 1, "vocal"), Segment(2, 3, "noise")))
    >>> relabel(found, rename={"vocal": "singing"}, drop=["noise"]).segments
    (Segment(start_s=0, end_s=1, label='singing', score=None),)
    """
    names = {label: rename.get(label, label) for label in labels_of(annotation)}
    segments = (s for s in annotation.segments if s.label not in drop)
    return replace(
        annotation,
        segments=tuple(replace(s, label=names[s.label]) for s in segments),
        labels=tuple(dict.fromkeys(names[o] for o in annotation.labels if o not in drop)),
        scores=None if annotation.scores is None else _columns(annotation.scores, rename, drop),
    )


def _columns(scores: Scores, rename: Mapping[str, str], drop: Collection[str]) -> Scores:
    kept = [column for column, label in enumerate(scores.labels) if label not in drop]
    labels = [rename.get(scores.labels[column], scores.labels[column]) for column in kept]
    if not kept:
        raise DataError("no column of scores would be left; drop fewer labels")
    if len(set(labels)) < len(labels):
        raise DataError(f"two columns of scores would be called {max(labels, key=labels.count)}")
    return replace(scores, values=scores.values[:, kept], labels=tuple(labels))
