"""Recordings that are sent."""

import asyncio
import io
import os
import shutil
import struct
import time
from collections import namedtuple

import numpy as np
import pytest
import soundfile

from clips import write_clip
from earmark.errors import OutputError
from earmark.store import songs
from earmark.web import uploads
from earmark.web.uploads import clean, sweep_uploads
from served import music, page, served


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.wav", seconds=2).read_bytes()


def left(page):
    """What lies in the folder of uploads."""
    folder = page.app.session.library.uploads
    return sorted(folder.iterdir()) if folder.exists() else []


def test_an_upload_is_a_song(page, clip):
    answer = page.upload(clip, "ä b.mp3")  # a WAV, whatever its name
    assert answer.status_code == 201
    row = answer.json()["row"]
    assert (row["name"], row["where"], row["status"]) == ("ä b.mp3", "upload", "new")
    assert row["duration_s"] == pytest.approx(2.0)
    assert page.detect(row["id"])["status"] == "done"
    assert page.get(f"/api/songs/{row['id']}/audio").content == clip
    assert page.post(f"/api/songs/{row['id']}/save", {"format": "csv"}).status_code == 409
    assert page.delete(f"/api/songs/{row['id']}").status_code == 204
    assert page.get(f"/api/songs/{row['id']}").status_code == 404
    assert left(page) == []


def test_names_that_are_taken(page, clip):
    said = [page.upload(clip, "../x/song.wav").json()["row"]["name"] for _ in range(3)]
    assert said == ["song.wav", "song (2).wav", "song (3).wav"]
    assert len(left(page)) == 3


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("", "recording"), ("...", "recording"), ("/", "recording"), ("a/../../b.mp3", "b.mp3"),
        ("x" * 500 + ".flac", "x" * 155 + ".flac"), ("\x00\x1b[31m.wav", "[31m.wav"),
        ("<script>.wav", "<script>.wav"), ("\ud800.wav", "?.wav"),
    ],
)  # fmt: skip
def test_names_that_are_none(name, kept):
    assert clean(name) == kept.replace("?", "\ufffd")


def wav(*, channels=1, sr=16000, data=b"\0" * 64):
    fmt = struct.pack("<HHIIHH", 1, channels, sr, (sr * channels * 2) % 2**32, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no sound", b"\0" * 100_000, b"<html>" * 999, b"RIFF\xff\xff\xff\xffWAVE", b"ID3\x04",
        b"OggS" + b"\0" * 300, b"fLaC" + b"\xff" * 300, b"%PDF-1.4", b"PK\x03\x04" + b"\0" * 99,
        wav(data=b""), wav(channels=999), wav(sr=2**32 - 1), wav(sr=0), wav(channels=0),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_not_kept(page, data, rng):
    answer = page.upload(data, "song.wav")
    assert answer.status_code == 415, answer.text
    assert str(page.app.session.library.uploads) not in answer.text
    assert left(page) == []
    assert len(page.songs()) == 2


def test_too_much(music, tmp_path, clip):
    with served(tmp_path, folder=music, max_upload_bytes=len(clip) - 1) as page:
        assert page.upload(clip).status_code == 413
        assert page.upload(b"", headers={"content-length": "9" * 17}).status_code == 413

        async def parts():  # nobody says how long it is
            for at in range(0, len(clip), 1000):
                yield clip[at : at + 1000]

        answer = page.ask("POST", "/api/uploads?name=a", content=parts())
        assert answer.status_code == 413
        assert left(page) == []


def test_an_upload_that_stands_still(page, clip, monkeypatch):
    monkeypatch.setattr(uploads, "STALL_S", 0.05)

    async def parts():
        yield clip[:1000]
        await asyncio.sleep(60)

    started = time.monotonic()
    assert page.ask("POST", "/api/uploads?name=a", content=parts()).status_code == 408
    assert time.monotonic() - started < 50  # it would be 60
    assert left(page) == []


def test_a_full_disk(page, clip, monkeypatch):
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage(9, 9, 9))
        answer = page.upload(clip)
        assert (answer.status_code, "disk is full" in answer.json()["error"]) == (507, True)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fspath", os.fspath)
        patch.setattr("pathlib.Path.open", full)
        assert page.upload(clip).status_code == 507

    def no_room(*_, **__):
        raise OutputError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(songs, "add", no_room)
        assert page.upload(clip).status_code == 500
    assert left(page) == []
    assert page.upload(clip).status_code == 201


