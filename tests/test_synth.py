"""The renderer: exact truth, real pitch, formants where they belong."""

import time

import numpy as np
import pytest

from earmark.synth import render_song
from earmark.synth.voice import VOICES, VOWELS, Note, midi_to_hz, render_voice

SR = 22050


def levels_db(y, *, sr=SR, hop_s=0.02):
    frames = y[: len(y) // round(hop_s * sr) * round(hop_s * sr)].reshape(-1, round(hop_s * sr))
    return 10 * np.log10(np.mean(frames.astype(float) ** 2, axis=1) + 1e-12)


def spectrum(y):
    return np.abs(np.fft.rfft(y * np.hanning(len(y)))), np.fft.rfftfreq(len(y), 1 / SR)


def sung(*, voice="male", midi=50.0, vowel="a", seed=0):
    """A note of two seconds without vibrato's first part: its steady middle."""
    note = Note(0.0, 2.0, midi, "", vowel)
    y = render_voice(
        np.random.default_rng(seed), phrases=[[note]], duration_s=2.0, voice=VOICES[voice]
    )
    return y[SR // 2 : 3 * SR // 2]


def test_the_same_seed_gives_the_same_song():
    one, two, other = (
        render_song(np.random.default_rng(seed), duration_s=10.0) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.mix, two.mix)
    assert one.segments == two.segments
    assert not np.array_equal(one.mix, other.mix)


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("seed", range(4))
def test_the_voice_sounds_in_its_segments_only(voice, seed):
    song = render_song(np.random.default_rng(seed), duration_s=30.0, voice=voice)
    db = levels_db(song.vocals)
    peak = np.percentile(db, 95)
    times = (np.arange(len(db)) + 0.5) * 0.02
    inside = np.zeros(len(db), bool)
    for segment in song.segments:
        assert 0 <= segment.start_s < segment.end_s <= 30
        here = (times > segment.start_s) & (times < segment.end_s)
        inside |= here
        assert np.mean(db[here] > peak - 30) > 0.93
        edge = (np.abs(times - segment.start_s) < 0.06) & here
        assert db[edge].max() > peak - 30
        assert db[(times > segment.end_s - 0.1) & here].max() > peak - 30
    far = ~np.convolve(inside, np.ones(3), "same").astype(bool)
    assert db[far].max() < peak - 25
    assert 0.3 < inside.mean() < 0.8


def test_a_song_has_both_stems_and_no_clipping():
    song = render_song(np.random.default_rng(5), duration_s=30.0)
    assert song.mix.dtype == song.vocals.dtype == song.instrumental.dtype == np.float32
    assert song.mix.shape == (30 * SR,)
    assert np.abs(song.mix).max() == pytest.approx(0.9, abs=1e-3)
    assert np.all(np.isfinite(song.mix))
    assert levels_db(song.instrumental)[: int(29.5 / 0.02)].min() > -60


@pytest.mark.parametrize("vocals_db", [-6.0, 0.0, 6.0])
def test_the_voice_has_the_level_asked_for(vocals_db):
    song = render_song(np.random.default_rng(6), vocals_db=vocals_db)
    at = np.zeros(len(song.mix), bool)
    for segment in song.segments:
        at[round(segment.start_s * SR) : round(segment.end_s * SR)] = True
    rms = [np.sqrt(np.mean(y.astype(float) ** 2)) for y in (song.vocals[at], song.instrumental)]
    assert 20 * np.log10(rms[0] / rms[1]) == pytest.approx(vocals_db, abs=0.5)


@pytest.mark.parametrize("midi", [48.0, 57.0, 64.0])
def test_a_sung_note_has_its_pitch(midi):
    y = sung(midi=midi)
    size, f = spectrum(y)
    f0 = float(midi_to_hz(midi))
    near = (f > f0 * 0.94) & (f < f0 * 1.06)
    centre = np.sum(f[near] * size[near] ** 2) / np.sum(size[near] ** 2)
    assert abs(1200 * np.log2(centre / f0)) < 20


def test_vowels_have_their_formants():
    """The first formant separates a from i and u, the second i from u (Peterson & Barney 1952)."""

    def share(vowel, low, high):
        size, f = spectrum(sung(vowel=vowel))
        return np.sum(size[(f > low) & (f < high)] ** 2) / np.sum(size[(f > 80) & (f < 5000)] ** 2)

    assert share("a", 550, 1300) > 0.5
    assert share("i", 80, 500) > 0.5
    assert share("u", 80, 500) > 0.5
    assert share("i", 1900, 3500) > 10 * share("u", 1900, 3500)


def test_a_high_voice_never_folds_over():
    size, f = spectrum(sung(voice="child", midi=79.0))
    f0 = float(midi_to_hz(79.0))
    between = (np.abs(f / f0 % 1 - 0.5) < 0.1) & (f > 2 * f0) & (f < 5000)
    assert size[between].max() < 0.02 * size.max()


@pytest.mark.parametrize("voice", VOICES)
def test_a_long_note_swings_five_to_seven_times_a_second(voice):
    """The rate of the vibrato, from the instantaneous frequency of the first harmonic."""
    f0 = float(midi_to_hz(62.0))
    y = sung(voice=voice, midi=62.0)
    bins = np.fft.fft(y)
    f = np.arange(len(y)) * SR / len(y)
    bins[(f < 0.7 * f0) | (f > 1.4 * f0)] = 0
    hz = np.diff(np.unwrap(np.angle(np.fft.ifft(bins)))) * SR / (2 * np.pi)
    swing = np.abs(np.fft.rfft((hz - hz.mean()) * np.hanning(len(hz)), 8 * SR))
    rates_hz = np.arange(len(swing)) / 8
    slow = (rates_hz > 3) & (rates_hz < 12)
    assert 4.5 < rates_hz[slow][np.argmax(swing[slow])] < 7.5


def test_all_syllables_render():
    for consonant in ("", "m", "n", "l", "s", "x", "f", "t", "k"):
        notes = [Note(0.1, 0.6, 60.0, consonant, v) for v in VOWELS[:1]]
        y = render_voice(np.random.default_rng(0), phrases=[notes], duration_s=1.0, breaths=False)
        assert np.all(np.isfinite(y))
        assert not y[: round(0.1 * SR)].any()
        assert not y[round(0.6 * SR) + 1 :].any()
        assert np.sqrt(np.mean(y[round(0.1 * SR) : round(0.6 * SR)] ** 2)) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("duration_s", "sr"), [(0.5, 22050), (3.0, 16000), (7.0, 8000), (9, 44100)]
)
def test_any_length_and_rate(duration_s, sr):
    song = render_song(np.random.default_rng(0), duration_s=duration_s, sr=sr)
    assert song.mix.shape == (round(duration_s * sr),)
    assert all(s.end_s <= duration_s for s in song.segments)


def test_wrong_arguments():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="unknown voice 'robot'; there are male, female, child"):
        render_song(rng, voice="robot")
    with pytest.raises(ValueError, match="needs some length"):
        render_song(rng, duration_s=0)


def test_half_a_minute_takes_about_a_second():
    started = time.process_time()
    render_song(np.random.default_rng(0), duration_s=30.0)
    assert time.process_time() - started < 3.0
