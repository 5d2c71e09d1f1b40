"""Melodies are read, drawn and played as they are written."""

from pathlib import Path

import mido
import numpy as np
import pytest

from earmark.errors import DataError
from earmark.learn.melody import Melody, draw_melody, random_melody, read_tunes
from earmark.learn.play import SR, play_notes, play_synth


def midi(path: Path, notes: list[tuple[int, float]], *, under: int | None = None) -> None:
    """A MIDI file of notes one after the other, with a chord's note under each."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    for pitch, beats in notes:
        both = [pitch] if under is None else [pitch, pitch - under]
        for note in both:
            track.append(mido.Message("note_on", note=note, velocity=80, time=0))
        for i, note in enumerate(both):
            ticks = int(beats * 480) if i == 0 else 0
            track.append(mido.Message("note_off", note=note, velocity=0, time=ticks))
    file.save(path)


@pytest.mark.parametrize("under", [None, 7])
def test_a_tune_is_its_highest_notes(tmp_path: Path, under: int | None) -> None:
    midi(tmp_path / "tune.mid", [(60, 1), (64, 0.5), (67, 2)], under=under)
    (tune,) = read_tunes(tmp_path)
    assert tune.pitch.tolist() == [60, 64, 67]
    np.testing.assert_allclose(tune.length_s, [0.5, 0.25, 1.0], atol=0.01)  # 120 beats a minute


def test_what_is_no_midi_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_bytes(b"not music")
    with pytest.raises(DataError, match=r"broken\.mid: not a MIDI file"):
        read_tunes(tmp_path)


def test_random_walks_stay_on_a_scale_and_within_their_span() -> None:
    for seed in range(20):
        melody = random_melody(np.random.default_rng(seed), 40, span=12)
        assert np.ptp(melody.pitch) <= 12
        assert len(np.unique(melody.pitch % 12)) <= 7
        assert (melody.length_s > 0).all()


def test_a_short_tune_is_sung_again() -> None:
    tune = Melody(np.array([60.0, 62.0]), np.array([0.5, 0.5]))
    drawn = [draw_melody(np.random.default_rng(seed), 5, tunes=[tune]) for seed in range(10)]
    assert any(set(melody.pitch) == {60.0, 62.0} and len(melody) == 5 for melody in drawn)


def strongest_hz(y: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y))))
    return float(np.argmax(spectrum) * SR / len(y))


def test_notes_are_moved_to_the_pitch_of_the_melody() -> None:
    """One recorded note, a sine of 440 Hz, plays a tune of one other note."""
    note = np.sin(2 * np.pi * 440 * np.arange(3 * SR) / SR).astype(np.float32)
    tune = Melody(np.array([69.0, 69.0]), np.array([1.0, 1.0]))
    for seed in range(6):
        y = play_notes({69.0: [note]}, rng=np.random.default_rng(seed), tunes=[tune])
        assert np.abs(y).max() == pytest.approx(0.7, abs=1e-3)
        assert 200 < strongest_hz(y) < 1000
    # a tune that lies on the note itself keeps its pitch
    kept = play_notes({69.0: [note]}, rng=np.random.default_rng(1), tunes=[tune])
    assert len(kept) > SR


def test_oscillators_play_within_their_range() -> None:
    for seed in range(8):
        y = play_synth(rng=np.random.default_rng(seed))
        assert y.dtype == np.float32
        assert np.isfinite(y).all()
        assert np.abs(y).max() == pytest.approx(0.7, abs=1e-3)
