"""Labels that lay beside a song, in a real browser."""

from __future__ import annotations

import shutil

from browsing import SONG, Server, times, until

pytest_plugins = ["tabs"]


def test_what_lay_beside_songs_is_seen_and_outlives_detection(visit, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    for name in ("mine", "broken"):
        shutil.copy(SONG, music / f"{name}.ogg")
    (music / "mine.csv").write_text("start_s,end_s,label\n1,2.5,singing\n3,4,speech\n")
    (music / "broken.csv").write_text("start_s,end_s\n1,x\n")
    server = Server(tmp_path / "home", music)
    try:
        page = visit(server=server).page
        mine, broken = (page.locator(".list li", has_text=f"{n}.ogg") for n in ("mine", "broken"))
        mine.locator(".tick").wait_for()
        assert "broken.csv, line 2" in broken.locator(".trouble").inner_text()

        broken.locator("a").click()
        note = page.locator("#song-note")
        until(lambda: "the end 'x' is not a number" in note.inner_text())

        mine.locator("a").click()
        until(lambda: "These labels are a person's, from mine.csv" in note.inner_text())
        until(lambda: len(times(page)) == 2)
        assert times(page)[0] == ("0:01.00", "0:02.50")
        assert page.locator(".blocks .by").all_inner_texts() == ["by hand"] * 2
        assert page.locator("#checked").is_checked()
        note.get_by_role("button", name="Find the singing").click()
        page.get_by_text("The labels that you checked stay.").wait_for(timeout=30_000)
        assert times(page)[0] == ("0:01.00", "0:02.50")
    finally:
        server.stop()
