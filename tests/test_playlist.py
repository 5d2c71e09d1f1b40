"""Playlists hold the right songs, by paths that lead there."""

import os
from pathlib import Path

import pytest

from earmark.errors import OutputError
from earmark.playlist import playlist


def row(path: str, *, instrumental: bool = True, error: str = "") -> dict[str, str]:
    kind = {"instrumental": str(instrumental).lower(), "vocal": str(not instrumental).lower()}
    found = {"duration_s": "61.6", **kind}
    return {"path": path, "error": error, **found}


def test_songs_in_order_with_length_and_name() -> None:
    rows = [row("m/z.mp3"), row("m/é ü.mp3"), row("m/sung.mp3", instrumental=False)]
    text = playlist(rows, folder="m", instrumental=True).decode()
    assert text.splitlines() == ["#EXTM3U", "#EXTINF:62,z", "z.mp3", "#EXTINF:62,é ü", "é ü.mp3"]
    assert playlist(rows, folder="m", instrumental=False).decode().splitlines()[2:] == ["sung.mp3"]


def test_paths_lead_from_the_playlist_to_the_song(tmp_path: Path) -> None:
    text = playlist([row(str(tmp_path / "a/one.mp3"))], folder=tmp_path / "b", instrumental=True)
    assert text.decode().splitlines()[2] == "../a/one.mp3"


def test_names_that_playlists_stumble_over() -> None:
    assert b"\n./#1 hit.mp3\n" in playlist([row("#1 hit.mp3")], folder=".", instrumental=True)
    name = os.fsdecode(b"\xff.mp3")
    assert b"\n\xff.mp3\n" in playlist([row(name)], folder=".", instrumental=True)
    with pytest.raises(OutputError, match="line break"):
        playlist([row("a\nb.mp3")], folder=".", instrumental=True)


def test_songs_that_failed_are_in_neither() -> None:
    rows = [
        {"path": "a.mp3", "duration_s": "", "vocal": "", "instrumental": "", "error": "damaged"},
        {"path": "b.mp3", "duration_s": "9", "vocal": "", "instrumental": "", "error": ""},
    ]
    for instrumental in (True, False):
        assert playlist(rows, folder=".", instrumental=instrumental) == b"#EXTM3U\n"


def test_a_talk_is_in_neither() -> None:
    talk = row("talk.mp3") | {"instrumental": "false", "vocal": "false"}
    for instrumental in (True, False):
        assert playlist([talk], folder=".", instrumental=instrumental) == b"#EXTM3U\n"
