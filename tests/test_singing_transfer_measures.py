"""What the study's figures mean: by hand, and for networks that a lab has already scored."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.annotation import HOP_S  # noqa: E402
from earmark.audio import write_audio  # noqa: E402
from earmark.endpoints import endpoints  # noqa: E402
from earmark.errors import DataError  # noqa: E402
from earmark.learn.checkpoint import save_checkpoint  # noqa: E402
from earmark.learn.manifest import Track  # noqa: E402
from earmark.nets.blocks import BlockCnn, BlockCrnn  # noqa: E402
from earmark.studies.singing_transfer.lab import Lab  # noqa: E402
from earmark.studies.singing_transfer.measures import (  # noqa: E402
    by_song,
    of_row,
    of_songs,
    paired,
)
from earmark.studies.singing_transfer.runs import (  # noqa: E402
    L1_FINE,
    NONE,
    over,
    plan,
    source,
)
from earmark.studies.singing_transfer.settings import FULL, QUICK  # noqa: E402
from earmark.studies.singing_transfer.songs import Song, load_songs  # noqa: E402
from earmark.studies.singing_transfer.speech_in_songs import (  # noqa: E402
    FAINTEST,
    Insertion,
    insertions,
    spoken_into,
)
from earmark.synth.speech import render_speech  # noqa: E402

SR = 16000


def made(name, singer, fold, active):
    active = np.asarray(active, dtype=np.bool_)
    track = Track(
        paths=(), material="song", singer=singer, split="train", licence="", label_kind="",
        labels=None, endpoints=(),
    )  # fmt: skip
    X, X80 = np.zeros((len(active), 64), np.float32), np.zeros((len(active), 80), np.float32)
    return Song(name, singer, track, fold, X, X80, active, active)


@pytest.fixture
def lab(tmp_path):
    """Eight songs by four singers in four folds, none scored yet."""
    rng = np.random.default_rng(0)
    songs = [
        made(f"{singer}{n}", singer, fold, rng.random(200) < 0.5)
        for fold, singer in enumerate("abcd")
        for n in range(2)
    ]
    return Lab(tmp_path, FULL, songs=songs, mixtures=None)


def scored(lab, run, scores):
    weights = lab.build(run).state_dict()
    save_checkpoint(lab.folder / f"{run.key}.safetensors", weights, {"trainable": 1.0})
    np.savez(lab.folder / f"{run.key}.npz", **scores)


def test_nobody_is_tested_on_whom_it_learnt_from(lab):
    for run in plan(FULL):
        if run.fold is None:
            continue
        taught, tested = ({song.singer for song in f(run)} for f in (lab.taught, lab.tested))
        assert taught
        assert tested
        assert taught.isdisjoint(tested)


def test_fewer_songs_are_among_the_more(lab):
    for fold in range(4):
        run = replace(NONE, fold=fold)
        few, more = ({s.name for s in lab.taught(replace(run, songs=n))} for n in (2, 4))
        assert few < more < {s.name for s in lab.taught(run)}
        assert few == {s.name for s in lab.taught(replace(L1_FINE, fold=fold, songs=2))}


def test_source_and_target_networks_start_apart(lab):
    net, same, other = (lab.fresh(run) for run in (source(FULL), source(FULL), NONE))
    assert torch.equal(net.L1.conv.weight, same.L1.conv.weight)
    assert not torch.equal(net.L1.conv.weight, other.L1.conv.weight)


def test_folds_whose_scores_have_another_scale_do_not_lower_the_auc(lab):
    """Every fold ranks its frames perfectly, each around a middle of its own."""
    runs = over(NONE, FULL)
    for run in runs:
        shift = 0.1 * run.fold
        songs = lab.tested(run)
        scored(lab, run, {s.name: (shift + 0.05 * s.active).astype(np.float32) for s in songs})
    assert of_row(lab, runs)["mean"]["auc"] == 1


def test_a_row_by_hand(lab):
    runs = over(NONE, FULL, seeds=2)
    for run in runs:
        right = {s.name: s.active.astype(np.float32) for s in lab.tested(run)}
        always = {name: np.ones(len(each), np.float32) for name, each in right.items()}
        scored(lab, run, always if run.seed else right)
    row = of_row(lab, runs)
    sung = np.concatenate([s.active for s in lab.songs]).mean()
    assert row["seeds"][0]["f1"] == 1
    assert row["seeds"][1]["precision"] == pytest.approx(sung)
    assert row["mean"]["precision"] == pytest.approx((1 + sung) / 2)
    assert row["std"]["precision"] == pytest.approx((1 - sung) / np.sqrt(2))
    assert row["runs"] == 8
    assert of_row(lab, runs[:4])["std"]["f1"] is None
    assert by_song(lab, runs)["a0"]["recall"] == 1


def test_a_song_that_is_never_sung_spoils_nothing():
    songs = [made("a", "a", 0, [1, 1, 0, 0]), made("b", "b", 0, [0, 0, 0, 0])]
    scores = {"a": np.array([0.9, 0.8, 0.1, 0.6]), "b": np.array([0.1, 0.1, 0.1, 0.9])}
    found = of_songs(songs, scores)
    assert found["auc"] == 1
    assert found["precision"] == pytest.approx(2 / 4)


def test_paired_by_hand():
    a = {"s1": 0.9, "s2": 0.8, "s3": 0.7}
    b = {"s1": 0.8, "s2": 0.8, "s3": 0.5}
    found = paired(a, b, {"s1": "x", "s2": "x", "s3": "y"})
    assert found["means"] == pytest.approx(
        [0.775, 0.65]
    )  # of x and y, each the mean of their songs
    assert found["difference"] == pytest.approx((0.05 + 0.2) / 2)
    assert found["over_songs"] == pytest.approx(0.1)
    assert found["better"] == 2
    assert (found["songs"], found["singers"]) == (3, 2)
    low, high = found["interval"]
    half = 12.706 * 0.15 / 2  # Student's t with one degree of freedom, standard error 0.15 / 2
    assert (low, high) == pytest.approx((0.125 - half, 0.125 + half), abs=1e-4)
    assert found["p"] == 0.5  # of four ways to sign two means, two are as far from 0


def test_nothing_between_them():
    found = paired({"s": 0.5, "t": 0.6}, {"s": 0.5, "t": 0.6}, {"s": "x", "t": "y"})
    assert found["difference"] == 0
    assert found["p"] == 1


def test_intervals_are_as_wide_as_they_say():
    """Without any effect, songs of one singer being alike, one interval in twenty excludes 0."""
    rng = np.random.default_rng(0)
    sizes = {"a": 12, "b": 7, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}
    singers = {f"{one}{n}": one for one, size in sizes.items() for n in range(size)}
    wrong = 0
    for _ in range(1000):
        of = {one: rng.normal(0, 0.02) for one in sizes}
        gain = {name: of[one] + rng.normal(0, 0.02) for name, one in singers.items()}
        low, high = paired(gain, dict.fromkeys(gain, 0.0), singers)["interval"]
        wrong += not low < 0 < high
    assert 0.03 < wrong / 1000 < 0.08


@pytest.mark.parametrize("n", [7, 20])
def test_p_with_few_and_many_singers(n):
    singers = {str(i): str(i) for i in range(n)}
    better = {name: 0.1 + 0.01 * int(name) for name in singers}
    found = paired(better, dict.fromkeys(singers, 0.0), singers)
    assert found["p"] == pytest.approx(2 / 2**n, abs=2e-4)


def test_one_singer_is_too_few():
    with pytest.raises(DataError, match="songs by 1 singers"):
        paired({"s": 0.5}, {"s": 0.4}, {"s": "x"})
    with pytest.raises(DataError, match="sung throughout"):
        paired({}, {}, {})


def test_who_calls_nothing_singing_has_no_precision(lab):
    (song, *_) = lab.tested(replace(NONE, fold=0))
    for seed, level in ((0, 0.9), (1, 0.1)):
        run = replace(NONE, fold=0, seed=seed)
        every = {one.name: np.full(len(one.active), level) for one in lab.tested(run)}
        scored(lab, run, every)
    runs = [replace(NONE, fold=0, seed=seed) for seed in (0, 1)]
    found = by_song(lab, runs)[song.name]
    assert found["precision"] == pytest.approx(song.active.mean())
    assert found["recall"] == 0.5
    assert by_song(lab, runs[1:])[song.name]["precision"] is None
    assert of_row(lab, runs[1:])["mean"]["precision"] is None


def test_weights_of_another_network(lab):
    run = replace(NONE, fold=0)
    other = BlockCrnn(filters=4).state_dict()
    save_checkpoint(lab.folder / f"{run.key}.safetensors", other, {})
    with pytest.raises(DataError, match=r"weights of another network; remove the file"):
        lab.net(run)


def test_damaged_files_of_a_run(lab):
    run = replace(NONE, fold=0)
    (lab.folder / f"{run.key}.safetensors").write_bytes(b"half")
    with pytest.raises(DataError, match=r"safetensors: damaged, or weights of another network"):
        lab.net(run)
    (lab.folder / f"{run.key}.npz").write_bytes(b"PK half")
    with pytest.raises(DataError, match=r"npz: damaged; remove it"):
        lab.scores(run)


@pytest.fixture
def voice(tmp_path):
    y, _ = render_speech(np.random.default_rng(0), duration_s=6.0)
    write_audio(tmp_path / "voice.flac", y, sr=SR)
    return tmp_path / "voice.flac"


def test_speech_is_as_loud_as_the_music_under_it(voice):
    music = np.random.default_rng(1).normal(0, 0.1, 20 * SR).astype(np.float32)
    y, ((*parts,),) = spoken_into(music, [Insertion(voice, 5.0, 4.0)], sr=SR)
    added = y - music
    assert not added[: 5 * SR].any()
    assert not added[9 * SR :].any()
    active = np.zeros(len(y), bool)
    for s in parts:
        active[round(s.start_s * SR) : round(s.end_s * SR)] = True
    ratio_db = 10 * np.log10(np.mean(added[active] ** 2) / np.mean(music[active] ** 2))
    assert ratio_db == pytest.approx(0, abs=0.1)
    assert [s.start_s - 5 for s in parts] == pytest.approx(
        [s.start_s for s in endpoints(_read(voice)) if s.start_s < 4]
    )


def test_speech_in_a_silent_gap_is_not_silent(voice):
    music = np.random.default_rng(1).normal(0, 0.1, 20 * SR).astype(np.float32)
    music[4 * SR : 12 * SR] = 0
    y, ((*parts,),) = spoken_into(music, [Insertion(voice, 5.0, 4.0)], sr=SR)
    active = np.zeros(len(y), bool)
    for s in parts:
        active[round(s.start_s * SR) : round(s.end_s * SR)] = True
    assert np.mean(y[active] ** 2) == pytest.approx(FAINTEST * np.mean(music**2), rel=0.05)


def test_speech_goes_into_gaps_only(lab):
    songs = [made("a", "a", 0, np.repeat([1, 0, 1, 0], [100, 300, 100, 100]))]
    speech = [Track((f"{n}.wav",), "speech", "s", "valid", "", "", None, None) for n in range(3)]
    chosen = insertions(songs, speech, count=9)
    ((one,),) = chosen.values()
    assert one.at_s >= 100 * HOP_S
    assert one.at_s + one.duration_s <= 400 * HOP_S


def _read(path):
    from earmark.audio import load_audio

    return load_audio(path, sr=SR)[0]


@pytest.fixture
def musdb(tmp_path):
    """The HQ form: a folder a song, with the same file names in each."""
    from earmark.datasets.musdb18 import STREAMS

    t = np.arange(round(3.0 * SR)) / SR
    for split, name in (("train", "A - One"), ("train", "B - Two"), ("test", "C - Three")):
        home = tmp_path / "hq" / split / name
        home.mkdir(parents=True)
        for stem in STREAMS:
            y = (0.2 * np.sin(2 * np.pi * 440 * t) * (t > 1)).astype(np.float32)
            write_audio(home / f"{stem}.wav", y, sr=SR)
    return tmp_path / "hq"


def test_table3_on_a_miniature(musdb, tmp_path):
    from earmark.studies.singing_transfer.musdb18 import musdb18_tracks, table3

    settings = replace(QUICK, steps=2)
    tracks = musdb18_tracks(tmp_path / "theirs", musdb)
    assert len(tracks) == 3
    lab = Lab(tmp_path / "runs", settings, songs=[], mixtures=None)
    net = BlockCnn(length=settings.length, filters=settings.filters)
    save_checkpoint(lab.folder / f"{source(settings).key}.safetensors", net.state_dict(), {})
    told = []
    found = table3(tmp_path / "theirs", tracks, lab, lambda what, done, total: told.append(what))
    assert {name: set(row) for name, row in found.items()} == {
        name: {"precision", "recall", "f1", "accuracy", "auc"} for name in ("baseline", "proposed")
    }
    assert any("baseline" in what for what in told)


def test_musdb18_without_a_test_side(musdb, tmp_path):
    from earmark.studies.singing_transfer.musdb18 import musdb18_tracks

    (musdb / "test").rename(tmp_path / "away")
    (musdb / "test").mkdir()
    with pytest.raises(DataError, match="test: holds nothing of MUSDB18"):
        musdb18_tracks(tmp_path / "theirs", musdb)


def test_another_copy_of_musdb18(musdb, tmp_path):
    from earmark.studies.singing_transfer.musdb18 import musdb18_tracks

    musdb18_tracks(tmp_path / "theirs", musdb)
    with pytest.raises(DataError, match="of another copy of MUSDB18"):
        musdb18_tracks(tmp_path / "theirs", tmp_path / "other")


def test_two_songs_of_one_name(voice, tmp_path):
    track = Track((voice,), "song", "a", "train", "", "", None, ((0.0, 1.0),))
    with pytest.raises(DataError, match="a second song called 'voice'"):
        load_songs([track, track], tmp_path / "cache", fold_of=lambda t: 0)
