"""Segments as tables, each row of which begins with a button that goes there; and the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earmark.annotation import Segment
from earmark.render.report.contents import Contents
from earmark.render.report.frame import minutes, text

_MEASURES = {
    "accuracy": "frames alike",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "auc": "AUC",
    "onset_f": "starts within 0.3 s, F",
    "offset_f": "ends within 0.3 s, F",
}
_PARTLY = (
    "Nobody checked all of it on the page: what no person made or moved there is what a model "
    "said, so nothing is measured against it."
)


def found(contents: Contents) -> str:
    heard = contents.heard
    several = len(heard.labels) > 1
    columns = ["start", "end", "seconds", *(["label"] if several else []), "score"]
    rows = [
        [
            minutes(s.end_s), f"{s.duration_s:.2f}", *([s.label] if several else []),
            "" if s.score is None else f"{s.score:.2f}",
        ]
        for s in heard.segments
    ]  # fmt: skip
    said = f"No {' and no '.join(heard.labels)} was found."
    return _table("What the model found", columns, heard.segments, rows, nothing=said)


def marked(contents: Contents) -> str:
    truth, figures = contents.truth, contents.figures
    if truth is None:
        return ""
    rows = [[minutes(s.end_s), f"{s.duration_s:.2f}", s.label] for s in truth.segments]
    columns = ["start", "end", "seconds", "label"]
    table = _table(
        "What a person marked", columns, truth.segments, rows,
        nothing="The labels hold no segment.", more=f"From {contents.truth_name}.",
    )  # fmt: skip
    if contents.partly:
        return f"{table}<p>{_PARTLY}</p>"
    if figures is None:
        return table
    cells = "".join(
        f'<tr><th scope="row">{name}</th><td>{_figure(figures[key])}</td></tr>'
        for key, name in _MEASURES.items()
    )
    return (
        f"{table}<section><h2>How alike the two are</h2><table><caption>Singing, by frames "
        "of 20 ms and by edges; · where there is nothing to measure.</caption>"
        f"<tbody>{cells}</tbody></table></section>"
    )


def _table(
    title: str,
    columns: Sequence[str],
    segments: Sequence[Segment],
    rows: Sequence[Sequence[str]],
    *,
    nothing: str,
    more: str = "",
) -> str:
    """Segments, a row each, which begins with a button that goes there."""
    if not rows:
        return f"<section><h2>{text(title)}</h2><p>{text(nothing)} {text(more)}</p></section>"
    head = "".join(f'<th scope="col">{text(column)}</th>' for column in columns)
    body = "".join(
        f'<tr data-from="{s.start_s:.3f}" data-to="{s.end_s:.3f}"><td><button type="button" '
        f'data-at="{s.start_s:.3f}" aria-label="Play from {minutes(s.start_s)}">'
        f"{minutes(s.start_s)}</button></td>"
        + "".join(f"<td>{text(cell)}</td>" for cell in row)
        + "</tr>"
        for s, row in zip(segments, rows, strict=True)
    )
    said = f'<p class="soft">{text(more)}</p>' if more else ""
    return (
        f"<section><h2>{text(title)}</h2>{said}"
        f'<div class="wide tall" tabindex="0" role="region" aria-label="{text(title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _figure(value: float) -> str:
    return "·" if np.isnan(value) else f"{value:.3f}"
