"""Labels called otherwise, or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from earmark.annotation import Annotation, Scores, Segment
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
        Old names and new ones. Two labels may become one: then their segments that overlap are
        joined, without a score.
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
    (Segment(0, 1, 'singing'),)
    """
    names = {o: rename.get(o, o) for o in labels_of(annotation) if o not in drop}
    segments = (replace(s, label=names[s.label]) for s in annotation.segments if s.label in names)
    twice = {label for label, count in Counter(names.values()).items() if count > 1}
    labels = tuple(dict.fromkeys(names[o] for o in annotation.labels if o in names))
    told = {"labels": list(labels)} if "labels" in annotation.provenance else {}
    return replace(
        annotation,
        segments=_joined(segments, twice),
        labels=labels,
        scores=None if annotation.scores is None else _columns(annotation.scores, rename, drop),
        provenance={**annotation.provenance, **told},
    )


def _joined(segments: Iterable[Segment], labels: Collection[str]) -> tuple[Segment, ...]:
    """Segments in order of their starts, of which those of some labels do not overlap."""
    found: list[Segment] = []
    last: dict[str, int] = {}  # of each of the labels, where its latest is
    for s in segments:
        at = last.get(s.label)
        if at is not None and s.start_s < found[at].end_s:
            end_s = max(found[at].end_s, s.end_s)
            found[at] = replace(found[at], end_s=end_s, score=None)
        else:
            found.append(s)
            if s.label in labels:
                last[s.label] = len(found) - 1
    return tuple(found)


def _columns(scores: Scores, rename: Mapping[str, str], drop: Collection[str]) -> Scores:
    kept = [column for column, label in enumerate(scores.labels) if label not in drop]
    labels = [rename.get(scores.labels[column], scores.labels[column]) for column in kept]
    if not kept:
        raise DataError("no column of scores would be left; drop fewer labels")
    if len(set(labels)) < len(labels):
        raise DataError(f"two columns of scores would be called {max(labels, key=labels.count)}")
    return replace(scores, values=scores.values[:, kept], labels=tuple(labels))
