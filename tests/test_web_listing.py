"""The list of songs, and the queue."""

import os
import shutil
import threading
import time

import pytest

from clips import write_clip
from earmark.runtime import SHIPPED
from earmark.store import detections, songs
from earmark.store.database import FullError
from served import music, page, served


def test_a_folder_is_listed_and_listened_to(page, music):
    rows = page.songs()
    assert list(rows) == ["one.wav", "pop/two.wav"]
    assert {row["status"] for row in rows.values()} == {"new"}
    found = page.detect(rows["one.wav"]["id"])
    assert (found["status"], found["progress"], found["model"]) == ("done", 1.0, "singing")
    assert found["duration_s"] == pytest.approx(3.0)
    assert found["frames"] == 150
    assert found["labels"] == ["singing", "speech"]
    assert found["segments"] == found["detected"]


def test_all_at_once_and_a_model_by_name(page):
    queued = page.post("/api/detect", {"ids": "all", "model": "singing-fast"}).json()["queued"]
    assert [page.done(song)["model"] for song in queued] == ["singing-fast"] * 2
    assert page.post("/api/detect", {"ids": [1], "model": "../singing"}).status_code == 404
    assert page.post("/api/detect", {"ids": [77]}).status_code == 404
    assert page.post("/api/detect", {"ids": None}).status_code == 400


def test_a_candidate_is_another_model_than_the_kept_one_of_its_name(page, tmp_path):
    kept, candidate = tmp_path / "home/models", tmp_path / "home/models/candidates"
    for folder, model in ((kept, "singing"), (candidate, "singing-fast")):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED / f"{model}.onnx", folder / "mine.onnx")
        (folder / "mine.md").write_text(f"# Made of {model}\n")
    rows = [row for row in page.json("/api/state")["models"] if row["taught"]]
    assert [(r["name"], r["title"], r["candidate"]) for r in rows] == [
        ("mine", "mine", False),
        ("mine (candidate)", "mine", True),
    ]
    assert page.get("/api/models/mine/card").text == "# Made of singing\n"
    assert page.get("/api/models/mine%20(candidate)/card").text == "# Made of singing-fast\n"
    models = page.app.session.models
    assert models.detector("mine") is not models.detector("mine (candidate)")
    assert page.post("/api/songs/1/detect", {"model": "mine (candidate)"}).status_code == 202
    assert page.done(1)["model"] == "mine (candidate)"


def test_a_song_that_waits_can_be_cancelled(music, tmp_path):
    with served(tmp_path, folder=music, workers=0) as page:
        assert len(page.songs()) == 2
        assert page.post("/api/songs/1/detect").status_code == 202
        assert page.json("/api/songs/1")["status"] == "waiting"
        assert page.post("/api/songs/1/detect").json() == {"queued": []}
        assert page.delete("/api/songs/1/job").status_code == 204
        assert page.json("/api/songs/1")["status"] == "new"
        assert page.delete("/api/songs/1/job").status_code == 409


def test_a_song_that_is_listened_to_can_be_cancelled(music, tmp_path, monkeypatch):
    write_clip(music / "long.flac", seconds=900)
    with served(tmp_path, folder=music, workers=1) as page:
        song = page.songs()["long.flac"]["id"]
        page.post(f"/api/songs/{song}/detect")
        seen = set()
        while len(seen) < 3:
            seen.add(page.json(f"/api/songs/{song}")["progress"])
        assert all(0 <= share < 1 for share in seen)
        assert page.delete(f"/api/songs/{song}/job").status_code == 204
        found = page.json(f"/api/songs/{song}")
        assert (found["status"], found["frames"], found["progress"]) == ("new", 0, 0.0)
        assert page.detect(page.songs()["one.wav"]["id"])["status"] == "done"  # the worker is free
        assert page.json(f"/api/songs/{song}")["frames"] == 0


def test_what_cannot_be_heard_says_why(page, music):
    (music / "text.mp3").write_text("no sound")
    page.app.session.library._walked_at = -9
    song = page.songs()["text.mp3"]["id"]
    found = page.detect(song)
    assert found["status"] == "failed"
    assert found["message"].startswith("text.mp3: ")
    assert str(music) not in found["message"]
    write_clip(music / "ok.wav").replace(music / "text.mp3")
    assert page.detect(song)["status"] == "done"


def test_scores_that_cannot_be_kept_are_no_secret(page, monkeypatch):
    song = page.songs()["one.wav"]["id"]

    def full(*_, **__):
        raise FullError("the disk is full, so this was not saved")

    with monkeypatch.context() as patch:
        patch.setattr(detections, "keep", full)
        patch.setattr(songs, "fail", full)
        found = page.detect(song)
    assert (found["status"], "disk is full" in found["message"]) == ("failed", True)
    assert page.songs()["one.wav"]["status"] == "failed"
    assert page.detect(song)["status"] == "done"


