import os
import threading
import time
from pathlib import Path

import pytest

from clips import StubDetector, write_clip
from earmark import batch, formats, one_song
from earmark.errors import FormatError
from earmark.ledger import NAME
from earmark.sources import Song, find_songs


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*paths):
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"x")


def run(*paths, detector=None, out=None, **options):
    """Results by path."""
    songs = find_songs(paths, out=out)
    results = batch.run(songs, detector or StubDetector(), **options)
    return {result.song.path: result for result in results}


def test_every_format_asked_for_is_written():
    touch("m/a.wav")
    results = run("m", formats=["csv", "audacity", "npz"])
    assert results["m/a.wav"].row["vocal_fraction"] == "0.2000"
    assert sorted(os.listdir("m")) == [
        NAME,
        "a.singing.csv",
        "a.singing.npz",
        "a.singing.txt",
        "a.wav",
    ]
    assert formats.read("m/a.singing.csv").segments == results["m/a.wav"].annotation.segments


def test_outputs_are_mirrored():
    touch("m/x/a.wav")
    run("m", out="out")
    assert Path("out/x/a.singing.csv").exists()
    assert Path("out", NAME).exists()
    assert not Path("m/x", NAME).exists()


def test_a_song_without_a_place_is_not_written():
    touch("a.wav")
    (result,) = batch.run([Song("a.wav")], StubDetector())
    assert result.annotation is not None
    assert os.listdir() == ["a.wav"]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_failure_stops_nobody(jobs):
    touch("m/a.wav", "m/bad.wav", "m/bug.wav", "m/c.wav", "m/d.wav")
    Path("none").mkdir()
    results = run("m", "none", "missing.wav", jobs=jobs)
    errors = {path: result.row["error"] for path, result in results.items() if result.row["error"]}
    assert errors == {
        "m/bad.wav": "m/bad.wav: cannot be decoded.",
        "m/bug.wav": "m/bug.wav: unexpected ZeroDivisionError: of the stub",
        "none": errors["none"],
    }
    assert "no audio in this folder" in errors["none"]
    assert sorted(p.name for p in Path("m").glob("*.csv")) == [
        "a.singing.csv",
        "c.singing.csv",
        "d.singing.csv",
    ]


def test_an_unknown_format_fails_before_any_work():
    with pytest.raises(FormatError, match=r"mp3: unknown format; choose one of csv, json"):
        batch.run([], StubDetector(), formats=["csv", "mp3"])


def test_a_truth_file_under_our_name_is_kept():
    touch("m/a.wav", "m/b.wav")
    Path("m/a.singing.csv").write_text("truth")
    detector = StubDetector()
    results = run("m", detector=detector)
    assert "a.singing.csv: is there already" in results["m/a.wav"].row["error"]
    assert Path("m/a.singing.csv").read_text() == "truth"
    assert detector.heard == ["b.wav"]  # no time was spent on the other
    run("m", overwrite=True)
    assert Path("m/a.singing.csv").read_text().startswith("start_s")


def test_own_outputs_are_replaced_unless_edited_since():
    touch("a.wav")
    run("a.wav")
    assert not run("a.wav", detector=StubDetector(onset=0.3))["a.wav"].row["error"]
    with open("a.singing.csv", "a") as file:
        file.write("5,6,singing,\n")
    assert "it was edited since" in run("a.wav")["a.wav"].row["error"]


def test_a_file_that_appears_during_the_detection_is_kept():
    touch("a.wav")

    class Meanwhile(StubDetector):
        def detect(self, source):
            Path("a.singing.csv").write_text("truth")
            return super().detect(source)

    assert "is there already" in run("a.wav", detector=Meanwhile())["a.wav"].row["error"]
    assert Path("a.singing.csv").read_text() == "truth"


def test_beside_edited_labels_the_rest_is_done():
    touch("a.wav")
    run("a.wav", formats=["csv"])
    Path("a.singing.csv").write_text("mine")
    for settings in ({}, {"onset": 0.3}):
        detector = StubDetector(**settings)
        for skipped in (False, True):  # done once, and remembered
            again = run("a.wav", detector=detector, formats=["csv", "json"], skip_existing=True)
            result = again["a.wav"]
            assert (result.skipped, result.row["error"]) == (skipped, "")
            assert all(path.exists() for path in result.outputs)
            assert result.row["warning"].startswith("a.singing.csv kept: edited by you")
        assert detector.heard == ["a.wav"]
        assert formats.read("a.singing.json").provenance == detector.provenance
    assert Path("a.singing.csv").read_text() == "mine"


def test_edited_labels_alone_are_heard_once_with_other_settings():
    touch("a.wav")
    run("a.wav")
    Path("a.singing.csv").write_text("mine")
    detector = StubDetector(onset=0.3)
    for _ in range(2):
        (result,) = run("a.wav", detector=detector, skip_existing=True).values()
        assert result.skipped
        assert result.row["warning"] == (
            "a.singing.csv kept: edited by you; the figures are earmark's own"
        )
    assert detector.heard == ["a.wav"]
    assert Path("a.singing.csv").read_text() == "mine"


@pytest.fixture
def done():
    touch("a.wav", "b.wav")
    run("a.wav", "b.wav", formats=["csv", "json"])


def heard_again(**options):
    detector = options.pop("detector", StubDetector())
    run("a.wav", "b.wav", detector=detector, skip_existing=True, **options)
    return sorted(detector.heard)


def test_what_is_done_is_skipped(done):
    assert heard_again(formats=["csv", "json"]) == []
    assert heard_again(formats=["csv"]) == []
    results = run("a.wav", skip_existing=True)
    assert results["a.wav"].skipped
    assert results["a.wav"].row["vocal_fraction"] == "0.2000"


