"""Where outputs go, however the songs are named."""

import ntpath
import os
from pathlib import Path

import pytest

from earmark.errors import OutputError
from earmark.ledger import Ledger
from earmark.places import places
from earmark.sources import find_songs
from songfiles import placed, touch

pytestmark = pytest.mark.usefixtures("here")


def wrote(root, names):
    """As a run would have done."""
    for song, name in names.items():
        outputs = {f"{name}.singing.csv": b"1"}
        Ledger(Path(root)).record(outputs, origin="", row={}, song=os.path.abspath(song))
        touch(f"{root}/{name}.singing.csv")


def test_outputs_stand_beside_the_songs():
    touch("music/b.mp3", "music/deep/a.wav")
    assert placed(find_songs(["music"])) == {
        "music/b.mp3": "music/b",
        "music/deep/a.wav": "music/deep/a",
    }


def test_outputs_are_mirrored_under_a_folder():
    touch("music/deep/a.wav", "other/b.wav")
    assert placed(find_songs(["music", "other/b.wav"], out="out")) == {
        "music/deep/a.wav": "out/music/deep/a",
        "other/b.wav": "out/other/b",
    }


def test_songs_that_differ_in_suffix_keep_it():
    touch("m/a.mp3", "m/a.flac", "m/b.mp3")
    assert [song.name for song in find_songs(["m"])] == [
        "a.flac",
        "a.mp3",
        "b",
    ]


def test_a_kept_suffix_collides_with_nobody():
    touch("m/a.mp3", "m/a.flac", "m/a.mp3.wav")
    names = [song.name for song in find_songs(["m"])]
    assert names == ["a.flac", "a.mp3", "a.mp3.wav"]


@pytest.mark.parametrize("paths", [["x/01.mp3", "y/01.mp3", "y/02.mp3"], ["x", "y"]])
def test_songs_of_one_name_are_placed_below_their_common_folder(paths):
    touch("x/01.mp3", "y/01.mp3", "y/02.mp3")
    assert [song.name for song in find_songs(paths, out="out")] == [
        "x/01",
        "y/01",
        "y/02",
    ]


def test_the_layout_does_not_depend_on_how_songs_are_named(here):
    touch("m/pop/a.wav", "m/pop/b.wav", "m/rock/a.wav", "m/c.wav")
    files = [str(path) for path in sorted(Path("m").rglob("*.wav"))]
    expected = ["c", "pop/a", "pop/b", "rock/a"]
    for paths in (["m"], ["m/**/*.wav"], ["./m/*"], files, [str(here / "m")], [*files, "m"]):
        assert sorted(song.name for song in find_songs(paths, out="out")) == expected
    assert sorted(song.name for song in find_songs([], listed=files, out="out")) == expected
    named = ["m/pop/*.wav", "m/rock", "m/c.wav"]
    assert sorted(song.name for song in find_songs(named, out="out")) == expected


def test_a_growing_library_keeps_its_layout():
    touch("m/pop/a.wav", "m/c.wav")
    wrote("out", {"m/pop/a.wav": "pop/a", "m/c.wav": "c"})
    touch("m/pop/new.wav", "m/jazz/d.wav")
    assert placed(find_songs(["m/pop"], out="out")) == {
        "m/pop/a.wav": "out/pop/a",
        "m/pop/new.wav": "out/pop/new",
    }
    assert placed(find_songs(["m/jazz/d.wav"], out="out")) == {"m/jazz/d.wav": "out/jazz/d"}


def test_a_song_keeps_its_place_when_more_is_named():
    touch("m/pop/a.wav", "m/c.wav")
    wrote("out", {"m/pop/a.wav": "a"})
    assert placed(find_songs(["m"], out="out")) == {
        "m/c.wav": "out/c",
        "m/pop/a.wav": "out/a",  # else its labels there would be nobody's
    }


def test_a_song_named_alone_mirrors_no_folder():
    touch("hello.wav", "m/pop/a.wav")
    wrote("out", {"hello.wav": "hello"})
    assert placed(find_songs(["m/pop"], out="out")) == {"m/pop/a.wav": "out/a"}


def test_two_drives_have_no_common_folder(monkeypatch):
    monkeypatch.setattr(os.path, "commonpath", ntpath.commonpath)  # of Windows
    monkeypatch.setattr(os.path, "abspath", str)
    songs = [("C:\\a.mp3", "C:\\"), ("D:\\b.mp3", "D:\\")]
    with pytest.raises(OutputError, match="do one drive at a time"):
        places(songs, out="out")


def test_a_newcomer_of_one_stem_makes_way():
    touch("m/a.mp3")
    wrote("m", {"m/a.mp3": "a"})
    touch("m/a.flac")
    assert placed(find_songs(["m"])) == {"m/a.flac": "m/a.flac", "m/a.mp3": "m/a"}


def test_a_run_resumed_names_the_rest_as_the_first_did():
    touch("m/a.mp3", "m/a.flac")
    wrote("m", {"m/a.mp3": "a.mp3"})
    assert placed(find_songs(["m"])) == {"m/a.flac": "m/a.flac", "m/a.mp3": "m/a.mp3"}


def test_a_name_that_another_song_has_kept_is_not_given_away():
    touch("m/b/x.wav", "m/x.wav")
    wrote("out", {"m/b/x.wav": "x"})
    assert placed(find_songs(["m"], out="out")) == {"m/b/x.wav": "out/x", "m/x.wav": "out/x.wav"}


@pytest.mark.parametrize("out", [None, "out"])
def test_strange_paths(out):
    paths = ["gone/", "/gone.wav", "..wav", ".hidden"]
    assert len(find_songs(paths, out=out)) == len(paths)
    touch("stdin")
    assert {song.name for song in find_songs(["-", "stdin"], out="out")} == {"stdin"}


def test_places_whose_files_are_gone_count_for_nothing():
    touch("m/a.wav", "m/a.mp3")
    wrote("m", {"m/a.mp3": "a"})
    os.remove("m/a.singing.csv")
    assert [song.name for song in find_songs(["m"])] == ["a.mp3", "a.wav"]


def test_two_songs_that_had_one_place_get_two():
    touch("x/a.wav", "y/a.wav")
    wrote("out", {"x/a.wav": "a"})
    Ledger(Path("out")).record(
        {"a.singing.csv": b"2"}, origin="", row={}, song=os.path.abspath("y/a.wav")
    )
    assert placed(find_songs(["x", "y"], out="out")) == {
        "x/a.wav": "out/x/a",
        "y/a.wav": "out/y/a",
    }


def test_a_damaged_ledger_is_left_to_those_who_write():
    touch("m/a.wav")
    Path("m/.earmark.sqlite").write_bytes(b"junk" * 500)
    assert [song.name for song in find_songs(["m"])] == ["a"]
