"""Loaders of public data sets, each on a miniature of its true layout that is made here."""

import json

import numpy as np
import pytest

from earmark.audio import write_audio
from earmark.datasets import aishell, folder, jamendo, medleydb, musdb18
from earmark.errors import DataError
from earmark.learn.manifest import read_manifest, write_manifest
from shell import earmark

SR = 22050


def tone(*sounding, seconds=4.0, sr=SR):
    """A tone where it is said to sound, silence elsewhere."""
    t = np.arange(round(seconds * sr)) / sr
    on = np.any([(t >= a) & (t < b) for a, b in sounding] or [t < 0], axis=0)
    return (0.3 * np.sin(2 * np.pi * 440 * t) * on).astype(np.float32)


def wav(path, y, sr=SR):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_audio(path, y, sr=sr)


def tracks(module, data, tmp_path):
    """Rows, and the tracks that the manifest reader makes of them."""
    rows = module.rows(data, relative_to=tmp_path)
    write_manifest(rows, tmp_path / "m.jsonl")
    return rows, read_manifest(tmp_path / "m.jsonl")


@pytest.fixture
def aishell_home(tmp_path):
    for split, speaker in (("train", "S0002"), ("dev", "S0724"), ("test", "S0764")):
        for number in (122, 123):
            name = f"BAC009{speaker}W0{number}.wav"
            wav(tmp_path / "data_aishell" / "wav" / split / speaker / name, tone((1, 2)), 16000)
    transcript = tmp_path / "data_aishell" / "transcript"
    transcript.mkdir()
    (transcript / "aishell_transcript_v0.8.txt").write_text("BAC009S0002W0122 而 对\n", "utf-8")
    return tmp_path / "data_aishell"


def test_aishell(aishell_home, tmp_path):
    rows, found = tracks(aishell, aishell_home, tmp_path)
    assert {(t.split, t.singer) for t in found} == {
        ("train", "S0002"), ("valid", "S0724"), ("test", "S0764"),
    }  # fmt: skip
    assert len(rows) == 6
    assert {t.material for t in found} == {"speech"}
    assert aishell.rows(aishell_home.parent, relative_to=tmp_path) == rows


def test_aishell_still_packed(aishell_home, tmp_path):
    (aishell_home / "wav" / "S0003.tar.gz").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"1 of 1 speakers are still packed \(S0003\.tar\.gz\).*tar xzf"
    ):
        aishell.rows(aishell_home, relative_to=tmp_path)


def stem_mp4(path, streams):
    """An MP4 with an AAC stream for each array, as the compressed MUSDB18 has."""
    av = pytest.importorskip("av")
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as file:
        encoders = [file.add_stream("aac", rate=44100) for _ in streams]
        for encoder, y in zip(encoders, streams, strict=True):
            for start in range(0, len(y), 1024):
                part = np.ascontiguousarray(np.tile(y[start : start + 1024], (2, 1)))
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
                frame.sample_rate, frame.pts = 44100, start
                file.mux(encoder.encode(frame))
            file.mux(encoder.encode(None))


def test_musdb18_compressed(tmp_path):
    silent, band = tone(sr=44100), tone((0, 4), sr=44100)
    for split, name in (("train", "A - One"), ("test", "B - Two")):
        vocals = tone((1, 2.5), sr=44100)
        parts = [band + vocals, band, silent, silent, vocals]
        stem_mp4(tmp_path / "db" / split / f"{name}.stem.mp4", parts)
    rows, found = tracks(musdb18, tmp_path / "db", tmp_path)
    assert [(t.split, t.singer) for t in found] == [("train", "A"), ("test", "B")]
    for row in rows:
        ((start, end),) = row["endpoints"]
        assert start == pytest.approx(1, abs=0.1)
        assert end == pytest.approx(2.5, abs=0.1)


def test_musdb18_with_other_streams(tmp_path):
    stem_mp4(tmp_path / "db" / "train" / "A - One.stem.mp4", [tone((0, 1), sr=44100)])
    (tmp_path / "db" / "test").mkdir()
    with pytest.raises(DataError, match=r"has 1 audio streams.*5: mixture"):
        musdb18.rows(tmp_path / "db", relative_to=tmp_path)


