import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from earmark.errors import OutputError
from earmark.ledger import NAME, Ledger

ROW = {"path": "a.mp3", "error": ""}


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path)


def put(ledger, name, data, *, origin="first"):
    ledger.record({name: data}, origin=origin, row=ROW)
    (ledger.folder / name).write_bytes(data)


def test_own_files_may_be_replaced(ledger):
    put(ledger, "a.csv", b"1")
    ledger.refuse_foreign(["a.csv", "missing.csv"])


def test_foreign_and_edited_files_may_not(ledger, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"truth")
    with pytest.raises(OutputError, match=r"a\.csv: is there already.*--overwrite"):
        ledger.refuse_foreign(["a.csv"])
    assert not (tmp_path / NAME).exists()
    put(ledger, "b.csv", b"1")
    (tmp_path / "b.csv").write_bytes(b"1, corrected by hand")
    with pytest.raises(OutputError, match=r"b\.csv"):
        ledger.refuse_foreign(["b.csv"])


def test_a_ledger_left_behind_is_named(ledger, tmp_path):
    put(ledger, "a.csv", b"1")
    (tmp_path / NAME).unlink()
    with pytest.raises(OutputError, match=rf"{NAME} in .* must travel with.*--overwrite"):
        ledger.refuse_foreign(["a.csv"])


def test_another_songs_file_may_not_be_replaced_while_that_song_exists(ledger, tmp_path):
    old, new = tmp_path / "old.mp3", tmp_path / "new.mp3"
    old.write_bytes(b"")
    new.write_bytes(b"")
    ledger.record({"a.csv": b"1"}, origin="first", row=ROW, song=str(old))
    (tmp_path / "a.csv").write_bytes(b"1")
    ledger.refuse_foreign(["a.csv"], song=str(old))
    with pytest.raises(OutputError, match=r"a\.csv: belongs to .*old\.mp3\. .*--overwrite"):
        ledger.refuse_foreign(["a.csv"], song=str(new))
    assert ledger.finished(["a.csv"], origin="first") == ROW
    old.unlink()  # moved: the library is somewhere else now
    ledger.refuse_foreign(["a.csv"], song=str(new))


def test_a_folder_in_the_way(ledger, tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OutputError, match=r"a\.csv: cannot be replaced"):
        ledger.refuse_foreign(["a.csv"])


def test_a_name_that_is_too_long(ledger):
    with pytest.raises(OutputError, match=r"File name too long\)\. Choose a shorter one"):
        ledger.refuse_foreign(["a" * 300])


def test_a_kill_between_ledger_and_file_locks_nobody_out(ledger, tmp_path):
    put(ledger, "a.csv", b"old")
    ledger.record({"a.csv": b"new"}, origin="second", row=ROW)  # and then killed
    ledger.refuse_foreign(["a.csv"])
    assert ledger.finished(["a.csv"], origin="second") is None
    assert ledger.finished(["a.csv"], origin="first") == ROW
    (tmp_path / "a.csv").write_bytes(b"new")
    assert ledger.finished(["a.csv"], origin="second") == ROW


def test_finished_means_all_there_unchanged_and_of_this_origin(ledger, tmp_path):
    put(ledger, "a.csv", b"1")
    put(ledger, "a.txt", b"2")
    assert ledger.finished(["a.csv", "a.txt"], origin="first") == ROW
    assert ledger.finished(["a.csv"], origin="other") is None
    assert ledger.finished(["a.csv", "a.json"], origin="first") is None
    put(ledger, "a.csv", b"3", origin="other")
    assert ledger.finished(["a.csv", "a.txt"], origin="other") is None
    (tmp_path / "a.txt").write_bytes(b"edited")
    assert ledger.finished(["a.txt"], origin="first") is None


def test_names_and_rows_with_bytes_that_are_no_text(ledger):
    name = os.fsdecode(b"caf\xe9.singing.csv")
    row = {"path": os.fsdecode(b"caf\xe9.mp3")}
    ledger.record({name: b"1"}, origin="first", row=row)
    (ledger.folder / name).write_bytes(b"1")
    assert ledger.finished([name], origin="first") == row


@pytest.mark.parametrize("data", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 500])
def test_a_corrupt_ledger_says_what_to_do(ledger, tmp_path, data):
    (tmp_path / NAME).write_bytes(data)
    (tmp_path / "a.csv").write_bytes(b"1")
    for action in (
        lambda: ledger.refuse_foreign(["a.csv"]),
        lambda: ledger.record({"a.csv": b"1"}, origin="first", row=ROW),
    ):
        with pytest.raises(OutputError, match=rf"{NAME}: .* delete this file"):
            action()


