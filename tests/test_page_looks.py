"""The page for everybody: axe finds no serious fault, and nothing is wider than the screen."""

from __future__ import annotations

import pytest

from browsing import DESK, PHONE, open_song

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
