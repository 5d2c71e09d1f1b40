"""Keeping songs, scores and labels: revisions, kills, locks, full disks."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from earmark.annotation import Annotation, Scores, Segment
from earmark.errors import OutputError
from earmark.store import database, detections, labels, songs, written
from earmark.store.database import BusyError, Database, FullError
from earmark.store.labels import StaleError
from earmark.store.segments import alike, marked, plain

SONG = Path("/music/one.wav")
ONE = marked([Segment(1.0, 3.0, score=0.9)])
TWO = marked([Segment(1.0, 3.5)], by="person")


@pytest.fixture
def db(tmp_path):
    found = Database(tmp_path / "home" / "earmark.db")
    yield found
    found.close()


@pytest.fixture
def song(db):
    songs.add(db, [(SONG, "one.wav")], kind="folder")
    return songs.at(db, SONG).id


def heard(*segments, duration_s=10.0):
    scores = Scores(np.linspace(0, 1, 1000, dtype=np.float32).reshape(500, 2), labels=("a", "b"))
    return Annotation(segments, duration_s=duration_s, scores=scores, provenance={"onset": 0.5})


def keep(db, song, *segments, model="singing"):
    detections.keep(db, song, heard(*segments), model=model, of="1-1")


def test_a_song_is_entered_once(db, song):
    songs.add(db, [(SONG, "other name"), (Path("/music/bad\udcff.wav"), "x")], kind="folder")
    first, other = songs.below(db, Path("/music"))
    assert (first.id, first.name) == (song, "other name")
    assert songs.get(db, other.id).path == Path("/music/bad\udcff.wav")
    assert songs.below(db, Path("/mus")) == songs.below(db, None) == []
    songs.remove(db, [song])
    assert songs.get(db, song) is None


def test_what_was_heard_comes_back_exactly(db, song):
    keep(db, song, Segment(1.0, 3.0, score=0.9))
    found = detections.load(db, song)
    assert (found.scores.values == heard().scores.values).all()
    assert found.scores.labels == ("a", "b")
    assert plain(found.segments) == (Segment(1.0, 3.0, score=0.9),)
    assert labels.load(db, song).revision == 1
    row = songs.get(db, song)
    assert (row.vocal_fraction, row.first_vocal_s, row.duration_s) == (0.2, 1.0, 10.0)
    assert (row.model, row.edited, row.checked, row.labelled) == ("singing", False, False, True)


def test_a_persons_labels_outlive_another_detection(db, song):
    keep(db, song, Segment(1.0, 3.0))
    assert labels.save(db, song, TWO, revision=1, checked=False) == 2
    keep(db, song, Segment(5.0, 6.0), model="mine")
    now = labels.load(db, song)
    assert (now.segments, now.revision, now.edited) == (TWO, 2, True)
    assert songs.get(db, song).model == "mine"
    assert labels.save(db, song, detections.load(db, song).segments, revision=2, checked=False) == 3
    assert not labels.load(db, song).edited  # as the model says: it may say something else again
    keep(db, song)
    assert labels.load(db, song).segments == []
    labels.save(db, song, [], revision=4, checked=True)
    keep(db, song, Segment(5.0, 6.0))
    assert labels.load(db, song).segments == []  # checked


def test_nobody_undoes_what_another_saved(db, song):
    keep(db, song, Segment(1.0, 3.0))
    labels.save(db, song, TWO, revision=1, checked=True)
    with pytest.raises(StaleError) as told:
        labels.save(db, song, ONE, revision=1, checked=False)
    assert (told.value.now.segments, told.value.now.revision) == (TWO, 2)
    outcomes = []

    def attempt(number):
        try:
            outcomes.append(labels.save(db, song, ONE, revision=2, checked=False))
        except StaleError:
            outcomes.append(None)

    threads = [threading.Thread(target=attempt, args=(i,)) for i in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes, key=str) == [3, *[None] * 7]


def test_forgetting_goes_on_counting(db, song):
    keep(db, song, Segment(1.0, 3.0))
    songs.forget(db, song)
    assert labels.load(db, song).revision == 2
    assert detections.load(db, song) is None
    with pytest.raises(StaleError):
        labels.save(db, song, ONE, revision=1, checked=False)
    songs.remove(db, [song])
    keep(db, song)  # a job that ends late
    assert detections.load(db, song) is None


def test_alike():
    assert alike(ONE, marked([Segment(1.0004, 3.0)], by="person"))
    assert not alike(ONE, TWO)


def test_files_and_notes(db):
    written.remember(db, SONG, b"one")
    written.remember(db, SONG, b"two")
    assert [written.is_ours(db, SONG, data) for data in (b"one", b"two", b"x")] == [
        True,
        True,
        False,
    ]
    assert written.noted(db, "teach") is None
    written.note(db, "teach", {"name": "mine"})
    assert written.noted(db, "teach") == {"name": "mine"}


def test_a_locked_database(db, song, monkeypatch):
    db._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError, match="another program keeps the labels locked"):
        labels.save(db, song, ONE, revision=0, checked=False)
    assert labels.load(db, song).segments == []  # reading goes on
    other.execute("ROLLBACK")
    assert labels.save(db, song, ONE, revision=0, checked=False) == 1
    other.close()


def test_reading_does_not_wait_for_who_waits_to_change(db, song, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE_S", 0.05)
    db._connection.execute("PRAGMA busy_timeout = 60000")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = []

    def save():
        try:
            said.append(labels.save(db, song, ONE, revision=0, checked=False))
        except OutputError as error:
            said.append(error)

    threads = [threading.Thread(target=save) for _ in range(3)]
    threads[0].start()
    while not db._turn.locked():  # it waits for the other program
        assert threads[0].is_alive()
    assert labels.load(db, song).revision == 0
    assert threads[0].is_alive()  # still: nobody had to wait
    [thread.start() for thread in threads[1:]]
    [thread.join(30) for thread in threads[1:]]
    assert [type(error) for error in said] == [BusyError] * 2  # and waits on
    other.execute("ROLLBACK")
    threads[0].join(30)
    assert said[-1] == 1
    other.close()


def test_within_a_change_it_is_seen(db, song):
    with db.change() as connection:
        connection.execute("UPDATE songs SET name = 'x' WHERE id = ?", (song,))
        assert songs.get(db, song).name == "x"
        seen = []
        thread = threading.Thread(target=lambda: seen.append(songs.get(db, song).name))
        thread.start()
        thread.join(30)
    assert seen == ["one.wav"]
    with pytest.raises(OutputError):
        db.rows("DELETE FROM songs")


def test_a_disk_that_fails_is_not_called_full(db):
    with pytest.raises(OutputError, match="not connected") as told, db.change():
        raise sqlite3.OperationalError("disk I/O error")
    assert not isinstance(told.value, FullError)


def test_a_full_disk(db, song):
    labels.save(db, song, ONE, revision=0, checked=False)
    pages = db.rows("PRAGMA page_count")[0][0]
    db._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(FullError, match="the disk is full, so this was not saved"):
        detections.keep(
            db, song, heard(*[Segment(i, i + 0.5) for i in range(9)]), model="m" * 9000, of=""
        )
    assert (labels.load(db, song).segments, labels.load(db, song).revision) == (ONE, 1)
    db._connection.execute("PRAGMA max_page_count = 100000")
    assert labels.save(db, song, TWO, revision=1, checked=False) == 2


def test_a_damaged_file_a_newer_one_and_no_folder(tmp_path):
    (tmp_path / "bad.db").write_bytes(b"no database at all" * 99)
    with pytest.raises(OutputError, match="damaged"):
        Database(tmp_path / "bad.db")
    connection = sqlite3.connect(tmp_path / "new.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OutputError, match="newer earmark"):
        Database(tmp_path / "new.db")
    with pytest.raises(OutputError, match="EARMARK_HOME"):
        Database(tmp_path / "bad.db" / "below" / "a.db")


SAVER = """
import sys
from pathlib import Path
from earmark.store import labels, songs
from earmark.store.database import Database
db = Database(Path(sys.argv[1]))
songs.add(db, [(Path("/one.wav"), "one")], kind="upload")
revision = 0
while True:
    made = [{"start_s": revision, "end_s": revision + 1, "label": "singing", "score": None,
             "by": "person"}]
    revision = labels.save(db, 1, made, revision=revision, checked=False)
    print(revision, flush=True)
"""


def test_a_kill_loses_nothing_that_was_saved(tmp_path):
    path = tmp_path / "earmark.db"
    saver = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True
    )
    said = [int(saver.stdout.readline()) for _ in range(20)]
    os.kill(saver.pid, signal.SIGKILL)
    said += [int(line) for line in saver.stdout if line.endswith("\n")]
    saver.wait()
    db = Database(path)
    now = labels.load(db, 1)
    assert now.revision in (said[-1], said[-1] + 1)  # the one under way may be there
    assert now.segments[0]["start_s"] == now.revision - 1
    assert db.rows("PRAGMA integrity_check")[0][0] == "ok"
    db.close()
