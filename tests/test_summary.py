import csv
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark import Annotation, Segment, summary
from earmark.atomic import write_atomic
from earmark.errors import OutputError
from earmark.rows import COLUMNS, describe, failed
from earmark.summary import Summary, merge, missing_shards, read, shard_path

HEADER = ",".join(COLUMNS) + "\n"


def row(path, *, warning=""):
    return dict.fromkeys(COLUMNS, "") | {"path": path, "duration_s": "1.000", "warning": warning}


def sung(*intervals, duration_s=10.0, warning=None):
    segments = tuple(Segment(start, end) for start, end in intervals)
    return describe(
        Annotation(segments, duration_s=duration_s, warning=warning), path="songs/a.mp3"
    )


def test_a_row_says_where_the_singing_is():
    assert sung((2, 3.5), (6, 9), warning="truncated") == {
        "path": "songs/a.mp3",
        "duration_s": "10.000",
        "vocal_fraction": "0.4500",
        "first_vocal_s": "2.000",
        "last_vocal_s": "9.000",
        "longest_gap_s": "2.500",
        "speech_fraction": "",
        "first_speech_s": "",
        "last_speech_s": "",
        "vocal": "true",
        "instrumental": "false",
        "warning": "truncated",
        "error": "",
    }


@pytest.mark.parametrize(
    ("intervals", "gap"), [([], "10.000"), ([(4, 5)], "5.000"), ([(0, 3), (9, 10)], "6.000")]
)
def test_gaps_count_from_start_to_end(intervals, gap):
    assert sung(*intervals)["longest_gap_s"] == gap


def test_less_than_a_second_is_instrumental():
    assert sung((1, 1.5), (3, 3.49))["instrumental"] == "true"
    assert sung((1, 1.5), (3, 3.5))["instrumental"] == "false"


def test_of_a_short_clip_a_tenth_is_enough():
    assert sung((0.5, 0.75), duration_s=2.0)["instrumental"] == "false"
    assert sung((0.5, 0.65), duration_s=2.0)["instrumental"] == "true"
    assert sung(duration_s=2.0)["vocal"] == "false"


def test_nothing_at_all():
    empty = sung(duration_s=0.0)
    assert (empty["vocal_fraction"], empty["first_vocal_s"]) == ("0.0000", "")
    assert (empty["instrumental"], empty["warning"]) == ("", "too short to tell: under 1 s")


def test_a_recording_with_a_warning_is_not_called_instrumental():
    torn = Annotation((), duration_s=10, warning="truncated")
    assert describe(torn, path="a")["instrumental"] == ""
    torn = Annotation((Segment(0, 2),), duration_s=10, warning="truncated")
    assert describe(torn, path="a")["instrumental"] == "false"


def test_only_singing_counts():
    annotation = Annotation((Segment(0, 9, "speech"), Segment(9, 10)), duration_s=10)
    assert describe(annotation, path="a")["vocal_fraction"] == "0.1000"


def test_speech_alone_says_nothing_of_vocals():
    found = Annotation((Segment(1, 3, "speech"),), duration_s=10, labels=("speech",))
    row = describe(found, path="talk.mp3")
    told = {name for name, value in row.items() if value}
    assert told == {"path", "duration_s", "speech_fraction", "first_speech_s", "last_speech_s"}
    assert (row["speech_fraction"], row["last_speech_s"]) == ("0.2000", "3.000")


@pytest.mark.parametrize(
    ("segments", "vocal", "instrumental"),
    [
        ([], "false", "true"),
        ([Segment(0, 1)], "true", "false"),
        ([Segment(0, 9, "speech")], "false", "false"),  # a talk
        ([Segment(0, 0.9), Segment(3, 3.9, "speech")], "false", "true"),
        ([Segment(0, 2), Segment(1, 5, "speech")], "true", "false"),
    ],
)
def test_a_talk_is_neither_sung_nor_instrumental(segments, vocal, instrumental):
    heard = Annotation(tuple(segments), duration_s=10, labels=("singing", "speech"))
    row = describe(heard, path="a")
    assert (row["vocal"], row["instrumental"]) == (vocal, instrumental)
    torn = describe(replace(heard, warning="truncated"), path="a")
    assert "true" not in (torn["instrumental"], torn["vocal"] if vocal == "false" else "")


def test_errors_are_one_line():
    assert failed("a\nb.mp3", "two\n lines")["error"] == "two lines"


STRANGE = [
    'say "hi", twice.mp3',
    "two\nlines.mp3",
    "cr\r.mp3",
    "日本語.mp3",
    "=1+1.mp3",
    " a ",
    '"',
]


