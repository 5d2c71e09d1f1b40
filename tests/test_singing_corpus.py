"""The corpus as a manifest: real tables where they are, a miniature of them elsewhere."""

from pathlib import Path

import numpy as np
import pytest

from earmark.audio import write_audio
from earmark.datasets import singing_corpus
from earmark.errors import DataError
from earmark.learn.manifest import read_manifest, write_manifest

TABLES = {
    "songs.csv": "mix,vocals,instrumental,labels,artist,licence\n"
    "s/a.ogg,,,s/a.csv,Ann,CC BY-NC\n,s/b.v.ogg,s/b.i.ogg,s/b.csv,Bob,CC0\n",
    "splits.csv": "labels,split\ns/a.csv,dev\ns/b.csv,train_open\n",
    "acappella.csv": "audio,singer,dur_s,start_s,end_s,licence\n"
    "s/c.ogg,chant01,9,0,1,MIT\ns/c.ogg,chant01,9,2,3,MIT\ns/d.ogg,chant02,9,2,3,MIT\n",
    "sung_notes.csv": "audio,note,singer,licence\ns/e.ogg,C4,Erithacus,CC BY 4.0\n",
    "speech.csv": "audio,speaker,dur_s,start_s,end_s,licence\n"
    "s/librispeech/1_1.ogg,1,9,0,1,CC BY 4.0\ns/librispeech/1_2.ogg,1,9,0,1,CC BY 4.0\n"
    "s/librispeech/2_1.ogg,2,9,0,1,CC BY 4.0\n",
    "instrumental.csv": "audio,collection,dur_s,style,licence\ns/f.ogg,lincity,9,x,CC0\n",
    "one_shots.csv": "audio,group,licence\ns/g.ogg,berklee,CC BY 3.0\n",
}


def make(home: Path, **changed: str) -> None:
    (home / "singing").mkdir()
    for name, text in TABLES.items():
        text = changed.get(name.partition(".")[0], text)
        (home / "singing" / name).write_text(text)
    tone = np.full(32000, 0.1, np.float32)
    for name in ("a", "b.v", "b.i", "c", "d", "e", "f", "g", "1_1", "1_2", "2_1"):
        folder = home / "s" / ("librispeech" if name[0].isdecimal() else "")
        folder.mkdir(parents=True, exist_ok=True)
        write_audio(folder / f"{name}.ogg", tone, sr=16000)
    for name in "ab":
        (home / "s" / f"{name}.csv").write_text("start_s,end_s\n0.5,1\n")


def test_a_miniature(tmp_path: Path) -> None:
    make(tmp_path)
    found = singing_corpus.rows(tmp_path, relative_to=tmp_path / "work")
    by_name = {Path(row.get("audio", row.get("vocals"))).name: row for row in found}
    assert len(found) == 10
    assert by_name["a.ogg"]["split"] == "dev"
    assert by_name["b.v.ogg"]["material"] == "stems"
    assert by_name["b.v.ogg"]["split"] == "train"
    assert by_name["c.ogg"]["endpoints"] == [[0.0, 1.0], [2.0, 3.0]]
    assert [by_name[n]["split"] for n in ("c.ogg", "d.ogg", "e.ogg")] == ["train", "valid", "valid"]
    assert by_name["1_1.ogg"]["split"] == "valid"  # a speaker of several utterances
    assert by_name["2_1.ogg"]["split"] == "train"
    assert by_name["f.ogg"] == {
        "audio": "../s/f.ogg",
        "material": "music",
        "singer": "lincity",
        "split": "valid",
        "licence": "CC0",
        "label_kind": "none",
    }


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"splits\.csv"):
        singing_corpus.rows(tmp_path, relative_to=tmp_path)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"speech": TABLES["speech.csv"].replace("9,0,1", "9,inf,nan")}, "not finite"),
        ({"acappella": TABLES["acappella.csv"].replace("c.ogg", "x.ogg")}, r"no file .*s/x\.ogg"),
        ({name.partition(".")[0]: text.split("\n")[0] for name, text in TABLES.items()}, "nothing"),
        ({"splits": "labels,split\ns/a.csv,dev\n"}, r"splits\.csv: puts s/b\.csv into .* None"),
        ({"splits": TABLES["splits.csv"].replace("dev", "Dev")}, "'Dev'; known are train_open"),
        ({"songs": TABLES["songs.csv"].replace("s/a.csv", "")}, "Ann has a song without labels"),
        ({"instrumental": "audio,licence\nf.ogg,CC0\n"}, r"instrumental\.csv, line 2: has no coll"),
        (
            {"speech": TABLES["speech.csv"].replace("9,0,1", "9,x,1")},
            "end_s of .*1_1.ogg are not both numbers",
        ),
    ],
)
def test_tables_that_cannot_be(tmp_path: Path, changed: dict[str, str], says: str) -> None:
    make(tmp_path, **changed)
    with pytest.raises(DataError, match=says):
        singing_corpus.rows(tmp_path, relative_to=tmp_path)


def test_labels_beyond_their_song(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "s" / "a.csv").write_text("start_s,end_s\n1,400\n")
    with pytest.raises(DataError, match=r"a\.csv: an interval ends at 400\.00 s, but .*a\.ogg"):
        singing_corpus.rows(tmp_path, relative_to=tmp_path)


def test_the_real_corpus(data: Path, tmp_path: Path) -> None:
    write_manifest(singing_corpus.rows(data, relative_to=tmp_path), tmp_path / "corpus.jsonl")
    tracks = read_manifest(tmp_path / "corpus.jsonl")  # checks that nobody is on both sides
    assert {t.split for t in tracks} == {"train", "valid", "nc", "dev"}
    assert all("NC" not in t.licence for t in tracks if t.split in ("train", "valid"))
    assert sum(t.split == "dev" for t in tracks) == 4
