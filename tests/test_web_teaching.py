"""Teaching in a process of its own, which is played here by a few lines of Python."""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from starlette.requests import Request

from earmark.annotation import Scores
from earmark.store import written
from earmark.store.database import Database
from earmark.store.detections import Detection
from earmark.store.heard import heard_ranges
from earmark.store.labels import Labels
from earmark.web import lessons
from earmark.web.answers import RefusedError
from earmark.web.leaving import LeftError, while_not
from earmark.web.teaching import Teaching
from served import music, page, served

ACTOR = """
import json, os, sys, time
from pathlib import Path
words = sys.argv[1:]
Path(os.environ["EARMARK_HOME"], "words.json").write_text(json.dumps(words))
models = Path(os.environ["EARMARK_HOME"]) / "models"
def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)
def plan():
    say("plan", settings={"layers": "last"}, choices=["last", "all"], warnings=["few songs"],
        names=[row["name"] for row in rows])
if words[0] == "--keep":
    (models / "candidates" / (words[1] + ".onnx")).rename(models / (words[1] + ".onnx"))
    sys.exit()
if words[0] == "--discard":
    (models / "candidates" / (words[1] + ".onnx")).unlink()
    sys.exit()
rows = [json.loads(line) for line in open(words[0])]
assert all(os.path.exists(row["path"]) for row in rows)
seen = [row | {"labels": Path(row["labels"]).read_text()} for row in rows]
Path(os.environ["EARMARK_HOME"], "seen.json").write_text(json.dumps(seen))
if os.environ.get("SLOW_PLAN"):
    time.sleep(60)
plan()
if "--plan" in words:
    sys.exit()
name = words[words.index("--name") + 1]
print("not JSON")
say("progress", stage="learning", done=1, total=4, eta_s=3.5)
if name == "broken":
    sys.exit("Traceback: nonsense\\nearmark: the songs hold no singing")
if name == "slow":
    time.sleep(60)
path = models / "candidates" / (name + ".onnx")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_bytes(b"x")
say("candidate", path=str(path), seconds=1.0)
if name == "lost":
    sys.exit("earmark: the disk is full")
if name == "compared-slowly":
    time.sleep(60)
say("progress", stage="leaving out", done=1, total=2, eta_s=1)
worse = name == "worse"
doubt = "it may be chance" if name == "doubtful" else None
say("compared", before={"f1": .8}, after={"f1": .7 if worse else .9}, worse=worse, songs=2,
    doubt=doubt, shifted={"f1": .95, "accuracy": .9})
if name == "doubtful":
    say("refused", message="doubtful is not kept: it got no worse, but " + doubt)
    sys.exit(3)
if worse:
    say("refused", message="it got worse")
    sys.exit(3)
path.rename(models / path.name)
say("kept", path=str(path))
"""


@pytest.fixture
def page(music, tmp_path, monkeypatch):  # its own: with an actor
    monkeypatch.setattr(lessons, "can_teach", lambda: True)
    monkeypatch.setattr("earmark.web.teaching._COMMAND", (sys.executable, "-c", ACTOR))
    monkeypatch.setattr(
        Teaching.__init__, "__kwdefaults__", {"command": (sys.executable, "-c", ACTOR)}
    )
    with served(tmp_path, folder=music) as found:
        for row in found.songs().values():
            segments = [{"start_s": 0.5, "end_s": 1, "label": "singing", "by": "person"}]
            body = {"revision": 0, "segments": segments, "checked": True}
            assert found.put(f"/api/songs/{row['id']}/labels", body).status_code == 200
        yield found


def seen(tmp_path):
    """The songs that the process found in its manifest, with their labels."""
    return json.loads((tmp_path / "home/seen.json").read_text())


def nothing_left(tmp_path):
    """Whether no folder of a teaching or plan is left."""
    return [path.name for path in (tmp_path / "home/teach").iterdir()] in ([], ["lock"])


def begin(page, name, **more):
    return page.post("/api/teach", {"name": name, "ids": [1, 2], **more})


def until(page, *statuses):
    for _ in range(500):
        found = page.json("/api/teach")
        if found["status"] in statuses:
            return found
        time.sleep(0.01)
    raise AssertionError(found)


