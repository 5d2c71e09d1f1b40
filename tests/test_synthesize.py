"""Mixtures have the ratio that was asked for, never clip, and carry the voice's endpoints."""

import csv
import errno
import os
from pathlib import Path

import numpy as np
import pytest

from earmark import formats
from earmark.audio import load_audio, write_audio
from earmark.endpoints import endpoints
from earmark.errors import DataError, OutputError
from earmark.learn.mix_audio import mix_at_snr
from earmark.synth.speech import render_speech
from earmark.synthesize import synthesize
from shell import earmark


@pytest.fixture
def corpus(tmp_path, rng):
    """Two utterances, silence, a long piece of music and one shorter than any utterance."""
    home = tmp_path / "in"
    (home / "speech").mkdir(parents=True)
    (home / "music").mkdir()
    for seed in (1, 2):
        y, _ = render_speech(np.random.default_rng(seed), duration_s=4.0)
        write_audio(home / "speech" / f"{seed}.wav", y, sr=16000)
    for name, seconds in (("long", 9), ("short", 1)):
        y = rng.normal(0, 0.2, seconds * 22050).astype(np.float32)
        write_audio(home / "music" / f"{name}.wav", y, sr=22050)
    return home


def paths(home, what):
    return sorted(str(path) for path in (home / what).iterdir())


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 15.0])
def test_the_ratio_is_what_was_asked_for(rng, snr_db):
    voice, music = rng.normal(0, 0.3, (2, 16000)).astype(np.float32)
    active = np.arange(16000) < 5000
    voice[~active] = 0
    v, m = mix_at_snr(voice, music, active=active, snr_db=snr_db)
    found_db = 10 * np.log10(np.mean(v[active] ** 2) / np.mean(m**2))
    assert found_db == pytest.approx(snr_db, abs=0.01)
    assert np.abs(v + m).max() <= 0.9 + 1e-6


def test_quiet_mixtures_are_not_made_louder(rng):
    voice, music = rng.normal(0, 0.01, (2, 1600)).astype(np.float32)
    _, m = mix_at_snr(voice, music, active=np.ones(1600, bool))
    assert (m == music).all()


def test_a_silent_voice_has_no_ratio():
    with pytest.raises(DataError, match="silent"):
        mix_at_snr(np.zeros(9, np.float32), np.ones(9, np.float32), active=np.ones(9, bool))


def test_files_labels_and_provenance(corpus, tmp_path):
    out = tmp_path / "out"
    made = synthesize(paths(corpus, "speech"), paths(corpus, "music"), out, count=5, snr_db=3.0)
    with (out / "mixtures.tsv").open(newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    assert [line["audio"] for line in lines] == [one.audio for one in made]
    assert [line["labels"] for line in lines] == [f"000{n}.csv" for n in range(5)]
    heard = {str((out / line["speech"]).resolve()) for line in lines}
    assert heard == {str(Path(path).resolve()) for path in paths(corpus, "speech")}
    for one in made:
        mixture, _ = load_audio(out / one.audio, sr=16000)
        voice, _ = load_audio(out / one.speech, sr=16000)
        assert len(mixture) == len(voice)
        truth = endpoints(voice)
        labels = formats.read(out / one.audio.replace(".wav", ".csv")).segments
        assert [(s.start_s, s.end_s, s.label) for s in labels] == [
            (pytest.approx(s.start_s), pytest.approx(s.end_s), "speech") for s in truth
        ]
        active = np.zeros(len(voice), bool)
        for s in truth:
            active[round(s.start_s * 16000) : round(s.end_s * 16000)] = True
        gain = mixture @ voice / (voice @ voice)  # music and voice have nothing in common
        v = gain * voice
        ratio_db = 10 * np.log10(np.mean(v[active] ** 2) / np.mean((mixture - v) ** 2))
        assert ratio_db == pytest.approx(3.0, abs=0.5)


def test_the_same_seed_gives_the_same_files(corpus, tmp_path):
    for name in "ab":
        synthesize(
            paths(corpus, "speech"), paths(corpus, "music"), tmp_path / name, count=3, seed=4
        )
    for number in range(3):
        a, b = ((tmp_path / n / f"000{number}.wav").read_bytes() for n in "ab")
        assert a == b


def test_command(corpus, tmp_path):
    words = ["synthesize", corpus / "speech", corpus / "music", "-o", tmp_path / "o"]
    said = earmark(*words, "--count", 2, "--seconds", 2, "--format", "audacity")
    assert said.code == 0, said.err
    assert "2 mixtures, 4.0 s" in said.out
    assert len(list((tmp_path / "o").iterdir())) == 5
    again = earmark(*words, "--count", 1, "--format", "audacity")
    assert again.code == 1
    assert "--overwrite" in again.err
    (tmp_path / "o" / "2019.txt").write_text("mine")
    assert "1 mixture," in earmark(*words, "--count", 1, "--format", "lab", "--overwrite").out
    left = ["0000.lab", "0000.wav", "2019.txt", "mixtures.tsv"]
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == left


def test_speech_in_which_nobody_speaks(corpus, tmp_path):
    write_audio(corpus / "speech" / "silence.wav", np.zeros(32000, np.float32), sr=16000)
    warned = []
    made = synthesize(
        paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "o", count=4, warn=warned.append
    )
    assert len(made) == 4
    assert len(warned) == 1
    assert "silence.wav: no speech is found" in warned[0]
    silence = [str(corpus / "speech" / "silence.wav")]
    with pytest.raises(DataError, match="none of the recordings of speech"):
        synthesize(silence, paths(corpus, "music"), tmp_path / "p", count=1)


def test_nothing_to_mix(corpus, tmp_path):
    with pytest.raises(DataError, match="no music"):
        synthesize(paths(corpus, "speech"), [], tmp_path / "o", count=1)
    said = earmark("synthesize", tmp_path / "none", corpus / "music", "-o", tmp_path / "o")
    assert said.code == 1
    assert "none" in said.err
    assert not (tmp_path / "o").exists()


def test_files_that_are_there(corpus, tmp_path):
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "0000.csv").write_text("mine")
    with pytest.raises(OutputError, match=r"0000\.csv"):
        synthesize(paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "o", count=1)
    assert (tmp_path / "o" / "0000.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--snr-db", "nan"], "nan is not a finite number"),
        (["--snr-db", "300"], "60 dB either way"),
        (["--seconds", "1000"], "seconds lie within"),
        (["--format", "npz"], "labels cannot be 'npz', only csv, json"),
    ],
)
def test_options_out_of_range(corpus, tmp_path, options, says):
    words = ["synthesize", corpus / "speech", corpus / "music", "-o", tmp_path / "o"]
    said = earmark(*words, *options)
    assert said.code == 2
    assert says in said.err
    assert not (tmp_path / "o").exists()


