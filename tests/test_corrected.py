"""Songs that a person has labelled, from manifests and from beside the songs."""

import json
import shutil
from pathlib import Path

import pytest

from earmark.corrections import corrections, label_file
from earmark.errors import DataError
from earmark.learn.amounts import SETTINGS, check_amount, choose, doubts
from earmark.learn.corrected import Corrected, corrected, distinct, read_corrected
from lessons import SUNG, segments, song
from shell import earmark


def manifest(folder: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "m.jsonl").write_text("\n".join(lines) + "\n")
    return folder / "m.jsonl"


def test_the_smallest_row(here: Path) -> None:
    song(here, "one")
    (found,) = read_corrected(manifest(here, {"path": "one.wav", "labels": "one.csv"}))
    assert found.duration_s == 20
    assert (found.known_s, round(found.sung_s, 2)) == (20, 10)
    assert found.tells == ("singing",)
    assert found.name == "one.wav"
    assert found.known_frames(1000).all()


def test_other_rows(here: Path) -> None:
    for name in "abcd":
        song(here, name, sung=name != "b")
    (here / "talk.csv").write_text("start_s,end_s,label\n1,5,speech\n")
    path = manifest(
        here,
        {"path": str(here / "a.wav"), "segments": [[2, 6], [9, 13, "speech"]], "name": "A"},
        {"path": "b.wav", "labels": "talk.csv", "known": [[0, 5], [15, 99]]},
        {"audio": "c.wav", "material": "music", "split": "train", "licence": "mine"},
        {"audio": "d.wav", "labels": "d.csv", "split": "valid"},
    )
    a, b, c = read_corrected(path)
    assert (a.name, a.tells, round(a.sung_s, 2)) == ("A", ("singing", "speech"), 4)
    assert (b.tells, b.known_s, b.sung_s) == (("singing", "speech"), 10, 0)
    assert b.known_frames(1000).sum() == 500
    assert (c.tells, c.sung_s) == (("singing",), 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ({"labels": "a.csv"}, "needs `path`"),
        ({"path": "a.wav"}, "needs `labels`, a file, or `segments`"),
        ({"path": "a.wav", "label": "a.csv"}, "unknown key label"),
        ({"path": "a.wav", "labels": 3}, "`labels` is text"),
        ({"path": "gone.wav", "labels": "a.csv"}, r"gone.wav: the song is not there"),
        ({"path": "a.wav", "labels": "gone.csv"}, r"gone.csv: the label file is not there"),
        ({"path": "a.wav", "segments": [[1]]}, "`segments` is a list"),
        ({"path": "a.wav", "segments": [[3, 1]]}, "`segments` is a list"),
        ({"path": "a.wav", "segments": [[1, 99]]}, "ends at 99.00 s, but .* is 20.00 s"),
        ({"path": "a.wav", "segments": [[1, 5], [4, 6]]}, "overlap"),
        ({"path": "a.wav", "segments": [[1, 5, "vocal"]]}, "labels called vocal"),
        ({"path": "a.wav", "labels": "a.csv", "known": [[30, 40]]}, "nothing of it is known"),
        ({"path": "a.wav", "labels": "a.csv", "known": [5]}, "`known` is a list"),
    ],
)
def test_faulty_rows(here: Path, row: object, why: str) -> None:
    song(here, "a")
    with pytest.raises(DataError, match=f"(?s)line 1: .*{why}"):
        read_corrected(manifest(here, row))


