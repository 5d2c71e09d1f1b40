import os
from pathlib import Path

import pytest

from earmark.errors import EarmarkError
from earmark.rows import failed
from earmark.sources import Song, find_songs, parse_shard, read_list, take_shard
from earmark.summary import Summary
from songfiles import placed, touch

pytestmark = pytest.mark.usefixtures("here")


def test_a_walk_takes_audio_in_order_and_leaves_the_rest():
    touch("m/b.MP3", "m/a.opus", "m/cover.jpg", "m/.hidden.wav", "m/.git/x.wav", "m/z/c.m4a")
    touch("m/a.singing.csv", "m/a.singing.npz")
    os.mkfifo("m/pipe.wav")
    assert [song.path for song in find_songs(["m"])] == ["m/a.opus", "m/b.MP3", "m/z/c.m4a"]


def test_links_are_followed_and_loops_end():
    touch("m/a.wav", "elsewhere/b.wav")
    os.symlink("..", "m/up")
    os.symlink(".", "m/self")
    os.symlink("../elsewhere", "m/linked")
    os.symlink("nowhere.wav", "m/dangling.wav")
    songs = find_songs(["m"])
    assert [song.path for song in songs if "up" not in song.path] == [
        "m/a.wav",
        "m/dangling.wav",  # reported as missing later, rather than lost in silence
        "m/linked/b.wav",
    ]
    assert len(songs) == 3


def test_a_song_named_twice_is_done_once(here):
    touch("m/a.wav")
    os.symlink("a.wav", "m/link.wav")
    os.symlink("m", "n")
    spellings = ["m", "m/a.wav", "./m/../m/a.wav", str(here / "m"), "m/*.wav", "m/link.wav", "n"]
    assert [song.path for song in find_songs(spellings)] == ["m/a.wav"]
    assert [song.path for song in find_songs(["m/link.wav", "m/a.wav"])] == ["m/link.wav"]
    assert len(find_songs(["./m/a.wav"], listed=["m/a.wav"])) == 1


def test_patterns_are_expanded_but_not_names_that_exist():
    touch("m/a.wav", "m/deep/b.wav", "m/live [1].wav")
    assert [s.path for s in find_songs(["m/**/*.wav"])] == [
        "m/a.wav",
        "m/deep/b.wav",
        "m/live [1].wav",
    ]
    assert [s.path for s in find_songs(["m/live [1].wav"])] == ["m/live [1].wav"]
    assert [s.path for s in find_songs([], listed=["m/*.wav"])] == ["m/*.wav"]
    (nothing,) = find_songs(["none/*.wav"])
    assert (nothing.path, "nothing matches" in nothing.problem) == ("none/*.wav", True)


def test_brackets_in_the_names_of_folders_are_no_pattern():
    touch("live [1]/a.wav", "live [1]/deep [2]/b.wav", "live 1/c.wav")
    assert [s.path for s in find_songs(["live [1]"])] == [
        "live [1]/a.wav",
        "live [1]/deep [2]/b.wav",
    ]
    assert [s.path for s in find_songs(["live [1]/*.wav"])] == ["live [1]/a.wav"]
    assert len(find_songs(["./live [1]/**/*.wav"])) == 2
    (gone,) = find_songs(["live [1]/gone.wav"])
    assert "no file has this name" in gone.problem


def test_a_pipe_is_not_waited_for():
    os.mkfifo("pipe.wav")
    (song,) = find_songs(["pipe.wav"])
    assert "standard input" in song.problem


def test_a_recording_is_no_list():
    Path("song.flac").write_bytes(b"fLaC\0\0\n" * 100)
    with pytest.raises(EarmarkError, match=r"song\.flac: no list of paths.*NUL"):
        read_list("song.flac")


def test_strange_names():
    names = ['m/it\'s a "song".wav', "m/two\nlines.wav", "m/日本語.wav", os.fsdecode(b"m/\xe9.wav")]
    touch(*names)
    assert {song.path for song in find_songs(["m"])} == set(names)
    assert find_songs(["m/two\nlines.wav"])[0].name == "two\nlines"


def test_outputs_named_by_a_careless_pattern_are_no_songs():
    touch("m/a.wav", "m/a.singing.csv", "m/a.singing.TextGrid", "m/b.singing.wav")
    assert [song.path for song in find_songs(["m/*"])] == ["m/a.wav", "m/b.singing.wav"]


