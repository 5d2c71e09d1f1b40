"""Teaching on the page: two corrected songs, and the new model in the list."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from browsing import Server, until
from earmark.audio import write_audio
from earmark.synth import render_song

pytest_plugins = ["tabs"]
QUICK = """
from dataclasses import replace
from earmark.learn import amounts
for name, found in amounts.SETTINGS.items():
    amounts.SETTINGS[name] = replace(found, steps=2, batch=2, windows=4)
"""


@pytest.fixture
def school(chromium, tmp_path):
    """A server with two checked songs, whose lessons are short: ``earmark adapt`` itself runs."""
    pytest.importorskip("torch")
    music, quick = tmp_path / "music", tmp_path / "quick"
    music.mkdir()
    quick.mkdir()
    (quick / "sitecustomize.py").write_text(QUICK)
    truth = {}
    for i in (1, 2):
        song = render_song(np.random.default_rng(i), duration_s=20.0, vocals_db=3.0)
        write_audio(music / f"song {i}.ogg", song.mix, sr=song.sr)
        truth[f"song {i}.ogg"] = [
            {
                "start_s": s.start_s,
                "end_s": s.end_s,
                "label": s.label,
                "score": None,
                "by": "person",
            }
            for s in song.segments
        ]
    source = Path(__file__).parents[1] / "src"
    path = os.pathsep.join([str(quick), str(source)])
    # One thread: on busy cores several wait for each other in every step of the recurrent layer.
    server = Server(tmp_path / "home", music, PYTHONPATH=path, OMP_NUM_THREADS="1")
    for row in server("GET", "/api/songs")["songs"]:
        server("GET", f"/api/songs/{row['id']}")
        body = {"revision": row["revision"], "segments": truth[row["name"]], "checked": True}
        server("PUT", f"/api/songs/{row['id']}/labels", body)
    yield server
    server.stop()


def test_two_songs_make_a_model_that_is_in_the_list(school, visit):
    page = visit("/#/teach", server=school).page
    page.locator(".choose input").nth(1).wait_for()
    assert page.locator(".choose input:checked").count() == 2  # those that were checked
    page.get_by_text("two songs only").wait_for(timeout=30_000)
    page.locator("#teach-name").fill("ours")
    page.locator("#teach-start").click()
    page.locator("#teach-going").wait_for()
    until(
        lambda: school("GET", "/api/teach")["status"] in ("kept", "refused", "failed"), seconds=180
    )
    page.locator("#teach-done, #teach-compared").first.wait_for()
    if page.locator("#teach-keep").count():  # it got worse, and is wanted anyway
        page.locator("#teach-keep").click()
        page.locator("#teach-done").wait_for()
    assert page.locator(".figures tbody tr").count() == 3
    page.get_by_role("link", name="Models", exact=True).click()
    ours = page.locator(".models li", has_text="taught here")
    assert "ours" in ours.inner_text()
    ours.get_by_role("button").click()
    page.get_by_role("dialog", name="ours").get_by_text("Before and after").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Teach", exact=True).click()
    page.locator("#teach-name").fill("ours")
    until(page.locator("#teach-start").is_enabled)
    page.locator("#teach-start").click()
    page.get_by_role("dialog", name="Replace “ours”?").get_by_text("Cancel").click()
    assert school("GET", "/api/teach")["status"] == "kept"


@pytest.fixture
def classroom(served, visit):
    """``classroom(teach)`` opens the room of teaching where the server says that it stands so."""

    def open_it(teach=None):
        tab = visit("/#/models")
        state = served("GET", "/api/state") | {"teach": {"available": True, "how": ""}}
        tab.page.route("**/api/state", lambda route: route.fulfill(json=state))
        plan = {"settings": {}, "choices": [], "warnings": [], "songs": 1, "minutes": 0.5}
        tab.page.route("**/api/teach/plan?*", lambda route: route.fulfill(json=plan))
        if teach is not None:
            whole = served("GET", "/api/teach") | teach
            tab.page.route("**/api/teach", lambda route: route.fulfill(json=whole))
        tab.page.reload()
        tab.page.get_by_role("link", name="Teach").click()
        return tab.page

    return open_it


def test_a_song_whose_thresholds_alone_changed_is_not_to_be_chosen(served, classroom):
    mine, moved = served.add("mine.ogg"), served.add("moved.ogg")
    found = served("GET", f"/api/songs/{moved}")
    rule = found["decoding"] | {"onset": 0.9, "offset": 0.9}
    segments = served("POST", f"/api/songs/{moved}/decode", rule)["segments"]
    changed = {"revision": found["revision"], "segments": segments, "decoding": rule}
    served("PUT", f"/api/songs/{moved}/labels", changed | {"checked": False})
    found = served("GET", f"/api/songs/{mine}")
    kept = {"revision": found["revision"], "segments": found["segments"][1:], "checked": False}
    served("PUT", f"/api/songs/{mine}/labels", kept)

    page = classroom()
    box = page.locator(f"#teach-song-{moved}")
    until(box.is_disabled)
    reason = page.locator(f"#{box.get_attribute('aria-describedby')}")
    assert "holds nothing that a person has heard" in reason.inner_text()
    assert page.locator(f"#teach-song-{mine}").is_enabled()
    page.locator(f"#teach-song-{mine}").check()
    until(page.locator("#teach-start").is_enabled)

    body = changed | {"revision": served("GET", f"/api/songs/{moved}")["revision"]}
    served("PUT", f"/api/songs/{moved}/labels", body | {"checked": True})
    until(lambda: box.is_enabled() and box.is_checked())  # all of it was heard by now
    served("DELETE", f"/api/songs/{moved}")


FIGURES = {"auc": 0.95, "accuracy": 0.9, "f1": 0.88}
COMPARED = {
    "name": "mine",
    "before": FIGURES,
    "after": FIGURES | {"accuracy": 0.91},
    "worse": False,
    "doubt": "what it gains may be chance",
    "shifted": FIGURES | {"accuracy": 0.923},
}


def test_doubts_and_shifts_are_told_in_words(classroom):
    page = classroom(COMPARED | {"status": "kept"})
    page.get_by_text("It got no worse, but what it gains may be chance.").wait_for()
    told = page.get_by_text("Its scores of singing are shifted, too").inner_text()
    assert "AUC 0.950, Accuracy 0.923, F1 0.880" in told
    assert "flatter" in told

    message = "mine is not kept: it got no worse, but what it gains may be chance. It stays a ca…"
    page = classroom(COMPARED | {"status": "refused", "message": message})
    page.get_by_role("heading", name="is not kept").wait_for()
    assert page.get_by_text("may be chance").count() == 1  # once is enough
    page.get_by_role("button", name="Keep it anyway").wait_for()

    page = classroom(COMPARED | {"status": "kept", "doubt": None, "shifted": None})
    page.get_by_role("heading", name="is among the models").wait_for()
    assert page.get_by_text("It got no worse, but").count() == 0
    assert page.get_by_text("are shifted").count() == 0
