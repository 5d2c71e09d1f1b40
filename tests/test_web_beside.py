"""Label files that lay beside songs before the page knew these."""

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from threading import Event

import pytest

from clips import write_clip
from earmark import formats
from earmark.annotation import Annotation, Segment
from earmark.corrections import corrections
from earmark.store import detections, labels, songs
from earmark.store.brought import Brought, bring
from earmark.store.database import Database
from earmark.store.heard import heard_labels, heard_ranges
from earmark.store.segments import marked
from earmark.web import beside, library, training_set
from served import music, page, served
from shell import earmark

HEAD = "start_s,end_s,label\n"


def song(page, name="one.wav"):
    return page.json(f"/api/songs/{page.songs()[name]['id']}")


def blocks(row):
    return [(s["start_s"], s["end_s"], s["label"], s["by"]) for s in row["segments"]]


def save(page, row, segments, *, checked=False):
    body = {"revision": row["revision"], "segments": segments, "checked": checked}
    answer = page.put(f"/api/songs/{row['id']}/labels", body)
    assert answer.status_code == 200, answer.text
    return song(page, row["name"])


@pytest.mark.parametrize(
    ("name", "label"),
    [("one.csv", "singing"), ("one.truth.lab", ""), ("one.wav.TextGrid", "singing")],
)
def test_a_persons_file_is_a_songs_labels(music, tmp_path, name, label):
    data = formats.dumps(Annotation((Segment(0.5, 1.25, label),), labels=(label,)), name)
    (music / name).write_bytes(data)
    with served(tmp_path, folder=music) as page:
        rows = page.songs()
        assert (rows["one.wav"]["checked"], rows["pop/two.wav"]["checked"]) == (True, False)
        found = song(page)
        assert blocks(found) == [(0.5, 1.25, "singing", "person")]
        assert (found["edited"], found["status"], found["message"]) == (True, "new", None)
        assert (found["duration_s"], found["vocal_fraction"]) == (3, 0.25)
        assert found["segments"][0]["score"] is None


def test_speech_comes_too_and_segments_are_put_in_order(music, tmp_path):
    rows = "2,3.5,singing\n1.2,1.3,speech\n0.5,1,singing\n0.9,1.5,singing\n3.5,3.9,singing\n"
    (music / "one.csv").write_text(f"{HEAD}{rows}2.5,2.5,speech\n")
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert blocks(found) == [
            (0.5, 1.5, "singing", "person"),  # two that overlap
            (1.2, 1.3, "speech", "person"),
            (2.0, 3.0, "singing", "person"),  # as encoders pad and cut
        ]
        save(page, found, found["segments"], checked=True)  # so the page can save what it shows


def test_a_song_without_singing(music, tmp_path):
    (music / "one.csv").write_text(HEAD)
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (blocks(found), found["checked"], found["vocal_fraction"]) == ([], True, 0)
        assert page.detect(found["id"])["segments"] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{HEAD}x,1,singing\n", "one.csv, line 2: the start 'x' is not a number"),
        (f"{HEAD}1,2,guitar\n", "one.csv: labels called guitar; the page knows 'singing'"),
        (f"{HEAD}1,999,singing\n", "ends at 999.00 s, but one.wav is 3.00 s long"),
        ("\0\x01", "one.csv"),
    ],
)
def test_what_cannot_be_taken_is_told_until_it_can(music, tmp_path, text, why):
    (music / "one.csv").write_text(text)
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert found["message"].startswith("No labels were taken from beside this song: one.csv")
        assert why in found["message"]
        assert str(tmp_path) not in found["message"]
        assert (found["status"], found["segments"], found["edited"]) == ("new", [], False)
        found = page.detect(found["id"])  # as if nothing lay there, but for what is told
        assert (found["status"], found["segments"]) == ("done", found["detected"])
        assert why in found["message"]
    (music / "one.csv").write_text(f"{HEAD}1,2,singing\n")
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (blocks(found), found["message"]) == ([(1.0, 2.0, "singing", "person")], None)
        assert found["checked"]


