"""Speech becomes song: pitch keeps to notes, vowels last, and what was said can still be found."""

import sys

import numpy as np
import pytest

from earmark.errors import DataError
from earmark.learn.melody import Melody
from earmark.learn.sing import INGREDIENTS, sing
from earmark.learn.world import SR, analyse, vowels
from earmark.synth.speech import render_speech

pyworld = pytest.importorskip("pyworld")


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Rendered speech, a synthetic stand-in."""
    y, _ = render_speech(np.random.default_rng(3), duration_s=6.0, sr=SR)
    return y.astype(np.float32)


def semitones(y: np.ndarray) -> np.ndarray:
    """The pitch of voiced frames."""
    f0 = analyse(y).f0_hz
    return 12 * np.log2(f0[f0 > 0] / 440) + 69


def test_pitch_keeps_to_the_notes_of_the_tune(speech: np.ndarray) -> None:
    tune = Melody(np.array([60.0, 67.0]), np.array([1.0, 1.0]))

    def off(y: np.ndarray) -> float:
        """Share of frames more than a semitone from both notes, in whichever octave and key."""
        pitch = semitones(y)
        best = 1.0
        for key in np.arange(0, 12, 0.5):
            away = np.abs((pitch[:, None] - key - np.array([0, 7]) + 6) % 12 - 6).min(axis=1)
            best = min(best, float((away > 1).mean()))
        return best

    sung = [
        sing(speech, rng=np.random.default_rng(seed), tunes=[tune], harmony=False)
        for seed in range(12)
    ]
    kept = sorted(off(y) for y in sung)  # half of them sing a random walk instead
    assert np.median(kept[:5]) < 0.1
    assert off(speech) > 0.3


def test_vowels_last_as_long_as_notes(speech: np.ndarray) -> None:
    slow = Melody(np.full(4, 60.0), np.full(4, 2.0))
    found = [
        len(sing(speech, rng=np.random.default_rng(seed), tunes=[slow], harmony=False))
        for seed in range(6)
    ]
    count = len(vowels(analyse(speech)))
    assert count > 5
    assert max(found) > 1.0 * count * SR  # pace is drawn: 2 s are sung as 1.5 s to 3.5 s


def test_rap_keeps_the_speakers_pitch(speech: np.ndarray) -> None:
    spoken, rapped = (
        np.median(semitones(y))
        for y in (speech, sing(speech, rng=np.random.default_rng(0), rapped=True))
    )
    assert abs(spoken - rapped) < 5


def test_harmony_sounds_fuller(speech: np.ndarray) -> None:
    one, several = (
        sing(speech, rng=np.random.default_rng(5), harmony=harmony) for harmony in (False, True)
    )
    assert len(one) == len(several)
    assert not np.array_equal(one, several)
    assert np.abs(several).max() == pytest.approx(0.7, abs=1e-3)


def test_a_seed_sings_the_same(speech: np.ndarray) -> None:
    one, same, other = (sing(speech, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert len(one) != len(other) or not np.array_equal(one, other)


@pytest.mark.parametrize("y", [np.zeros(100), np.zeros(SR * 2)], ids=["nothing", "silence"])
def test_where_nobody_speaks_nobody_sings(y: np.ndarray) -> None:
    assert len(sing(y.astype(np.float32), rng=np.random.default_rng(0))) == 0


def test_without_pyworld_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyworld", None)
    with pytest.raises(DataError, match=r"pyworld, which is not installed: .*\[train\]"):
        sing(np.zeros(SR, np.float32), rng=np.random.default_rng(0))


@pytest.mark.parametrize("ingredient", INGREDIENTS)
def test_each_ingredient_can_be_left_out(speech: np.ndarray, ingredient: str) -> None:
    def differs(seed: int, *without: str) -> bool:
        """From the same singing without the ingredient."""
        rngs = [np.random.default_rng(seed) for _ in range(2)]
        whole = sing(speech, rng=rngs[0], without=without)
        less = sing(speech, rng=rngs[1], without=[*without, ingredient])
        return len(whole) != len(less) or not np.array_equal(whole, less)

    assert any(differs(seed) for seed in range(20))
    assert not differs(0, ingredient)


@pytest.mark.parametrize("without", [name for name in INGREDIENTS if name != "stretch"])
def test_what_one_leaves_out_changes_no_other_draw(
    speech: np.ndarray, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timing, consonants and, with them, everything else stay: seen where nothing is voiced."""
    heard = []

    def keep(f0_hz: np.ndarray, envelope: np.ndarray, *rest: object) -> np.ndarray:
        heard.append((f0_hz == 0, envelope[f0_hz == 0]))
        return np.zeros(len(f0_hz) * 80)

    monkeypatch.setattr(pyworld, "synthesize", keep)
    for left_out in ((), (without,)):
        sing(speech, rng=np.random.default_rng(5), harmony=False, without=left_out)
    (silent, consonants), (same, others) = heard
    np.testing.assert_array_equal(silent, same)
    assert consonants.shape == others.shape
    if without != "formants":
        np.testing.assert_array_equal(consonants, others)


def test_an_ingredient_that_there_is_not(speech: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no ingredient 'salt'; there are melody"):
        sing(speech, rng=np.random.default_rng(0), without=["salt"])
