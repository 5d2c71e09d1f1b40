"""Label files that lay beside songs before the page knew these."""

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
import soundfile

from clips import write_clip
from earmark import formats
from earmark.annotation import Annotation, Segment
from earmark.audio import audio_info
from earmark.corrections import corrections
from earmark.store import detections, labels, songs
from earmark.store.brought import Brought, bring
from earmark.store.database import Database
from earmark.store.heard import heard_labels, heard_ranges
from earmark.store.segments import marked
from earmark.web import beside, library, training_set
from earmark.web.checking import MOST_SEGMENTS
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
        assert (found["edited"], found["status"]) == (True, "new")
        assert found["message"] == f"These labels are a person's, from {name} beside this song."
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
        assert (blocks(found), found["edited"], found["vocal_fraction"]) == ([], True, 0)
        assert not found["checked"]  # anything writes an empty file
        assert page.detect(found["id"])["segments"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.csv", "start,end\n0.5,1.25\n"),
        ("one.csv", "start,end,confidence\n0.5,1.25,0.3\n"),
        ("one.csv", "0.5,1.25,1\n"),
        ("one.txt", "0.5\t1.25\n"),
        ("one.lab", "0.5 1.25\n"),
        ("one.srt", "1\n00:00:00,500 --> 00:00:01,250\n\n"),
        ("one.srt", "1\n00:00:00,500 --> 00:00:01,250\n(0.93)\n"),
        ("one.json", '{"segments": [{"start_s": 0.5, "end_s": 1.25}]}'),
        ("one.rttm", "SPEAKER one 1 0.5 0.75 <NA> <NA> <NA> <NA> <NA>\n"),
    ],
)
def test_times_alone_are_shown_and_not_checked(music, tmp_path, name, text):
    """They may be of anything: who has not listened must not teach by them."""
    (music / name).write_text(text)
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert blocks(found) == [(0.5, 1.25, "singing", "person")]
        assert (found["checked"], found["edited"]) == (False, True)
        assert f"These labels are from {name} beside this song, which" in found["message"]
        assert "listen, and tick 'Checked by me'" in found["message"]
        (offered,) = page.json("/api/teach/songs")["songs"]
        assert "holds nothing that a person has heard" in offered["why"]
        found = save(page, found, found["segments"], checked=True)
        assert (found["checked"], found["message"]) == (True, None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.csv", "start,end,vocal\n0.5,1.25,1\n"),
        ("one.csv", "start,end,text\n0.5,1.25,singing\n"),
        ("one.csv", "start,end,text,label\n0.5,1.25,la la,singing\n"),
        ("one.srt", "1\n00:00:00,500 --> 00:00:01,250\nsinging (0.93)\n"),
    ],
)
def test_a_file_that_names_singing_is_checked(music, tmp_path, name, text):
    (music / name).write_text(text)
    with served(tmp_path, folder=music) as page:
        assert (song(page)["checked"], len(song(page)["segments"])) == (True, 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.csv", "start,end,text\n0,1.5,Hello and welcome\n1.5,2.9,today: cheese\n"),
        ("one.srt", "1\n00:00:00,500 --> 00:00:01,250\nHello and welcome\n"),
    ],
)
def test_a_transcript_is_no_labels(music, tmp_path, name, text):
    (music / name).write_text(text)
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert (found["segments"], found["edited"]) == ([], False)
        assert f"{name}: labels called Hello and welcome" in found["message"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{HEAD}x,1,singing\n", "one.csv, line 2: the start 'x' is not a number"),
        (f"{HEAD}1,2,guitar\n", "one.csv: labels called guitar; earmark knows 'singing'"),
        (f"{HEAD}1,999,singing\n", "ends at 999.00 s, but one.wav is 3.00 s long"),
        (f"{HEAD}1,1e300,singing\n", "ends at 1e+300 s, but one.wav"),
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
        assert not {"?.", ".."} & {found["message"][i : i + 2] for i in range(999)}
        assert (found["status"], found["segments"], found["edited"]) == ("new", [], False)
        found = page.detect(found["id"])  # as if nothing lay there, but for what is told
        assert (found["status"], found["segments"]) == ("done", found["detected"])
        assert why in found["message"]
    (music / "one.csv").write_text(f"{HEAD}1,2,singing\n")
    with served(tmp_path, folder=music) as page:
        found = song(page)
        assert blocks(found) == [(1.0, 2.0, "singing", "person")]
        assert (found["checked"], "No labels" in found["message"]) == (True, False)


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
        assert blocks(found)[0][:2] == (0.5, 1.0)
        assert found["message"].endswith("from one.lab beside this song.")


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
        assert song(page, "pop/two.wav")["checked"]  # nobody had made anything of it
    (music / "pop/two.csv").write_text(f"{HEAD}0.5,1,singing\n")
    with served(tmp_path, folder=music) as page:
        assert blocks(song(page, "pop/two.wav"))[0][:2] == (1, 2)  # a file is read once


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
    monkeypatch.setattr(beside, "read_labels", lambda *_, **__: 1 / 0)
    with served(tmp_path, folder=music) as page:
        assert "one.csv: unexpected ZeroDivisionError" in song(page)["message"]
        assert song(page, "pop/two.wav")["message"] is None


def test_files_are_read_for_new_songs_only(page, music, monkeypatch):
    page.songs()
    asked = []
    monkeypatch.setattr(library, "label_files", lambda *_: asked.append(1) or {})
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


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_of_an_earlier_version_goes_on(tmp_path, version):
    path = tmp_path / "earmark.db"
    Database(path).close()
    earlier = sqlite3.connect(path)
    for column in ("known", "tells", "beside", "origin", "brought")[3 * (version - 1) :]:
        earlier.execute(f"ALTER TABLE songs DROP COLUMN {column}")
    earlier.execute(f"PRAGMA user_version = {version}")
    earlier.close()
    for _ in range(2):
        db = Database(path)
        songs.add(db, [(tmp_path / "one.wav", "one")], kind="folder")
        assert songs.get(db, 1).beside is None
        db.close()


def without_length(path, *, seconds):
    """An MP3 whose header does not tell its length."""
    y = 0.1 * np.random.default_rng(0).standard_normal(44100 * seconds)
    whole = path.with_name("whole.mp3")
    soundfile.write(whole, y, 44100)
    data = whole.read_bytes()
    told = max(data.find(b"Xing"), data.find(b"Info"))
    path.write_bytes(data[data.find(b"\xff\xfb", told + 100) :])
    whole.unlink()
    assert audio_info(path).duration_s is None
    return path


def test_where_no_header_tells_the_length_the_song_is_read_through(music, tmp_path):
    for name in ("good", "bad"):
        without_length(music / f"{name}.mp3", seconds=4)
        (music / f"{name}.csv").write_text(f"{HEAD}2,3,singing\n")
    (music / "bad.csv").write_text(f"{HEAD}2,3,singing\n500,900,singing\n")
    with served(tmp_path, folder=music) as page:
        found = song(page, "good.mp3")
        assert (found["checked"], round(found["vocal_fraction"], 1)) == (True, 0.2)
        found = song(page, "bad.mp3")
        assert (found["checked"], found["segments"]) == (False, [])
        assert "bad.csv: an interval ends at 900.00 s" in found["message"]


def test_blocks_beyond_a_song_whose_header_lied_hinder_no_edit(page):
    row, db = song(page), page.app.session.db
    beyond = marked([Segment(0.5, 1), Segment(50, 59)], by="person")
    bring(db, songs.get(db, row["id"]).path, Brought(beyond, duration_s=60), revision=0)
    assert round(page.songs()["one.wav"]["vocal_fraction"], 2) == 0.16
    found = page.detect(row["id"])
    assert (found["duration_s"], found["vocal_fraction"]) == (3, 1)
    assert found["first_vocal_s"] == 0.5
    found["segments"][0]["end_s"] = 1.5
    assert len(save(page, found, found["segments"])["segments"]) == 2
    both, one = found["segments"], found["segments"][:1]
    assert round(save(page, song(page), one)["vocal_fraction"], 2) == 0.33
    assert len(save(page, song(page), both)["segments"]) == 2  # and that is undone


def test_a_file_that_names_another_recording_is_its_own(music, tmp_path):
    write_clip(music / "one.flac", seconds=2)
    (music / "one.wav.csv").write_text(f"{HEAD}0.5,1,singing\n")
    with served(tmp_path, folder=music) as page:
        assert [song(page, f"one.{kind}")["checked"] for kind in ("wav", "flac")] == [True, False]
        assert song(page, "one.flac")["message"] is None
    found, notes = corrections([str(music)])
    assert [each.name for each in found] == ["one.wav"]
    assert any("one.flac: no labels of yours beside it: none" in note for note in notes)
    (music / "one.wav").unlink()  # then it can only be of the other
    assert [each.name for each in corrections([str(music)])[0]] == ["one.flac"]


def test_two_files_that_disagree_change_nothing_at_the_next_start(music, tmp_path):
    (music / "one.csv").write_text(f"{HEAD}1,2,singing\n")
    (music / "one.lab").write_text("0.5 1 singing\n")
    found = []
    for _ in range(3):
        with served(tmp_path, folder=music) as page:
            found.append(song(page))
    assert found[0] == found[1] == found[2]
    assert found[0]["revision"] == 1


def test_a_link_beside_a_good_file_takes_nothing_from_it(music, tmp_path):
    (tmp_path / "elsewhere.txt").write_text("1\t2\tsinging\n")
    (music / "one.csv").write_text(f"{HEAD}0.5,1,singing\n")
    (music / "one.txt").symlink_to(tmp_path / "elsewhere.txt")
    with served(tmp_path, folder=music) as page:
        assert (song(page)["checked"], len(song(page)["segments"])) == (True, 1)


def test_large_files_and_many_segments_are_refused(music, tmp_path):
    (music / "one.csv").write_text(HEAD + "# \n" * (3 << 20))
    rows = "".join(f"{i / 20000},{i / 20000},speech\n" for i in range(MOST_SEGMENTS + 1))
    (music / "pop/two.csv").write_text(HEAD + rows)
    with served(tmp_path, folder=music) as page:
        assert "one.csv: larger than 8 MB" in song(page)["message"]
        assert "two.csv: holds 20001 segments" in song(page, "pop/two.wav")["message"]


def test_what_is_taken_away_from_labels_of_a_file_was_heard(tmp_path):
    db, path = Database(tmp_path / "earmark.db"), tmp_path / "one.wav"
    songs.add(db, [(path, "one")], kind="folder")
    theirs, models = marked([Segment(10, 12)], by="person"), marked([Segment(30, 31)])
    bring(db, path, Brought(theirs + models, known=((5, 17),), duration_s=60), revision=0)
    assert heard_ranges(labels.load(db, 1), None, duration_s=60) == ((5, 17),)
    labels.save(db, 1, theirs, revision=1, checked=False, decoding={"onset": 0.5})
    assert heard_ranges(labels.load(db, 1), None, duration_s=60) == ((5, 17), (25, 36))
    # but no threshold heard anything
    labels.save(db, 1, theirs + marked([Segment(40, 41)]), revision=2, checked=False)
    assert heard_ranges(labels.load(db, 1), None, duration_s=60) == ((5, 17),)
    db.close()
