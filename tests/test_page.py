"""The page in a real browser: a song's way through it, from the file to the saved correction."""

from __future__ import annotations

import shutil
from urllib.parse import quote

import pytest
from browsing import DESK, PHONE, SONG, until

pytest_plugins = ["browsing"]
NASTY = '<img src=x onerror=alert(1)>&amp;"quoted".ogg'


def times(page):
    """The blocks that the list shows: (start, end) as they are written there."""
    rows = page.locator(".blocks li[data-key] span:nth-child(3)").all_inner_texts()
    return [tuple(text.split(" – ")) for text in rows]


def seconds(text):
    minutes, rest = text.rsplit(":", 1)
    return 60 * int(minutes) + float(rest)


def x_of(page, t, *, duration_s):
    """Where a time is on the screen, while the whole song is seen, and the height to press at."""
    box = page.locator("#wave").bounding_box()
    return box["x"] + t / duration_s * box["width"], box["y"] + 120


def open_song(tab, number):
    """Open a song in a tab and wait for its blocks."""
    tab.page.evaluate("id => { location.hash = `#/song/${id}`; }", number)
    tab.page.locator(".blocks li[data-key]").first.wait_for()
    until(lambda: "First voice" in tab.page.locator(".song-head .facts").inner_text())
    tab.page.locator("body").press("0")  # the whole song


def kept(served, number):
    """What the server has of a song."""
    found = served("GET", f"/api/songs/{number}")
    return [(s["start_s"], s["end_s"], s["label"]) for s in found["segments"]], found


def test_a_song_from_upload_to_correction_and_back(served, visit, tmp_path):
    tab = visit()
    page = tab.page
    page.evaluate(
        """() => { window.bars = 0; new MutationObserver(() => {
            window.bars += document.querySelectorAll('#list progress').length;
        }).observe(document.querySelector('#list'), {childList: true, subtree: true}); }"""
    )
    song = tmp_path / "song.ogg"
    shutil.copy(SONG, song)
    with song.open("rb") as file:
        page.set_input_files(
            "#files", {"name": NASTY, "mimeType": "audio/ogg", "buffer": file.read()}
        )
    row = page.locator(".list li", has_text="onerror")
    row.get_by_text("% sung").wait_for(timeout=30_000)
    assert page.evaluate("window.bars") > 0  # how far it was could be seen
    assert row.locator("img").count() == 0
    assert row.locator(".name span").first.inner_text() == NASTY

    row.locator("a").click()
    page.locator(".blocks li[data-key]").first.wait_for()
    assert page.locator("#title").inner_text() == NASTY
    number = int(page.url.rpartition("/")[2])
    page.locator("body").press("0")
    before = times(page)
    duration_s = kept(served, number)[1]["duration_s"]

    page.locator("#play").click()
    until(lambda: seconds(page.locator(".clock").inner_text().split("/")[0]) > 0.3)
    page.locator("#play").click()

    end = seconds(before[0][1])
    x, y = x_of(page, end, duration_s=duration_s)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y, steps=3)
    page.mouse.move(*x_of(page, end - 0.5, duration_s=duration_s), steps=3)
    page.mouse.up()
    moved = times(page)
    assert seconds(moved[0][1]) == pytest.approx(end - 0.5, abs=0.06)
    assert moved[1:] == before[1:]
    until(lambda: kept(served, number)[0][0][1] == pytest.approx(seconds(moved[0][1]), abs=0.006))

    page.keyboard.press("Control+z")
    assert times(page) == before
    page.keyboard.press("Control+y")
    assert times(page) == moved
    page.locator("#checked").check()
    until(lambda: page.locator("#saved").inner_text() == "All edits saved")

    page.reload()
    page.locator(".blocks li[data-key]").first.wait_for()
    assert times(page) == moved
    assert page.locator("#checked").is_checked()
    assert page.locator(".list li.current .tick").count() == 1

    page.locator("#save").click()
    with page.expect_download() as download:
        page.locator("[data-download=csv]").click()
    first = download.value.path().read_text().splitlines()[1]
    assert float(first.split(",")[1]) == pytest.approx(seconds(moved[0][1]), abs=0.006)