def test_remains_are_swept_away(page, clip):
    page.upload(clip)
    folder = page.app.session.library.uploads
    (folder / "0123").write_bytes(clip)  # somebody else's: it stays
    (folder / ".earmark-0123456789abcdef").write_bytes(clip)
    sweep_uploads(page.app.session.library)
    assert len(left(page)) == 3  # it may be under way
    for path in left(page):
        os.utime(path, (0, 0))
    sweep_uploads(page.app.session.library)
    assert len(left(page)) == 2
    assert list(page.songs()) == ["one.wav", "pop/two.wav", "song.wav"]
    assert page.songs()["song.wav"]["status"] == "new"


def test_a_home_that_is_moved_keeps_its_uploads(music, tmp_path, clip, monkeypatch):
    with served(tmp_path, folder=music) as page:
        song = page.upload(clip).json()["id"]
    (tmp_path / "home").rename(tmp_path / "moved")
    monkeypatch.setenv("EARMARK_HOME", str(tmp_path / "moved"))
    with served(tmp_path, folder=music) as page:
        for path in left(page):
            os.utime(path, (0, 0))
        sweep_uploads(page.app.session.library)
        assert page.songs()["song.wav"]["id"] == song
        assert page.get(f"/api/songs/{song}/audio").content == clip


def test_uploads_that_the_database_does_not_know_are_listed(music, tmp_path, clip):
    with served(tmp_path, folder=music) as page:
        page.upload(clip)
        path = left(page)[0]
    (tmp_path / "home/earmark.db").unlink()
    os.utime(path, (0, 0))
    with served(tmp_path, folder=music) as page:
        sweep_uploads(page.app.session.library)
        sweep_uploads(page.app.session.library)
        (row,) = [row for row in page.songs().values() if row["where"] == "upload"]
        assert row["name"] == f"recording {path.name[:6]}"
        assert page.get(row["audio_url"]).content == clip


def test_uploads_of_before_are_kept_by_their_names_now(music, tmp_path, clip):
    with served(tmp_path, folder=music) as page:
        song = page.upload(clip).json()["id"]
        with page.app.session.db.change() as connection:
            old = os.fsencode("/elsewhere/uploads/" + left(page)[0].name)
            connection.execute("UPDATE songs SET path = ? WHERE id = ?", (old, song))
        sweep_uploads(page.app.session.library)
        assert [row["id"] for row in page.songs().values() if row["where"] == "upload"] == [song]


def test_twenty_at_once(page):
    async def run():
        from served import BASE, httpx

        transport = httpx.ASGITransport(page.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            sent = []
            for seed in range(20):
                file = io.BytesIO()
                y = 0.1 * np.random.default_rng(seed).standard_normal(160_000)
                soundfile.write(file, y, 16000, format="WAV")
                sent.append(file.getvalue())
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/api/uploads",
                        params={"name": "s.wav"},
                        content=d,
                        headers={"X-Earmark": "1"},
                    )
                    for d in sent
                )
            )
            for data, answer in zip(sent, answers, strict=True):
                assert answer.status_code == 201
                back = await client.get(answer.json()["row"]["audio_url"])
                assert back.content == data

    asyncio.run(run())
    names = [name for name, row in page.songs().items() if row["where"] == "upload"]
    assert len(set(names)) == 20


def test_a_list_of_other_files_is_no_recording(page, clip, tmp_path, monkeypatch):
    """FFmpeg knows formats that name other files, or hosts: nothing but the upload is opened."""
    pytest.importorskip("av")
    (tmp_path / "other.wav").write_bytes(clip)
    monkeypatch.chdir(tmp_path)
    for text in (
        "ffconcat version 1.0\nfile other.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.wav\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ):
        assert page.upload(text.encode()).status_code == 415
