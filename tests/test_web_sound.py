"""A song's sound: the file in parts, its outline, its spectrogram."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clips import SR, write_clip
from earmark.annotation import HOP_S
from earmark.audio import load_audio
from earmark.web import kept, playable
from earmark.web.outline import columns
from earmark.web.ranged import Ranged, _part
from served import music, page, served


@pytest.fixture
def song(page):
    return page.songs()["one.wav"]["id"]


def test_the_file_whole_and_in_parts(page, song, music):
    data = (music / "one.wav").read_bytes()
    answer = page.get(f"/api/songs/{song}/audio")
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == "audio/wav"
    size = len(data)
    for said, part in (
        ("bytes=0-99", data[:100]), ("bytes=100-", data[100:]), ("bytes=-7", data[-7:]),
        (f"bytes=10-{size + 99}", data[10:]), ("bytes=5-5", data[5:6]),
        (f"bytes=-{size * 2}", data),
    ):  # fmt: skip
        answer = page.get(f"/api/songs/{song}/audio", headers={"range": said})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-range"].endswith(f"/{size}")
    for said in ("bytes=5-4", "lines=1-2", "bytes=a-b", "bytes=-", "bytes=0-1,5-6", "\u00e9"):
        answer = page.get(f"/api/songs/{song}/audio", headers={"range": said.encode()})
        assert (answer.status_code, len(answer.content)) == (200, size)
    answer = page.get(f"/api/songs/{song}/audio", headers={"range": f"bytes={size}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    stale = {"range": "bytes=0-9", "if-range": '"other"'}
    assert page.get(f"/api/songs/{song}/audio", headers=stale).status_code == 200
    assert page.ask("HEAD", f"/api/songs/{song}/audio").content == b""


def test_an_empty_part_of_an_empty_file():
    assert _part("bytes=0-", 0) == (0, 0)
    assert _part("bytes=-0", 9) == (9, 9)


def test_a_file_that_vanishes_or_shrinks_while_it_plays(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(os.urandom(1 << 20))
    scope = {"type": "http", "method": "GET", "headers": []}

    async def play(trouble):
        sent = []

        async def send(message):
            sent.append(message)
            if len(sent) == 2:
                trouble()

        await Ranged(path, media_type="audio/wav", name="ä/b.wav")(scope, None, send)
        return sent

    sent = asyncio.run(play(path.unlink))
    assert sum(len(message.get("body", b"")) for message in sent) == 1 << 20
    path.write_bytes(b"x" * (1 << 20))
    sent = asyncio.run(play(lambda: os.truncate(path, 1000)))
    assert sent[-1]["more_body"] is True  # the promise is not kept: the connection ends
    path.unlink()
    assert asyncio.run(play(lambda: None))[0]["status"] == 410


def test_what_no_browser_plays_comes_as_wav(page, music):
    y, _ = load_audio(music / "one.wav")
    soundfile.write(music / "apple.aiff", np.stack([y, -y], axis=1), SR)
    soundfile.write(music / "six.caf", np.stack([y] * 6, axis=1), SR)
    write_clip(music / "free.flac")
    page.app.session.library._walked_at = -9
    rows = page.songs()
    for name, channels in (("apple.aiff", 2), ("six.caf", 1)):
        answer = page.get(f"/api/songs/{rows[name]['id']}/audio")
        assert answer.headers["content-type"] == "audio/wav"
        Path(music / "out.wav").write_bytes(answer.content)
        back, sr = soundfile.read(music / "out.wav", always_2d=True)
        assert (back.shape, sr) == ((len(y), channels), SR)
        assert np.abs(back[:, 0] - y).max() < 1e-4
    answer = page.get(f"/api/songs/{rows['free.flac']['id']}/audio")
    assert answer.headers["content-type"] == "audio/flac"
    broken = music / "apple.aiff"
    broken.write_bytes(b"FORM")
    assert page.get(f"/api/songs/{rows['apple.aiff']['id']}/audio").status_code == 415


@pytest.mark.parametrize("told", [True, False])
def test_what_a_wav_cannot_hold_is_played_coarsely_or_not_at_all(
    page, music, monkeypatch, tmp_path, told
):
    y = np.zeros((2 * 44100, 2))
    soundfile.write(music / "long.aiff", y, 44100)
    page.app.session.library._walked_at = -9
    song = page.songs()["long.aiff"]["id"]
    if not told:
        known = playable.audio_info
        monkeypatch.setattr(playable, "audio_info", lambda p: replace(known(p), duration_s=None))
    for limit, shape in ((y.size * 2, (88200, 2, 44100)), (y.size, (88200, 1, 44100)),
                         (y.size // 2, (32000, 1, 16000))):  # fmt: skip
        monkeypatch.setattr(playable, "LONGEST_BYTES", limit)
        answer = page.get(f"/api/songs/{song}/audio")
        (tmp_path / "out.wav").write_bytes(answer.content)
        back, sr = soundfile.read(tmp_path / "out.wav", always_2d=True)
        assert (*back.shape, sr) == shape
        next((tmp_path / "home/cache").glob("*.wav")).unlink()
    monkeypatch.setattr(playable, "LONGEST_BYTES", 9)
    answer = page.get(f"/api/songs/{song}/audio")
    assert (answer.status_code, "long.aiff: too long" in answer.json()["error"]) == (415, True)
    assert not list((tmp_path / "home/cache").iterdir())


def test_what_plays_is_not_thrown_away_and_stays_the_same_to_browsers(page, music, tmp_path):
    y, _ = load_audio(music / "one.wav")
    soundfile.write(music / "apple.aiff", y, SR)
    page.app.session.library._walked_at = -9
    song = page.songs()["apple.aiff"]["id"]
    first = page.get(f"/api/songs/{song}/audio").headers["etag"]
    (wav,) = (tmp_path / "home/cache").glob("*.wav")
    os.utime(wav, (1000, 1000))
    old = page.get(f"/api/songs/{song}/audio").headers["etag"]
    assert page.get(f"/api/songs/{song}/audio").headers["etag"] == old != first
    for number in range(3):
        other = wav.with_name(f"other{number}.npz")
        other.write_bytes(b"x" * 100)
        os.utime(other, (2000, 2000))
    kept.make_room(other, limit=wav.stat().st_size + 100)
    assert sorted(wav.parent.iterdir()) == sorted([wav, other])
    assert not kept._turns


def test_peaks_are_read_once_and_in_parts(page, song, music, monkeypatch):
    answer = page.get(f"/api/songs/{song}/peaks")
    assert (answer.headers["x-peaks-per-second"], answer.headers["x-levels"]) == ("100.0", "1")
    whole = np.frombuffer(answer.content, np.int8).reshape(-1, 2)
    assert whole.shape == (300, 2)
    monkeypatch.setattr("earmark.web.outline.read_peaks", None)
    part = page.get(f"/api/songs/{song}/peaks?level=0&from=10&count=5").content
    assert part == whole[10:15].tobytes()
    for query in ("level=9", "level=-1", "from=-1", "count=-1"):
        assert page.get(f"/api/songs/{song}/peaks?{query}").status_code == 404
    for query in ("level=x", "level=nan", "from=1e99"):
        assert page.get(f"/api/songs/{song}/peaks?{query}").status_code == 400
    assert page.json(f"/api/songs/{song}")["duration_s"] == pytest.approx(3.0)


def test_a_spectrogram(page, music):
    times_s = np.arange(150 * SR) / SR  # longer than what is drawn finely
    y = np.where(
        times_s < 75, np.sin(2 * np.pi * 200 * times_s), np.sin(2 * np.pi * 4000 * times_s)
    )
    soundfile.write(music / "two tones.flac", 0.5 * y, SR)
    page.app.session.library._walked_at = -9
    song = page.songs()["two tones.flac"]["id"]
    for start_s, end_s in ((0, 150), (60, 90), (0, 150)):
        query = f"start_s={start_s}&end_s={end_s}&width=100"
        answer = page.get(f"/api/songs/{song}/spectrogram?{query}")
        assert (answer.headers["x-rows"], answer.headers["x-columns"]) == ("64", "100")
        picture = np.frombuffer(answer.content, np.uint8).reshape(64, 100)
        low, high = picture[:, 10].argmax(), picture[:, 90].argmax()
        assert low < 10 < 40 < high
        assert picture.max() > 200
    beyond = page.get(f"/api/songs/{song}/spectrogram?start_s=150.5&end_s=160&width=9").content
    assert beyond == bytes(64 * 9)
    for query in ("", "start_s=1&end_s=1", "end_s=9&width=0", "end_s=9&width=99999", "end_s=x"):
        assert page.get(f"/api/songs/{song}/spectrogram?{query}").status_code == 400


def test_columns_that_are_finer_than_frames():
    frames = np.array([[0], [100]], np.uint8)
    assert columns(frames, 2, 4).tolist() == [[0, 0, 100, 100]]
    assert columns(frames[:0], 2, 2).tolist() == [[0, 0]]


def test_what_is_not_audio_has_no_sound(page, music):
    (music / "text.mp3").write_text("no sound")
    page.app.session.library._walked_at = -9
    song = page.songs()["text.mp3"]["id"]
    for what in ("audio", "peaks", "spectrogram?end_s=1"):
        answer = page.get(f"/api/songs/{song}/{what}")
        assert answer.status_code == 415
        assert answer.json()["error"].startswith("text.mp3: ")


def test_the_cache_has_a_limit_and_damage_is_mended(tmp_path, page, song):
    page.get(f"/api/songs/{song}/peaks")
    (file,) = (tmp_path / "home/cache").iterdir()
    file.write_bytes(b"broken")
    assert page.get(f"/api/songs/{song}/peaks").status_code == 200
    assert file.stat().st_size > 100
    for i in range(4):
        other = file.with_name(f"old{i}.wav")
        other.write_bytes(bytes(1000))
        os.utime(other, (i, i))
    kept.make_room(file, limit=file.stat().st_size + 2000)
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(
        [file.name, "old2.wav", "old3.wav"]
    )


def test_frames_of_scores_and_picture_are_the_same_grid():
    from earmark.web import outline

    assert outline.HOP_S == HOP_S
