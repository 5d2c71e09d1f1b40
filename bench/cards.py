"""Fill README and model cards with what the benches wrote.

    python bench/cards.py --results work/bench

``work/bench`` holds the benches' outputs: ``dev.md``, ``nc.md``, ``robustness.md``, ``speed.md``,
``left_out.md``, ``ingredients.md``. A page says itself what goes where, between two comments, the
last one being ``end``::

    <!-- filled by dev: origin; pooled; called singing -->
    <!-- filled by dev for singing-fast: pooled -->
    <!-- end -->

A table is named by the start of its first heading; ``origin`` is the line of date, machine and
command, ``notes`` is all that is no table, ``tables`` all that is. With ``for NAME`` only that
model's rows stay.
"""

from __future__ import annotations

import argparse
import re
from functools import partial
from pathlib import Path

from earmark.atomic import write_atomic
from earmark.runtime import SHIPPED, model_names

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(
    r"(<!-- filled by (?P<file>\w+)(?: for (?P<model>[\w-]+))?: (?P<parts>[^\n]*?) -->\n)"
    r".*?(<!-- end -->)",
    re.DOTALL,
)


def main() -> None:
    """Rewrite the blocks of all pages; a block whose bench did not run stays as it is."""
    options = _options()
    fill = partial(_filled, results=options.results)
    for page in (README, *(SHIPPED / f"{name}.md" for name in model_names())):
        text = page.read_text("utf-8")
        write_atomic(page, BLOCK.sub(fill, text).encode())


def _filled(block: re.Match[str], *, results: Path) -> str:
    """A block with what its opening comment asks for."""
    opening, end = block[1], block[5]
    parts = [part.strip() for part in block["parts"].split(";")]
    path = results / f"{block['file']}.md"
    if not path.is_file():
        print(f"{path}: not there, its tables stay as they are")
        return block[0]
    paragraphs = [p for p in re.split(r"\n\s*\n", path.read_text("utf-8").strip()) if p]
    found = [_only(p, block["model"]) for part in parts for p in _named(paragraphs, part)]
    whole = "\n\n".join(found)
    return f"{opening}\n{whole}\n\n{end}"


def _named(paragraphs: list[str], part: str) -> list[str]:
    """Those of a bench's paragraphs that are meant."""
    tables = [p for p in paragraphs if p.startswith("|")]
    match part:
        case "origin":
            return paragraphs[:1]
        case "notes":
            return [p for p in paragraphs[1:] if p not in tables]
        case "tables":
            return tables
        case "all":
            return paragraphs[1:]
    if not (named := [table for table in tables if table.startswith(f"| {part}")]):
        raise SystemExit(f"no table begins with {part!r}")
    return named


def _only(paragraph: str, model: str | None) -> str:
    """A table with one model's rows alone."""
    if model is None or not paragraph.startswith("|"):
        return paragraph
    head, line, *rows = paragraph.splitlines()
    own = [row for row in rows if row.startswith(f"| **earmark** {model} (")]
    return "\n".join([head, line, *own])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True, help="the benches' outputs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