def test_paths_are_written_as_they_are(tmp_path):
    paths = [*STRANGE, os.fsdecode(b"caf\xe9.mp3")]
    summary = Summary(tmp_path / "s.csv")
    for path in paths:
        summary.append(row(path))
    summary.compact()
    assert [r["path"] for r in read(summary.path)] == sorted(paths)
    assert b"caf\xe9.mp3,1.000" in summary.path.read_bytes()
    with open(summary.path, newline="", errors="surrogateescape", encoding="utf-8") as file:
        assert {r["path"] for r in csv.DictReader(file)} == set(paths)


def test_rows_reach_the_file_at_once(tmp_path):
    summary = Summary(tmp_path / "new" / "s.csv")
    summary.append(row("a"))
    assert [r["path"] for r in read(summary.path)] == ["a"]


def test_songs_done_again_are_replaced_and_others_kept(tmp_path):
    path = tmp_path / "s.csv"
    for warnings in ({"b": "", "a": "old"}, {"a": "new", "c": ""}):
        summary = Summary(path)
        for name, warning in warnings.items():
            summary.append(row(name, warning=warning))
        summary.compact()
    assert [(r["path"], r["warning"]) for r in read(path)] == [("a", "new"), ("b", ""), ("c", "")]


def test_the_same_row_is_not_written_twice(tmp_path):
    summary = Summary(tmp_path / "s.csv")
    summary.append(row("a"))
    before = summary.path.read_bytes()
    summary.append(row("a"))
    assert summary.path.read_bytes() == before


def test_the_latest_run_counts_though_it_says_what_an_older_one_did(tmp_path):
    path = tmp_path / "s.csv"
    first = Summary(path)
    first.append(row("a", warning="A"))
    first.compact()
    Summary(path).append(row("a", warning="B"))  # and then killed
    third = Summary(path)
    third.append(row("a", warning="A"))
    third.compact()
    assert [r["warning"] for r in read(path)] == ["A"]


def test_a_row_may_return_within_a_run(tmp_path):
    summary = Summary(tmp_path / "s.csv")
    for warning in "ABA":
        summary.append(row("a", warning=warning))
    summary.compact()
    assert [r["warning"] for r in read(summary.path)] == ["A"]


def test_a_song_has_one_row_however_its_path_is_spelt(tmp_path, monkeypatch):
    (tmp_path / "m").mkdir()
    (tmp_path / "m/a.wav").touch()
    (tmp_path / "link.wav").symlink_to("m/a.wav")
    monkeypatch.chdir(tmp_path)
    spellings = ["m/a.wav", "./m/a.wav", str(tmp_path / "m/a.wav"), "m/../m/a.wav"]
    for path in spellings:
        summary = Summary(Path("s.csv"))
        summary.append(row(path))
        summary.append(row(path.replace("a.wav", "gone.wav")))  # need not be there
        summary.compact()
        paths = {r["path"] for r in read(summary.path)}
        assert paths == {path, path.replace("a.wav", "gone.wav")}
    summary.append(row("link.wav"))
    merge([summary.path], Path("t.csv"))
    assert len(read(summary.path)) == 3  # until it is compacted
    assert {r["path"] for r in read(Path("t.csv"))} == {"link.wav", "m/../m/gone.wav"}


@pytest.mark.parametrize("step", ["opened", "compacted"])
def test_two_runs_on_one_summary_lose_no_row(tmp_path, monkeypatch, step):
    pytest.importorskip("fcntl")
    path = tmp_path / "s.csv"
    one, other = Summary(path), Summary(path)
    appending = threading.Thread(target=other.append, args=[row("b")])

    def write(path, data):  # when all has been read, and nothing written yet
        appending.start()
        appending.join(0.3)
        write_atomic(path, data)

    one.append(row("a"))
    monkeypatch.setattr(summary, "write_atomic", write)
    Summary(path) if step == "opened" else one.compact()
    appending.join()
    assert [there["path"] for there in read(path)] == ["a", "b"]


def test_what_a_kill_left_beside_it_goes_away(tmp_path):
    left = tmp_path / ".earmark-0123456789abcdef"
    left.touch()
    os.utime(left, (0, 0))
    Summary(tmp_path / "s.csv")
    assert os.listdir(tmp_path) == ["s.csv"]


@settings(max_examples=40)
@given(
    paths=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0/")), max_size=4),
    last=st.text(st.sampled_from('a"\n\r, '), max_size=8),
    data=st.data(),
)
def test_a_torn_last_line_is_dropped(tmp_path_factory, paths, last, data):
    path = tmp_path_factory.mktemp("torn") / "s.csv"
    summary = Summary(path)
    for i, name in enumerate(paths):
        summary.append(row(f"{i}{name}"))
    before = path.stat().st_size
    summary.append(row(f"last{last}", warning=last))
    whole = path.read_bytes()
    cut = data.draw(st.integers(before, len(whole) - 1))
    path.write_bytes(whole[:cut])
    assert [r["path"] for r in read(path)] == [f"{i}{name}" for i, name in enumerate(paths)]
    Summary(path).append(row("next"))
    assert {r["path"] for r in read(path)} == {*(f"{i}{n}" for i, n in enumerate(paths)), "next"}


