"""Cached spectra are the recordings' own, and examples are what their kind says."""

from pathlib import Path

import numpy as np
import pytest

import corpus
from earmark.errors import DataError
from earmark.features.logmel import logmel, to_log
from earmark.learn.examples import Examples, heard
from earmark.learn.library import Library, energy_active
from earmark.learn.manifest import read_manifest, write_manifest


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    tracks = read_manifest(tmp_path / "m.jsonl")
    return Library(tracks, tmp_path / "cache", speeds=(1.0, 0.8))


def test_spectra_and_labels_are_those_of_the_recording(library: Library) -> None:
    item, slow = library.items("train", "song")[:2]
    y = corpus.soundfile.read(item.track.paths[0], dtype="float32")[0]
    np.testing.assert_allclose(to_log(item.power()), logmel(y), atol=0.02)
    assert len(item) == 300
    assert len(slow) == 375  # played at 0.8 of its speed
    changes = [np.flatnonzero(np.diff(i.active.astype(int))) + 1 for i in (item, slow)]
    np.testing.assert_allclose(changes[0] * 0.02, [0.5, 2.0, 3.0, 5.0], atol=0.011)
    np.testing.assert_allclose(changes[1] * 0.02, np.array([0.5, 2, 3, 5]) / 0.8, atol=0.011)


def test_pauses_of_unaccompanied_singing_are_found(library: Library) -> None:
    solo, song = library.items("train", "singing")[0], library.items("train", "song")[0]
    assert (solo.active != song.active).mean() < 0.02


def test_validation_is_not_played_faster(library: Library) -> None:
    assert len(library.items("valid", "song")) == 1
    assert len(library.items("train", "song")) == 4


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    tracks = read_manifest(tmp_path / "m.jsonl")
    computed = []
    for seconds in (6.0, 6.0, 7.0):
        if seconds == 7.0:
            corpus.write(tmp_path / "a.mix.wav", corpus.voice(np.random.default_rng(0), seconds))
        before = len(computed)
        library = Library(
            tracks, tmp_path / "cache", progress=lambda done, total: computed.append(done)
        )
        assert (len(computed) > before) == (before == 0 or seconds == 7.0)
    assert len(library.items("train", "song")[0]) == 350


