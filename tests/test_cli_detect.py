"""``earmark detect`` and ``earmark merge`` as users meet them.

The shipped model's judgement is not tested here: with ``--onset 0`` everything is singing.
"""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clips import SR, write_clip
from earmark import formats, summary
from earmark.cli import main
from earmark.cli.detect import FORMATS
from earmark.cli.timeline import show, timeline
from earmark.formats.jsonl import loads_all
from tiny import two_answers


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def earmark(monkeypatch, capfd):
    """Runs the command line: ``earmark("detect", ...) -> (exit code, stdout, stderr)``."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            main()
        except SystemExit as exit:
            code = exit.code or 0
        captured = capfd.readouterr()
        return code, captured.out, " ".join(captured.err.replace("│", " ").split())

    return run


def rows(path="songs.csv"):
    return {row["path"]: row for row in summary.read(Path(path))}


def files(folder="."):
    return sorted(p.name for p in Path(folder).iterdir() if p.name != ".earmark.sqlite")


def test_one_song_shows_its_segments_and_a_timeline(earmark):
    write_clip(Path("song.wav"), seconds=2.0)
    code, out, err = earmark("detect", "song.wav", "--onset", 0)
    assert code == 0
    assert "singing      0.00    2.00       2.00" in out
    assert "0:00 ████" in out
    assert out.rstrip().endswith("█ 0:02")
    assert "1 song, 0 failed, 0 skipped, 0.0 min of audio," in err
    assert err.endswith("; labels in song.singing.csv")
    assert [(s.start_s, s.end_s) for s in formats.read("song.singing.csv").segments] == [(0, 2)]


def test_both_labels_in_one_file_and_a_timeline_each(earmark, here):
    write_clip(Path("talk.wav"), seconds=3)
    model = two_answers(here / "two.onnx")
    code, stdout, _ = earmark(
        "detect", "talk.wav", "--model", model, "--labels", "singing,speech", "--scores"
    )
    assert code == 0
    assert [line.split()[-1] for line in stdout.splitlines()[-2:]] == ["singing", "speech"]
    found = formats.read("talk.singing+speech.csv")
    assert {s.label for s in found.segments} == {"speech"}  # the clip is not loud enough
    assert formats.read("talk.singing+speech.npz").scores.labels == ("singing", "speech")
    code, _, stderr = earmark("detect", "talk.wav", "--model", model, "--labels", "rain")
    assert code == 2
    assert "does not know the label 'rain', only singing, speech" in stderr


def test_a_talk_says_how_to_mark_speech(earmark, here):
    """Of the model here, soft sound is speech."""
    model = two_answers(here / "two.onnx")
    for name in ("one", "two"):
        write_clip(Path(f"m/{name}.wav"), seconds=2)
    words = ("--model", model, "--overwrite")
    said = "; labels in m/one.singing.csv (100 % speech; --labels singing,speech marks it)"
    assert earmark("detect", "m/one.wav", *words)[2].endswith(said)
    said = "; labels beside the songs (2 mostly speech; --labels singing,speech marks it)"
    assert earmark("detect", "m", *words)[2].endswith(said)
    for labels in ("singing,speech", "speech"):
        assert "marks it" not in earmark("detect", "m", *words, "--labels", labels)[2]
    assert "marks it" not in earmark("detect", "m", *words, "--onset", 0)[2]


def test_a_run_with_other_labels_leaves_the_first_ones_answer(earmark, here):
    write_clip(Path("m/talk.wav"), seconds=3)
    words = ("detect", "m", "--model", two_answers(here / "two.onnx"), "--summary", "songs.csv")
    assert earmark(*words, "--format", "json")[0] == 0
    first, table = Path("m/talk.singing.json").read_bytes(), rows()
    assert earmark(*words, "--format", "json", "--labels", "speech", "--skip-existing")[0] == 0
    assert Path("m/talk.singing.json").read_bytes() == first
    assert formats.read("m/talk.speech.json").provenance["labels"] == ["speech"]
    assert rows() == table  # which tells of both, whatever was asked for
    assert table["m/talk.wav"]["speech_fraction"] == "1.0000"
    again = earmark(*words, "--format", "json", "--labels", "singing", "--skip-existing")
    assert "1 skipped" in again[2]


def test_edited_labels_are_kept_and_the_row_follows_them(earmark):
    for name in ("m/a.wav", "m/b.wav"):
        write_clip(Path(name), seconds=2)
    words = ("detect", "m", "--onset", 0, "--summary", "songs.csv")
    earmark(*words)
    before = rows()
    Path("m/a.singing.csv").write_text("start_s,end_s,label\n0.5,1,singing\n")
    figures = {"vocal_fraction": "0.2500", "first_vocal_s": "0.500", "last_vocal_s": "1.000"}
    figures |= {"longest_gap_s": "1.000", "vocal": "true", "instrumental": "false"}
    for more in ((), ("--min-on", 0.5)):  # the same settings, and others
        code, _, err = earmark(*words, "--skip-existing", *more)
        assert code == 0
        assert (
            "m/a.wav: a.singing.csv kept: edited by you; the figures are those of your labels"
            in err
        )
        assert Path("m/a.singing.csv").read_text().startswith("start_s,end_s,label\n0.5")
        row = rows()["m/a.wav"]
        assert row["warning"].startswith("a.singing.csv kept: edited by you")
        assert row | {"warning": ""} == before["m/a.wav"] | figures
        assert rows()["m/b.wav"] == before["m/b.wav"]
    assert earmark(*words, "--skip-existing", "--overwrite")[0] == 0
    assert rows() == before


def test_edited_labels_that_clash_leave_the_figures(earmark):
    write_clip(Path("a.wav"), seconds=2)
    words = ("detect", "a.wav", "--onset", 0, "--summary", "songs.csv")
    earmark(*words)
    Path("a.singing.csv").write_text("start_s,end_s,label\n0.5,2,singing\n")
    for more in ((), ("--min-on", 0.5)):
        code, _, err = earmark(*words, *more)
        assert code == 1
        assert "a.singing.csv: it was edited since earmark wrote it. Keep it with --skip-exi" in err
        row = rows()["a.wav"]
        assert row["error"] in err
        assert (row["first_vocal_s"], row["vocal"], row["duration_s"]) == ("0.500", "true", "2.000")
    assert earmark(*words, "--skip-existing")[0] == 0
    assert (rows()["a.wav"]["first_vocal_s"], rows()["a.wav"]["error"]) == ("0.500", "")


def test_quiet_says_nothing(earmark):
    write_clip(Path("song.wav"))
    assert earmark("detect", "song.wav", "--quiet") == (0, "", "")


def test_formats_scores_and_a_mirrored_folder(earmark):
    write_clip(Path("m/x/a.wav"))
    write_clip(Path("m/x/a.flac"))
    code, out, _ = earmark("detect", "m", "-o", "out", "--format", "csv,audacity", "--scores")
    assert (code, out) == (0, "")
    assert files("out/x") == [
        f"a.{suffix}.singing.{form}" for suffix in ("flac", "wav") for form in ("csv", "npz", "txt")
    ]
    assert formats.read("out/x/a.wav.singing.npz").scores.values.shape == (50, 1)


def test_the_summary_tells_all(earmark):
    write_clip(Path("m/a.wav"), seconds=2.0)
    Path("m/text.mp3").write_text("these are no sounds, only words\n" * 50)
    Path("m/empty.wav").write_bytes(b"")
    Path("none").mkdir()
    code, _, err = earmark(
        *("detect", "m", "none", "gone.wav", "--onset", 0, "--summary", "songs.csv")
    )
    assert code == 1
    assert "5 songs, 4 failed, 0 skipped" in err
    table = rows()
    assert list(table) == ["gone.wav", "m/a.wav", "m/empty.wav", "m/text.mp3", "none"]
    times = ["0.000", "2.000"]
    cells = ["m/a.wav", "2.000", "1.0000", *times, "0.000", "1.0000", *times, "true", "false"]
    assert list(table["m/a.wav"].values()) == [*cells, "", ""]
    for path, words in {
        "gone.wav": "no such file",
        "m/empty.wav": "the file is empty",
        "m/text.mp3": "text.mp3: no",
        "none": "no audio in this folder",
    }.items():
        assert words in table[path]["error"]
        assert words in err


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_a_truncated_song_is_used_and_the_summary_says_so(earmark, suffix):
    whole = write_clip(Path(f"whole.{suffix}"), seconds=6.0).read_bytes()
    Path(f"torn.{suffix}").write_bytes(whole[: len(whole) // 2])
    code, _, err = earmark("detect", f"torn.{suffix}", "--summary", "songs.csv")
    row = rows()[f"torn.{suffix}"]
    assert (code, row["error"]) == (0, "")
    assert "could be decoded" in row["warning"]
    assert "could be decoded" in err
    assert 1 < float(row["duration_s"]) < 5


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_samples(earmark, n):
    soundfile.write("song.wav", np.zeros(n), SR)
    code, out, _ = earmark("detect", "song.wav", "--summary", "songs.csv")
    row = rows()["song.wav"]
    assert (code, row["error"], row["instrumental"]) == (0, "", "")
    assert ("no samples" in row["warning"]) == (n == 0)
    assert ("silent" in row["warning"]) == (n == 1)
    assert "0:00" in out


def test_a_recording_that_is_too_short_to_tell_says_so(earmark):
    write_clip(Path("song.wav"), seconds=0.9)
    _, _, err = earmark("detect", "song.wav", "--onset", 1, "--summary", "songs.csv")
    row = rows()["song.wav"]
    assert (row["instrumental"], row["warning"]) == ("", "too short to tell: under 1 s")
    assert "earmark: warning: song.wav: too short to tell: under 1 s" in err


def test_samples_that_are_no_numbers(earmark):
    soundfile.write("song.wav", np.full(SR, np.nan), SR, subtype="FLOAT")
    code, _, err = earmark("detect", "song.wav")
    assert code == 1
    assert "song.wav: the sample at 0.000 s is NaN" in err
    assert files() == ["song.wav"]


def test_silence_is_a_song_but_no_instrumental(earmark):
    soundfile.write("song.wav", np.zeros(2 * SR), SR)
    code, out, err = earmark("detect", "song.wav", "--summary", "songs.csv")
    assert code == 0
    assert "no singing found" in out
    assert "earmark: warning: song.wav: silent: it stays below -60 dB" in err
    row = rows()["song.wav"]
    assert (row["vocal_fraction"], row["vocal"], row["instrumental"]) == ("0.0000", "", "")
    assert row["warning"].startswith("silent")
    assert Path("song.singing.csv").read_text() == "start_s,end_s,label,score\n"


NAMES = [
    'it\'s a "song".wav',
    "two\nlines.wav",
    "日本語 é.wav",
    os.fsdecode(b"caf\xe9.wav"),
    "-x.wav",
]


def test_strange_names(earmark):
    for name in NAMES:
        write_clip(Path("m") / name)
    code, _, err = earmark("detect", "m", "--summary", "songs.csv", "--format", "csv,json,rttm")
    assert (code, "0 failed" in err) == (0, True)
    assert set(rows()) == {f"m/{name}" for name in NAMES}
    assert {f"{Path(name).stem}.singing.csv" for name in NAMES} < set(files("m"))
    assert earmark("detect", "m", "--skip-existing", "--format", "json")[2].startswith(
        "5 songs, 0 failed, 5 skipped"
    )


def test_strange_names_in_messages(earmark):
    Path(os.fsdecode(b"two\nlines \xe9.wav")).write_bytes(b"")
    code, _, err = earmark("detect", os.fsdecode(b"two\nlines \xe9.wav"))
    assert code == 1
    assert r"two\nlines \udce9.wav: the file is empty" in err


def test_a_codec_that_needs_the_extra(earmark, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "earmark.audio.decoding_av", raising=False)
    Path("song.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(200))
    code, _, err = earmark("detect", "song.m4a")
    assert code == 1
    assert "pip install '.[formats]'" in err


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no such model"), (b"junk" * 99, "is it damaged?")]
)
def test_a_model_that_is_none(earmark, content, words):
    write_clip(Path("song.wav"))
    if content is not None:
        Path("m.onnx").write_bytes(content)
    code, _, err = earmark("detect", "song.wav", "--model", "m.onnx", "--summary", "s.csv")
    assert (code, words in err) == (1, True)
    assert not Path("s.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a song, a folder or a --list"),
        (["song.wav", "--shard", "3/2"], "'3/2' is no shard: of 2 there are 1/2 and 2/2"),
        (["song.wav", "--format", "csv,mp3"], "unknown format; choose one of csv, json, jsonl"),
        (["song.wav", "--format", ","], "no format was named"),
        (["song.wav", "--onset", "0.3", "--offset", "0.6"], "offset <= onset"),
        (["song.wav", "--onset", "2"], "--onset"),
        (["song.wav", "--min-on", "nan"], "--min-on"),
        (["song.wav", "--jobs", "0"], "--jobs"),
        (["song.wav", "-o", "-", "--format", "csv,json"], "takes one format"),
        (
            ["song.wav", "song.flac", "-o", "-", "--format", "csv"],
            "csv cannot hold 2 songs one after the other; say --format jsonl",
        ),
        (["song.wav", "-o", "song.csv"], "song.csv: name a folder; files in it are called after"),
        (["song.wav", "-o", "x/song.TXT"], "say --format audacity"),
        (["song.wav", "--labels", "sining"], "--labels"),
        (["song.wav", "--labels", ","], "--labels"),
        (["-", "--list", "-"], "standard input is a song already"),
        (["song.wav", "--summary", "-"], "a summary is a file"),
    ],
)
def test_wrong_usage_is_told_before_any_work(earmark, monkeypatch, arguments, words):
    monkeypatch.setenv("COLUMNS", "200")
    write_clip(Path("song.wav"))
    code, out, err = earmark("detect", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert files() == ["song.wav"]


def test_a_folder_that_is_there_may_be_called_anything(earmark):
    write_clip(Path("song.wav"))
    Path("labels.csv").mkdir()
    assert earmark("detect", "song.wav", "-o", "labels.csv")[0] == 0
    assert files("labels.csv") == ["song.singing.csv"]


def test_standard_output(earmark):
    write_clip(Path("m/a.wav"), seconds=1.0)
    write_clip(Path("m/b.wav"), seconds=2.0)
    code, out, _ = earmark("detect", "m/a.wav", "-o", "-", "--onset", 0)
    assert (code, out.splitlines()[1].split(",")[:3]) == (0, ["0.000", "1.000", "singing"])
    code, out, _ = earmark("detect", "m", "-o", "-")
    assert earmark("detect", "m/?.wav", "-o", "-", "--format", "jsonl")[0] == 0
    assert {a.source: a.duration_s for a in loads_all(out.encode())} == {"m/a.wav": 1, "m/b.wav": 2}
    assert files("m") == ["a.wav", "b.wav"]


def test_standard_input(earmark):
    data = write_clip(Path("m/a.wav"), seconds=1.0).read_bytes()
    code, out, _ = earmark("detect", "-", "--onset", 0, stdin=data)
    assert (code, out.splitlines()[1].split(",")[:3]) == (0, ["0.000", "1.000", "singing"])
    assert earmark("detect", "-", "-o", "out", "--skip-existing", stdin=data)[0] == 0
    assert files("out") == ["stdin.singing.csv"]
    code, _, err = earmark("detect", "-", stdin=b"")
    assert (code, "the file is empty" in err) == (1, True)


def test_two_songs_of_one_stem_in_two_runs(earmark):
    for name in ("a/x.wav", "b/x.wav"):
        write_clip(Path(name))
    assert earmark("detect", "a/x.wav", "-o", "out")[0] == 0
    assert earmark("detect", "a/x.wav", "-o", "out")[0] == 0
    code, _, err = earmark("detect", "b/x.wav", "-o", "out")
    assert (code, "a/x.wav. Move" in err, "--overwrite" in err) == (1, True, True)
    os.remove("a/x.wav")
    assert earmark("detect", "b/x.wav", "-o", "out")[0] == 0


def test_all_formats_and_where_they_are(earmark):
    write_clip(Path("a.wav"))
    _, _, err = earmark("detect", "a.wav", "-o", "out", "--format", "all")
    assert len(files("out")) == len(formats.names())
    assert f"; labels in out/a.singing.csv, {Path('out/a.singing.json')}, " in err
    assert ", ".join(formats.names()) == FORMATS
    write_clip(Path("b.wav"))
    assert earmark("detect", ".")[2].endswith("; labels beside the songs")
    assert earmark("detect", ".", "--skip-existing")[2] == (
        "2 songs, 0 failed, 2 skipped; labels beside the songs"
    )


def test_channels_that_cancel_are_no_instrumental(earmark):
    y = 0.5 * np.sin(np.arange(2 * SR) / 9)
    soundfile.write("song.wav", np.stack([y, -y], axis=1), SR)
    _, _, err = earmark("detect", "song.wav", "--onset", 1, "--summary", "songs.csv")
    assert "earmark: warning: song.wav: the channels cancel each other: only -" in err
    assert rows()["song.wav"]["instrumental"] == ""


def test_a_list(earmark):
    for name in ("a [1].wav", "b.wav"):
        write_clip(Path(name))
    Path("list.txt").write_text("a [1].wav\nb.wav\n")
    assert earmark("detect", "--list", "list.txt")[0] == 0
    assert earmark("detect", "--list", "-", "--skip-existing", stdin=b"b.wav\n")[2].startswith(
        "1 song, 0 failed, 1 skipped"
    )
    Path("lists").mkdir()
    Path("lists/p.m3u8").write_text("#EXTM3U\n#EXTINF:1,b\n\n../b.wav\n")
    assert "1 skipped" in earmark("detect", "--list", "lists/p.m3u8", "--skip-existing")[2]
    code, _, err = earmark("detect", "--list", "gone.txt")
    assert (code, "gone.txt: the list cannot be read" in err) == (1, True)
    code, _, err = earmark("detect", "a [1].singing.csv")
    assert (code, "no songs" in err) == (1, True)


def test_a_truth_file_under_our_name(earmark):
    write_clip(Path("a.wav"))
    write_clip(Path("b.wav"))
    Path("a.singing.csv").write_text("truth")
    code, _, err = earmark("detect", ".", "--summary", "s/songs.csv")
    assert (code, "a.singing.csv: is there already" in err) == (1, True)
    assert Path("a.singing.csv").read_text() == "truth"
    assert Path("b.singing.csv").exists()
    assert earmark("detect", ".", "--summary", "s/songs.csv", "--overwrite")[0] == 0
    assert [row["error"] for row in rows("s/songs.csv").values()] == ["", ""]


def test_a_foreign_file_under_the_summarys_name(earmark):
    write_clip(Path("a.wav"))
    Path("songs.csv").write_text("my own table\n")
    code, _, err = earmark("detect", "a.wav", "--summary", "songs.csv")
    assert (code, "no summary of earmark's" in err) == (1, True)
    assert files() == ["a.wav", "songs.csv"]
    assert earmark("detect", "a.wav", "--summary", "songs.csv", "--overwrite")[0] == 0


def test_a_changed_setting_does_songs_again(earmark):
    write_clip(Path("a.wav"))
    for arguments, skipped in (([], 0), ([], 1), (["--min-on", 0.7], 0), (["--min-on", 0.7], 1)):
        _, _, err = earmark("detect", ".", "--skip-existing", "--summary", "songs.csv", *arguments)
        assert f"0 failed, {skipped} skipped" in err
    os.remove("songs.csv")
    earmark("detect", ".", "--skip-existing", "--min-on", 0.7, "--summary", "songs.csv")
    assert list(rows()) == ["a.wav"]  # from the ledger


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_folder_that_takes_no_files(earmark, out):
    write_clip(Path("a.wav"))
    Path("file").write_bytes(b"")
    code, _, err = earmark("detect", "a.wav", "-o", out)
    assert (code, "choose another" in err.lower()) == (1, True)
    assert files() == ["a.wav", "file"]


def test_a_corrupt_ledger(earmark):
    write_clip(Path("a.wav"))
    Path(".earmark.sqlite").write_bytes(b"junk" * 500)
    code, _, err = earmark("detect", "a.wav")
    assert (code, "delete this file" in err) == (1, True)
    assert files() == ["a.wav"]


def test_shards_and_merge(earmark):
    for i in range(5):
        write_clip(Path(f"m/{i}.wav"))
    for shard in ("1/3", "2/3", "3/3"):
        assert earmark("detect", "m", "--shard", shard, "--summary", "songs.csv")[0] == 0
    assert files() == ["m", *(f"songs.{i}-of-3.csv" for i in (1, 2, 3))]
    assert list(rows("songs.1-of-3.csv")) == ["m/0.wav", "m/3.wav"]
    code, _, err = earmark("merge", "songs.*-of-3.csv", "-o", "songs.csv")
    assert (code, err) == (0, "5 songs in songs.csv")
    assert list(rows()) == [f"m/{i}.wav" for i in range(5)]
    code, _, err = earmark("merge", "none.*.csv", "-o", "songs.csv")
    assert (code, "none.*.csv: no such file" in err) == (1, True)
    code, _, err = earmark("merge", "songs.1-of-3.csv", "songs.3-of-3.csv", "-o", "part.csv")
    assert code == 1
    assert "3 songs in part.csv" in err
    assert "songs.2-of-3.csv: a shard that was not named: songs that only it has are not in" in err
    assert len(rows("part.csv")) == 3
    part = ("part.csv", "songs.2-of-3.csv", "-o", "part.csv")
    assert earmark("merge", *part) == (0, "", "5 songs in part.csv")  # it has those of 1 and 3
    assert earmark("merge", "part.csv", "-o", "-")[0] == 2
    assert earmark("detect", "m", "--shard", "9/9", "--summary", "songs.csv")[0] == 0


def many(n=40, *, seconds=10.0):
    """A folder of songs that takes some seconds: one recording under many names."""
    write_clip(Path("m/00.wav"), seconds=seconds)
    for i in range(1, n):
        os.link("m/00.wav", f"m/{i:02d}.wav")
    return n


def start(*arguments, **options):
    code = "from earmark.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "detect", "m", "--summary", "songs.csv", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def stopped(process, signal_number, *, after_rows=3):
    """Send a signal when some songs are done; give what was said."""
    deadline_s = time.monotonic() + 60
    while not Path("songs.csv").exists() or len(rows()) < after_rows:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    process.send_signal(signal_number)
    return process.communicate(timeout=30)[1]


def assert_whole(done, n):
    """All rows and files are whole, and some songs are still to be done."""
    outputs = {p.name.partition(".")[0] for p in Path("m").glob("*.csv")}
    with open("songs.csv", newline="") as file:
        table = list(csv.reader(file))
    assert {len(row) for row in table} == {len(summary.COLUMNS)}
    assert {Path(path).stem for path in done} <= outputs
    assert len(done) < n
    for path in Path("m").glob("*.csv"):
        assert formats.read(path).segments


@pytest.mark.skipif(os.name != "posix", reason="cannot: signals are POSIX's")
def test_kill_and_resume(earmark):
    n = many()
    process = start("--jobs", "2", "--onset", "0")
    stopped(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = rows()
    assert_whole(done, n)
    with open("songs.csv", "a") as file:
        file.write('"m/torn, and')
    code, _, err = earmark(
        *("detect", "m", "--summary", "songs.csv", "--skip-existing", "--onset", 0, "--jobs", 2)
    )
    assert (code, list(rows())) == (0, [f"m/{i:02d}.wav" for i in range(n)])
    skipped = int(err.partition(" skipped")[0].split()[-1])
    assert len(done) <= skipped < n
    assert not any(row["error"] for row in rows().values())


@pytest.mark.skipif(os.name != "posix", reason="cannot: signals are POSIX's")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_keeps_what_is_finished(stop):
    n = many()
    process = start("--jobs", "2", "--onset", "0")
    said = stopped(process, stop)
    assert process.returncode == 130, said
    assert "stopped; finished files are kept" in said
    assert " left" in said
    assert "Traceback" not in said
    assert_whole(rows(), n)
    assert not [p for p in Path("m").iterdir() if p.name.startswith(".earmark-")]
    assert not Path("m/.earmark.sqlite-journal").exists()


@pytest.mark.skipif(os.name != "posix", reason="cannot: the limit is POSIX's")
def test_a_full_disk_leaves_nothing_half():
    import resource

    write_clip(Path("m/a.wav"))
    process = start(
        "-o", "out", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    )
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "out" in rows()["m/a.wav"]["error"]
    assert not [p for p in Path("out").iterdir() if p.name != ".earmark.sqlite"]


def test_the_timeline_is_as_long_as_its_width():
    from earmark import Segment

    assert timeline([Segment(0, 1)], duration_s=4, width=4) == "█▁▁▁"
    assert timeline([Segment(0, 1), Segment(2, 3)], duration_s=4, width=2) == "▅▅"
    assert timeline([], duration_s=0, width=3) == "▁▁▁"


def test_a_terminal_without_blocks_gets_letters():
    from rich.console import Console

    from earmark import Annotation, Segment

    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show(Annotation((Segment(0, 5),), duration_s=10), console=Console(file=file, width=80))
    file.flush()
    assert b"0:00 ####" in file.buffer.getvalue()
