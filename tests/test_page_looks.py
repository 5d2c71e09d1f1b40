"""The page for everybody: axe finds no serious fault, and nothing is wider than the screen."""

from __future__ import annotations

import pytest

from browsing import DESK, PHONE, open_song, until
from earmark import formats

pytest_plugins = ["tabs"]


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_accessible_and_no_wider_than_the_screen(served, visit, size, scheme):
    pytest.importorskip("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    number = served.add(f"axe {scheme}.ogg".replace(" ", "%20"))
    tab = visit(size=size, scheme=scheme)
    page = tab.page
    axe = Axe()

    def check(where):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{where} is {wide} pixels too wide"
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        grave = [
            f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:120]})"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], where

    page.locator(".list li[data-id]").first.wait_for()
    check("the list")
    open_song(tab, number)
    page.keyboard.press("ArrowDown")
    check("a song")
    page.keyboard.press("?")
    check("the keys")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    check("saving")
    page.keyboard.press("Escape")
    for room in ("next", "teach", "models"):
        page.evaluate("room => { location.hash = `#/${room}`; }", room)
        page.locator(f"#room-{room} h1").wait_for()
        check(room)


def test_on_a_phone_buttons_have_words_and_blocks_are_there(served, visit):
    """Nothing hovers there, so no tip tells what an icon means."""
    number = served.add("narrow.ogg")
    tab = visit()
    open_song(tab, number)
    page = tab.page
    page.evaluate("scrollTo(0, 0)")
    page.set_viewport_size(PHONE)
    buttons = [*page.locator('[role="toolbar"] button').all(), page.locator("#forget")]
    words = [button.inner_text() for button in buttons if button.get_attribute("id") != "play"]
    assert all(words), words
    assert {"Loop", "Zoom in", "Whole", "Middle", "Undo", "Delete", "Remove"} <= set(words)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    seen = (
        "rows => rows.map((row) => row.firstChild.checkVisibility({contentVisibilityAuto: true}))"
    )
    drawn = page.locator(".blocks li[data-key]").evaluate_all(seen)  # also below what is seen now
    assert drawn
    assert all(drawn)


def test_formats_stand_by_what_they_are_for(served, visit):
    number = served.add("formats.ogg")
    tab = visit()
    open_song(tab, number)
    page = tab.page
    page.locator("#save").click()
    rows = page.locator(".saves tbody tr")
    titles = [row.locator("th, td").first.inner_text() for row in rows.all()]
    assert titles[:2] == ["To read and edit", "Table (CSV)"]
    assert titles.index("For DJs and karaoke") < titles.index("Cue points (rekordbox XML)")
    assert titles.index("For research and programs") < titles.index("Praat TextGrid")
    assert "Others" not in titles  # a new format needs a place in web/pages.py
    offered = page.locator("[data-download]").evaluate_all(
        "all => all.map((b) => b.dataset.download)"
    )
    assert sorted(offered) == sorted(formats.names(readable=False))


def test_a_model_that_is_chosen_is_of_its_song(served, visit):
    heard, new = served.add("heard.ogg"), served.add("new.ogg", detect=False)
    tab = visit()
    open_song(tab, heard)
    model = tab.page.get_by_label("Model", exact=True)
    until(lambda: model.input_value() == "singing-fast")  # by which it was heard
    model.select_option("singing-nc")
    tab.page.goto(f"{tab.page.url.split('#')[0]}#/song/{new}")
    until(lambda: model.input_value() == "singing")


def test_a_card_shows_signs_that_were_escaped(visit):
    text = visit().page.evaluate("""async () => {
        const { cardText } = await import("/static/js/card.js");
        return cardText("| a\\\\_b.ogg | x\\\\|y |\\n|---|---|\\n| 1 | 2 |").textContent;
    }""")
    assert text == "a_b.oggx|y12"
