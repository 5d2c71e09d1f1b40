"""README's path: serve, correct, save, ``earmark adapt Music/``."""

from pathlib import Path

import pytest

from earmark.corrections import corrections, label_file
from earmark.errors import DataError
from served import music, page
from shell import earmark


def stand(page, number, revision, *segments, checked=False):
    """Save labels on the page, and as a file beside the song."""
    blocks = [{"start_s": a, "end_s": b, "label": "singing", "by": by} for a, b, by in segments]
    body = {"revision": revision, "segments": blocks, "checked": checked}
    assert page.put(f"/api/songs/{number}/labels", body).status_code == 200
    answer = page.post(f"/api/songs/{number}/save", {"format": "csv"})
    assert answer.status_code == 200, answer.text
    return Path(answer.json()["path"])


def test_what_the_page_saved_is_found(page, music):
    one = page.songs()["one.wav"]["id"]
    file = stand(page, one, 0, (0.5, 1.0, "person"))
    assert file.name == "one.singing+speech.csv"
    found, without = corrections([str(music)])
    assert [(song.name, [s.start_s for s in song.segments]) for song in found] == [
        ("one.wav", [0.5])
    ]
    assert (found[0].known[0][0], found[0].known_s) == (0, 3)  # around what was corrected
    assert "two.wav: no labels of yours" in without[0]
    said = earmark("report", music / "one.wav", "-o", music / "x.html", "--labels", music)
    assert (said.code, "nobody checked all of it" in said.err) == (0, True), said.err
    report = (music / "x.html").read_text()
    assert ("Nobody checked all of it" in report, "How alike" in report) == (True, False)
    said = earmark("detect", music / "one.wav", "--labels", "singing,speech")
    assert (said.code, "it was edited" in said.err) == (1, True), said.err


def test_what_the_model_said_teaches_once_it_is_checked(page, music):
    assert earmark("detect", music / "one.wav", "--labels", "singing,speech").code == 0
    one = page.songs()["one.wav"]["id"]
    page.detect(one)
    found = page.json(f"/api/songs/{one}")
    own = [(s["start_s"], s["end_s"], "model") for s in found["segments"]]
    file = stand(page, one, found["revision"], *own)
    with pytest.raises(DataError, match="nobody edited"):
        label_file(music / "one.wav")
    stand(page, one, found["revision"] + 1, *own, checked=True)
    assert label_file(music / "one.wav") == file
    again = ["detect", music / "one.wav", "--labels", "singing,speech", "--onset", "0.9"]
    assert earmark(*again).code == 1  # checked: not to be replaced by other settings
