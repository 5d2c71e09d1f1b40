"""What loaders refuse, and what they must not guess; each on a miniature made here."""

import numpy as np
import pytest

from earmark.audio import write_audio
from earmark.datasets import aishell, folder, jamendo, medleydb, musdb18
from earmark.errors import EarmarkError
from earmark.learn.manifest import read_manifest, write_manifest
from shell import earmark

SR = 16000


def tone(*sounding, seconds=4.0):
    t = np.arange(round(seconds * SR)) / SR
    on = np.any([(t >= a) & (t < b) for a, b in sounding], axis=0)
    return (0.3 * np.sin(2 * np.pi * 440 * t) * on).astype(np.float32)


def wav(path, y):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_audio(path, y, sr=SR)


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def refuses(module, root, match):
    with pytest.raises(EarmarkError, match=match):
        module.rows(root, relative_to=root)


@pytest.fixture
def speech(tmp_path):
    wav(tmp_path / "data_aishell/wav/train/S0002/BAC009S0002W0122.wav", tone((1, 2)))
    return tmp_path


def test_aishell_archives_may_stay_beside_what_was_in_them(speech):
    (speech / "data_aishell/wav/S0002.tar.gz").write_bytes(b"x")
    assert len(aishell.rows(speech, relative_to=speech)) == 1


def test_aishell_speaker_unpacked_in_part(speech):
    text(speech / "data_aishell" / aishell.TRANSCRIPT, "BAC009S0002W0122 a\nBAC009S0002W0123 b\n")
    refuses(aishell, speech, r"S0002: unpacked in part, BAC009S0002W0123\.wav missing; .*tar\.gz")


def test_aishell_utterance_cut_off(speech):
    (speech / "data_aishell/wav/train/S0002/BAC009S0002W0124.wav").write_bytes(b"")
    refuses(aishell, speech, r"S0002: unpacked in part, BAC009S0002W0124\.wav empty")


def test_aishell_unknown_split(speech):
    wav(speech / "data_aishell/wav/validation/S0003/BAC009S0003W0122.wav", tone((1, 2)))
    refuses(aishell, speech, r"validation: no split of AISHELL-1, whose folders are train, dev")


def test_aishell_not_unpacked_at_all(tmp_path):
    (tmp_path / "data_aishell.tgz").write_bytes(b"x")
    refuses(aishell, tmp_path, r"unpack data_aishell\.tgz, which lies there")


@pytest.fixture
def hq(tmp_path):
    for split, name in (("train", "Ann feat. Bob - One"), ("test", "Cid - Two")):
        for stem in musdb18.STREAMS:
            wav(tmp_path / split / name / f"{stem}.wav", tone((1, 2)))
    return tmp_path


def test_musdb18_guests_are_no_performers(hq):
    assert [row["singer"] for row in musdb18.rows(hq, relative_to=hq)] == ["Ann", "Cid"]


def test_musdb18_half_a_song(hq):
    (hq / "train/Ann feat. Bob - One/drums.wav").unlink()
    refuses(musdb18, hq, r"drums\.wav: is missing; unpack")


def test_musdb18_vocals_cut_short(hq):
    wav(hq / "train/Ann feat. Bob - One/vocals.wav", tone((0, 1), seconds=1))
    refuses(musdb18, hq, r"One: the vocals are 1\.0 s long, the mixture 4\.0 s; unpack")


def test_musdb18_unknown_split(hq):
    wav(hq / "valid/Dan - Three/mixture.wav", tone((1, 2)))
    refuses(musdb18, hq, r"valid: no split of MUSDB18, whose folders are train, test")


def test_musdb18_songs_called_otherwise(hq):
    (hq / "train" / "Bob - Two.Stem.MP4").write_bytes(b"x")
    refuses(musdb18, hq, r"Two\.Stem\.MP4: MUSDB18's songs end in \.stem\.mp4.*rename")


def test_musdb18_an_empty_side(hq):
    (hq / "train" / "Ann feat. Bob - One").rename(hq / "moved")
    (hq / "moved").rename(hq / "test" / "Ann - One")
    refuses(musdb18, hq, r"train: holds nothing of MUSDB18")