def test_standard_input():
    assert find_songs(["-"]) == [Song("-", None, "stdin")]
    assert placed(find_songs(["-", "stdin.wav"], out="out")) == {
        "-": "out/stdin",
        "stdin.wav": "out/stdin.wav",
    }


def test_standard_output():
    touch("m/a.wav", "m/b.wav")
    assert [song.root for song in find_songs(["m"], out="-")] == [None, None]


@pytest.mark.parametrize(("path", "words"), [("empty", "no audio in this folder"), ("", "empty")])
def test_problems_stand_for_themselves_and_stop_nobody(path, words):
    Path("empty").mkdir()
    touch("empty.wav")
    songs = find_songs([path, "empty.wav"])
    assert words in songs[0].problem
    assert songs[1] == Song("empty.wav", Path(), "empty")


def test_an_unreadable_folder_is_a_problem(monkeypatch):
    touch("m/a.wav", "m/locked/b.wav")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    songs = find_songs(["m"])
    assert [song.path for song in songs] == ["m/a.wav", "m/locked"]
    assert "Permission denied" in songs[1].problem


def test_lists(monkeypatch):
    Path("list.txt").write_bytes(b"\xef\xbb\xbfa b.wav\r\n\n#1 hit.wav\nlast \xff.wav")
    expected = ["a b.wav", "#1 hit.wav", os.fsdecode(b"last \xff.wav")]
    assert read_list("list.txt") == expected
    with open("list.txt") as file:
        monkeypatch.setattr("sys.stdin", file)
        assert read_list("-") == expected
    with pytest.raises(EarmarkError, match=r"nowhere\.txt: the list cannot be read"):
        read_list("nowhere.txt")


def test_a_table_is_a_list_of_its_paths():
    summary = Summary(Path("songs.csv"))
    names = ["a.wav", "b, c.wav", "two\nlines.wav", os.fsdecode(b"last \xff.wav")]
    for name in names:
        summary.append(failed(name, "why"))
    assert read_list("songs.csv") == names
    Path("own.csv").write_bytes(b"\xef\xbb\xbfTitle,File\r\nA,a.wav\r\n\r\nB,b.wav\r\nC\r\n")
    assert read_list("own.csv") == ["a.wav", "b.wav"]
    Path("one.csv").write_text("path\na.wav\n")
    assert read_list("one.csv") == ["a.wav"]
    Path("none.txt").write_text('file\nno, table.wav\n"x.wav\n')
    assert read_list("none.txt") == ["file", "no, table.wav", '"x.wav']


@pytest.mark.parametrize(
    ("name", "head"), [("list.txt", b"#EXTM3U\r\n"), ("list.m3u8", b""), ("LIST.M3U", b"#EXTM3U\n")]
)
def test_in_a_playlist_lines_with_a_hash_are_comments(name, head):
    lines = b"#EXTINF:61,one\r\none.wav\n \n# mine\n./#1 hit.wav\n"
    Path(name).write_bytes(head + lines)
    assert read_list(name) == ["one.wav", "./#1 hit.wav"]


def test_paths_in_a_list_count_from_the_list_and_then_from_here(here):
    touch("music/a.wav", "music/b.wav", "b.wav", "other/c.wav")
    Path("music/list.txt").write_text(f"a.wav\nb.wav\nother/c.wav\n{here}/b.wav\nnone.wav\n")
    assert read_list("music/list.txt") == [
        *("music/a.wav", "music/b.wav", "other/c.wav", f"{here}/b.wav", "music/none.wav")
    ]


def test_shards_are_disjoint_and_names_do_not_depend_on_them():
    touch(*(f"m/{i}.wav" for i in range(7)), "m/3.mp3")
    songs = find_songs(["m"])
    shards = [take_shard(songs, parse_shard(f"{i}/3")) for i in (1, 2, 3)]
    assert sorted(map(len, shards)) == [2, 3, 3]
    assert sorted((s for shard in shards for s in shard), key=songs.index) == songs
    assert take_shard(songs, (9, 9)) == []


@pytest.mark.parametrize("text", ["3/2", "0/2", "2", "", "a/b", "-1/2", "1/2/3", "1/0", "1.5/2"])
def test_wrong_shards(text):
    with pytest.raises(ValueError, match=r"is no shard: of . there are 1/. (and|to) ./."):
        parse_shard(text)
