"""Lines to fill in."""

import pytest

from earmark import formats
from earmark.annotation import Annotation, Segment
from earmark.errors import FormatError
from earmark.labels import label_format
from shell import earmark


def lines(*segments, **more):
    return formats.dumps(Annotation(segments, **more), "lrc").decode().splitlines()


def test_lines_and_pauses():
    song = (Segment(1.234, 2.0), Segment(2.5, 4.0), Segment(3.0, 9.0), Segment(5999.999, 6001.0))
    assert lines(*song, source="/a/My [song].mp3", duration_s=7000.0) == [
        "[re:earmark]",
        "[ti:My (song)]",
        "[length:116:40.00]",
        "[00:01.23]line 1",
        "[00:02.50]line 2",
        "[00:03.00]line 3",
        "[00:09.00]",
        "[100:00.00]line 4",
        "[100:01.00]",
    ]


def test_only_singing_is_sung():
    spoken = Segment(1.0, 2.0, "speech")
    both = ("singing", "speech")
    assert lines(spoken, Segment(3.0, 4.0), labels=both)[1:] == ["[00:03.00]line 1", "[00:04.00]"]
    assert lines(spoken, labels=both)[1:] == []
    assert lines(spoken, labels=("speech",))[1:] == ["[00:01.00]line 1", "[00:02.00]"]


def test_it_is_written_and_not_read(here):
    assert "lrc" not in formats.names()
    assert formats.names(readable=False)[-2:] == ("lrc", "rekordbox")
    assert label_format("song.lrc") is label_format("song.xml") is None
    with pytest.raises(FormatError, match="writes and does not read"):
        formats.loads(b"", "lrc")
    (here / "a.csv").write_text("start_s,end_s,label\n1,2,singing\n")
    assert earmark("convert", "a.csv", "a.lrc").code == 0
    assert (here / "a.lrc").read_text().splitlines()[-2:] == ["[00:01.00]line 1", "[00:02.00]"]
    said = earmark("convert", "a.lrc", "b.csv")
    assert said.code == 1
    assert "a.lrc: lrc is a format that earmark writes and does not read" in said.err