@pytest.mark.parametrize("cut", range(0, len(HEADER), 7))
def test_a_torn_header_is_none(tmp_path, cut):
    (tmp_path / "s.csv").write_text(HEADER[:cut])
    Summary(tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_text() == HEADER


def test_a_spreadsheets_line_ends_are_read(tmp_path):
    summary = Summary(tmp_path / "s.csv")
    summary.append(row("a"))
    data = summary.path.read_bytes().replace(b"\n", b"\r\n")
    summary.path.write_bytes(b"\xef\xbb\xbf" + data)
    assert [r["path"] for r in read(summary.path)] == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        "start_s,end_s\n1,2\n",
        "my notes",
        '"\n',
        HEADER + "a,b\n",
        HEADER + "\0" + "," * 12 + "\n",
        "\0\n",
        "\n\n",
    ],
)
def test_a_foreign_file_is_kept_unless_told_otherwise(tmp_path, content):
    path = tmp_path / "s.csv"
    path.write_text(content)
    with pytest.raises(OutputError, match=r"s\.csv: no summary of earmark.*--overwrite"):
        Summary(path)
    assert path.read_text() == content
    Summary(path, overwrite=True)
    assert path.read_text() == HEADER


def test_a_folder_in_the_way(tmp_path):
    with pytest.raises(OutputError, match="cannot be read"):
        Summary(tmp_path)


def test_a_full_disk_keeps_what_is_there(tmp_path, monkeypatch):
    summary = Summary(tmp_path / "s.csv")
    summary.append(row("a"))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"s\.csv: .*No space left"):
        summary.append(row("b"))
    with pytest.raises(OutputError, match="No space left"):
        summary.compact()
    assert read(summary.path)[0]["path"] == "a"


def test_shards_have_their_own():
    assert shard_path(Path("x/a.b.csv"), (2, 10)) == Path("x/a.b.2-of-10.csv")


def test_shards_that_are_missing_are_known_by_their_names():
    paths = [
        Path("x/a.b.1-of-3.csv"),
        Path("x/a.b.3-of-3.csv"),
        Path("c.2-of-2.csv"),
        Path("d.csv"),
    ]
    assert missing_shards(paths) == [Path("c.1-of-2.csv"), Path("x/a.b.2-of-3.csv")]
    assert missing_shards([shard_path(Path("s.csv"), (i, 10)) for i in range(1, 11)]) == []


def test_shards_of_one_name_belong_together_in_any_folders(here):
    machines = [Path(f"m{i}/s.{i}-of-3.csv") for i in (1, 2, 3)]
    assert missing_shards(machines) == []
    assert missing_shards(machines[:2]) == [Path("s.3-of-3.csv")]
    assert missing_shards([Path("s.1-of-2.csv"), here / "s.2-of-2.csv"]) == []
    assert missing_shards([here / "s.1-of-2.csv", Path("s.1-of-2.csv")]) == [Path("s.2-of-2.csv")]
    twice = [Path("pop/s.1-of-2.csv"), Path("rock/s.1-of-2.csv"), Path("rock/s.2-of-2.csv")]
    assert missing_shards(twice) == [Path("pop/s.2-of-2.csv")]


def test_merge(tmp_path):
    parts = []
    for i, names in enumerate((["c", "a"], ["b", "a"]), 1):
        summary = Summary(shard_path(tmp_path / "s.csv", (i, 2)))
        for name in names:
            summary.append(row(name, warning=str(i)))
        parts.append(summary.path)
    parts[1].write_bytes(parts[1].read_bytes() + b'"torn')
    for _ in range(2):  # an older summary is replaced
        assert merge(parts, tmp_path / "s.csv") == 3
    assert [(r["path"], r["warning"]) for r in read(tmp_path / "s.csv")] == [
        ("a", "2"),
        ("b", "2"),
        ("c", "1"),
    ]


def test_merge_refuses_what_is_no_summary(tmp_path):
    summary = Summary(tmp_path / "a.csv")
    summary.append(row("a"))
    other = tmp_path / "truth.csv"
    other.write_text("start_s,end_s\n")
    with pytest.raises(OutputError, match=r"truth\.csv: no summary"):
        merge([summary.path], other)
    with pytest.raises(OutputError, match=r"truth\.csv"):
        merge([other], tmp_path / "b.csv")
    with pytest.raises(OutputError, match="no such file"):
        merge([tmp_path / "c.csv"], tmp_path / "b.csv")
    assert merge([summary.path], other, overwrite=True) == 1
