"""The detector: whole, streamed and threaded runs give the same answer, on any input."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

import earmark
from earmark import Annotation, SingingDetector
from earmark.errors import AudioError, ModelError
from tiny import two_answers

SR = 16000
EXAMPLE = Path(__file__).parents[1] / "examples" / "song.ogg"


@pytest.fixture(scope="module")
def detector() -> SingingDetector:
    return SingingDetector()


def test_the_staircase_and_the_short_cut_agree(detector: SingingDetector) -> None:
    y, sr = earmark.load_audio(EXAMPLE)
    scores = detector.scores(y, sr=sr)
    whole = detector.detect(EXAMPLE)
    np.testing.assert_allclose(scores.values, whole.scores.values, atol=1e-4)
    assert detector.segments(scores) == list(whole.segments)
    assert scores.duration_s == pytest.approx(whole.duration_s, abs=1e-3)


def test_any_kind_of_source(detector: SingingDetector) -> None:
    expected = detector.detect(EXAMPLE).segments
    data = EXAMPLE.read_bytes()
    assert detector.detect(str(EXAMPLE)).segments == expected
    assert detector.detect(data).segments == expected
    assert detector.detect(io.BytesIO(data)).segments == expected
    assert earmark.detect(EXAMPLE).segments == expected
    y, sr = soundfile.read(EXAMPLE, dtype="float32")
    assert detector.detect((y, sr)).segments == expected


def test_provenance(detector: SingingDetector) -> None:
    found = SingingDetector(onset=0.8, min_on_s=0.3).detect(EXAMPLE)
    assert found.model == "singing"
    assert found.provenance["model_sha256"] == detector.info.sha256
    assert found.provenance["version"] == earmark.__version__
    assert (found.provenance["onset"], found.provenance["min_on_s"]) == (0.8, 0.3)


def test_the_labels_asked_for(tmp_path: Path) -> None:
    """Loud sound, then silence: "singing" and "speech" of a model that scores by level alone."""
    model = two_answers(tmp_path / "two.onnx")
    y = np.zeros(4 * SR, np.float32)
    y[: 2 * SR] = np.random.default_rng(0).normal(0, 3, 2 * SR)
    both = SingingDetector(model, labels=["speech", "singing"]).detect((y, SR))
    assert both.labels == both.scores.labels == ("speech", "singing")
    assert [(s.label, round(s.start_s), round(s.end_s)) for s in both.segments] == [
        ("singing", 0, 2),
        ("speech", 2, 4),
    ]
    speech = earmark.detect((y, SR), model=model, labels=["speech"])
    assert {s.label for s in speech.segments} == {"speech"}
    np.testing.assert_array_equal(speech.scores.values[:, 0], both.scores.values[:, 0])
    assert speech.provenance["labels"] == ["speech"]
    assert earmark.detect((y, SR), model=model).labels == ("singing",)


def test_labels_that_cannot_be(tmp_path: Path) -> None:
    model = two_answers(tmp_path / "two.onnx")
    with pytest.raises(ModelError, match="label 'laughter', only singing, speech"):
        SingingDetector(model, labels=["singing", "laughter"])
    with pytest.raises(ValueError, match="one label at least, of singing, speech"):
        SingingDetector(model, labels=[])
    with pytest.raises(
        TypeError, match=r"in a list: \['singing', 'speech'\], not 'singing,speech'"
    ):
        earmark.detect(EXAMPLE, model=model, labels="singing,speech")


def test_a_thread_that_reads_ahead_changes_nothing(detector: SingingDetector) -> None:
    alone, helped = detector.detect(EXAMPLE), SingingDetector(threads=2).detect(EXAMPLE)
    np.testing.assert_array_equal(alone.scores.values, helped.scores.values)
    with pytest.raises(AudioError, match="no audio format"):
        SingingDetector(threads=2).detect(b"not a recording at all")


def test_one_threshold_brings_the_other_along() -> None:
    low = SingingDetector(onset=0.05).hysteresis
    assert low.offset <= low.onset == 0.05
    high = SingingDetector(offset=0.95).hysteresis
    assert high.offset == 0.95 <= high.onset


@pytest.mark.parametrize("n", [0, 1, 319, 321, 16000])
def test_silence_of_any_length_holds_no_singing(detector: SingingDetector, n: int) -> None:
    found = detector.detect((np.zeros(n, np.float32), 16000))
    assert found.segments == ()
    assert found.scores.values.shape == (-(-n // 320), 1)
    assert found.duration_s == n / 16000
    assert found.warning.startswith("silent: " if n else "the recording holds no samples")


def test_what_can_be_heard_is_not_silent(detector: SingingDetector) -> None:
    y, sr = earmark.load_audio(EXAMPLE, duration_s=8)
    y /= np.abs(y).max()
    for level_db, silent in ((-40, False), (-59, False), (-61, True)):
        found = detector.detect((y * np.float32(10 ** (level_db / 20)), sr))
        assert (found.warning is not None) == silent
        assert not (silent and found.segments)


@pytest.mark.parametrize("sr", [8000, 22050, 44100, 192000])
def test_any_rate_and_number_of_channels(detector: SingingDetector, sr: int) -> None:
    y, native = earmark.load_audio(EXAMPLE, sr=sr)
    stereo = detector.detect((np.stack([y] * 6), native))
    assert isinstance(stereo, Annotation)
    assert stereo.duration_s == pytest.approx(len(y) / sr, abs=1e-3)


def test_an_excerpt_counts_from_its_own_start(detector: SingingDetector) -> None:
    part = detector.detect(EXAMPLE, offset_s=5, duration_s=4)
    assert part.duration_s == pytest.approx(4)
    assert all(0 <= s.start_s < s.end_s <= 4 for s in part.segments)


def test_not_a_number(detector: SingingDetector) -> None:
    with pytest.raises(earmark.EarmarkError, match="NaN or infinite"):
        detector.scores(np.array([0.0, np.nan], np.float32), sr=16000)


@pytest.mark.parametrize("sr", [0, -1])
def test_a_wrong_rate(detector: SingingDetector, sr: int) -> None:
    with pytest.raises(ValueError, match="sr must be a whole number of Hz"):
        detector.scores(np.zeros(16000, np.float32), sr=sr)


def test_samples_that_were_never_scaled(detector: SingingDetector) -> None:
    with pytest.raises(earmark.EarmarkError, match="Scale the recording"):
        detector.scores(np.full(16000, 30000, np.float32), sr=16000)


def test_samples_in_another_order_are_told(detector: SingingDetector) -> None:
    y = np.zeros((16000, 2), np.float32)
    with pytest.raises(ValueError, match=r"transpose it, y\.T"):
        earmark.detect((y, 16000))
    with pytest.raises(TypeError, match="not \\(sr, y\\)"):
        detector.detect((16000, y))
    with pytest.raises(TypeError, match="does not tell its rate"):
        detector.detect(y)
    with pytest.raises(TypeError, match="not ndarray"):
        detector.segments(y)


def test_detect_takes_the_settings_of_the_detector() -> None:
    found = earmark.detect(EXAMPLE, onset=0.9, offset=0.8, min_on_s=1, min_off_s=2, threads=2)
    assert found.provenance["onset"] == 0.9
    assert found.provenance["min_off_s"] == 2


def test_all_labels_are_those_of_the_model() -> None:
    detector = SingingDetector(labels="all")
    assert detector.labels == detector.info.labels == ("singing", "speech")
    assert detector.chosen(None) == ("singing",)
    assert detector.chosen(["speech", "speech"]) == ("speech",)


def test_what_a_user_sees_at_the_prompt() -> None:
    shown = repr(SingingDetector(onset=0.9, min_on_s=1))
    assert shown.startswith("SingingDetector('singing', labels=('singing',), onset=0.9, ")
    assert "min_on_s=1," in shown
    assert dir(earmark) == sorted(earmark.__all__)