def test_who_labels_the_song_on_the_page_hears_no_more_of_the_file(music, tmp_path):
    (music / "one.csv").write_text("no table")
    with served(tmp_path, folder=music) as page:
        mine = [{"start_s": 0.5, "end_s": 1.0, "label": "singing"}]
        assert save(page, song(page), mine)["message"] is None
    (music / "one.csv").write_text(HEAD)
    with served(tmp_path, folder=music) as page:
        assert blocks(song(page)) == [(0.5, 1.0, "singing", "person")]


def test_of_files_that_disagree_the_first_counts(music, tmp_path):
    (music / "one.csv").write_text(f"{HEAD}1,2,singing\n")
    (music / "one.lab").write_text("0.5 1 singing\n")
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (blocks(found)[0][:2], found["checked"]) == ((1.0, 2.0), True)
        assert "one.csv: taken for the song's labels; one.lab beside it" in found["message"]
    os.remove(music / "one.csv")  # as it says
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (blocks(found)[0][:2], found["message"]) == ((0.5, 1.0), None)


def test_detection_brings_the_curve_and_changes_no_label(music, tmp_path):
    (music / "one.csv").write_text(f"{HEAD}0.5,1,singing\n")
    with served(tmp_path, folder=music) as page:
        found = page.detect(song(page)["id"])
        assert (found["status"], found["frames"], found["checked"]) == ("done", 150, True)
        assert blocks(found) == [(0.5, 1.0, "singing", "person")]
        told = page.get(f"/api/songs/{found['id']}/labels?format=json")
        assert told.json()["model"] is None  # they are no model's


def test_what_is_known_already_stays(music, tmp_path):
    with served(tmp_path, folder=music) as page:
        mine = [{"start_s": 0.5, "end_s": 1.0, "label": "singing"}]
        before = save(page, song(page), mine)
    for name in ("one.csv", "pop/two.csv"):
        (music / name).write_text(f"{HEAD}1,2,singing\n")
    with served(tmp_path, folder=music) as page:
        assert song(page)["segments"] == before["segments"]
        assert song(page, "pop/two.wav")["segments"] == []  # it was found without


def test_what_was_forgotten_stays_so_and_the_file_too(music, tmp_path):
    (music / "one.csv").write_text(f"{HEAD}1,2,singing\n")
    (music / "one.lab").write_text("0.5 1 singing\n")  # which is told, and would be read again
    with served(tmp_path, folder=music) as page:
        number = song(page)["id"]
        assert page.delete(f"/api/songs/{number}").status_code == 204
        assert not song(page)["segments"]
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (found["segments"], found["checked"], found["message"]) == ([], False, None)
    assert (music / "one.csv").exists()


def test_what_earmark_wrote_is_nobodys_until_it_is_edited(music, tmp_path):
    assert earmark("detect", music).code == 0
    csv = music / "pop/two.singing.csv"
    csv.write_text(f"{HEAD}0.5,1.5,singing\n")
    with served(tmp_path, folder=music) as page:
        assert (song(page)["segments"], song(page)["message"]) == ([], None)
        assert blocks(song(page, "pop/two.wav")) == [(0.5, 1.5, "singing", "person")]


def test_what_the_page_saved_comes_back_to_a_new_home(music, tmp_path):
    write_clip(music / "long.wav", seconds=40)
    with served(tmp_path, folder=music) as page:
        person = [{"start_s": 10, "end_s": 12, "label": "singing", "by": "person"}]
        model = [{"start_s": 30, "end_s": 31, "label": "singing", "score": 0.5, "by": "model"}]
        for name, segments, checked in (
            ("long.wav", person + model, False),
            ("one.wav", [], True),
            ("pop/two.wav", [{"start_s": 0, "end_s": 1, "label": "singing", "by": "model"}], False),
        ):
            row = save(page, song(page, name), segments, checked=checked)
            assert page.post(f"/api/songs/{row['id']}/save", {"format": "csv"}).status_code == 200
    shutil.rmtree(tmp_path / "home")
    with served(tmp_path, folder=music) as page:
        found = song(page, "long.wav")
        assert [by for *_, by in blocks(found)] == ["person", "model"]
        assert (found["checked"], found["edited"]) == (False, True)
        page.detect(found["id"])  # what it says elsewhere, nobody took away
        now = labels.load(page.app.session.db, found["id"])
        heard = detections.load(page.app.session.db, found["id"])
        heard = replace(heard, segments=marked([Segment(20, 22)]))
        assert heard_ranges(now, heard, duration_s=40) == ((5, 17),)
        assert page.post(f"/api/songs/{found['id']}/save", {"format": "lab"}).status_code == 200
        assert song(page)["checked"]
        assert not song(page, "pop/two.wav")["segments"]  # a model's word, which nobody heard
    taught = {each.name: each for each in corrections([str(music)])[0]}
    assert taught["long.wav"].known_s == 12