def test_musdb18_damaged_stem_file(hq):
    pytest.importorskip("av")
    (hq / "test/Dan - Three.stem.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    refuses(musdb18, hq, r"Three\.stem\.mp4: cannot be decoded .*fetch it again")


def song(root, split, name, lines="0 1 nosing\n1 3 sing\n"):
    wav(root / "audio" / split / f"{name}.ogg", tone((0, 4)))
    text(root / "labels" / f"{name}.lab", lines)


def three(root, *names):
    """A song in each split; those that are named come first."""
    for split, name in zip(jamendo.SPLITS, [*names, "x", "y", "z"], strict=False):
        song(root, split, name)


def test_jamendo_a_track_number_is_no_performer(tmp_path):
    """Else all third tracks would be one singer's, and stand on both sides of the split."""
    three(tmp_path, "03 - Rain", "03 - Sun")
    write_manifest(jamendo.rows(tmp_path, relative_to=tmp_path), tmp_path / "m.jsonl")
    tracks = read_manifest(tmp_path / "m.jsonl")
    assert [track.singer for track in tracks] == ["03 - Rain", "03 - Sun", "x"]


def test_jamendo_splits_as_lists(tmp_path):
    for name, split in (("a", "train"), ("b", "valid"), ("c", "test")):
        song(tmp_path, ".", name)
        text(tmp_path / "filelists" / split, f"{name}.ogg\n")
    rows = jamendo.rows(tmp_path, relative_to=tmp_path)
    assert [row["split"] for row in rows] == ["train", "valid", "test"]
    song(tmp_path, ".", "d")
    refuses(jamendo, tmp_path, r"audio: in no list of .*: d\.ogg; add")
    text(tmp_path / "filelists" / "test", "c.ogg\nd.ogg\ne.ogg\n")
    refuses(jamendo, tmp_path, r"e\.ogg: missing")
    (tmp_path / "filelists" / "valid").unlink()
    refuses(jamendo, tmp_path, r"valid: missing; it lists the songs of the split valid")


def test_jamendo_songs_in_no_split(tmp_path):
    song(tmp_path, ".", "a")
    refuses(jamendo, tmp_path, r"songs in no split \(a\.ogg\); sort them")


def test_jamendo_unknown_split(tmp_path):
    song(tmp_path, "validation", "a")
    refuses(jamendo, tmp_path, r"validation: no split of the Jamendo corpus")


def test_jamendo_a_split_not_unpacked(tmp_path):
    three(tmp_path)
    for path in (tmp_path / "audio" / "test").iterdir():
        path.unlink()
    refuses(jamendo, tmp_path, r"audio/test: holds nothing of the Jamendo corpus")
    (tmp_path / "audio" / "test").rmdir()
    refuses(jamendo, tmp_path, r"audio/test: there is no such folder.*all three splits")


def test_jamendo_a_song_on_both_sides(tmp_path):
    three(tmp_path, "a", "a")
    refuses(jamendo, tmp_path, r"valid/a\.ogg: is there twice, as .*train/a\.ogg too")


def test_jamendo_labels_without_their_song(tmp_path):
    three(tmp_path)
    text(tmp_path / "labels" / "b.lab", "0 1 sing\n")
    refuses(jamendo, tmp_path, r"b\.lab: its song is not below")


def test_jamendo_empty_labels(tmp_path):
    three(tmp_path, "a")
    text(tmp_path / "labels" / "a.lab", "")
    refuses(jamendo, tmp_path, r"a\.lab: is empty; unpack the labels again")


def track(root, *, instrument="female singer", instrumental="no", bleed="no", base="Audio"):
    """One song of MedleyDB with one stem."""
    pytest.importorskip("yaml")
    home = root / base / "Ann_Ode"
    wav(home / "Ann_Ode_MIX.wav", tone((0, 4)))
    wav(home / "Ann_Ode_STEMS" / "Ann_Ode_STEM_01.wav", tone((1, 3)))
    stem = f"filename: Ann_Ode_STEM_01.wav, instrument: {instrument}, component: melody"
    text(
        home / "Ann_Ode_METADATA.yaml",
        f"artist: Ann & Friends\ninstrumental: '{instrumental}'\nhas_bleed: '{bleed}'\n"
        f"stems:\n  S01: {{{stem}}}\n",
    )
    return root


def only(root):
    (row,) = medleydb.rows(root, relative_to=root)
    return row


def test_medleydb_version_2_and_its_singer(tmp_path):
    row = only(track(tmp_path, base="V2"))
    assert (row["singer"], row["split"], row["endpoints"]) == ("Ann", "train", [[1.0, 3.0]])


def test_medleydb_instrumental_is_music(tmp_path):
    row = only(track(tmp_path, instrument="flute", instrumental="yes"))
    assert row["material"] == "music"
    assert "endpoints" not in row


@pytest.mark.parametrize("instrument", ["Main System", "male speaker", "beatboxing", "crowd"])
def test_medleydb_a_voice_in_no_stem_is_not_called_silence(tmp_path, instrument):
    track(tmp_path, instrument=instrument)
    with pytest.warns(UserWarning, match="Ann_Ode: has a voice that no stem holds"):
        refuses(medleydb, tmp_path, "holds nothing")


def test_medleydb_bleed_is_left_alone(tmp_path):
    assert only(track(tmp_path, bleed="yes"))["split"] == "bleed"


def test_medleydb_vocal_stem_cut_short(tmp_path):
    track(tmp_path)
    wav(tmp_path / "Audio/Ann_Ode/Ann_Ode_STEMS/Ann_Ode_STEM_01.wav", tone((0, 1), seconds=1))
    refuses(medleydb, tmp_path, r"STEM_01\.wav: is 1\.0 s long, and the mix 4\.0 s; unpack")


def test_lists_and_transcripts_that_are_not_utf8(tmp_path, speech):
    song(tmp_path / "j", ".", "a")
    (tmp_path / "j" / "filelists").mkdir()
    (tmp_path / "j" / "filelists" / "train").write_bytes("né.ogg".encode("latin-1"))
    refuses(jamendo, tmp_path / "j", r"filelists/train, line 1: not text .* UTF-8")
    transcript = speech / "data_aishell" / aishell.TRANSCRIPT
    transcript.parent.mkdir(parents=True)
    transcript.write_bytes(b"BAC009S0002W0122 \xff")
    refuses(aishell, speech, r"transcript.*, line 1: not text")


def test_medleydb_vocal_stem_missing(tmp_path):
    track(tmp_path)
    (tmp_path / "Audio/Ann_Ode/Ann_Ode_STEMS/Ann_Ode_STEM_01.wav").unlink()
    refuses(medleydb, tmp_path, r"STEM_01\.wav: is missing, and somebody sings in it")


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("3,2,female singer", r"SOURCEID\.lab, line 2: the end 2 s lies before the start 3 s"),
        ("-1,2,choir", r"SOURCEID\.lab, line 2: the start -1 s is negative"),
        ("1,x,choir", r"SOURCEID\.lab, line 2: the end 'x' is not a number"),
        ("1 2 choir", r"SOURCEID\.lab, line 2: a line is start_time,end_time"),
        ("1,9,choir", r"SOURCEID\.lab: an interval ends at 9\.00 s, but .*_MIX\.wav is 4\.00 s"),
    ],
)
def test_medleydb_source_ids_that_cannot_be(tmp_path, line, match):
    track(tmp_path)
    place = tmp_path / "Annotations" / "Ann_Ode_ANNOTATIONS" / "Ann_Ode_SOURCEID.lab"
    text(place, f"start_time,end_time,instrument_label\n{line}\n")
    refuses(medleydb, tmp_path, match)


