"""A document of headings, texts, tables and pictures, as Markdown and as one HTML page.

The page is self-contained: pictures are part of it, nothing is loaded, nothing runs. All text is
escaped: a song's name never becomes markup.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.25 } h2 { font-size: 1.25rem; margin-top: 2.2rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap }
th:first-child, td:first-child { text-align: left }
thead th { border-bottom: 2px solid var(--line) }
figcaption { font-size: .9rem; opacity: .85; margin: .4rem 0 }
figure { margin: 1.2rem 0 } img { max-width: 100%; min-width: 30rem;
  height: auto; background: #fff; border-radius: 4px }
li { margin: .25rem 0 }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts; the first column is left-aligned."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG by its name in the document's pictures."""

    name: str
    caption: str


Block = Heading | Text | Items | Table | Picture


@dataclass(frozen=True, slots=True)
class Document:
    """A title, blocks in order, and the pictures (PNG data by name) that blocks refer to."""

    title: str
    blocks: Sequence[Block]
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def markdown(self, *, folder: str = "figures") -> str:
        """As Markdown; pictures are expected as ``folder/NAME.png``."""
        return "\n\n".join([f"# {self.title}", *(_markdown(b, folder) for b in self.blocks)]) + "\n"

    def html(self) -> str:
        """As one page that holds everything."""
        body = "\n".join(_html(block, self.pictures) for block in self.blocks)
        title = html.escape(self.title)
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
        )


def _markdown(block: Block, folder: str) -> str:
    match block:
        case Heading(text):
            return f"## {_plain(text)}"
        case Text(text):
            return _plain(text)
        case Items(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Table(columns, rows, caption):
            sides = ["---", *["---:"] * (len(columns) - 1)]
            lines = ["| " + " | ".join(map(_plain, row)) + " |" for row in (columns, sides, *rows)]
            return "\n".join(lines) + (f"\n\n*{_plain(caption)}*" if caption else "")
        case Picture(name, caption):
            return f"![{_plain(caption)}]({folder}/{name}.png)\n\n*{_plain(caption)}*"


def _plain(text: str) -> str:
    """Text that is neither a tag nor the border of a table's cell."""
    return text.replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def _html(block: Block, pictures: Mapping[str, bytes]) -> str:
    match block:
        case Heading(text):
            return f"<h2>{html.escape(text)}</h2>"
        case Text(text):
            return f"<p>{html.escape(text)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"
        case Table(columns, rows, caption):
            head = "".join(f'<th scope="col">{html.escape(c)}</th>' for c in columns)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>"
                for row in rows
            )
            said = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
            return (  # the caption stands outside of what scrolls, so that it is never cut
                f'<figure>{said}<div class="wide" tabindex="0"><table><thead><tr>{head}</tr>'
                f"</thead><tbody>{body}</tbody></table></div></figure>"
            )
        case Picture(name, caption):
            data = base64.b64encode(pictures[name]).decode()
            said = html.escape(caption)
            return (
                f'<figure><div class="wide" tabindex="0"><img alt="{said}" '
                f'src="data:image/png;base64,{data}"></div>'
                f"<figcaption>{said}</figcaption></figure>"
            )
