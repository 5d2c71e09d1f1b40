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
    (music / "pop/a b.csv").write_text("start_s,end_s,label\nx,2,singing\n")
    said = earmark("cues", "Music", "-o", "c.xml")
    assert said.code == 1
    assert "broken.mp3" in said.err
    assert "a b.csv" in said.err
    assert [track.get("Name") for track in tracks("c.xml").values()] == ["corrected"]


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