def test_the_command_tells_what_is_left_out(tmp_path):
    track(tmp_path)
    for path in sorted((track(tmp_path / "x", instrument="crowd") / "Audio/Ann_Ode").rglob("*")):
        if path.is_file():
            place = str(path.relative_to(tmp_path / "x")).replace("Ann_Ode", "Bob_Ode")
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            path.rename(tmp_path / place)
    said = earmark("manifest", tmp_path, "--kind", "medleydb", "-o", tmp_path / "m.jsonl")
    assert said.code == 0, said.err
    assert "1 recording\n" in said.out
    assert "Bob_Ode: has a voice that no stem holds alone; left out" in said.err
    assert "UserWarning" not in said.err


@pytest.fixture
def own(tmp_path):
    wav(tmp_path / "train" / "Ann - One.wav", tone((0, 4)))
    text(tmp_path / "train" / "Ann - One.csv", "start_s,end_s\n1,2\n")
    return tmp_path


def test_folder_takes_no_truth_from_earmark(own):
    text(own / "train" / "Ann - One.singing.csv", "start_s,end_s\n3,4\n")
    (row,) = folder.rows(own, relative_to=own)
    assert row["labels"] == "train/Ann - One.csv"


def test_folder_two_label_files(own):
    text(own / "train" / "Ann - One.lab", "0 1 singing\n")
    refuses(folder, own, r"One\.wav: several label files \(Ann - One\.csv, Ann - One\.lab\); keep")