def test_musdb18_hq(tmp_path):
    home = tmp_path / "hq"
    for split, name in (("train", "A - One"), ("test", "B - Two")):
        for stem in ("mixture", "drums", "bass", "other"):
            wav(home / split / name / f"{stem}.wav", tone((0, 4)))
        wav(home / split / name / "vocals.wav", tone((0.5, 1), (2, 3)))
    rows, found = tracks(musdb18, home, tmp_path)
    assert [t.paths[0].name for t in found] == ["mixture.wav"] * 2
    np.testing.assert_allclose(rows[0]["endpoints"], [[0.5, 1], [2, 3]], atol=0.05)
    (home / "test" / "B - Two" / "vocals.wav").unlink()
    with pytest.raises(DataError, match=r"vocals\.wav: is missing"):
        musdb18.rows(home, relative_to=tmp_path)


@pytest.fixture
def jamendo_home(tmp_path):
    home = tmp_path / "jamendo"
    for split, name in (("train", "A - One"), ("valid", "02"), ("test", "B - Two")):
        wav(home / "audio" / split / f"{name}.ogg", tone((0, 4)))
        (home / "labels").mkdir(exist_ok=True)
        lines = "0.000 1.000 nosing\n1.000 3.000 sing\n3.000 4.000 nosing\n"
        (home / "labels" / f"{name}.lab").write_text(lines)
    return home


def test_jamendo(jamendo_home, tmp_path):
    rows, found = tracks(jamendo, jamendo_home, tmp_path)
    assert {(t.split, t.singer) for t in found} == {("train", "A"), ("valid", "02"), ("test", "B")}
    assert all(row["endpoints"] == [[1.0, 3.0]] for row in rows)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("0 60 sing\n", r"02\.lab: an interval ends at 60\.00 s, but .*02\.ogg is 4\.00 s"),
        ("0 2 sing\n1 3 nosing\n", r"02\.lab: the intervals .* overlap"),
        ("2 1 sing\n", r"02\.lab"),
        ("0 2 singing\n", r"02\.lab: labels are sing and nosing, not 'singing'"),
    ],
)
def test_jamendo_labels_that_cannot_be(jamendo_home, tmp_path, lines, message):
    from earmark.errors import EarmarkError

    (jamendo_home / "labels" / "02.lab").write_text(lines)
    with pytest.raises(EarmarkError, match=message):
        jamendo.rows(jamendo_home, relative_to=tmp_path)


def test_jamendo_song_without_labels(jamendo_home, tmp_path):
    (jamendo_home / "labels" / "02.lab").unlink()
    with pytest.raises(DataError, match=r"02\.ogg: has no labels; there should be a file"):
        jamendo.rows(jamendo_home, relative_to=tmp_path)


METADATA = """\
artist: {artist}
instrumental: '{instrumental}'
stems:
  S01:
    component: melody
    filename: {track}_STEM_01.wav
    instrument: {instrument}
  S02:
    component: bass
    filename: {track}_STEM_02.wav
    instrument: electric bass
"""


@pytest.fixture
def medley_home(tmp_path):
    home = tmp_path / "MedleyDB"
    for track, instrument in (("AClassic_Ode", "female singer"), ("Bob_Drone", "flute")):
        base = home / "Audio" / track
        wav(base / f"{track}_MIX.wav", tone((0, 4)))
        wav(base / f"{track}_STEMS" / f"{track}_STEM_01.wav", tone((1, 3)))
        wav(base / f"{track}_STEMS" / f"{track}_STEM_02.wav", tone((0, 4)))
        (base / f"{track}_METADATA.yaml").write_text(
            METADATA.format(
                artist=track.split("_")[0],
                track=track,
                instrument=instrument,
                instrumental="yes" if instrument == "flute" else "no",
            )
        )
    return home


def test_medleydb_by_energy(medley_home, tmp_path):
    pytest.importorskip("yaml")
    rows, found = tracks(medleydb, medley_home, tmp_path)
    assert [t.singer for t in found] == ["AClassic", "Bob"]
    np.testing.assert_allclose(rows[0]["endpoints"], [[1, 3]], atol=0.05)
    assert "endpoints" not in rows[1]
    assert rows[1]["material"] == "music"
    assert rows[0]["label_kind"] == "stem energy"