def test_a_model_that_is_kept(page, tmp_path):
    assert page.json("/api/teach")["status"] == "none"
    plan = page.json("/api/teach/plan?ids=1,2")
    assert (plan["settings"], plan["choices"]) == ({"layers": "last"}, ["last", "all"])
    assert (plan["songs"], plan["warnings"]) == (2, ["few songs"])
    answer = begin(page, "mine", layers="last")
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    found = until(page, "kept")
    assert (found["before"], found["after"], found["worse"]) == ({"f1": 0.8}, {"f1": 0.9}, False)
    assert found["warnings"] == ["few songs"]
    assert (tmp_path / "home/models/mine.onnx").exists()
    assert (found["doubt"], found["shifted"]) == (None, {"f1": 0.95, "accuracy": 0.9})
    assert seen(tmp_path)[0]["labels"].splitlines()[1] == "0.500,1.000,singing,"
    assert nothing_left(tmp_path)


def test_a_model_that_got_worse(page, tmp_path):
    begin(page, "worse")
    found = until(page, "refused")
    assert (found["worse"], found["message"]) == (True, "it got worse")
    answer = page.post("/api/teach/keep")
    assert (answer.status_code, "got worse" in answer.json()["error"]) == (409, True)
    assert page.post("/api/teach/keep", {"anyway": True}).json()["status"] == "kept"
    assert (tmp_path / "home/models/worse.onnx").exists()
    assert page.post("/api/teach/discard").status_code == 409
    begin(page, "worse", replace=True)
    until(page, "refused")
    assert page.post("/api/teach/discard").json()["status"] == "none"
    assert not list((tmp_path / "home/models/candidates").iterdir())


def test_a_kept_model_makes_room_only_if_that_is_said(page, tmp_path):
    def words():
        return json.loads((tmp_path / "home/words.json").read_text())

    begin(page, "worse")
    until(page, "refused")
    page.post("/api/teach/keep", {"anyway": True})
    assert words() == ["--keep", "worse"]
    answer = begin(page, "worse")
    assert (answer.status_code, "choose another name" in answer.json()["error"]) == (409, True)
    assert nothing_left(tmp_path)
    assert begin(page, "worse", replace=True).json()["replace"] is True
    until(page, "refused")
    assert "--overwrite" in words()
    page.post("/api/teach/keep", {"anyway": True})
    assert words() == ["--keep", "worse", "--overwrite"]


def test_a_model_whose_gain_may_be_chance(page):
    begin(page, "doubtful")
    found = until(page, "refused")
    assert (found["worse"], found["doubt"]) == (False, "it may be chance")
    answer = page.post("/api/teach/keep")
    assert (answer.status_code, "it may be chance" in answer.json()["error"]) == (409, True)
    assert page.post("/api/teach/keep", {"anyway": True}).json()["status"] == "kept"


def test_what_goes_wrong_is_said(page):
    begin(page, "broken")
    assert until(page, "failed")["message"] == "the songs hold no singing"
    assert begin(page, "slow").status_code == 202
    assert begin(page, "other").status_code == 409
    assert until(page, "running")["status"] == "running"
    answer = page.delete("/api/teach")
    assert (answer.json()["status"], answer.status_code) == ("cancelled", 200)
    assert page.delete("/api/teach").status_code == 409
    begin(page, "slow")
    os.kill(page.app.session.teaching._process.pid, signal.SIGKILL)
    assert "killed half-way" in until(page, "failed")["message"]


def test_stopped_while_it_is_compared(page):
    begin(page, "compared-slowly")
    until(page, "candidate")
    assert page.delete("/api/teach").json()["status"] == "candidate"
    assert page.post("/api/teach/keep").status_code == 409
    assert page.post("/api/teach/keep", {"anyway": True}).json()["status"] == "kept"


def test_two_servers_teach_one_model_at_a_time(page, tmp_path, music, monkeypatch):
    monkeypatch.setattr("earmark.web.teaching.WATCH_S", 0.01)
    begin(page, "slow")
    until(page, "running")
    with served(tmp_path, folder=music) as other:
        said = []
        monkeypatch.setattr(other.app.session.teaching, "_told", said.append)
        found = other.json("/api/teach")
        assert (found["status"], found["name"]) == ("running", "slow")
        assert "Another earmark" in found["message"]
        assert "Another earmark" in other.delete("/api/teach").json()["error"]
        answer = begin(other, "mine")
        assert (answer.status_code, "stop it there" in answer.json()["error"]) == (409, True)
        assert page.json("/api/teach")["status"] == "running"
        assert page.delete("/api/teach").json()["status"] == "cancelled"
        for _ in range(1000):  # its pages are told, who do not ask
            if said:
                break
            time.sleep(0.01)
        assert (said[-1]["status"], said[-1]["name"]) == ("cancelled", "slow")
        assert until(other, "cancelled")["name"] == "slow"
        assert begin(other, "mine").status_code == 202
        until(other, "kept")
    assert nothing_left(tmp_path)