def test_a_skipped_song_goes_by_its_present_path(done):
    (path,) = run(os.path.abspath("a.wav"), skip_existing=True).values()
    assert path.skipped
    assert path.row["path"] == os.path.abspath("a.wav")


def test_a_changed_song_is_done_again(done):
    Path("a.wav").write_bytes(b"longer")
    assert heard_again() == ["a.wav"]
    os.utime("b.wav", ns=(0, 0))
    assert heard_again() == ["b.wav"]
    assert heard_again() == []


def test_another_model_setting_or_format_does_songs_again(done):
    assert heard_again(detector=StubDetector(onset=0.3)) == ["a.wav", "b.wav"]
    assert heard_again(detector=StubDetector(model_sha256="1" * 64)) == ["a.wav", "b.wav"]
    assert heard_again(formats=["csv", "srt"]) == ["a.wav", "b.wav"]


def test_an_output_of_older_settings_is_not_taken_for_new(done):
    run("a.wav", "b.wav", detector=StubDetector(onset=0.3), formats=["csv"])
    again = StubDetector(onset=0.3)
    assert heard_again(detector=again, formats=["csv", "json"]) == ["a.wav", "b.wav"]


def test_a_missing_output_is_made_again(done):
    os.remove("b.singing.json")
    assert heard_again(formats=["csv", "json"]) == ["b.wav"]


def test_a_place_that_cannot_be_written_is_found_before_the_work(monkeypatch):
    touch("m/a.wav", "file")
    detector = StubDetector()
    results = run("m", detector=detector, out="file/sub")
    assert "file is a file, not a folder" in results["m/a.wav"].row["error"]
    monkeypatch.setattr(os, "access", lambda *_: False)
    results = run("m", detector=detector)
    assert "m is read-only" in results["m/a.wav"].row["error"]
    assert "-o" in results["m/a.wav"].row["error"]
    assert detector.heard == []


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_fails_songs_and_leaves_nothing_half(monkeypatch, name):
    touch("m/a.wav", "m/b.wav")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, name, full)
    results = run("m")
    assert all("No space left" in result.row["error"] for result in results.values())
    assert sorted(os.listdir("m")) == [NAME, "a.wav", "b.wav"]
    monkeypatch.undo()


def test_several_songs_run_at_once():
    touch(*(f"m/{i}.wav" for i in range(6)))
    start_s = time.perf_counter()
    assert len(run("m", detector=StubDetector(delay_s=0.5), jobs=6)) == 6
    assert time.perf_counter() - start_s < 2.2  # one after the other: 3 s


def test_threads_leave_the_file_mask_alone():
    touch(*(f"m/{i}.wav" for i in range(60)))
    mask = os.umask(0o027)
    try:
        run("m", jobs=8)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(mask)
    assert {p.stat().st_mode & 0o777 for p in Path("m").glob("*.csv")} == {0o640}


def test_results_do_not_pile_up():
    songs = [Song(f"{i}.wav") for i in range(50)]
    detector = StubDetector()
    results = batch.run(iter(songs), detector, jobs=2)
    next(results)
    time.sleep(0.2)
    assert len(detector.heard) <= 4
    assert len(list(results)) == 49


@pytest.mark.parametrize("skip_existing", [True, False])
def test_what_a_kill_left_in_the_outputs_folder_goes_away(skip_existing):
    touch("m/x/a.wav")
    run("m", out="out")
    touch("out/x/.earmark-0123456789abcdef", "out/x/.earmark-fedcba9876543210")
    os.utime("out/x/.earmark-0123456789abcdef", (0, 0))
    run("m", out="out", skip_existing=skip_existing)
    assert sorted(os.listdir("out/x")) == [".earmark-fedcba9876543210", "a.singing.csv"]


def test_whoever_stops_finds_nothing_half():
    touch(*(f"m/{i}.wav" for i in range(9)))
    threads = threading.active_count()
    results = batch.run(find_songs(["m"]), StubDetector(delay_s=0.1), jobs=3)
    next(results)
    results.close()
    written = sorted(p.name for p in Path("m").glob("*.csv"))
    time.sleep(0.3)
    assert sorted(p.name for p in Path("m").glob("*.csv")) == written  # and no more since
    assert 1 <= len(written) < 9
    assert not list(Path("m").glob(".earmark-*"))
    limit_s = time.monotonic() + 10
    while threading.active_count() > threads and time.monotonic() < limit_s:
        time.sleep(0.05)
    assert threading.active_count() <= threads  # an earlier test's may have ended as well


def test_a_stop_waits_for_a_write_that_has_begun(monkeypatch):
    touch("a.wav", "b.wav")
    begun, slow = threading.Event(), one_song.write_atomic

    def write(path, data):
        if path.name.startswith("b"):
            begun.set()
            time.sleep(0.2)
        slow(path, data)

    monkeypatch.setattr(one_song, "write_atomic", write)
    results = batch.run(find_songs(["a.wav", "b.wav"]), StubDetector(), jobs=2)
    next(results)
    assert begun.wait(5)
    results.close()
    assert Path("b.singing.csv").exists()


def test_the_real_detector_in_threads_gives_what_one_gives():
    from earmark import SingingDetector

    for i in range(3):
        write_clip(Path(f"m/{i}.wav"), seconds=1.0, seed=i)
    detector = SingingDetector(onset=0.0)
    results = run("m", detector=detector, jobs=3)
    for path, result in results.items():
        assert result.annotation.segments == detector.detect(path).segments
