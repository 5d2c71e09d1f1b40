"""A song's page: player, waveform, segments, scores, spectrogram, figures, the model's card."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from earmark import __version__
from earmark.annotation import SINGING, Annotation, Segment, labelled
from earmark.labels import looked_for, song_name
from earmark.peaks import Peaks
from earmark.render.markdown import to_html
from earmark.render.report.contents import Contents
from earmark.render.report.drawing import Strip, gain, overview
from earmark.render.report.frame import asset, framed, minutes, text

MOST_PAIRS = 60_000
"""Of the waveform that a page holds: ten minutes at the finest level."""
MOST_SCORES = 100_000
"""Of a score curve that a page holds: half an hour at 20 ms. Longer ones are thinned by means."""
_MEASURES = {
    "accuracy": "frames alike",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "auc": "AUC",
    "onset_f": "starts within 0.3 s, F",
    "offset_f": "ends within 0.3 s, F",
}


def song_page(contents: Contents, *, sound: str) -> str:
    """The page of a song.

    Parameters
    ----------
    contents : Contents
    sound : str
        The song's address: relative to where the page will lie, or a ``data:`` one.
    """
    title = song_name(contents.path.name)
    strips = song_strips(contents)
    playable = contents.peaks.duration_s > 0 and bool(strips)
    body = "\n".join(
        [
            _header(contents, title),
            "<main>",
            _tiles(contents),
            _player(contents, strips, sound=sound) if playable else "",
            '<div class="side">',
            _segments(contents),
            f"<div>{_person(contents)}</div>",
            "</div>",
            _about(contents),
            "</main>",
            f"<footer>Made by earmark {__version__}. Scores are the model's, not the truth: what "
            "counts as singing, and where it errs, its card says.</footer>",
        ]
    )
    media = "data:" if sound.startswith("data:") else "'self' file:"
    return framed(title, body, script=asset("page.js") if playable else "", media=media)


def song_strips(contents: Contents) -> list[Strip]:
    """What the model found, then what a person marked."""
    heard, truth = contents.heard, contents.truth
    strips = [
        Strip(
            f"{label}, by the model", label, "sung" if label == heard.labels[0] else "speech",
            labelled(heard.segments, label),
        )
        for label in heard.labels
    ]  # fmt: skip
    if truth is not None:
        names = sorted(looked_for(truth, contents.truth_name)) or [SINGING]
        strips += [
            Strip(f"{name}, by hand", name, "person", labelled(truth.segments, name))
            for name in names
        ]
    return strips


def _header(contents: Contents, title: str) -> str:
    said = [text(contents.path.name), minutes(contents.peaks.duration_s)]
    warning = contents.row["warning"]
    alert = f'<p class="alert" role="note">{text(warning)}.</p>' if warning else ""
    return (
        f'<header><h1>{text(title)}</h1><p class="soft">{", ".join(said)}; heard by the model '
        f"{text(contents.model.name)}</p>{alert}</header>"
    )


def _tiles(contents: Contents) -> str:
    """The figures that one looks for first."""
    row, heard = contents.row, contents.heard
    tiles = []
    for name, label in (("vocal", "sung"), ("speech", "spoken")):
        share = row[f"{name}_fraction"]
        if not share:
            continue
        first, last = row[f"first_{name}_s"], row[f"last_{name}_s"]
        length_s = float(share) * float(row["duration_s"])
        said = f"{minutes(length_s)} of {minutes(float(row['duration_s']))}"
        tiles.append((label, f"{100 * float(share):.0f} %", said))
        if first:
            tiles.append(
                (f"first {label}", minutes(float(first)), f"last at {minutes(float(last))}")
            )
    if row["longest_gap_s"]:
        tiles.append(("longest without singing", minutes(float(row["longest_gap_s"])), ""))
    count = len(heard.segments)
    tiles.append(("segments", str(count), " and ".join(heard.labels)))
    cells = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}<small>{text(more)}</small></dd></div>"
        for name, value, more in tiles
    )
    return f'<dl class="tiles" aria-label="Summary">{cells}</dl>'


def _player(contents: Contents, strips: Sequence[Strip], *, sound: str) -> str:
    length_s = contents.peaks.duration_s
    key = "".join(
        '<li><svg viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect class="{strip.kind}" width="10" height="10"/></svg>{text(strip.name)}</li>'
        for strip in strips
    )
    png = contents.picture.png
    picture = (
        f'<img id="picture" hidden alt="" src="data:image/png;base64,{_base64(png)}">'
        if png
        else ""
    )
    return (
        '<section class="player" aria-label="Player">'
        f'<audio id="audio" controls preload="metadata" src="{text(sound)}"></audio>'
        '<p class="alert" id="lost" role="alert" hidden>The sound cannot be played: the song is no '
        "longer where it was, or this browser does not know its format. "
        "<code>earmark report --embed</code> puts it into the page.</p>"
        '<div class="whole" id="whole" role="slider" aria-label="Position in the song" '
        f'aria-valuemin="0" aria-valuemax="{length_s:.1f}" aria-valuenow="0" '
        'aria-describedby="help">'
        f"{overview(contents.peaks, strips)}"
        '<div class="part" id="part" data-script hidden></div>'
        '<div class="at" id="at" data-script hidden></div></div>'
        '<canvas class="near" id="near" data-script hidden role="img" aria-label="Waveform, '
        'segments, scores and log-mel spectrogram around the playhead"></canvas>'
        '<div class="tools"><div class="zoom" data-script hidden>'
        '<button type="button" id="closer" aria-label="Show less time">+</button>'
        '<button type="button" id="farther" aria-label="Show more time">−</button>'
        '<span class="soft" id="span" aria-live="polite"></span></div>'
        f'<ul class="key" aria-label="Colours">{key}</ul></div>'
        '<p class="soft" id="help">Click or drag to seek, space plays; on the whole song, arrows, '
        "page up and down, home and end.</p>"
        f"{picture}"
        f'<script type="application/json" id="data">{_data(contents, strips)}</script></section>'
    )


def _data(contents: Contents, strips: Sequence[Strip]) -> str:
    """What the script draws; no text in it can end the element that holds it."""
    level, peaks_hz = _level(contents.peaks)
    kinds = {strip.label: strip.kind for strip in reversed(strips) if strip.kind != "person"}
    return _json(
        {
            "duration_s": contents.peaks.duration_s,
            "peaks": _base64(level),
            "peaks_hz": peaks_hz,
            "gain": round(gain(contents.peaks), 3),
            "onset": float(contents.heard.provenance.get("onset", 0.5)),
            "picture_s": contents.picture.span_s,
            "rows": [
                {
                    "name": strip.name,
                    "label": strip.label,
                    "colour": strip.kind,
                    "segments": [[round(s.start_s, 3), round(s.end_s, 3)] for s in strip.segments],
                }
                for strip in strips
            ],
            "curves": list(_curves(contents.heard, kinds)),
        }
    )


def _level(peaks: Peaks) -> tuple[bytes, float]:
    """The finest zoom level that a page may hold, and its pairs a second."""
    number = next(
        (k for k, level in enumerate(peaks.levels) if len(level) <= MOST_PAIRS),
        len(peaks.levels) - 1,
    )
    return peaks.levels[number].tobytes(), peaks.rate_hz / 2**number


def _curves(heard: Annotation, kinds: dict[str, str]) -> Iterable[dict[str, Any]]:
    scores = heard.scores
    if scores is None or not len(scores.values):
        return
    fold = -(-len(scores.values) // MOST_SCORES)
    whole = len(scores.values) // fold * fold
    for column, label in enumerate(scores.labels):
        values = scores.values[:whole, column].reshape(-1, fold).mean(axis=1)
        small = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
        colour = {"sung": "wave"}.get(kinds.get(label, "speech"), "speech")
        yield {
            "label": label,
            "colour": colour,
            "hop_s": scores.hop_s * fold,
            "values": _base64(small.tobytes()),
        }


def _segments(contents: Contents) -> str:
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


def _person(contents: Contents) -> str:
    truth, figures = contents.truth, contents.figures
    if truth is None:
        return ""
    rows = [[minutes(s.end_s), f"{s.duration_s:.2f}", s.label] for s in truth.segments]
    columns = ["start", "end", "seconds", "label"]
    table = _table(
        "What a person marked", columns, truth.segments, rows,
        nothing="The labels hold no segment.", more=f"From {contents.truth_name}.",
    )  # fmt: skip
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


def _about(contents: Contents) -> str:
    """How it was done, so that it can be done again, and the model's card."""
    provenance = contents.heard.provenance
    rows = "".join(
        f'<tr><th scope="row">{text(key)}</th><td>{text(_said(value))}</td></tr>'
        for key, value in provenance.items()
    )
    card = to_html(contents.card) if contents.card else "<p>This model has no card.</p>"
    return (
        "<details><summary>How this was made</summary>"
        '<div class="wide" tabindex="0" role="region" aria-label="Settings">'
        f"<table><tbody>{rows}</tbody></table></div></details>"
        f"<details><summary>The model's card</summary>{card}</details>"
    )


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _figure(value: float) -> str:
    return "·" if np.isnan(value) else f"{value:.3f}"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