def test_manifests_that_are_none(here: Path) -> None:
    song(here, "a")
    with pytest.raises(DataError, match="cannot be read"):
        read_corrected(here / "no.jsonl")
    with pytest.raises(DataError, match="no labelled song"):
        read_corrected(manifest(here, ""))
    row = {"path": "a.wav", "labels": "a.csv"}
    with pytest.raises(DataError, match="named twice"):
        read_corrected(manifest(here, row, row | {"path": str(here / "a.wav")}))
    (here / "m.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="UTF-8"):
        read_corrected(here / "m.jsonl")


def test_labels_beside_songs(here: Path) -> None:
    song(here, "one")
    song(here, "none", labelled=False)
    shutil.copy("one.csv", "one.singing.csv")
    found, without = corrections(["."])
    assert [each.path.name for each in found] == ["one.wav"]
    assert list(found[0].segments) == segments()
    assert len(without) == 1
    assert "none.wav: no labels of yours beside it: none" in without[0]
    with pytest.raises(DataError, match="no labels of yours"):
        corrections(["none.wav"])
    with pytest.raises(DataError, match="the song is not there"):
        corrections(["gone.wav"])


def test_a_copy_of_a_song_is_refused(here: Path) -> None:
    song(here, "one")
    (here / "copy").mkdir()
    shutil.copy("one.wav", "copy/two.wav")
    shutil.copy("one.csv", "copy/two.csv")
    with pytest.raises(
        DataError, match=r"one\.wav and .*two\.wav hold the same recording|two.*one"
    ):
        distinct(corrections(["."])[0], where=".")
    Path("copy/two.csv").unlink()
    assert len(distinct(corrections(["."])[0], where=".")) == 1


def test_what_earmark_wrote_teaches_once_it_is_edited(here: Path) -> None:
    song(here, "one", labelled=False)
    assert earmark("detect", "one.wav").code == 0
    with pytest.raises(DataError, match=r"only one\.singing\.csv, which nobody edited"):
        label_file(Path("one.wav"))
    Path("one.singing.csv").write_text("start_s,end_s,label\n2,6,singing\n")
    assert label_file(Path("one.wav")).name == "one.singing.csv"
    assert corrections(["one.wav"])[1] == []
    Path("one.truth.csv").write_text("start_s,end_s\n2,5\n")
    assert label_file(Path("one.wav")).name == "one.truth.csv"
    (note,) = corrections(["one.wav"])[1]
    assert "one.truth.csv: taken for the song's labels; one.singing.csv" in note


def made(*, name: str = "a", minutes: float = 4.0, sung: float = 0.5) -> Corrected:
    from earmark.annotation import Segment

    part = (Segment(0, minutes * 60 * sung),) if sung else ()
    return Corrected(Path(f"{name}.wav"), part, ("singing",), minutes * 60, name=name)


def test_layers_are_chosen_by_the_amount() -> None:
    many = [made(name=str(k)) for k in range(5)]
    settings, why = choose(many)
    assert (settings.layers, settings.offsets, settings.fixed) == (
        "recurrent", True, ("L1", "L2", "L3", "L4")
    )  # fmt: skip
    assert why.startswith("5 songs, 20.0 minutes labelled: the recurrent layer")
    assert choose([made(minutes=0.9)])[0].layers == "head"
    assert choose(many, layers="all") == (
        SETTINGS["all"],
        "5 songs, 20.0 minutes labelled; you chose so",
    )
    assert choose(many, layers="all")[0].fixed == ()
    with pytest.raises(DataError, match="there are head, recurrent, all"):
        choose(many, layers="L3")


def test_too_little_and_doubtful() -> None:
    with pytest.raises(DataError, match=r"only 0\.0 s singing in 2 songs.*somebody sings"):
        check_amount([made(sung=0), made(name="b", sung=0)])
    with pytest.raises(DataError, match=r"only 0\.0 s labelled as without singing in 1 song,"):
        check_amount([made(sung=1)])
    check_amount([made(sung=1), made(name="b", sung=0)])
    assert doubts([made(name=str(k)) for k in range(5)]) == []
    (one, few) = doubts([made()])
    assert one.startswith("one song only")
    assert few.startswith("4.0 minutes are labelled")
    said = doubts([made(), made(name="b", sung=0), made(name="c", sung=1)])
    assert [line.partition(";")[0] for line in said] == ["without singing: b", "without a pause: c"]
    assert doubts([made(), made(name="b")])[0].startswith("two songs only")
    assert "and 2 more" in doubts([made(name=str(k), sung=0) for k in range(7)])[0]


def test_songs_are_checked_where_they_are_made(here: Path) -> None:
    path = song(here, "a")
    assert corrected(path, segments=segments()).segments == tuple(segments())
    with pytest.raises(DataError, match="no labelled song"):
        distinct([], where="here")
    assert SUNG
