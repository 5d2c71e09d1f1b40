"""The card beside a model that was taught here: on what, how, and what that brought."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date

from earmark import __version__
from earmark.learn.amounts import Settings
from earmark.learn.calibrate import Calibration
from earmark.learn.corrected import Corrected
from earmark.learn.left_out import Compared
from earmark.runtime import ModelInfo


def taught_card(
    name: str,
    model: bytes,
    songs: Sequence[Corrected],
    base: ModelInfo,
    settings: Settings,
    *,
    why: str,
    compared: Compared | None,
    calibration: Calibration | None,
    shifted: Compared | None = None,
) -> str:
    """The text of a card, in Markdown.

    Parameters
    ----------
    name : str
    model : bytes
        The file that it speaks of.
    songs : sequence of Corrected
    base : ModelInfo
    settings : Settings
    why : str
    compared : Compared, optional
        None: no song was left out yet, or none could be.
    calibration : Calibration, optional
    shifted : Compared, optional
        With the calibration.
    """
    minutes = sum(song.known_s for song in songs) / 60
    what = f"{len(songs)} song{'s' * (len(songs) != 1)}, {minutes:.1f} minutes"
    parts = [
        f"# {name}: {base.name}, taught by {what}",
        f"**{_verdict(compared)}**",
        _table(
            ("", ""),
            [
                ("file", f"`{name}.onnx`, sha256 `{hashlib.sha256(model).hexdigest()}`"),
                ("began as", f"{base.name}, sha256 `{base.sha256}`"),
                ("made", f"{date.today().isoformat()}, earmark {__version__}, `earmark adapt`"),
                ("labels", ", ".join(base.labels)),
                ("licence", _LICENCE),
            ],
        ),
        "## Taught by",
        _table(
            ("song", "minutes labelled", "of these sung"),
            [
                (_cell(song.name), f"{song.known_s / 60:.1f}", f"{song.sung_s / 60:.1f}")
                for song in songs
            ],
        ),
        "## How",
        _how(settings, why),
    ]
    if compared is not None:
        parts += ["## Before and after", _figures(compared), _measured(compared)]
        parts.append(_shifted(calibration, shifted, len(compared.songs)))
    parts += ["## What it is not good at", _CARE]
    return "\n\n".join(parts) + "\n"


_LICENCE = (
    "yours: the weights are those of the base model (see its card), changed by your songs and "
    "labels. Whether you may pass it on depends on your songs' licences as well; no recording is "
    "contained in it"
)
_CARE = (
    "It was taught by the songs above and measured on them alone, each time without having learnt "
    "from the one that it was measured on. Songs that sound otherwise (other singers, other "
    "mixes) may be marked worse than by the base model: choose by `--model`, and look at some."
)


def _verdict(compared: Compared | None) -> str:
    if compared is None:
        return "A candidate: it has not been measured on songs that it had not learnt from."
    left = "halves of songs" if compared.halves else "songs"
    before, after = compared.before["accuracy"], compared.after["accuracy"]
    said = f"On {left} left out, {after:.3f} of the frames are right; before it were {before:.3f}."
    if compared.doubt is not None:
        return f"{said} No more than a candidate: {compared.doubt}."
    return said + (" It got worse." if compared.worse else "")


def _how(settings: Settings, why: str) -> str:
    fixed = ", ".join(settings.fixed) or "none"
    share = "" if settings.share == 1 else (
        f" The weights lie {settings.share:.0%} of the way from the base model's to those that "
        "were learnt, which takes back what was forgotten."
    )  # fmt: skip
    offsets = " Each song had an offset of its own meanwhile." if settings.offsets else ""
    return (
        f"`{settings.layers}` ({why}). Fixed layers: {fixed}. {settings.steps} steps at a rate of "
        f"{settings.lr:g} on {settings.windows} windows of the songs, half of them in another "
        f"tempo, pitch or mix.{offsets}{share} What the labels do not tell of is held to what the "
        "base model answers."
    )


def _figures(compared: Compared) -> str:
    rows = [
        (_cell(str(row["name"])), *_pairs(row["before"], row["after"])) for row in compared.songs
    ]
    rows.append(("**all**", *_pairs(compared.before, compared.after)))
    return _table(("left out", "AUC", "accuracy", "F1"), rows)


def _measured(compared: Compared) -> str:
    low, high = compared.gain
    halves = (
        " Each time one half of a song was left out and the other learnt from: other songs may "
        "gain less." if compared.halves else ""
    )  # fmt: skip
    return (
        "Before → after, on the labelled frames. The accuracy changed by "
        f"{low:+.3f} to {high:+.3f} (95 %, paired bootstrap over songs, and over blocks of 10 s in "
        f"them).{halves}"
    )


def _shifted(calibration: Calibration | None, shifted: Compared | None, songs: int) -> str:
    if calibration is None or shifted is None:
        return "Scores and thresholds are calibrated as the base model's."
    return (
        f"Logits of singing were shifted by {calibration.shift:+.2f}, fitted to the scores of "
        f"{songs} left-out songs and shrunk towards the base model's. The figures above are "
        "without the shift, and decided whether the model is kept; with shifts fitted to the "
        f"other songs the accuracy is {shifted.after['accuracy']:.3f} and the F1 "
        f"{shifted.after['f1']:.3f}, which flatters: that they are better is why it was shifted."
    )


def _pairs(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    return [f"{_figure(before[key])} → {_figure(after[key])}" for key in ("auc", "accuracy", "f1")]


def _figure(value: float) -> str:
    return "·" if math.isnan(value) else f"{value:.3f}".removeprefix("0")


def _cell(text: str) -> str:
    """Text that cannot end a cell, nor be markup."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in " ".join(text.split()))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
