"""A page that lists songs and leads to theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.render.report.frame import framed, minutes, text
from earmark.rows import Row


@dataclass(frozen=True, slots=True)
class Entry:
    """A song in the list.

    Parameters
    ----------
    name : str
    row : dict
        What the summary tells of it; its ``error`` says why there is no page.
    href : str
        Its page's address as seen from the list; empty where there is none.
    drawing : str
        The whole song as SVG.
    """

    name: str
    row: Row
    href: str = ""
    drawing: str = ""


def index_page(entries: Sequence[Entry], *, title: str = "Songs") -> str:
    """The list, in the order given."""
    done = [entry for entry in entries if entry.href]
    heard_s = sum(float(entry.row["duration_s"] or 0) for entry in done)
    sung_s = sum(
        float(entry.row["duration_s"]) * float(entry.row["vocal_fraction"] or 0) for entry in done
    )
    failed = len(entries) - len(done)
    said = f"{len(entries)} song{'s' * (len(entries) != 1)}, {minutes(heard_s)} in all" + (
        f", {minutes(sung_s)} of it sung" if sung_s else ""
    )
    lost = f'<p class="alert" role="note">{failed} could not be done.</p>' if failed else ""
    columns = ("song", "from start to end", "length", "sung", "first sung", "spoken")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join(map(_line, entries))
    table = (
        '<div class="wide list" tabindex="0" role="region" aria-label="Songs"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    header = f'<header><h1>{text(title)}</h1><p class="soft">{text(said)}</p>{lost}</header>'
    return framed(title, f"{header}<main>{table}</main><footer>Made by earmark.</footer>")


def _line(entry: Entry) -> str:
    row = entry.row
    name = text(entry.name)
    if not entry.href:
        return f'<tr><th scope="row">{name}</th><td colspan="5">{text(row["error"])}</td></tr>'
    cells = (
        minutes(float(row["duration_s"])),
        _percent(row["vocal_fraction"]),
        minutes(float(row["first_vocal_s"])) if row["vocal"] == "true" else "",
        _percent(row["speech_fraction"]),
    )
    rest = "".join(f"<td>{text(cell)}</td>" for cell in cells)
    note = f"<small>{text(row['warning'])}</small>" if row["warning"] else ""
    return (
        f'<tr><th scope="row"><a href="{text(entry.href)}">{name}</a></th>'
        f"<td>{entry.drawing}{note}</td>{rest}</tr>"
    )


def _percent(share: str) -> str:
    return f"{100 * float(share):.0f} %" if share else ""