def test_medleydb_by_source_ids(medley_home, tmp_path):
    pytest.importorskip("yaml")
    home = medley_home / "Annotations" / "Instrument_Activations" / "SOURCEID"
    home.mkdir(parents=True)
    (home / "AClassic_Ode_SOURCEID.lab").write_text(
        "start_time,end_time,instrument_label\n0.5,1.5,female singer\n1.0,2.0,choir\n"
        "0.0,4.0,electric bass\n3.0,3.5,female singer\n"
    )
    rows = medleydb.rows(medley_home, relative_to=tmp_path)
    assert rows[0]["endpoints"] == [[0.5, 2.0], [3.0, 3.5]]
    assert rows[0]["label_kind"] == "stem energy"  # source IDs are made from it


def test_medleydb_without_metadata(medley_home, tmp_path):
    pytest.importorskip("yaml")
    (medley_home / "Audio" / "Bob_Drone" / "Bob_Drone_METADATA.yaml").unlink()
    with pytest.raises(DataError, match=r"Bob_Drone_METADATA\.yaml: cannot be read.*metadata"):
        medleydb.rows(medley_home, relative_to=tmp_path)


@pytest.fixture
def songs_home(tmp_path):
    home = tmp_path / "songs"
    wav(home / "train" / "Ann - One.wav", tone((0, 4)))
    (home / "train" / "Ann - One.csv").write_text("start_s,end_s,label\n1,2,singing\n")
    wav(home / "valid" / "Two.flac", tone((0, 4)))
    (home / "valid" / "Two.truth.txt").write_text("0.5\t1.5\tsinging\n")
    return home


def test_folder(songs_home, tmp_path):
    _, found = tracks(folder, songs_home, tmp_path)
    assert {(t.split, t.singer) for t in found} == {("train", "Ann"), ("valid", "Two")}
    assert [(s.start_s, s.end_s) for s in found[0].segments()] == [(1.0, 2.0)]


def test_folder_with_a_song_without_labels(songs_home, tmp_path):
    wav(songs_home / "train" / "Three.wav", tone((0, 1)))
    with pytest.raises(DataError, match=r"Three\.wav: a song without labels; put .* Three\.csv"):
        folder.rows(songs_home, relative_to=tmp_path)


def test_folder_names_all_songs_without_labels(songs_home, tmp_path):
    for number in range(12):
        wav(songs_home / "valid" / f"song {number:02}.wav", tone((0, 1)))
    with pytest.raises(DataError, match=r"songs: 12 songs \(.*song 00\.wav, .*09\.wav and 2 more"):
        folder.rows(songs_home, relative_to=tmp_path)
    (songs_home / "valid" / "song 03.singing.csv").write_text("start_s,end_s\n")
    with pytest.raises(DataError, match=r"song 03\.singing\.csv is .* no truth.* song 03\.csv"):
        folder.rows(songs_home, relative_to=tmp_path)


@pytest.mark.parametrize("home", ["aishell", "jamendo", "medley", "songs", "hq"])
def test_without_a_kind_the_likely_one_is_named(home, request, tmp_path):
    if home == "hq":
        wav(tmp_path / "hq" / "train" / "A - One" / "mixture.wav", tone((0, 1)))
        root, kind = tmp_path / "hq", "musdb18"
    else:
        root = request.getfixturevalue(f"{home}_home")
        kind = {"medley": "medleydb", "songs": "folder"}.get(home, home)
    said = earmark("manifest", root, "-o", tmp_path / "m.jsonl")
    assert said.code == 2
    assert f"say --kind {kind}; known are singing, aishell, musdb18" in said.err


def test_folder_with_labels_beyond_the_song(songs_home, tmp_path):
    (songs_home / "train" / "Ann - One.csv").write_text("start_s,end_s,label\n1,9,singing\n")
    with pytest.raises(DataError, match=r"One\.csv: an interval ends at 9\.00 s, but .*One\.wav"):
        folder.rows(songs_home, relative_to=tmp_path)


@pytest.mark.parametrize("module", [aishell, folder, jamendo, medleydb, musdb18])
def test_an_empty_folder(module, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        module.rows(tmp_path / "empty", relative_to=tmp_path)


def test_command(jamendo_home, tmp_path):
    out = tmp_path / "j.jsonl"
    said = earmark("manifest", jamendo_home, "--kind", "jamendo", "-o", out)
    assert said.code == 0, said.err
    assert "3 recordings" in said.out
    assert len([json.loads(line) for line in out.read_text().splitlines()]) == 3
    wrong = earmark("manifest", jamendo_home, "--kind", "vinyl", "-o", tmp_path / "v.jsonl")
    assert wrong.code == 2
    assert "musdb18" in wrong.err