def test_what_is_forgotten_while_a_detection_ends_stays_so(page, monkeypatch):
    """It is forgotten after the last look at whether anybody wants it, and before it is kept."""
    song = page.songs()["one.wav"]["id"]
    fingerprint, forgotten = detections.fingerprint, []

    def forgetting(path):
        if page.app.session.jobs.get(song) and threading.current_thread().name == "earmark-job":
            asked.append(path)
            if len(asked) == 2:  # the recording was heard
                page.app.session.jobs.cancel(song)
                songs.forget(page.app.session.db, song)
                forgotten.append(song)
        return fingerprint(path)

    asked = []
    monkeypatch.setattr("earmark.web.hearing.detections.fingerprint", forgetting)
    page.post(f"/api/songs/{song}/detect")
    for _ in range(1000):
        if forgotten:
            break
        time.sleep(0.01)
    assert page.detect(page.songs()["pop/two.wav"]["id"])["status"] == "done"
    found = page.json(f"/api/songs/{song}")
    assert (found["status"], found["frames"], found["model"]) == ("new", 0, None)


def test_a_song_that_vanishes_or_changes(page, music):
    rows = page.songs()
    one = rows["one.wav"]["id"]
    page.detect(one)
    os.remove(music / "pop/two.wav")
    row = page.json(f"/api/songs/{rows['pop/two.wav']['id']}")
    assert row["status"] == "missing"
    assert page.detect(row["id"])["status"] == "missing"
    write_clip(music / "one.wav", seconds=1)
    row = page.json(f"/api/songs/{one}")
    assert (row["status"], "changed" in row["message"]) == ("new", True)
    assert len(row["segments"]) == len(row["detected"])  # nothing is thrown away
    page.app.session.library._walked_at = -9
    assert list(page.songs()) == ["one.wav"]  # of the other one nothing was known


def test_forgetting(page, music):
    song = page.songs()["one.wav"]["id"]
    page.detect(song)
    assert page.delete(f"/api/songs/{song}").status_code == 204
    row = page.json(f"/api/songs/{song}")
    assert (row["status"], row["segments"], row["model"]) == ("new", [], None)
    assert (music / "one.wav").exists()


def test_links_lead_nowhere(page, music, tmp_path):
    secret = write_clip(tmp_path / "secret/s.wav")
    (music / "link.wav").symlink_to(secret)
    (music / "folder").symlink_to(secret.parent)
    (music / ".hidden.wav").write_bytes(secret.read_bytes())
    page.app.session.library._walked_at = -9
    assert list(page.songs()) == ["one.wav", "pop/two.wav"]
    song = page.songs()["one.wav"]["id"]
    os.remove(music / "one.wav")
    (music / "one.wav").symlink_to(secret)  # after it was found
    assert page.get(f"/api/songs/{song}/audio").status_code == 410
    assert page.detect(song)["status"] == "failed"
    os.rename(music / "pop", music / "was")
    (music / "pop").symlink_to(secret.parent)
    write_clip(secret.parent / "two.wav")
    two = page.songs()["pop/two.wav"]["id"]
    assert page.get(f"/api/songs/{two}/peaks").status_code == 410


def test_songs_of_another_folder_are_not_served(music, tmp_path):
    with served(tmp_path, folder=music) as page:
        two = page.songs()["pop/two.wav"]["id"]
    with served(tmp_path, folder=music / "pop") as page:
        assert page.songs()["two.wav"]["id"] == two
        assert page.get("/api/songs/1").status_code == 404
    with served(tmp_path) as page:
        assert page.songs() == {}
        assert page.get(f"/api/songs/{two}/audio").status_code == 404


def test_strange_names(page, music):
    names = ["<img src=x onerror=alert(1)>.wav", 'a"b\n.wav', "\u202etxt.wav"]
    for name in names:
        write_clip(music / name)
    with open(os.fsencode(music) + b"/bad\xff.wav", "wb") as file:
        file.write((music / "one.wav").read_bytes())
    page.app.session.library._walked_at = -9
    rows = page.songs()
    assert {"<img src=x onerror=alert(1)>.wav", 'a"b .wav', "bad\ufffd.wav"} <= rows.keys()
    for row in rows.values():
        assert page.detect(row["id"])["status"] == "done"
        answer = page.get(f"/api/songs/{row['id']}/labels?format=json")
        said = answer.headers["content-disposition"]
        assert answer.status_code == 200
        assert "\n" not in said
        assert "<" not in said


def test_the_state_and_the_page(music, tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text("<p>hello")
    (static / "app.js").write_text("1")
    (static / ".secret.js").write_text("1")
    (static / "out.js").symlink_to(tmp_path / "music/one.wav")
    with served(tmp_path, folder=music, static=static) as page:
        said = page.json("/api/state")
        assert said["folder"] == str(music)
        assert {"singing", "singing-fast"} <= {model["name"] for model in said["models"]}
        assert {"lrc", "rekordbox", "csv"} <= {form["name"] for form in said["formats"]}
        assert ".mp3" in said["suffixes"]
        assert page.get("/").text == "<p>hello"
        answer = page.get("/static/app.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        for path in (".secret.js", "out.js", "none.js", "", "../app.js", "%2e%2e/app.js", "app.py"):
            assert page.get(f"/static/{path}").status_code == 404
        assert "singing" in page.get("/api/models/singing/card").text
        assert page.get("/api/models/..%2fsinging/card").status_code == 404
        answer = page.put("/api/state", {})
        assert (answer.status_code, answer.json()["error"]) == (405, "This cannot be done here.")
