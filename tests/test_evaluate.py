"""Label files are paired by name, and measured as they say."""

from pathlib import Path

import numpy as np
import pytest

from earmark import Annotation, Scores, Segment, formats
from earmark.errors import DataError, FormatError
from earmark.evaluate import compare
from earmark.metrics.frames import evaluate

TRUTH = (Segment(1, 3), Segment(5, 8))
ANSWER = (Segment(1, 4), Segment(5, 7))


def put(path: Path, *segments: Segment, **rest: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    formats.write(Annotation(tuple(segments), **rest), path)
    return path


def put_scores(path: Path, segments: tuple[Segment, ...], length_s: float) -> Path:
    centres_s = (np.arange(round(length_s / 0.02)) + 0.5) * 0.02
    on = [any(s.start_s <= t < s.end_s for s in segments) for t in centres_s]
    values = np.where(on, 0.9, 0.1).astype(np.float32)[:, None]
    formats.write(Annotation((), scores=Scores(values, duration_s=length_s)), path)
    return path


def test_two_files_are_a_pair_whatever_they_are_called(tmp_path: Path) -> None:
    truth, answer = (
        put(tmp_path / "a.csv", *TRUTH),
        put(tmp_path / "b.json", *ANSWER, duration_s=10),
    )
    (track,) = compare(truth, answer).tracks
    assert (track.name, track.duration_s, track.scores) == ("a", 10, None)
    assert evaluate([track])["pooled"]["accuracy"] == pytest.approx(0.8)


def test_folders_pair_by_name_whatever_the_format(tmp_path: Path) -> None:
    put(tmp_path / "ref/one.lab", *TRUTH)
    put(tmp_path / "ref/rock/two.TextGrid", *TRUTH, duration_s=9)
    put(tmp_path / "est/one.mp3.singing.csv", *ANSWER)
    put(tmp_path / "est/rock/two.singing.json", *ANSWER, duration_s=9)
    (tmp_path / "est/rock/two.singing.csv").write_text("garbage")  # JSON knows more
    (tmp_path / "ref/README.md").touch()
    comparison = compare(tmp_path / "ref", tmp_path / "est")
    assert [track.name for track in comparison.tracks] == ["one", "rock/two"]
    (note,) = comparison.notes
    assert note.startswith("one: length unknown, taken to be 8.0 s, the last end of either")
    assert "--format csv,json" in note


def test_truth_and_answer_may_share_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "one.csv", *TRUTH)
    put(tmp_path / "one.singing.csv", *ANSWER)
    put(tmp_path / "two.csv", *TRUTH)
    put(tmp_path / "three.singing.csv", *ANSWER)
    comparison = compare(tmp_path, tmp_path)
    assert [list(track.estimate) for track in comparison.tracks] == [list(ANSWER)]
    assert comparison.missing == ("two",)
    assert [note.partition(": ")[2].partition(",")[0] for note in comparison.notes] == [
        "left out for want of a truth: three",
        "length unknown",
    ]


def test_the_answer_is_about_the_label_that_counts(tmp_path: Path) -> None:
    talk = ((1.0, 2.0),)
    put(tmp_path / "ref/one.csv", *TRUTH)
    put(tmp_path / "est/one.singing.csv", *ANSWER)
    speech = Annotation(tuple(Segment(*times, "speech") for times in talk), 10, ("speech",))
    formats.write(speech, tmp_path / "est/one.speech.json")
    (track,) = compare(tmp_path / "ref", tmp_path / "est").tracks
    assert list(track.estimate) == list(ANSWER)
    formats.write(speech, tmp_path / "ref/one.csv")
    (track,) = compare(tmp_path / "ref", tmp_path / "est", label="speech").tracks
    assert [(s.start_s, s.end_s) for s in track.estimate] == [(1, 2)]


