"""The page when something is wrong: another tab, a server that is away, a file that is none."""

from __future__ import annotations

import time

import pytest

from browsing import kept, open_song, times, until

pytest_plugins = ["tabs"]


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
    until(lambda: page.locator("#saved").inner_text() == "All edits saved")
    assert len(kept(served, number)[0]) == count + 1

    # Closed before they could be saved, they are back on the next visit.
    page.route("**/labels", lambda route: route.abort())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    until(lambda: "Not saved yet" in page.locator("#saved").inner_text())
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_text("on an earlier visit are back").wait_for()
    assert len(kept(served, number)[0]) == count + 1
    page.unroute("**/labels")
    until(lambda: page.locator("#saved").inner_text() == "All edits saved")
    assert len(kept(served, number)[0]) == count


@pytest.mark.parametrize("noticed_s", [0, 4], ids=["just now", "noticed"])
def test_a_song_that_vanished(served, visit, noticed_s):
    """Whether the server has walked the folder since, which it does every 3 s, or not."""
    there, gone = served.music / "in the folder.ogg", served.music / "elsewhere"
    number = next(r["id"] for r in served("GET", "/api/songs")["songs"] if r["where"] == "folder")
    served("POST", f"/api/songs/{number}/detect", {"model": "singing-fast"})  # so it is not dropped
    until(lambda: served("GET", f"/api/songs/{number}")["status"] == "done")
    tab = visit()
    tab.expected += ["404", "410", "Failed to load"]
    there.rename(gone)
    try:
        time.sleep(noticed_s)
        tab.page.evaluate("id => { location.hash = `#/song/${id}`; }", number)
        note = tab.page.locator("#song-note")
        until(lambda: note.is_visible() and "gone" in note.inner_text(), seconds=15)
    finally:
        gone.rename(there)
        until(lambda: served("GET", f"/api/songs/{number}")["status"] == "done")


def test_labels_whose_last_edit_was_refused_are_not_handed_out(served, visit):
    number = served.add("refused.ogg")
    tab = visit()
    open_song(tab, number)
    page = tab.page
    tab.expected += ["422"]
    answer = {
        "status": 422,
        "content_type": "application/json",
        "body": '{"error": "It cannot be."}',
    }
    page.route("**/labels", lambda route: route.fulfill(**answer))
    page.keyboard.press("Home")
    page.keyboard.press("a")
    page.get_by_text("It cannot be.").first.wait_for()
    page.get_by_role("button", name="Save…").click()
    page.get_by_role("button", name="Download csv").click()
    page.get_by_text("The last edits are not saved").first.wait_for()


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
    tab = visit("/#/models")
    state = served("GET", "/api/state") | {"teach": {"available": False, "how": "pip install x"}}
    tab.page.route("**/api/state", lambda route: route.fulfill(json=state))
    tab.page.reload()
    tab.page.get_by_role("link", name="Teach").click()
    tab.page.get_by_text("pip install x").wait_for()
