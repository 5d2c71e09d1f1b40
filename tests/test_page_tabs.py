"""Many tabs of one browser: it allows a host six connections, so a hidden tab must keep none."""

from __future__ import annotations

import pytest

from browsing import kept, times, until

pytest_plugins = ["tabs"]
TABS = 8
HIDING = """
let seen = true;
Object.defineProperty(document, "visibilityState", { get: () => (seen ? "visible" : "hidden") });
window.look = (now) => { seen = now; document.dispatchEvent(new Event("visibilitychange")); };
"""
"""Without a screen the browser calls all tabs visible; here ``look(false)`` hides one."""


@pytest.fixture
def tabs(visit, served):
    """``tabs(path)`` opens one more tab of the same browser; those before it are hidden."""
    context = visit().page.context  # whose own tab is seen all the time, as in another window
    context.add_init_script(HIDING)
    opened = []

    def tab(path):
        for page in opened:
            page.evaluate("look(false)")
        page = context.new_page()
        opened.append(page)
        page.goto(served.url + path)
        return page

    return tab


def test_eight_tabs_and_each_answers(served, tabs):
    number = served.add("eight.ogg")
    pages = [tabs(f"/#/song/{number}") for _ in range(TABS)]
    pages[-1].locator(".blocks li[data-key]").first.wait_for()
    pages[-1].evaluate("look(false)")
    for page in pages:
        page.evaluate("look(true)")
        page.locator(".blocks li[data-key]").first.wait_for()
        before = len(times(page))
        found = kept(served, number)[1]
        segments = found["segments"][1:]
        body = {"revision": found["revision"], "segments": segments, "checked": False}
        served("PUT", f"/api/songs/{number}/labels", body)
        until(lambda p=page, n=before: len(times(p)) == n - 1)  # the news come
        page.keyboard.press("Home")
        page.keyboard.press("a")
        until(lambda p=page: p.locator("#saved").inner_text() == "All edits saved")
        page.evaluate("look(false)")
    assert not any(page.locator("#offline").is_visible() for page in pages)


def test_what_a_hidden_tab_missed_is_there_when_it_is_seen_again(served, tabs):
    number, other = served.add("hidden.ogg"), served.add("removed.ogg")
    hidden, gone = tabs(f"/#/song/{number}"), tabs(f"/#/song/{other}")
    for page in (hidden, gone):
        page.locator(".blocks li[data-key]").first.wait_for()
    gone.evaluate("look(false)")
    found = kept(served, number)[1]
    body = {"revision": found["revision"], "segments": found["segments"][1:], "checked": True}
    served("PUT", f"/api/songs/{number}/labels", body)
    served("DELETE", f"/api/songs/{other}")
    assert len(times(hidden)) == len(found["segments"])  # it hears no news
    hidden.evaluate("look(true)")
    until(lambda: len(times(hidden)) == len(found["segments"]) - 1)
    assert hidden.locator("#checked").is_checked()
    hidden.evaluate("look(false)")
    gone.evaluate("look(true)")
    gone.get_by_text("That song is not here any more.").wait_for()
