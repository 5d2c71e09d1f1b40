"""Labels on the page: decoding, saving, files."""

import json
import sqlite3

import numpy as np
import pytest

from clips import write_clip
from earmark import formats
from earmark.annotation import Annotation, Scores, Segment
from earmark.store import detections
from served import music, page, served
from shell import earmark


@pytest.fixture
def song(page):
    """A song of 3 s in which a model heard singing from 1 s to 2 s, and some speech."""
    number = page.songs()["one.wav"]["id"]
    values = np.full((150, 2), 0.1, np.float32)
    values[50:100, 0], values[20:40, 1] = 0.75, 0.6
    own = page.app.session.models.decoding("singing")
    heard = Annotation(
        (Segment(0.4, 0.8, "speech", 0.6), Segment(1.0, 2.0, score=0.75)),
        duration_s=3.0,
        scores=Scores(values, labels=("singing", "speech"), duration_s=3.0),
        provenance={"model": "singing", **own},
    )
    path = page.app.session.library.get(number).path
    detections.keep(
        page.app.session.db, number, heard, model="singing", of=detections.fingerprint(path)
    )
    return number


def segment(start_s, end_s, label="singing", **more):
    return {"start_s": start_s, "end_s": end_s, "label": label, "score": None, **more}


def save(page, song, segments, *, revision=1, checked=False, **more):
    body = {"revision": revision, "segments": segments, "checked": checked, **more}
    return page.put(f"/api/songs/{song}/labels", body)


def test_scores_and_decoding(page, song):
    answer = page.get(f"/api/songs/{song}/scores?label=speech")
    assert answer.headers["x-hop-s"] == "0.02"
    assert np.frombuffer(answer.content, np.uint8).tolist() == [26] * 20 + [153] * 20 + [26] * 110
    rule = {"onset": 0.5, "offset": 0.5, "min_on_s": 0.5, "min_off_s": 0}
    found = page.post(f"/api/songs/{song}/decode", rule).json()["segments"]
    assert [(s["start_s"], s["end_s"], s["label"]) for s in found] == [(1.0, 2.0, "singing")]
    rule |= {"min_on_s": 0, "label": "speech"}
    found = page.post(f"/api/songs/{song}/decode", rule).json()["segments"]
    assert [(s["start_s"], s["label"], s["by"]) for s in found] == [(0.4, "speech", "model")]
    assert page.json(f"/api/songs/{song}")["revision"] == 1  # nothing was saved
    for wrong in ({"onset": 2}, {"onset": "a"}, {"onset": True}, {"onset": 0.1, "offset": 0.9},
                  {"min_on_s": -1}, {"label": "x"}, {"onset": None}):  # fmt: skip
        assert page.post(f"/api/songs/{song}/decode", wrong).status_code in (400, 404)


def test_without_scores(page):
    two = page.songs()["pop/two.wav"]["id"]
    assert page.get(f"/api/songs/{two}/scores").status_code == 409
    assert page.post(f"/api/songs/{two}/decode").status_code == 409
    assert page.get(f"/api/songs/{two}/labels").status_code == 409
    found = page.json(f"/api/songs/{two}")
    assert found["labels"] == ["singing", "speech"]
    assert found["duration_s"] == pytest.approx(2.0)
    assert found["decoding"].keys() == {"onset", "offset", "min_on_s", "min_off_s"}
    assert save(page, two, [segment(0.5, 1)], revision=0).json() == {"revision": 1}  # by hand alone
    assert page.json(f"/api/songs/{two}")["edited"] is True
    assert b"0.500,1.000,singing," in page.get(f"/api/songs/{two}/labels").content
    assert page.get(f"/api/songs/{two}/labels?format=npz").status_code == 409


def test_saving_and_two_tabs(page, song):
    mine = [segment(0.5, 1.5, by="person"), segment(0.2, 0.9, "speech", by="model")]
    rule = {"onset": 0.7, "offset": 0.6}
    assert save(page, song, mine, checked=True, decoding=rule).json() == {"revision": 2}
    found = page.json(f"/api/songs/{song}")
    assert [s["start_s"] for s in found["segments"]] == [0.2, 0.5]
    assert [s["by"] for s in found["segments"]] == ["model", "person"]
    assert (found["checked"], found["edited"], found["revision"]) == (True, True, 2)
    assert (found["decoding"]["onset"], found["decoding"]["offset"]) == (0.7, 0.6)
    assert len(found["detected"]) == 2
    assert found["vocal_fraction"] == pytest.approx(1 / 3)
    answer = save(page, song, [])
    assert answer.status_code == 409
    said = answer.json()
    assert (said["revision"], said["checked"], said["segments"]) == (2, True, found["segments"])
    assert "another tab" in said["error"]
    assert save(page, song, [], revision=2).json() == {"revision": 3}


@pytest.mark.parametrize(
    "wrong",
    [
        [segment(2, 1)], [segment(1, 1)], [segment(-1, 1)], [segment(1, 99)], [segment("1", 2)],
        [segment(True, 2)], [segment(1, 2, "x")], [segment(1, 2, score=2)], ["x"], "x", None, {},
        [segment(1, 2, by="me")], [segment(0, 2), segment(1, 3)], [segment(1, None)],
        [segment(1, 2, ["singing"])], [segment(1, 2)] * 20_001, [segment(1, 10**400)],
    ],
)  # fmt: skip
def test_labels_that_cannot_be(page, song, wrong):
    answer = save(page, song, wrong)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert page.json(f"/api/songs/{song}")["revision"] == 1