def test_a_file_that_tells_of_singing_alone_says_nothing_of_speech(music, tmp_path):
    (music / "one.csv").write_text(f"{HEAD}0.5,1,singing\n")
    with served(tmp_path, folder=music) as page:
        found = song(page)
        download = f"/api/songs/{found['id']}/labels?format=csv"
        assert "one.singing.csv" in page.get(download).headers["content-disposition"]
        session = page.app.session
        now = labels.load(session.db, found["id"])
        assert heard_labels(now, ["singing", "speech"]) == ["singing"]
        rows = session.library.all()[:1]
        (tmp_path / "set").mkdir()
        written = training_set.written(session, rows, tmp_path / "set", Event())
        line = json.loads(written.manifest.read_text())
        assert (line["labels"].endswith(".singing.csv"), "known" in line) == (True, False)
        found = save(page, found, found["segments"])  # who ticks it anew has seen both
        save(page, found, found["segments"], checked=True)
        assert "one.singing%2Bspeech" in page.get(download).headers["content-disposition"]


def test_strange_files_are_told_and_not_opened(music, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret\n")
    (music / "one.txt").symlink_to(secret)
    os.mkfifo(music / "pop/two.csv")  # nobody would ever write into it
    with served(tmp_path, folder=music) as page:
        for name, file in (("one.wav", "one.txt"), ("pop/two.wav", "two.csv")):
            said = song(page, name)["message"]
            assert f"{file}: a link, or no plain file" in said
            assert "secret" not in said


def test_a_mistake_of_ours_is_told_of_that_song_alone(music, tmp_path, monkeypatch):
    (music / "one.csv").write_text(HEAD)
    monkeypatch.setattr(beside, "looked_for", lambda *_: 1 / 0)
    with served(tmp_path, folder=music) as page:
        assert "one.csv: unexpected ZeroDivisionError" in song(page)["message"]
        assert song(page, "pop/two.wav")["message"] is None


def test_files_are_read_for_new_songs_only(page, music, monkeypatch):
    page.songs()
    asked = []
    monkeypatch.setattr(library.beside, "label_files", lambda *_: asked.append(1) or {})
    for _ in range(2):
        page.app.session.library._walked_at = -9
        page.songs()
    assert asked == []


def test_whoever_was_faster_is_not_undone(tmp_path):
    db = Database(tmp_path / "earmark.db")
    path = tmp_path / "one.wav"
    songs.add(db, [(path, "one")], kind="folder")
    labels.save(db, 1, [], revision=0, checked=True)
    bring(db, path, Brought(marked([Segment(1, 2)])), revision=0)
    bring(db, path, Brought(note="a note"), revision=0)
    assert (labels.load(db, 1).segments, songs.get(db, 1).beside) == ([], None)
    db.close()


def test_a_database_of_the_first_version_goes_on(tmp_path):
    path = tmp_path / "earmark.db"
    Database(path).close()
    first = sqlite3.connect(path)
    for column in ("known", "tells", "beside"):
        first.execute(f"ALTER TABLE songs DROP COLUMN {column}")
    first.execute("PRAGMA user_version = 1")
    first.close()
    for _ in range(2):
        db = Database(path)
        songs.add(db, [(tmp_path / "one.wav", "one")], kind="folder")
        assert songs.get(db, 1).beside is None
        db.close()