@pytest.mark.parametrize("folder", ["est", "ref"])
def test_an_answer_about_another_label_is_none(tmp_path: Path, folder: str) -> None:
    talk = Segment(1, 2, "speech")
    for name in ("one", "two"):
        put(tmp_path / f"ref/{name}.csv", talk)
        put(tmp_path / f"{folder}/{name}.singing.csv")
        put_scores(tmp_path / f"{folder}/{name}.singing.npz", ANSWER, 10.0)
    put(tmp_path / f"{folder}/three.singing.csv")
    pair = tmp_path / "ref", tmp_path / folder
    with pytest.raises(DataError, match=r"one\.speech\.csv|nothing in it tells of speech"):
        compare(*pair, label="speech")
    put(tmp_path / f"{folder}/two.speech.csv", talk)
    comparison = compare(*pair, label="speech")
    assert [(track.name, track.scores) for track in comparison.tracks] == [("two", None)]
    assert comparison.missing == ("one",)
    assert comparison.notes[0].endswith("left out for want of a truth: three")


def test_folders_may_differ_where_names_do_not(tmp_path: Path) -> None:
    put(tmp_path / "ref/one.truth.csv", *TRUTH)
    put(tmp_path / "est/pop/one.singing.csv", *ANSWER)
    put(tmp_path / "ref/two.csv", *TRUTH)
    for folder in ("pop", "rock"):
        put(tmp_path / f"est/{folder}/two.singing.csv", *ANSWER)
    comparison = compare(tmp_path / "ref", tmp_path / "est")
    assert [track.name for track in comparison.tracks] == ["one"]
    assert comparison.missing == ("two",)


def test_the_length_may_lie_beside(tmp_path: Path) -> None:
    truth, answer = put(tmp_path / "r/a.csv", *TRUTH), put(tmp_path / "a.singing.csv", *ANSWER)
    put(tmp_path / "a.singing.json", *ANSWER, duration_s=10)
    comparison = compare(truth, answer)
    assert (comparison.tracks[0].duration_s, comparison.notes) == (10, ())


def test_a_label_that_no_truth_has_is_an_error(tmp_path: Path) -> None:
    truth, answer = put(tmp_path / "t.csv", *TRUTH), put(tmp_path / "a.csv", *ANSWER)
    with pytest.raises(DataError, match="nothing is labelled voice, only singing; choose with"):
        compare(truth, answer, label="voice")


def test_a_truth_label_that_occurs_nowhere_is_misspelt(tmp_path: Path) -> None:
    truth = put(tmp_path / "t.json", Segment(0, 1, "vocal"), Segment(2, 3, "sing"), duration_s=9)
    answer = put(tmp_path / "a.json", *ANSWER, duration_s=9)
    with pytest.raises(DataError, match="nothing is labelled sign, only sing, vocal"):
        compare(truth, answer, truth_labels=["vocal", "sign"])
    (track,) = compare(truth, answer, truth_labels=["vocal", "sing"]).tracks
    assert len(track.reference) == 2


def test_songs_without_partner_are_named(tmp_path: Path) -> None:
    for name in ("ref/one", "ref/lonely", "ref/rock/lost", "est/one", "est/stranger"):
        put(tmp_path / f"{name}.json", *TRUTH, duration_s=9)
    comparison = compare(tmp_path / "ref", tmp_path / "est")
    assert comparison.missing == ("lonely", "rock/lost")
    (note,) = comparison.notes
    assert note.endswith("est: left out for want of a truth: stranger")


def test_songs_that_differ_in_suffix_are_not_mixed_up(tmp_path: Path) -> None:
    put(tmp_path / "ref/a.mp3.csv", *TRUTH)
    put(tmp_path / "ref/a.wav.csv", *ANSWER)
    for suffix, segments in (("mp3", TRUTH), ("wav", ANSWER)):
        put(tmp_path / f"est/a.{suffix}.singing.csv", *segments)
    tracks = compare(tmp_path / "ref", tmp_path / "est").tracks
    assert [track.name for track in tracks] == ["a.mp3", "a.wav"]
    assert evaluate(tracks)["pooled"]["accuracy"] == 1