def test_requests_that_cannot_be(page, song):
    path = f"/api/songs/{song}/labels"
    for content in (
        b"{",
        b"[]",
        b"NaN",
        b"\xff",
        b"[" * 100_000,
        b'{"revision": NaN}',
        b"9" * 9999,
    ):
        assert page.ask("PUT", path, content=content).status_code == 400
    assert page.ask("PUT", path, content=b" " * (5 << 20)).status_code == 413
    text = '{"revision": 1, "checked": false, "segments": [{"start_s": 1e999}]}'
    assert page.ask("PUT", path, content=text).status_code == 400
    for more in ({"revision": None}, {"revision": 1.0}, {"checked": 1}, {"decoding": [1]}):
        body = {"revision": 1, "checked": False, "segments": []} | more
        assert page.put(path, body).status_code == 400


def test_a_drag_just_beyond_the_end_is_cut_there(page, song):
    save(page, song, [segment(2, 3.04)])
    assert page.json(f"/api/songs/{song}")["segments"][0]["end_s"] == 3.0


@pytest.mark.parametrize("name", formats.names(readable=False))
def test_every_format_can_be_downloaded(page, song, name):
    save(page, song, [segment(0.5, 1.5, by="person")])
    answer = page.get(f"/api/songs/{song}/labels?format={name}")
    assert answer.status_code == 200
    suffix = formats.get_format(name).suffix
    said = answer.headers["content-disposition"]
    assert said.startswith(f'attachment; filename="one.singing+speech{suffix}"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    if name in formats.names() and name != "npz":
        (found,) = formats.loads(answer.content, name).segments
        assert (found.start_s, found.end_s, found.label) == (0.5, 1.5, "singing")
    if name == "json":
        told = json.loads(answer.content)
        assert (told["model"], told["provenance"]["edited"]) == (None, True)


def test_saving_beside_the_song(page, song, music):
    path = music / "one.singing+speech.csv"
    assert page.post(f"/api/songs/{song}/save", {"format": "csv"}).json() == {"path": str(path)}
    save(page, song, [segment(0.5, 1.5)])
    assert page.post(f"/api/songs/{song}/save", {"format": "csv"}).status_code == 200
    assert formats.read(path).segments == (Segment(0.5, 1.5),)
    path.write_text("start_s,end_s,label\n9,10,singing\n")  # somebody's own
    answer = page.post(f"/api/songs/{song}/save", {"format": "csv"})
    assert (answer.status_code, "did not write it" in answer.json()["error"]) == (409, True)
    assert "9,10" in path.read_text()
    assert (
        page.post(f"/api/songs/{song}/save", {"format": "csv", "overwrite": True}).status_code
        == 200
    )
    assert page.post(f"/api/songs/{song}/save", {"format": "../x"}).status_code == 400
    path.unlink()
    path.symlink_to(music / "one.wav")
    wrong = page.post(f"/api/songs/{song}/save", {"format": "csv", "overwrite": True})
    assert wrong.status_code == 409
    assert (music / "one.wav").read_bytes()[:4] == b"RIFF"


def test_what_a_person_corrected_is_safe_from_detect(page, song, music, monkeypatch):
    assert earmark("detect", music / "one.wav", "--labels", "singing,speech").code == 0
    save(page, song, [segment(0.5, 1.5)])
    page.post(f"/api/songs/{song}/save", {"format": "csv"})  # earmark's own: replaced
    said = earmark("detect", music / "one.wav", "--labels", "singing,speech")
    assert said.code == 1
    assert "it was edited since" in said.err
    assert formats.read(music / "one.singing+speech.csv").segments == (Segment(0.5, 1.5),)


def test_songs_that_differ_in_suffix_keep_it(page, music):
    write_clip(music / "one.flac", seconds=1)
    page.app.session.library._walked_at = -9
    song = page.songs()["one.flac"]["id"]
    save(page, song, [], revision=0)
    said = page.post(f"/api/songs/{song}/save", {"format": "lrc"}).json()
    assert said["path"] == str(music / "one.flac.singing+speech.lrc")


def test_a_folder_that_cannot_be_written(page, song, music, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    answer = page.post(f"/api/songs/{song}/save", {"format": "csv"})
    assert answer.status_code in (500, 507)
    assert "Free some space" in answer.json()["error"]
    left = sorted(path.name for path in music.iterdir())
    assert left == [".earmark.sqlite", "one.wav", "pop"]  # what was to come was noted first


def test_all_is_there_after_a_restart(music, tmp_path):
    with served(tmp_path, folder=music) as page:
        one = page.songs()["one.wav"]["id"]
        before = page.detect(one)
        save(page, one, [segment(0.5, 1.5, by="person")], checked=True)
    with served(tmp_path, folder=music) as page:
        after = page.json(f"/api/songs/{one}")
        assert after["segments"] == [segment(0.5, 1.5, by="person")]
        assert (after["checked"], after["detected"]) == (True, before["detected"])
        assert len(page.get(f"/api/songs/{one}/scores").content) == 150


def test_a_locked_database_and_a_full_disk_are_told_on_the_page(page, song):
    db = page.app.session.db
    db._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = save(page, song, [segment(0.5, 1.5)])
    assert (answer.status_code, "locked" in answer.json()["error"]) == (503, True)
    assert page.json(f"/api/songs/{song}")["revision"] == 1  # what stands can be read
    other.execute("ROLLBACK")
    other.close()
    pages = db.rows("PRAGMA page_count")[0][0]
    db._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [segment(i / 1000, i / 1000 + 0.0005) for i in range(2900)]
    answer = save(page, song, many)
    assert (answer.status_code, "disk is full" in answer.json()["error"]) == (507, True)
    db._connection.execute("PRAGMA max_page_count = 100000")
    assert save(page, song, many).json() == {"revision": 2}
