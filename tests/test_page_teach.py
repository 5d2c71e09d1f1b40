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
