"""The manifest: what is wrong is said with its line."""

import json
from pathlib import Path

import pytest

import corpus
from earmark.errors import DataError
from earmark.learn.library import Library
from earmark.learn.manifest import MOST, read_manifest, row_of, write_manifest


def test_round_trip(tmp_path: Path) -> None:
    rows = corpus.rows(tmp_path)
    write_manifest(rows, tmp_path / "m.jsonl")
    tracks = read_manifest(tmp_path / "m.jsonl")
    assert len(tracks) == len(rows)
    stems, song = tracks[0], tracks[1]
    assert (stems.material, len(stems.paths)) == ("stems", 2)
    assert [(s.start_s, s.end_s) for s in song.segments()] == corpus.PHRASES
    assert tracks[2].segments() is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"audio": "nowhere.wav"}, "there is no file"),
        ({"audio": None}, "needs `audio`"),
        ({"labels": None}, "needs `labels` or `endpoints`"),
        ({"labels": None, "endpoints": [[2, 1]]}, "reversed"),
        ({"labels": None, "endpoints": [1, 2]}, "list of"),
        ({"labels": None, "endpoints": [[1, 1e999]]}, "not finite"),
        ({"labels": 5}, "`labels` is text, got 5"),
        ({"singer": 5}, "`singer` is text"),
        ({"split": ["a"]}, "`split` is text"),
        ({"split": ""}, "`split` is `train`, `valid` or another name, got ''"),
        ({"split": None}, "got None"),
        ({"material": "noise"}, "one of song"),
        ({"split": "valid"}, "both sides"),
        ({"sinnger": "b"}, "unknown key sinnger; known: audio, "),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict, message: str) -> None:
    rows = corpus.rows(tmp_path)[:2]
    rows[1] |= change
    path = tmp_path / "m.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(DataError, match=message) as caught:
        read_manifest(path)
    assert str(path) in str(caught.value)


def test_all_faulty_lines_are_told_at_once(tmp_path: Path) -> None:
    """They can be mended at one go; of very many the first, and how many more."""
    good = json.dumps(corpus.rows(tmp_path)[0])
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(["{", good, "", '{"audio": "no.wav"}', good]))
    with pytest.raises(DataError) as caught:
        read_manifest(path)
    told = str(caught.value).splitlines()
    assert told[0] == f"{path}: 2 lines are faulty"
    assert told[1].startswith("  line 1: not a JSON object")
    assert told[2:] == [f"  line 4: there is no file {tmp_path / 'no.wav'}"]
    path.write_text("\n".join(["{"] * (MOST + 3)))
    with pytest.raises(DataError, match=rf"{MOST + 3} lines are faulty") as caught:
        read_manifest(path)
    assert str(caught.value).count("line ") == MOST
    assert str(caught.value).endswith("\n  and 3 more")


def test_a_recording_in_two_splits(tmp_path: Path) -> None:
    rows = corpus.rows(tmp_path)[1:2] * 2
    write_manifest([rows[0], rows[1] | {"split": "dev"}], tmp_path / "m.jsonl")
    with pytest.raises(DataError, match=r"stands in split 'train' and in 'dev'"):
        read_manifest(tmp_path / "m.jsonl")


def test_one_recording_under_two_names(tmp_path: Path) -> None:
    """Spelled otherwise, linked, or a stem of another mix."""
    stems, song = corpus.rows(tmp_path)[:2]
    (tmp_path / "link.wav").symlink_to(tmp_path / song["audio"])
    (tmp_path / "sub").mkdir()
    other = {"split": "dev", "singer": "b", "endpoints": []}
    for row, name in (
        (song, f"sub/../{song['audio']}"),
        (song, "link.wav"),
        (stems, stems["instrumental"]),
    ):
        write_manifest([row, other | {"audio": name}], tmp_path / "m.jsonl")
        with pytest.raises(DataError, match=r"stands in split 'train' and in 'dev'"):
            read_manifest(tmp_path / "m.jsonl")


def test_a_singer_who_is_not_named_stands_for_the_recording(tmp_path: Path) -> None:
    (row,) = corpus.rows(tmp_path)[1:2]
    write_manifest([row | {"singer": None}], tmp_path / "m.jsonl")
    assert read_manifest(tmp_path / "m.jsonl")[0].singer == "a.mix"


@pytest.mark.parametrize("name", ["caf\udce9.wav", "caf\\\udce9.wav", "café\u2028.wav"])
def test_any_name_that_a_file_can_have(tmp_path: Path, name: str) -> None:
    row = corpus.rows(tmp_path)[1]
    try:
        (tmp_path / row["audio"]).rename(tmp_path / name)
    except OSError:
        pytest.skip("cannot: this file system takes no such names")
    write_manifest([row | {"audio": name}], tmp_path / "m.jsonl")
    (track,) = read_manifest(tmp_path / "m.jsonl")
    assert track.paths == (tmp_path / name,)
    assert row_of(track, relative_to=tmp_path)["audio"] == name
    assert len(Library([track], tmp_path / "cache").items("train", "song")) == 1


@pytest.mark.parametrize("text", ["", "{", "[1]", "\xff\xfe", "[" * 100_000])
def test_what_is_no_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.jsonl").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=r"m\.jsonl"):
        read_manifest(tmp_path / "m.jsonl")


def test_only_what_is_called_singing_is_singing(tmp_path: Path) -> None:
    rows = corpus.rows(tmp_path)[1:2]
    labels = tmp_path / "jamendo.lab"
    rows[0]["labels"] = labels.name
    labels.write_text("0 3 instrumental\n3 6 singing\n")
    write_manifest(rows, tmp_path / "m.jsonl")
    (track,) = read_manifest(tmp_path / "m.jsonl")
    assert [(s.start_s, s.end_s) for s in track.segments()] == [(3, 6)]
    labels.write_text("0 3 nosing\n3 6 sing\n")
    with pytest.raises(DataError, match="only nosing, sing"):
        track.segments()
