"""The page in a real browser: a song's way through it, from the file to the saved correction."""

from __future__ import annotations

import shutil

import pytest

from browsing import SONG, kept, open_song, seconds, times, until, x_of

pytest_plugins = ["tabs"]
NASTY = '<img src=x onerror=alert(1)>&amp;"quoted".ogg'


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
    assert (
        page.get_by_role("button", name="Speech", exact=True).get_attribute("aria-pressed")
        == "true"
    )
    page.keyboard.press("g")
    page.locator("#spectrum").wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys and mouse").wait_for()
    page.keyboard.press("Escape")
    until(lambda: page.locator("dialog").count() == 0)