def test_help_names_the_formats():
    from earmark.cli.synthesize import FORMATS as told
    from earmark.synthesize import FORMATS

    assert told.split(", ") == list(FORMATS)


def test_bad_recordings_are_skipped_and_told(corpus, tmp_path):
    (corpus / "music" / "bad.wav").write_bytes(b"no sound")
    (corpus / "speech" / "bad.wav").write_bytes(b"no sound")
    left = np.random.default_rng(0).normal(0, 0.2, 160000).astype(np.float32)
    write_audio(corpus / "music" / "cancels.wav", np.stack([left, -left]), sr=16000)
    write_audio(corpus / "music" / "click.wav", left[:100], sr=16000)
    words = ["synthesize", corpus / "speech", corpus / "music", "-o", tmp_path / "o"]
    said = earmark(*words, "--count", 30)
    assert said.code == 0
    assert "30 mixtures" in said.out
    told = " ".join(said.err.split())
    assert told.count("skipped") == 4
    for what in (
        "music/bad.wav",
        "speech/bad.wav",
        "cancels.wav: no sound",
        "click.wav: is too sh",
    ):
        assert what in told
    for song in ("long.wav", "short.wav"):
        (corpus / "music" / song).unlink()
    said = earmark(*words[:-1], tmp_path / "deep" / "er")
    assert said.code == 1
    assert "none of the recordings of music can be used" in said.err
    assert not (tmp_path / "deep").exists()


def test_an_empty_folder_stays_where_nothing_came_of_it(corpus, tmp_path):
    (tmp_path / "o").mkdir()
    (tmp_path / "p" / "0001.wav").mkdir(parents=True)
    silence = np.zeros(32000, np.float32)
    write_audio(tmp_path / "silence.wav", silence, sr=16000)
    with pytest.raises(DataError):
        synthesize([str(tmp_path / "silence.wav")], paths(corpus, "music"), tmp_path / "o", count=1)
    assert (tmp_path / "o").is_dir()
    with pytest.raises(OutputError, match=r"0001\.wav: is a folder"):
        synthesize(
            paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "p", count=2, overwrite=True
        )
    assert os.listdir(tmp_path / "p") == ["0001.wav"]


def test_labels_of_others_stay(corpus, tmp_path):
    """Only what the folder's own list names is replaced."""
    args = paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "o"
    synthesize(*args, count=3)
    (tmp_path / "o" / "0002.txt").write_text("mine")
    synthesize(*args, count=1, format="lab", overwrite=True)
    assert sorted(os.listdir(tmp_path / "o")) == [
        "0000.lab", "0000.wav", "0002.txt", "mixtures.tsv",
    ]  # fmt: skip


def test_inputs_and_outputs_stay_apart(corpus, tmp_path):
    speech, music = corpus / "speech", corpus / "music"
    said = earmark("synthesize", speech, music, "-o", speech / "mixed")
    assert "lies in" in said.err
    assert not (speech / "mixed").exists()
    assert "lies in" in earmark("synthesize", speech / "1.wav", music, "-o", corpus).err
    assert "as speech and as music" in earmark("synthesize", music, music, "-o", tmp_path / "o").err
    (tmp_path / "file").write_text("mine")
    assert "name a folder" in earmark("synthesize", speech, music, "-o", tmp_path / "file").err


def test_nothing_is_moved_from_one_disk_to_another(corpus, tmp_path, monkeypatch):
    """The folder may be a mount point or a link: what is under way lies within it."""
    moved = []
    replace = Path.replace

    def on_one_disk(self, target):
        moved.append(self)
        if tmp_path / "disk" not in self.resolve().parents:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    (tmp_path / "disk").mkdir()
    (tmp_path / "o").symlink_to(tmp_path / "disk")
    monkeypatch.setattr(Path, "replace", on_one_disk)
    synthesize(paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "o", count=1)
    assert len(moved) >= 3
    assert sorted(os.listdir(tmp_path / "disk")) == ["0000.csv", "0000.wav", "mixtures.tsv"]


def test_a_place_that_cannot_be(corpus, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot hold mixtures"):
        synthesize(
            paths(corpus, "speech"), paths(corpus, "music"), tmp_path / "file" / "o", count=1
        )
