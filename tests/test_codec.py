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