def test_keys_and_sliders(served, visit):
    number = served.add("keys.ogg")
    tab = visit()
    open_song(tab, number)
    page = tab.page
    before = times(page)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("s")
    assert len(times(page)) == len(before) + 1
    page.keyboard.press("m")  # the second half is chosen: it joins the next block
    assert len(times(page)) == len(before)
    page.keyboard.press("Delete")
    assert len(times(page)) == len(before) - 1
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert times(page) == before

    page.keyboard.press("Home")
    page.keyboard.press("a")
    assert times(page)[0] == ("0:00.00", "0:01.00")
    page.locator("#slider-onset").fill("0.95")
    until(lambda: len(times(page)) != len(before) + 1)
    assert times(page)[0] == ("0:00.00", "0:01.00")  # what a person made stays
    page.locator("#slider-onset").fill("0.5")
    page.locator("#slider-offset").fill("0.4")
    until(lambda: len(times(page)) == len(before) + 1)

    page.keyboard.press("2")
    assert page.get_by_role("button", name="Speech", exact=True).get_attribute("aria-pressed") == "true"
    page.keyboard.press("g")
    page.locator("#spectrum").wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys and mouse").wait_for()
    page.keyboard.press("Escape")
    until(lambda: page.locator("dialog").count() == 0)


def test_two_tabs_do_not_overwrite_each_other(served, visit):
    number = served.add("tabs.ogg")
    # The second hears no news, as a tab that slept; the third hears them.
    one, deaf, live = visit(), visit(events=False), visit()
    for tab in (one, deaf, live):
        open_song(tab, number)
    deaf.expected += ["409"]
    before = times(one.page)

    one.page.keyboard.press("Home")
    one.page.keyboard.press("a")
    until(lambda: len(times(live.page)) == len(before) + 1)
    live.page.get_by_text("changed in another tab").first.wait_for()

    deaf.page.keyboard.press("ArrowDown")
    deaf.page.keyboard.press("Delete")
    choice = deaf.page.get_by_role("dialog", name="This song was changed in another tab")
    choice.get_by_role("button", name="Take theirs").click()
    assert times(deaf.page) == times(one.page)
    deaf.page.keyboard.press("Control+z")  # mine are a step away; they go on top of theirs
    until(lambda: len(kept(served, number)[0]) == len(before) - 1)

    until(lambda: len(times(one.page)) == len(before) - 1)
    one.page.keyboard.press("Control+z")
    until(lambda: len(kept(served, number)[0]) == len(before) + 1)
    deaf.page.keyboard.press("Control+z")
    choice.get_by_role("button", name="Keep mine on top").click()
    until(lambda: len(kept(served, number)[0]) == len(before))


def test_edits_wait_for_a_server_that_is_away(served, visit):
    number = served.add("away.ogg")
    tab = visit()
    open_song(tab, number)
    page = tab.page
    tab.expected += ["ERR_FAILED"]
    count = len(times(page))
    page.route("**/labels", lambda route: route.abort())
    page.keyboard.press("Home")
    page.keyboard.press("a")
    until(lambda: "Not saved yet" in page.locator("#saved").inner_text())
    page.unroute("**/labels")
    until(lambda: len(kept(served, number)[0]) == count + 1)
    until(lambda: page.locator("#saved").inner_text() == "All edits saved")

    # Closed before they could be saved, they are back on the next visit.
    page.route("**/labels", lambda route: route.abort())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    until(lambda: "Not saved yet" in page.locator("#saved").inner_text())
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/labels")
    page.route("**/labels", lambda route: route.abort(), times=1)
    page.reload()
    until(lambda: len(kept(served, number)[0]) == count)


def test_a_song_that_vanished(served, visit):
    there, gone = served.music / "in the folder.ogg", served.music / "elsewhere"
    number = next(r["id"] for r in served("GET", "/api/songs")["songs"] if r["where"] == "folder")
    tab = visit()
    tab.expected += ["404", "410", "Failed to load"]
    there.rename(gone)
    try:
        tab.page.evaluate("id => { location.hash = `#/song/${id}`; }", number)
        tab.page.locator("#play").click()
        note = tab.page.locator("#song-note")
        until(lambda: note.is_visible() and "gone" in note.inner_text() or "there" in note.inner_text())
    finally:
        gone.rename(there)


def test_what_is_no_audio_is_refused_in_words(visit):
    tab = visit()
    tab.expected += ["415"]
    tab.page.set_input_files(
        "#files", {"name": "notes.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound" * 100}
    )
    said = tab.page.locator(".uploads .said")
    said.wait_for()
    assert "notes.mp3" in said.inner_text()


def test_without_what_teaching_needs(visit, served):
    tab = visit(f"/#/{quote('models')}")
    state = served("GET", "/api/state") | {"teach": {"available": False, "how": "pip install x"}}
    tab.page.route("**/api/state", lambda route: route.fulfill(json=state))
    tab.page.reload()
    tab.page.get_by_role("link", name="Teach").click()
    tab.page.get_by_text("pip install x").wait_for()


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