def test_what_is_there_is_not_computed_again(tmp_path: Path) -> None:
    """One more recording is one to compute; what is damaged is told with its name."""
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    tracks = read_manifest(tmp_path / "m.jsonl")
    kept = tmp_path / "cache"
    computed: list[tuple[int, int]] = []
    some = Library(tracks[:2], kept)
    whole = Library(tracks, kept, progress=lambda done, total: computed.append((done, total)))
    assert computed[-1][0] == computed[-1][1] <= len(tracks) - 2
    again = Library(tracks, kept, progress=lambda done, total: computed.append((-1, total)))
    assert computed[-1][0] > 0
    for track in tracks[:2]:
        parts = [
            next(item for item in library.items(track.split, track.material) if item.track == track)
            for library in (some, whole, again)
        ]
        for part in parts[1:]:
            np.testing.assert_array_equal(parts[0].log_power, part.log_power)
    index = next(kept.glob("*.json"))
    for path in (index, index.with_suffix(".npy")):
        before = path.read_bytes()
        path.write_bytes(before[: len(before) // 2])
        with pytest.raises(DataError, match=rf"{path.name}: damaged; remove it"):
            Library(tracks, kept)
        path.unlink()
        Library(tracks, kept)
        assert path.read_bytes() == before


KINDS = {  # whether singing and speech are there at times, and whether they are known there
    "song": ("yes", "no"),
    "stems": ("yes", "unknown"),
    "band": ("yes", "no"),
    "singing": ("yes", "no"),
    "rap": ("yes", "unknown"),
    "alone": ("yes", "no"),
    "speech_music": ("unknown", "yes"),
    "presenter": ("no", "yes"),
    "speech": ("no", "yes"),
    "both": ("yes", "yes"),
    "music": ("no", "no"),
    "sound": ("no", "no"),
}


@pytest.mark.parametrize("augment", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_example(library: Library, kind: str, augment: bool) -> None:
    examples = Examples(library, split="train", draw={kind: 1}, frames=120, augment=augment)
    drawn = [examples.draw(np.random.default_rng(i)) for i in range(20)]
    for X, y, known in drawn:
        assert X.shape == (120, 64)
        assert X.dtype == np.float32
        assert np.isfinite(X).all()
        assert y.shape == known.shape == (120, 2)
    labels, known = (np.concatenate([each[i] for each in drawn]) for i in (1, 2))
    voice = labels.any(axis=1)
    for column, expected in enumerate(KINDS[kind]):
        if expected == "yes":
            assert 0.1 < labels[known[:, column], column].mean() < 0.99
        else:
            assert not labels[:, column].any()
            assert known[voice, column].any() == (expected == "no" and voice.any())
    if kind == "both":  # whoever speaks over music may be rapping
        assert not known[labels[:, 1] & ~labels[:, 0], 0].any()
    if kind in ("alone", "speech", "music", "sound"):
        assert known.all()
    elif kind in ("song", "stems"):
        assert not known.all(axis=1)[np.flatnonzero(np.diff(voice[:120].astype(int)))].any()


def test_a_seed_draws_the_same_example(library: Library) -> None:
    examples = Examples(library, split="train", draw={"singing": 1, "song": 1}, frames=80)
    one, same, other = (examples.draw(np.random.default_rng(s))[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_labels_follow_the_voice_through_the_mixing(library: Library) -> None:
    """An unaccompanied voice is louder where it is labelled."""
    examples = Examples(library, split="train", draw={"alone": 1}, frames=200, snr_db=(20.0, 20.0))
    for i in range(10):
        X, labels, _ = examples.draw(np.random.default_rng(i))
        y = labels[:, 0]
        if 20 < y.sum() < 180:
            loud = X.max(axis=1)
            assert loud[y].mean() > loud[~y].mean() + 1


def test_a_voice_in_a_room_sounds_on_in_its_pauses(library: Library) -> None:
    def silent_share(rooms: float) -> float:
        examples = Examples(library, split="train", draw={"alone": 1}, frames=400, rooms=rooms)
        drawn = [examples.draw(np.random.default_rng(seed))[0] for seed in range(8)]
        return float(np.mean([spectrum <= spectrum.min() + 0.1 for spectrum in drawn]))

    assert silent_share(1.0) < silent_share(0.0)


def test_nothing_to_draw(library: Library) -> None:
    with pytest.raises(DataError, match="split 'test': nothing to draw, there is only nothing"):
        Examples(library, split="test", draw={"song": 1}, frames=50)


def test_a_voice_that_drowns() -> None:
    """At the end it has ended; for a moment it goes on; for longer nobody knows."""
    active = np.zeros(200, bool)
    active[20:180] = True
    voice = np.where(active, 1.0, 0.0)[:, None] * np.ones((1, 64))
    music = np.full((200, 64), 0.1)
    music[50:60] = music[90:150] = music[170:180] = 100.0
    label, known = heard(active, voice.astype(np.float32), music.astype(np.float32))
    edges = np.flatnonzero(np.diff(label.astype(int))) + 1
    assert edges.tolist() == [20, 90, 150, 170]
    assert np.flatnonzero(~known).tolist() == list(range(105, 135))


def test_silence_is_no_voice() -> None:
    assert not energy_active(np.full((50, 64), 1e-12, np.float32)).any()
    assert len(energy_active(np.zeros((0, 64), np.float32))) == 0


def test_energy_is_relative_to_the_loudest() -> None:
    power = np.full((100, 64), 1e-6, np.float32)
    power[30:60] = 1.0
    assert np.flatnonzero(energy_active(power)).tolist() == list(range(30, 60))
