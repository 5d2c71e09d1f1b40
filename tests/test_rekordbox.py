"""Cue points."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from typer.testing import CliRunner

from earmark import formats
from earmark.annotation import Annotation, Segment
from earmark.cli import app
from earmark.formats.rekordbox import bridged, collection, dumps


def track(*segments, **more):
    root = ElementTree.fromstring(formats.dumps(Annotation(segments, **more), "rekordbox"))
    (found,) = root.findall("COLLECTION/TRACK")
    assert root.find("PLAYLISTS/NODE/NODE/TRACK").get("Key") == found.get("TrackID")
    return found


def test_cues():
    found = track(Segment(1.5, 4), Segment(2, 3, "speech"), duration_s=9.4, source="/m/a & b.mp3")
    assert (found.get("Name"), found.get("TotalTime")) == ("a & b", "9")
    assert found.get("Location") == "file://localhost/m/a%20%26%20b.mp3"
    marks = [(m.get("Name"), float(m.get("Start")), m.get("Num"), m.get("Type")) for m in found]
    assert marks == [
        ("singing", 1.5, "-1", "0"),
        ("speech", 2.0, "-1", "0"),
        ("speech ends", 3.0, "-1", "0"),
        ("singing ends", 4.0, "-1", "0"),
    ]


def test_a_collection_of_many():
    songs = [Annotation((Segment(i, i + 1),), source=f"/m/{i}.mp3") for i in range(3)]
    root = ElementTree.fromstring(collection(songs))
    tracks = root.findall("COLLECTION/TRACK")
    assert root.find("COLLECTION").get("Entries") == "3"
    assert [found.get("TrackID") for found in tracks] == ["1", "2", "3"]
    assert [found[0].get("Start") for found in tracks] == ["0.000", "1.000", "2.000"]
    node = root.find("PLAYLISTS/NODE/NODE")
    assert node.get("Entries") == "3"
    assert [key.get("Key") for key in node] == ["1", "2", "3"]


def test_a_deck_shows_few_cues():
    many = [Segment(10 * i, 10 * i + 9 - (i % 10) / 10) for i in range(40)]
    spans = bridged(many)
    assert len(spans) == 5
    assert (spans[0][0], spans[-1][1]) == (0, many[-1].end_s)
    pauses = sorted(b.start_s - a.end_s for a, b in pairwise(many))
    left = sorted(b[0] - a[1] for a, b in pairwise(spans))
    assert left == pauses[-4:]
    assert bridged([Segment(0, 5), Segment(1, 2)]) == [(0, 5)]
    assert bridged([]) == []


def test_a_relative_path_counts_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a b.mp3").touch()
    told = dumps(Annotation((), duration_s=1.0, source="a b.mp3")).decode()
    assert f'Location="file://localhost{tmp_path.as_posix()}/a%20b.mp3"' in told


def test_a_converted_file_names_the_recording_beside_it(tmp_path):
    (tmp_path / "song.mp3").touch()
    (tmp_path / "song.singing.csv").write_text("start_s,end_s,label\n1,2,singing\n")
    files = [str(tmp_path / name) for name in ("song.singing.csv", "x.xml")]
    done = CliRunner().invoke(app, ["convert", "--to", "rekordbox", *files])
    assert done.exit_code == 0, done.output
    assert "song.mp3" in (tmp_path / "x.xml").read_text()


def test_names_and_places_of_all_kinds():
    found = track(Segment(0, 1, '<b>"\x01\ufffe'), source="C:\\Music\\a#1\udcff.mp3")
    assert found.get("Location") == "file://localhost/C:/Music/a%231%5Cudcff.mp3"
    assert found[0].get("Name") == '<b>"'
    assert track(source="a b.mp3").get("Location") == "a%20b.mp3"
    assert track().get("Name") == "recording"