def test_folder_unknown_split(own):
    wav(own / "holdout" / "B - Two.wav", tone((0, 4)))
    refuses(folder, own, r"holdout: no split of a folder of songs")


def test_folder_splits_in_capitals(own):
    (own / "train").rename(own / "Train")
    refuses(folder, own, r"Train: no split of a folder of songs, whose folders are train, valid")


def test_folder_splits_called_otherwise(own):
    (own / "train").rename(own / "Training")
    refuses(folder, own, r"Training: is it a split\? .*rename it train")


def test_folder_song_cut_short(own):
    song = own / "train" / "Ann - One.wav"
    song.write_bytes(song.read_bytes()[:64000])
    refuses(folder, own, r"One\.wav: truncated: at most 2\.0 s of 4\.0 s .*fetch it again")


def test_a_performer_on_both_sides_is_told(own, tmp_path):
    wav(own / "valid" / "Ann - Two.wav", tone((0, 4)))
    text(own / "valid" / "Ann - Two.csv", "start_s,end_s\n1,2\n")
    said = earmark("manifest", own, "--kind", "folder", "-o", tmp_path / "m.jsonl")
    assert said.code == 0
    assert "in train and in valid: Ann; change their split" in said.err


def test_a_manifest_over_the_labels_it_names(own):
    labels = own / "train" / "Ann - One.csv"
    said = earmark("manifest", own, "--kind", "folder", "-o", labels, "--overwrite")
    assert said.code == 1
    assert "belongs to the corpus" in said.err
    assert labels.read_text() == "start_s,end_s\n1,2\n"


def test_folder_song_in_no_split(own):
    wav(own / "B - Two.wav", tone((0, 4)))
    refuses(folder, own, r"Two\.wav: in no split; move it into train, valid, test")


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ("start_s,end_s\n0,2\n1,3\n", r"One\.csv: the intervals 0\.0 to 2\.0 s and .*overlap"),
        ("start_s,end_s\n2,1\n", r"One\.csv, line 2: the end 1 s lies before the start 2 s"),
        ("start_s,end_s,label\n0,2,vocals\n", r"One\.csv: nothing in it is labelled 'singing'"),
    ],
)
def test_folder_labels_that_cannot_be(own, table, match):
    text(own / "train" / "Ann - One.csv", table)
    refuses(folder, own, match)


def test_folder_other_labels_may_overlap_singing(own):
    text(own / "train/Ann - One.csv", "start_s,end_s,label\n0,4,guitar\n1,2,singing\n")
    assert len(folder.rows(own, relative_to=own)) == 1


def test_folder_recordings_of_the_same_name(own):
    wav(own / "train" / "Ann - One.flac", tone((0, 4)))
    text(own / "train" / "Ann - One.flac.csv", "start_s,end_s\n1,2\n")
    refuses(folder, own, r"One\.csv: does it belong to Ann - One\.flac or Ann - One\.wav\? Name it")
    (own / "train" / "Ann - One.csv").rename(own / "train" / "Ann - One.wav.csv")
    found = folder.rows(own, relative_to=own)
    assert {row["audio"] + ".csv" for row in found} == {row["labels"] for row in found}