def test_a_server_that_ends_in_between(page, tmp_path, music):
    begin(page, "slow")
    page.app.session.teaching.close()
    until(page, "failed")
    written.note(page.app.session.db, "teach", {"status": "running", "name": "slow"})
    with served(tmp_path, folder=music) as again:
        found = again.json("/api/teach")
        assert (found["status"], "was ended" in found["message"]) == ("failed", True)


def test_an_old_candidate_is_not_taken_for_the_new_one(page, tmp_path):
    old = tmp_path / "home/models/candidates/broken.onnx"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    begin(page, "broken")
    assert until(page, "failed")["message"] == "the songs hold no singing"
    assert page.post("/api/teach/keep", {"anyway": True}).status_code == 409
    assert old.exists()


def test_a_failure_after_the_candidate_is_said(page):
    begin(page, "lost")
    until(page, "candidate")
    for _ in range(500):
        found = page.json("/api/teach")
        if found["message"]:
            break
        time.sleep(0.01)
    assert found["status"] == "candidate"
    assert "before it was compared" in found["message"]
    assert "(the disk is full)" in found["message"]


def test_a_plan_ends_when_nobody_waits_for_it(page, tmp_path, monkeypatch):
    monkeypatch.setenv("SLOW_PLAN", "1")
    started = time.monotonic()

    async def receive():
        """The client is there until the process has begun."""
        while not (tmp_path / "home/seen.json").exists():
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def left():
        scope = {"type": "http", "method": "GET", "query_string": b"ids=1,2", "headers": []}
        await lessons.plan(Request(scope | {"app": page.app._guarded._app}, receive))

    with pytest.raises(LeftError):
        page._runner.run(left())
    assert time.monotonic() - started < 30
    assert nothing_left(tmp_path)


def test_work_stops_between_songs_when_nobody_waits():
    left = threading.Event()
    numbers = while_not(left, range(9))
    assert [next(numbers), next(numbers)] == [0, 1]
    left.set()
    with pytest.raises(LeftError):
        next(numbers)


def test_plans_at_once_do_not_disturb_each_other(page, tmp_path, monkeypatch):
    monkeypatch.setattr(
        Teaching, "plan", lambda _, manifest, left: time.sleep(0.05) or read(manifest)
    )

    def read(manifest):
        rows = map(json.loads, manifest.read_text().splitlines())
        return {"warnings": [f"{row['name']}: {Path(row['labels']).read_text()}" for row in rows]}

    async def both():
        asked = (page._client.get(f"/api/teach/plan?ids={i}") for i in (1, 2) * 4)
        return await asyncio.gather(*asked)

    found = [answer.json()["warnings"][0] for answer in page._runner.run(both())]
    assert [text.partition(":")[0] for text in found] == ["one.wav", "pop/two.wav"] * 4
    assert all("singing" in text for text in found)
    assert nothing_left(tmp_path)


def test_names_and_songs_that_cannot_be(page):
    for name in ("singing", "../x", "a.onnx", "-x", "x" * 50, "", None, 3, "a b"):
        assert begin(page, name).status_code == 400
    assert begin(page, "mine", layers="--keep x").status_code == 400
    assert begin(page, "mine", ids=[]).status_code == 400
    assert begin(page, "mine", ids="all").status_code == 400
    assert begin(page, "mine", ids=[99]).status_code == 404
    page.delete("/api/songs/1")
    answer = begin(page, "mine")
    assert (answer.status_code, "no labels to learn from" in answer.json()["error"]) == (409, True)
    assert page.get("/api/teach/plan?ids=").status_code == 404
    assert nothing_left(page.app.session.db.path.parents[1])


def test_without_the_extra(page, monkeypatch):
    monkeypatch.setattr(lessons, "can_teach", lambda: False)
    answer = begin(page, "mine")
    assert answer.status_code == 409
    assert "pip install '.[train]'" in answer.json()["error"]


