"""A document says the same as Markdown and as HTML, and no text becomes markup."""

from html.parser import HTMLParser

import pytest

from earmark.render.document import Document, Heading, Items, Picture, Table, Text

PNG = b"\x89PNG\r\n\x1a\n"
EVIL = '<script>alert("1")</script>'


class Reader(HTMLParser):
    """Tags, attributes and cells of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text.append(data.strip())


@pytest.fixture
def document():
    blocks = [
        Heading("Table"),
        Text(EVIL),
        Items(["one", EVIL]),
        Table(["song", "F"], [[EVIL, "91.2"], ["a|b", "88.0"]], caption="percent"),
        Picture("strips", f"what is {EVIL}"),
    ]
    return Document("Study", blocks, {"strips": PNG})


def test_html_is_self_contained_and_escaped(document):
    reader = Reader()
    reader.feed(document.html())
    assert "script" not in reader.tags
    assert reader.text.count(EVIL) == 3
    assert all(link.startswith("data:image/png;base64,") for link in reader.links)
    assert len(reader.links) == 1
    assert {"91.2", "88.0", "percent"} <= set(reader.text)


def test_markdown(document):
    text = document.markdown()
    assert "# Study\n" in text
    assert "| song | F |\n| --- | ---: |" in text
    assert "a\\|b" in text
    assert "(figures/strips.png)" in text
    assert "<script>" not in text