@pytest.mark.parametrize("folders", [True, False])
def test_scores_are_taken_where_they_are(tmp_path: Path, folders: bool) -> None:
    truth = put(tmp_path / "ref/one.csv", *TRUTH)
    answer = put(tmp_path / "est/one.singing.csv", *ANSWER)
    put_scores(tmp_path / "est/one.singing.npz", TRUTH, 12.0)
    pair = (truth.parent, answer.parent) if folders else (truth, answer)
    (track,) = compare(*pair).tracks
    assert track.duration_s == 12
    assert list(track.estimate) == list(ANSWER)
    assert evaluate([track])["pooled"]["auc"] == 1


def test_scores_alone_are_cut_at_a_half(tmp_path: Path) -> None:
    scores = put_scores(tmp_path / "one.npz", ANSWER, 10.0)
    comparison = compare(put(tmp_path / "one.csv", *TRUTH), scores)
    assert evaluate(comparison.tracks)["pooled"]["accuracy"] == pytest.approx(0.8)
    assert "reach 0.5" in comparison.notes[0]
    with pytest.raises(FormatError, match="scores and no segments"):
        compare(scores, scores)


def test_only_the_label_asked_for_counts(tmp_path: Path) -> None:
    truth = put(tmp_path / "t.json", Segment(0, 4, "choir"), duration_s=10)
    answer = put(tmp_path / "a.json", Segment(0, 4), Segment(5, 9, "speech"), duration_s=10)
    (track,) = compare(truth, answer, label="all").tracks
    assert evaluate([track])["pooled"]["accuracy"] == pytest.approx(0.6)
    with pytest.raises(DataError, match="nothing is labelled singing, only choir"):
        compare(truth, answer)
    comparison = compare(answer, truth)
    assert comparison.tracks[0].estimate == ()
    assert comparison.notes == (f"{truth}: nothing in it is labelled singing, only choir",)


def test_a_truth_of_other_labels_does_not_call_its_song_unsung(tmp_path: Path) -> None:
    put(tmp_path / "t/sung.csv", *TRUTH)
    put(tmp_path / "t/unsung.csv")
    put(tmp_path / "t/other.csv", Segment(0, 4, "vocal"), Segment(4, 5, "noise"))
    both = {"labels": ("singing", "speech"), "duration_s": 10.0}
    put(tmp_path / "t/talk.json", Segment(0, 4, "speech"), **both)  # it says that it looked
    for name in ("sung", "unsung", "other", "talk"):
        put(tmp_path / f"a/{name}.singing.json", *ANSWER, duration_s=10)
    comparison = compare(tmp_path / "t", tmp_path / "a")
    assert [track.name for track in comparison.tracks] == ["sung", "talk", "unsung"]
    (reason,) = comparison.left_out
    assert reason.startswith(f"{tmp_path / 't/other.csv'}: left out: nothing in it is labelled")
    assert "only noise, vocal" in reason
    assert "--truth-label" in reason
    renamed = compare(tmp_path / "t", tmp_path / "a", truth_labels=["vocal", "singing"])
    assert (len(renamed.tracks), renamed.left_out) == (4, ())


def test_lengths_that_disagree_are_told(tmp_path: Path) -> None:
    truth = put(tmp_path / "t.json", *TRUTH, duration_s=5)
    answer = put(tmp_path / "a.json", *ANSWER, duration_s=5)
    assert "5.0 s long by one file, 8.0 s by another" in compare(truth, answer).notes[0]


def test_what_cannot_be_measured_is_an_error(tmp_path: Path) -> None:
    empty = put(tmp_path / "e/empty.csv")
    with pytest.raises(DataError, match="no such file or folder"):
        compare(tmp_path / "nowhere", empty)
    with pytest.raises(DataError, match="two files or two folders"):
        compare(tmp_path, empty)
    put(tmp_path / "f/other.csv", *TRUTH)
    with pytest.raises(DataError, match=r"no song has a file in both.* empty in the one and other"):
        compare(tmp_path / "e", tmp_path / "f")
    with pytest.raises(DataError, match="cannot be measured"):
        compare(empty, empty)