def test_the_note_of_a_model_that_waits_to_be_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("EARMARK_HOME", str(tmp_path))
    db = Database(tmp_path / "earmark.db")
    written.note(db, "teach", {"status": "candidate", "name": "mine"})
    (tmp_path / "models/candidates").mkdir(parents=True)
    (tmp_path / "models/candidates/mine.onnx").write_bytes(b"x")
    found = Teaching(db, told=print, command=["false"])
    assert found.state["status"] == "candidate"
    with pytest.raises(RefusedError, match="not compared to the end"):
        found.keep(anyway=False)
    db.close()


def test_only_what_a_person_heard_teaches(page, tmp_path):
    page.detect(1)
    said = page.json("/api/songs/1")["detected"]
    revision = page.json("/api/songs/1")["revision"]

    def stand(*segments, **more):
        nonlocal revision
        body = {"revision": revision, "segments": list(segments), "checked": False, **more}
        answer = page.put("/api/songs/1/labels", body)
        assert answer.status_code == 200, answer.text
        revision = answer.json()["revision"]

    stand(*said)
    assert page.json("/api/teach/songs")["songs"] == [{"id": 2, "why": None}]
    rule = page.json("/api/songs/1")["own"] | {"onset": 1e-6, "offset": 1e-6}
    stand(*page.post("/api/songs/1/decode", rule).json()["segments"], decoding=rule)
    assert page.json("/api/songs/1")["edited"]  # by the thresholds alone
    mine, checked = page.json("/api/teach/songs")["songs"]
    assert (mine["id"], checked) == (1, {"id": 2, "why": None})
    assert mine["why"].startswith("It holds nothing that a person has heard, so")
    answer = begin(page, "mine", ids=[1])
    assert (answer.status_code, "tick 'Checked by me'" in answer.json()["error"]) == (409, True)
    block = {"start_s": 0.5, "end_s": 1.0, "label": "singing", "by": "person"}
    stand(block)
    plan = page.json("/api/teach/plan?ids=1,2")
    assert plan["warnings"][1].startswith("1 of 2 not checked")
    assert seen(tmp_path)[0]["known"] == [[0, 3]]  # the song's end
    assert [song["why"] for song in page.json("/api/teach/songs")["songs"]] == [None, None]
    assert page.json("/api/next")["places"] == []  # it was heard
    stand(block, checked=True)
    page.json("/api/teach/plan?ids=1")
    assert "known" not in seen(tmp_path)[0]


def test_where_a_person_listened():
    def block(start_s, end_s, by="model"):
        return {"start_s": start_s, "end_s": end_s, "label": "singing", "score": None, "by": by}

    said = [block(20, 24), block(50, 60), block(90, 99)]
    values = np.full((5000, 1), 0.1, np.float32)
    for each in said:
        values[each["start_s"] * 50 : each["end_s"] * 50] = 0.9
    heard = Detection("singing", {}, said, Scores(values), None)
    rule = {"onset": 0.5, "offset": 0.5, "min_on_s": 0.0, "min_off_s": 0.0}

    def ranges(segments, *, checked=False, decoding=None):
        return heard_ranges(Labels(1, segments, checked, True, decoding), heard, duration_s=100.0)

    assert ranges(said) == ()
    assert ranges(said, checked=True) is None
    assert ranges([said[0], said[2], block(2, 4, "person")]) == ((0.0, 9.0), (45, 65))
    assert ranges([said[0], said[1], block(92, 99, "person")]) == ((85, 100.0),)
    assert ranges([], decoding=rule | {"onset": 0.95}) == ()  # the thresholds took all away
    assert ranges(said[1:], decoding=rule) == ((15, 29),)


def test_what_to_label_next(page):
    assert page.json("/api/next") == {"songs": [], "places": []}
    for song in (1, 2):
        page.detect(song)
    assert page.json("/api/next") == {"songs": [], "places": []}  # both are checked
    body = {"revision": 1, "segments": [], "checked": False}
    assert page.put("/api/songs/1/labels", body).status_code == 200
    found = page.json("/api/next?count=3")
    assert [song["id"] for song in found["songs"]] == [1]
    assert found["places"][0].keys() == {"id", "name", "why", "uncertainty", "start_s", "end_s"}
    assert page.get("/api/next?count=-1").status_code == 400