def test_an_empty_or_foreign_database_knows_nothing(ledger, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"1")
    sqlite3.connect(tmp_path / NAME).close()
    with pytest.raises(OutputError, match="is there already"):
        ledger.refuse_foreign(["a.csv"])


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    ledger = Ledger(tmp_path / "file" / "folder")
    with pytest.raises(OutputError, match=r"cannot be made .* -o"):
        ledger.record({"a.csv": b"1"}, origin="first", row=ROW)


def test_a_full_disk(ledger):
    code = (
        "import resource, signal, sys; from pathlib import Path; from earmark.ledger import Ledger;"
        "from earmark.errors import OutputError;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "try: ledger.record({'a.csv': b'1'}, origin='first', row={})\n"
        "except OutputError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ledger.folder], capture_output=True, text=True
    )
    assert "cannot be used" in done.stdout
    put(ledger, "a.csv", b"1")  # space was freed
    assert ledger.finished(["a.csv"], origin="first") == ROW


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    def locked(*_, **__):  # as SQLite says it; whoever is root may write everywhere
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(sqlite3, "connect", locked)
    with pytest.raises(OutputError, match=r"nothing can be written there .*read-only\?.*-o"):
        Ledger(tmp_path).sign("a.csv", b"1", known=None, song="")


def test_a_link_to_another_folders_file_is_not_written(tmp_path):
    other = tmp_path / "other.db"
    sqlite3.connect(other).close()
    other.touch()
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / NAME).symlink_to(other)
    ledger = Ledger(tmp_path / "songs")
    with pytest.raises(OutputError, match=r"cannot be used \(it is a link\)"):
        ledger.sign("a.csv", b"1", known=None, song="")
    with pytest.raises(OutputError, match=r"it is a link"):
        ledger.known("a.csv")
    assert other.stat().st_size == 0


@pytest.mark.parametrize("said", ["[[NaN, NaN]]", "[[2, 1]]", '[["a", 1]]', "5", "[[0, Infinity]]"])
def test_stretches_that_cannot_be_are_told(ledger, said):
    put(ledger, "a.csv", b"1")
    ledger.sign("a.csv", b"1", known=((1.0, 2.0),), song="")
    assert ledger.known("a.csv") == ((1.0, 2.0),)
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("UPDATE signed SET known = ?", (said,))
    with pytest.raises(OutputError, match="no list of stretches"):
        ledger.known("a.csv")
    with pytest.raises(OutputError, match="no list of stretches"):
        ledger.by_person(["a.csv"], song="")


def test_several_processes_at_once(ledger):
    code = (
        "import sys; from pathlib import Path; from earmark.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for i in range(30):\n"
        "    name = f'{sys.argv[2]}-{i}.csv'\n"
        "    ledger.record({name: b'1'}, origin='first', row={})\n"
        "    (ledger.folder / name).write_bytes(b'1')\n"
        "    ledger.refuse_foreign([name])\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, ledger.folder, str(k)]) for k in range(3)
    ]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    ledger.refuse_foreign([f"{k}-{i}.csv" for k in range(3) for i in range(30)])


def test_the_latest_row_is_remembered(ledger, monkeypatch):
    for number in range(8):  # their digests are in no order
        monkeypatch.setattr(time, "time", lambda number=number: 1e9 + number)
        ledger.record({"a.csv": b"%d" % number}, origin="x", row=ROW | {"path": str(number)})
    assert ledger.remembered(["a.csv"])["path"] == "7"


def test_edited_is_what_was_written_here_for_this_song_and_changed_since(ledger, tmp_path):
    one, two = tmp_path / "one.mp3", tmp_path / "two.mp3"
    one.touch()
    two.touch()
    ledger.record({"a.csv": b"1", "b.csv": b"2"}, origin="first", row=ROW, song=str(one))
    for name, data in {"a.csv": b"1", "b.csv": b"2, by hand", "c.csv": b"truth"}.items():
        (tmp_path / name).write_bytes(data)
    names = ["a.csv", "b.csv", "c.csv", "gone.csv"]
    assert ledger.by_person(names, song=str(one)) == ["b.csv"]
    assert ledger.by_person(names, song=str(two)) == []
    assert ledger.remembered(["c.csv", "b.csv"], origin="first") == ROW
    assert ledger.remembered(["b.csv"], origin="second") is None


def test_places_are_those_of_files_that_are_there(ledger, tmp_path):
    put(ledger, "of a stream.singing.csv", b"1")
    for name in ("a.wav.singing+speech.TextGrid", "gone.singing.csv"):
        ledger.record({name: b"1"}, origin="first", row=ROW, song=f"/m/{name[0]}")
    (tmp_path / "a.wav.singing+speech.TextGrid").write_bytes(b"edited")
    assert ledger.places() == {"/m/a": "a.wav"}
    assert Ledger(tmp_path / "nowhere").places() == {}
