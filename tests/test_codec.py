"""What a codec leaves of a recording is the recording, in time and nearly in sound."""

import numpy as np
import pytest

from earmark.learn.codec import parse_codec, through_codec
from earmark.synth import render_song

pytest.importorskip("av")
SR = 16000


@pytest.fixture(scope="module")
def song() -> np.ndarray:
    return render_song(np.random.default_rng(0), duration_s=12.0, sr=SR).mix


@pytest.mark.parametrize("codec", ["mp3 48", "mp3 128", "aac 48", "aac 96"])
def test_it_is_the_same_song_at_the_same_time(song: np.ndarray, codec: str) -> None:
    back = through_codec(song, sr=SR, codec=codec)
    assert back.shape == song.shape
    assert not np.array_equal(back, song)
    middle = slice(SR, -SR)
    assert np.corrcoef(back[middle], song[middle])[0, 1] > 0.95


def test_after_silence_it_is_still_in_time() -> None:
    """The delay is taken where something is heard, and not from the first 10 s alone."""
    y = np.zeros(16000 * 13, np.float32)
    y[16000 * 11 :] = 0.3 * np.random.default_rng(0).normal(size=16000 * 2)
    out = through_codec(y, sr=16000, codec="aac 64")
    correlation = [float(y[200:-200] @ np.roll(out, shift)[200:-200]) for shift in range(-400, 401)]
    assert abs(int(np.argmax(correlation)) - 400) < 80  # 5 ms


def test_fewer_bits_leave_less(song: np.ndarray) -> None:
    few, many = (
        np.mean((through_codec(song, sr=SR, codec=codec) - song) ** 2)
        for codec in ("mp3 32", "mp3 128")
    )
    assert few > 2 * many


@pytest.mark.parametrize("text", ["ogg 48", "mp3", "mp3 5", "mp3 fast", ""])
def test_what_is_no_codec(text: str) -> None:
    with pytest.raises(ValueError, match="a codec is one of"):
        parse_codec(text)


def test_nothing_stays_nothing() -> None:
    assert len(through_codec(np.zeros(0, np.float32), sr=SR, codec="mp3 48")) == 0
