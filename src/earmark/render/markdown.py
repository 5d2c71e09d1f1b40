"""The Markdown of model cards as HTML: headings, paragraphs, lists, tables, a few marks in lines.

All text is escaped first, so nothing in a card becomes markup but these. Links that leave the
computer stay links; those to files of the project, which a page cannot follow, become their text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"), r"<em>\1</em>"),
)


def to_html(text: str, *, top: int = 3) -> str:
    r"""Markdown as a piece of HTML.

    Parameters
    ----------
    text : str
    top : int
        Level of the first kind of heading on the page, ``#`` becoming ``<h3>``.

    Examples
    --------
    >>> print(to_html("# One <b>\n\nA *word*, `a*b*`."))
    <h3>One &lt;b&gt;</h3>
    <p>A <em>word</em>, <code>a*b*</code>.</p>
    """
    kept = (line.rstrip() for line in text.splitlines() if not line.startswith("<!--"))
    return "\n".join(_blocks(list(kept), top))


def _blocks(lines: Sequence[str], top: int) -> Iterator[str]:
    for kind, group in groupby(_kinds(lines), key=lambda pair: pair[0]):
        content = [line for _, line in group]
        if kind == "heading":
            for line in content:
                marks, _, said = line.partition(" ")
                level = min(6, top + len(marks) - 1)
                yield f"<h{level}>{inline(said)}</h{level}>"
        elif kind == "table":
            yield _table(content)
        elif kind == "list":
            items = re.split(r"^\s*[-*] ", "\n".join(content), flags=re.MULTILINE)[1:]
            yield "<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>"
        elif kind == "text":
            yield f"<p>{inline(' '.join(content))}</p>"


def _kinds(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with what it belongs to; what follows a list's item without a gap is part of it."""
    kind = "gap"
    for line in lines:
        if not line.strip():
            kind = "gap"
        elif re.match(r"#{1,6} ", line):
            kind = "heading"
        elif line.lstrip().startswith("|"):
            kind = "table"
        elif re.match(r"\s*[-*] ", line):
            kind = "list"
        elif kind != "list":
            kind = "text"
        yield kind, line


def _table(lines: Sequence[str]) -> str:
    rows = [[inline(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
    head = rows[0]
    body = [row for row in rows[1:] if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    named = any(head)
    titles = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    cells = "".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in body
    )
    thead = f"<thead><tr>{titles}</tr></thead>" if named else ""
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Table">'
        f"<table>{thead}<tbody>{cells}</tbody></table></div>"
    )


def inline(text: str) -> str:
    """Marks within a line: code, links, strong and emphasised words.

    Examples
    --------
    >>> inline("**a** [b](c.md) [d](https://e.org/?x&y)")
    '<strong>a</strong> b <a href="https://e.org/?x&amp;y" rel="noreferrer">d</a>'
    """
    codes: list[str] = []

    def put_by(found: re.Match[str]) -> str:
        codes.append(f"<code>{html.escape(found[1])}</code>")
        return f"\0{len(codes) - 1}\0"

    plain = _CODE.sub(put_by, " ".join(text.replace("\0", "").split()))
    done = _LINK.sub(_link, html.escape(plain))
    for pattern, replacement in _MARKS:
        done = pattern.sub(replacement, done)
    return re.sub(r"\0(\d+)\0", lambda found: codes[int(found[1])], done)


def _link(found: re.Match[str]) -> str:
    said, target = found.groups()
    if not re.match(r"https?://", target):
        return said
    return f'<a href="{target}" rel="noreferrer">{said}</a>'
