"""``earmark cues`` writes one collection of a folder's songs."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from browsing import SONG
from earmark.ledger import Ledger
from shell import earmark

LABELS = "start_s,end_s,label\n1,2,singing\n1.5,1.8,speech\n"


@pytest.fixture
def music(here: Path) -> Path:
    """A song that is to be heard, one with labels of a person's, and one without any voice."""
    (here / "Music/pop").mkdir(parents=True)
    shutil.copy(SONG, here / "Music/pop/a b.ogg")
    shutil.copy(SONG, here / "Music/corrected.ogg")
    (here / "Music/corrected.csv").write_text(LABELS)
    tone = 0.1 * np.sin(np.arange(16000 * 20) * 0.2)
    soundfile.write(here / "Music/tone.wav", tone, 16000)
    return here / "Music"


def tracks(file: str) -> dict[str, ElementTree.Element]:
    return {
        str(found.get("Location")): found
        for found in ElementTree.parse(file).getroot().findall("COLLECTION/TRACK")
    }


def marks(track: ElementTree.Element) -> list[tuple[str, str]]:
    return [(str(mark.get("Name")), str(mark.get("Start"))) for mark in track]


def test_a_folder_is_one_collection(music: Path) -> None:
    said = earmark("cues", "Music", "-o", "c.xml")
    assert said.code == 0, said.err
    found = tracks("c.xml")
    base = f"file://localhost{music.as_posix()}"
    assert list(found) == [f"{base}/corrected.ogg", f"{base}/pop/a%20b.ogg"]
    by_person, heard = found.values()
    assert marks(by_person) == [("singing", "1.000"), ("singing ends", "2.000")]
    assert by_person.get("TotalTime") == heard.get("TotalTime")
    assert len(marks(heard)) >= 4
    count = len(by_person) + len(heard)
    assert f"2 songs with {count} cue points in c.xml; left out 1 in which nobody sings" in said.err
    assert sorted(path.name for path in music.iterdir()) == [
        "corrected.csv", "corrected.ogg", "pop", "tone.wav",
    ]  # fmt: skip


def test_what_earmark_wrote_and_nobody_touched_is_heard_anew(music: Path) -> None:
    file, recording = music / "pop/a b.singing.csv", str(music / "pop/a b.ogg")
    file.write_text(LABELS)
    Ledger(file.parent).record({file.name: LABELS.encode()}, origin="", row={}, song=recording)
    for starts in (False, True):
        assert earmark("cues", music / "pop", "-o", "c.xml", "--overwrite").code == 0
        (track,) = tracks("c.xml").values()
        assert (marks(track)[0] == ("singing", "1.000")) == starts
        file.write_text(LABELS + "9,10,singing\n")  # edited


def test_failures_are_named_and_the_others_are_there(music: Path) -> None:
    (music / "broken.mp3").write_text("no music")
    (music / "broken.csv").write_text(LABELS)
    said = earmark("cues", "Music", "-o", "c.xml")
    assert said.code == 1
    assert "broken.mp3" in said.err
    assert [track.get("Name") for track in tracks("c.xml").values()] == ["corrected", "a b"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a b.csv", "start_s,end_s,label\nx,2,singing\n"),
        ("a b.csv", "start_s,end_s,label\n1,2,singing\n500,900,singing\n"),  # of another song
        ("a b.csv", "start,end,text\n0,1.5,Hello and welcome\n"),
        ("a b.txt", "Is this the real life?\n"),
        ("a b.json", '{"id": "x", "title": "a b"}'),
        ("a b.srt", "1\n00:00:01,000 --> 00:00:02,000\nIs this the real life?\n"),
    ],
)
def test_a_song_beside_what_is_no_labels_of_it_is_listened_to(
    music: Path, name: str, text: str
) -> None:
    assert earmark("cues", music / "pop", "-o", "heard.xml").code == 0
    (music / "pop" / name).write_text(text)
    said = earmark("cues", music / "pop", "-o", "c.xml")
    assert said.code == 0, said.err
    assert "a b.ogg: listened to, since what may be its labels cannot be used: " in said.err
    assert name in said.err.partition("cannot be used: ")[2]
    assert Path("c.xml").read_bytes() == Path("heard.xml").read_bytes()


def test_a_talk_that_the_page_saved_has_no_cues(music: Path) -> None:
    """Its file knows speech alone, but was made where both were looked for."""
    for name in ("corrected.csv", "pop/a b.csv"):
        (music / name).write_text("start_s,end_s,label\n1,2,speech\n")
    said = earmark("cues", "Music", "-o", "c.xml")
    assert (said.code, "not written, since nobody sings" in said.err) == (1, True), said.err


def test_other_labels_beside_singing_count_for_nothing(music: Path) -> None:
    (music / "corrected.csv").write_text(LABELS + "3,4,guitar\n")
    said = earmark("cues", music / "corrected.ogg", "-o", "c.xml")
    (track,) = tracks("c.xml").values()
    assert (said.code, len(track)) == (0, 2)


def test_labels_that_disagree_are_told(music: Path) -> None:
    (music / "corrected.lab").write_text("5 6 singing\n")
    said = earmark("cues", music / "corrected.ogg", "-o", "c.xml")
    assert said.code == 0
    assert "corrected.lab beside it says otherwise" in said.err


def test_without_singing_nothing_is_written(music: Path) -> None:
    said = earmark("cues", music / "tone.wav", "-o", "c.xml")
    assert (said.code, "not written, since nobody sings" in said.err) == (1, True)
    (music / "tone.wav").write_text("no music")
    said = earmark("cues", music / "tone.wav", "-o", "c.xml")
    assert (said.code, "not written, since no song could be done" in said.err) == (1, True)
    assert not Path("c.xml").exists()


def test_mistakes(music: Path) -> None:
    Path("c.xml").write_text("mine")
    for words, code, why in (
        (["Music", "-o", "c.csv"], 2, "a collection's name ends in .xml"),
        (["-", "-o", "d.xml"], 2, "names its songs by their files"),
        (["Music", "-o", "c.xml"], 1, "--overwrite replaces it"),
        (["Music", "-o", "Music"], 1, "a folder; name a file in it"),
        (["Music", "-o", "d.xml", "--model", "yodel"], 1, "no such model"),
    ):
        said = earmark("cues", *words)
        assert (said.code, why in said.err) == (code, True), said.err
    assert Path("c.xml").read_text() == "mine"
