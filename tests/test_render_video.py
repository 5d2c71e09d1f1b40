"""A video shows what sounds when it sounds; it is decoded again to find out."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from earmark.annotation import Segment
from earmark.audio import write_audio
from earmark.errors import AudioError, OutputError
from earmark.peaks import read_peaks
from earmark.render.video.colours import REST, SUNG, WAVE, yuv
from earmark.render.video.film import write_film
from earmark.render.video.lettering import line
from earmark.render.video.scene import FRAMES_HZ, HEAD, Scene
from earmark.render.video.strip import COLUMNS_HZ, Blocks, Strip

av = pytest.importorskip("av")
pytest.importorskip("matplotlib")

SR = 44100
CLICK_S = 1.5
SEGMENTS = (Segment(2.0, 3.0),)
ROWS = [Blocks("found", SEGMENTS), Blocks("marked", (Segment(2.5, 3.5),))]
WAVE_Y, FOUND_Y, MARKED_Y = 120, 500, 580
"""Rows of pixels: the upper end of the waveform's panel, and the two rows of blocks."""


def scene_of(song, *, title="A song", rows=ROWS):
    return Scene(read_peaks(song, rate_hz=COLUMNS_HZ), title=title, rows=rows)


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    y = np.zeros(4 * SR, np.float32)
    y[round(CLICK_S * SR) : round(CLICK_S * SR) + 40] = 0.9
    path = tmp_path_factory.mktemp("video") / "Ça <b>“☃”.wav"
    write_audio(path, np.stack([y, y]), sr=SR)
    return path


@pytest.fixture(scope="module")
def film(song):
    path = song.with_name("film.mp4")
    seen = []
    write_film(path, scene_of(song), song, progress=lambda done, count: seen.append((done, count)))
    assert seen[-1] == (120, 120)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    with av.open(str(path)) as container:
        sounds = list(container.decode(audio=0))
    return path, frames, sounds


def test_it_is_what_players_take(film):
    path, frames, _ = film
    with av.open(str(path)) as container:
        (picture,), (sound,) = container.streams.video, container.streams.audio
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (picture.width, picture.height, picture.average_rate) == (1280, 720, Fraction(30))
        assert picture.codec_context.pix_fmt == "yuv420p"
        assert (sound.rate, sound.channels) == (SR, 2)
        assert abs(float(picture.duration * picture.time_base) - 4) < 0.01
        assert abs(float(sound.duration * sound.time_base) - 4) < 0.05
    assert len(frames) == 120
    assert [round(frame.time * FRAMES_HZ) for frame in frames] == list(range(120))


def brightness(frame):
    return frame.to_ndarray(format="yuv420p")[:720].astype(int)


def test_sound_and_picture_are_within_a_frame(film):
    """Where the click is under the playhead, and when it is heard, in the file's own times."""
    _, frames, sounds = film
    heard_s = next(
        sound.time + int(np.argmax(np.abs(sound.to_ndarray()[0]) > 0.3)) / SR
        for sound in sounds
        if (np.abs(sound.to_ndarray()[0]) > 0.3).any()
    )
    away_s = []  # at each frame, how far the click is from the playhead
    for frame in frames:
        row = brightness(frame)[WAVE_Y + 20]
        dark = np.flatnonzero(np.abs(row - yuv(WAVE)[0]) < 25)
        dark = dark[np.abs(dark - HEAD) > 6]
        if len(dark):
            away_s.append(frame.time + (dark.mean() + 0.5 - HEAD) / COLUMNS_HZ)
    shown_s = float(np.median(away_s))
    assert len(away_s) > 60
    assert np.ptp(away_s) < 2 / COLUMNS_HZ
    assert abs(heard_s - CLICK_S) < 0.005
    assert abs(shown_s - heard_s) < 1 / FRAMES_HZ


@pytest.mark.parametrize(
    ("time_s", "found", "marked"), [(1.0, REST, REST), (2.2, SUNG, REST), (3.2, REST, SUNG)]
)
def test_blocks_are_under_the_playhead_when_they_hold(film, time_s, found, marked):
    picture = film[1][round(time_s * FRAMES_HZ)].to_ndarray(format="rgb24").astype(int)
    assert np.abs(picture[FOUND_Y, HEAD - 8] - found).max() < 14
    assert np.abs(picture[MARKED_Y, HEAD - 8] - marked).max() < 14
    assert np.abs(picture[WAVE_Y, HEAD + 10] - found).max() < 14
    assert picture[FOUND_Y, HEAD : HEAD + 2].max() < 40  # the playhead


def test_a_stretch_is_drawn_as_any_other():
    peaks = read_peaks((np.random.default_rng(1).uniform(-1, 1, 90 * 8000), 8000), rate_hz=120)
    rows = [Blocks("", [Segment(k, k + 0.5) for k in range(90)])]
    through = Strip(peaks, rows, wave_high=40, row_high=8)
    for first in (-640, -4, 8826, 8830, 9000, 10_200):
        fresh = Strip(peaks, rows, wave_high=40, row_high=8)
        for ours, theirs in zip(through.parts(first, 64), fresh.parts(first, 64), strict=True):
            for a, b in zip(ours, theirs, strict=True):
                assert np.array_equal(a, b)


@pytest.mark.parametrize("seconds", [0.001, 0.1, 1.0])
def test_the_shortest_songs(tmp_path, seconds):
    write_audio(tmp_path / "a.wav", np.zeros(max(1, round(8000 * seconds))), sr=8000)
    scene = scene_of(tmp_path / "a.wav", rows=ROWS[:1])
    write_film(tmp_path / "a.mp4", scene, tmp_path / "a.wav")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(list(container.decode(video=0))) == max(1, round(seconds * 30))


def test_many_channels_and_a_low_rate(tmp_path, rng):
    write_audio(tmp_path / "a.wav", rng.uniform(-1, 1, (6, 11025)), sr=11025)
    write_film(tmp_path / "a.mp4", scene_of(tmp_path / "a.wav"), tmp_path / "a.wav")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.audio[0].rate == SR


class FullDisk:
    """A file that takes no more after some bytes."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        if self._file.tell() > 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data)


def test_whole_or_not_at_all(song, tmp_path, monkeypatch):
    target = tmp_path / "a.mp4"
    target.write_bytes(b"before")
    opened, scene = Path.open, scene_of(song)
    monkeypatch.setattr(Path, "open", lambda *args, **more: FullDisk(opened(*args, **more)))
    with pytest.raises(OutputError, match="No space left"):
        write_film(target, scene, song)
    monkeypatch.undo()
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_song_that_goes_away(song, tmp_path):
    scene = scene_of(song)
    with pytest.raises(AudioError):
        write_film(tmp_path / "a.mp4", scene, tmp_path / "gone.wav")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", " ", "Ünï", "中文 🎵", "שלום\u202e", "a\nb\x00", "\ue000"])
def test_any_character_can_be_drawn(text):
    cover = line(text, size=20)
    assert cover.shape[0] == 28
    assert cover.min() >= 0
    assert cover.max() <= 1


def test_a_long_line_is_cut():
    assert line("word " * 100, size=20, width=300).shape[1] <= 301
    assert np.array_equal(line("word", size=20, width=300), line("word", size=20))


def test_a_title_of_any_length(song):
    scene_of(song, title="W" * 500).frame(0)
