"""A song's page: player, waveform, segments, scores, spectrogram, figures, the model's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earmark import __version__
from earmark.annotation import SINGING, SPEECH, covered_s, labelled
from earmark.labels import looked_for, song_name
from earmark.render.markdown import to_html
from earmark.render.report.contents import Contents
from earmark.render.report.drawing import Strip, overview
from earmark.render.report.frame import asset, framed, minutes, text
from earmark.render.report.payload import base64_of, payload
from earmark.render.report.tables import found, marked
from earmark.rows import INSTRUMENTAL_S


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
            found(contents),
            f"<div>{marked(contents)}</div>",
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
    for name, said, label in (("vocal", "sung", SINGING), ("speech", "spoken", SPEECH)):
        share = row[f"{name}_fraction"]
        if not share:
            continue
        covered = covered_s(labelled(heard.segments, label))
        short = 0 < covered < INSTRUMENTAL_S  # perhaps a mistake: when it comes leads nowhere
        length = f"under {INSTRUMENTAL_S:g} s" if short else minutes(covered)
        of_all = f"{length} of {minutes(float(row['duration_s']))}"
        tiles.append((said, f"{100 * float(share):.0f} %", of_all))
        if covered and not short:
            first, last = float(row[f"first_{name}_s"]), float(row[f"last_{name}_s"])
            tiles.append((f"first {said}", minutes(first), f"last at {minutes(last)}"))
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
        f'<img id="picture" hidden alt="" src="data:image/png;base64,{base64_of(png)}">'
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
        f'<script type="application/json" id="data">{payload(contents, strips)}</script></section>'
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
