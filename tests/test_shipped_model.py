"""The model that ships hears singing: in the bundled song, in rendered ones, and in real ones."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from earmark import Segment, SingingDetector, formats
from earmark.annotation import labelled, segments_to_frames
from earmark.datasets.singing_corpus import rows
from earmark.metrics.frames import Track, auc, evaluate
from earmark.runtime import SHIPPED, OnnxModel, model_names, model_path
from earmark.synth import render_song

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def detector() -> SingingDetector:
    return SingingDetector(threads=2)


@pytest.mark.parametrize("name", model_names())
def test_the_cards_are_of_the_models_that_ship(name: str) -> None:
    """The figures in a card were measured with this very file."""
    model = model_path(name)
    card = model.with_suffix(".md").read_text("utf-8")
    assert f"`{hashlib.sha256(model.read_bytes()).hexdigest()}`" in card
    assert model.stat().st_size < 3e6
    assert OnnxModel(model).info.name == name


@pytest.mark.parametrize("page", ["README.md", *(f"{name}.md" for name in model_names())])
def test_tables_name_models_that_ship(page: str) -> None:
    """Whatever a table says of a model, such as (8db1e4ad), it says of one that is here."""
    text = Path(EXAMPLES.parent / page if page == "README.md" else SHIPPED / page).read_text(
        "utf-8"
    )
    named = set(re.findall(r"\*\*earmark\*\* [\w-]+ \(([0-9a-f]{8})\)", text))
    assert named
    assert named <= {OnnxModel(name).info.sha256[:8] for name in model_names()}


def track(detector: SingingDetector, source: object, truth: tuple[Segment, ...]) -> Track:
    found = detector.detect(source)
    scores = found.scores.values[:, 0]
    return Track(truth, found.segments, found.duration_s, scores)


def test_the_bundled_song(detector: SingingDetector) -> None:
    truth = formats.read(EXAMPLES / "song.truth.csv").segments
    found = detector.detect(EXAMPLES / "song.ogg")
    reference = segments_to_frames(truth, len(found.scores.values))
    assert auc(reference, found.scores.values[:, 0]) > 0.95
    assert len(found.segments) == len(truth)
    for ours, theirs in zip(found.segments, truth, strict=True):
        assert abs(ours.start_s - theirs.start_s) < 0.5


def test_rendered_songs_with_and_without_their_voice(detector: SingingDetector) -> None:
    """A voice of formulas, a stand-in for singers, so the bar is low."""
    songs = [render_song(np.random.default_rng(seed), duration_s=30) for seed in (11, 12, 13)]
    sung = evaluate([track(detector, (s.mix, s.sr), s.segments) for s in songs])["pooled"]
    silent = evaluate([track(detector, (s.instrumental, s.sr), ()) for s in songs])["pooled"]
    assert sung["auc"] > 0.85
    assert silent["false_alarm"] < 0.1


def test_real_songs(data: Path, detector: SingingDetector) -> None:
    """The figures of the model card, a little below: singers and bands it has never heard."""
    dev = [row for row in rows(data, relative_to="/") if row["split"] == "dev"]
    tracks = [
        track(detector, Path("/", row["audio"]), formats.read(Path("/", row["labels"])).segments)
        for row in dev
    ]
    pooled = evaluate(tracks)["pooled"]
    assert pooled["auc"] > 0.94
    assert pooled["accuracy"] > 0.88
    assert pooled["onset_f"] > 0.6


def test_real_instrumentals(data: Path, detector: SingingDetector) -> None:
    """Collections that were held out of training."""
    held_out = [
        row
        for row in rows(data, relative_to="/")
        if (row["material"], row["split"]) == ("music", "valid")
    ]
    tracks = [track(detector, Path("/", row["audio"]), ()) for row in held_out]
    assert evaluate(tracks)["pooled"]["false_alarm"] < 0.01


def test_real_speech(data: Path) -> None:
    """Speakers who were held out of training: they speak, and hardly ever sing."""
    detector = SingingDetector(labels=["singing", "speech"])
    spoken, sung = [], []
    for row in rows(data, relative_to="/"):
        if (row["material"], row["split"]) == ("speech", "valid"):
            found = detector.detect(Path("/", row["audio"]))
            truth = [Segment(a, b) for a, b in row["endpoints"]]
            spoken.append(Track(truth, labelled(found.segments, "speech"), found.duration_s))
            sung.append(Track((), labelled(found.segments, "singing"), found.duration_s))
    assert evaluate(spoken)["pooled"]["recall"] > 0.95
    assert evaluate(sung)["pooled"]["false_alarm"] < 0.02
