"""What model cards hold, as HTML: nothing in them becomes markup but what Markdown means."""

import pytest

from earmark.render.markdown import to_html
from earmark.runtime import SHIPPED


def test_blocks():
    text = "# T\n\none\ntwo\n\n- a\n  b\n- c\n\n| x | y |\n|---|---:|\n| 1 | `2` |\n\n## U\nend"
    assert to_html(text).splitlines() == [
        "<h3>T</h3>",
        "<p>one two</p>",
        "<ul><li>a b</li><li>c</li></ul>",
        '<div class="wide" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        '<th scope="col">x</th><th scope="col">y</th></tr></thead><tbody><tr>'
        '<th scope="row">1</th><td><code>2</code></td></tr></tbody></table></div>',
        "<h4>U</h4>",
        "<p>end</p>",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        '[a](https://e.org/"onclick="alert(1))',
        "`<b>`",
        "| <b> |\n|---|\n| <i> |",
        "- <b>",
        "# <b>",
        "**<b>**",
    ],
)
def test_nothing_else_becomes_markup(text):
    made = to_html(text)
    assert "<script" not in made
    assert "javascript" not in made.replace("[a](javascript", "")
    assert '"onclick' not in made
    assert "<b>" not in made
    assert "<i>" not in made


@pytest.mark.parametrize("card", sorted(SHIPPED.glob("*.md")), ids=lambda card: card.stem)
def test_every_shipped_card(card):
    made = to_html(card.read_text("utf-8"))
    assert "<table>" in made
    assert "**" not in made
    assert "](" not in made
