"""The transfer study on a sliver: the whole path, and what must hold on any data."""

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from earmark.audio import write_audio  # noqa: E402
from earmark.errors import DataError  # noqa: E402
from earmark.learn.library import Library  # noqa: E402
from earmark.learn.manifest import Track, read_manifest  # noqa: E402
from earmark.learn.transfer import layer  # noqa: E402
from earmark.studies.singing_transfer import QUICK, run  # noqa: E402
from earmark.studies.singing_transfer.corpus import need_speech  # noqa: E402
from earmark.studies.singing_transfer.lab import Lab  # noqa: E402
from earmark.studies.singing_transfer.material import mixtures  # noqa: E402
from earmark.studies.singing_transfer.paper import PARAMETERS, TABLE1  # noqa: E402
from earmark.studies.singing_transfer.report_tables import title  # noqa: E402
from earmark.studies.singing_transfer.runs import (  # noqa: E402
    ALL_FIXED,
    BASELINE,
    L1_FINE,
    NONE,
    over,
    plan,
    source,
)
from earmark.studies.singing_transfer.settings import FULL  # noqa: E402
from earmark.studies.singing_transfer.songs import assign_folds, load_songs  # noqa: E402


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A finished run without data, and what was told of its progress."""
    folder = tmp_path_factory.mktemp("study")
    told = []
    results = run(folder, settings=QUICK, progress=lambda *step: told.append(step))
    return folder, results, told


@pytest.fixture
def weights(study):
    from earmark.learn.checkpoint import load_checkpoint

    folder = study[0]
    return lambda one: load_checkpoint(folder / "runs" / f"{one.key}.safetensors")[0]


def test_every_part_is_there(study):
    folder, results, told = study
    assert {row["row"] for row in results["table1"]} == set(PARAMETERS)
    assert [point["T"] for point in results["input_length"]] == list(QUICK.lengths)
    assert [point["learnt_from"] for point in results["learning_curve"]] == [
        *QUICK.song_counts,
        None,
    ]
    assert [point["steps"] for point in results["budget"]] == [*QUICK.budgets, QUICK.steps]
    kinds = results["time"]["trainings"]
    assert sum(kind["trainings"] for kind in kinds.values()) == len(plan(QUICK))
    assert all(kind["seconds"] > 0 for kind in kinds.values())
    assert results == json.loads((folder / "results.json").read_text())
    assert all((folder / "runs" / f"{one.key}.npz").is_file() for one in plan(QUICK))
    assert all(done <= total for _, done, total in told)
    page = (folder / "report" / "index.html").read_text("utf-8")
    assert "SYNTHETIC STAND-IN" in page
    assert all(title(song["song"]) in page for song in results["corpus"]["songs"])
    size = sum(path.stat().st_size for path in (folder / "report").rglob("*") if path.is_file())
    assert size < 3e6


def test_a_copied_layers_patterns_are_most_alike(study):
    for what in ("correlation", "magnitudes"):
        L1 = study[1]["learned"]["patterns"]["L1"]
        assert L1["target"][what] > L1["no transfer"][what]
        assert L1["target"][what] > L1["untrained"][what]


def test_the_source_network_beats_chance_on_songs_it_never_saw(study):
    assert study[1]["source_task"]["auc"] > 0.7
    assert study[1]["beside"]["source"]["mean"]["auc"] > 0.55


def test_dense_equals_block_by_block(study):
    for net in ("source", "target"):
        assert study[1]["efficiency"][net]["difference"] < 1e-5
        assert study[1]["efficiency"][net]["ratio"] > 2


def test_fixed_layers_are_the_source_networks_bit_for_bit(weights):
    copied, learnt = weights(source(QUICK)), weights(over(ALL_FIXED, QUICK)[0])
    names = [name for name in copied if name.startswith(("L1", "L2", "L3"))]
    assert len(names) == 18
    assert all(torch.equal(copied[name], learnt[name]) for name in names)
    fine = weights(over(L1_FINE, QUICK)[0])
    assert not torch.equal(copied["L1.conv.weight"], fine["L1.conv.weight"])


def test_all_fixed_trains_the_recurrent_layer_and_the_head_alone(study):
    rows = {row["row"]: row["trainable"] for row in study[1]["table1"]}
    from earmark.nets.blocks import BlockCrnn

    net = BlockCrnn(filters=QUICK.filters)
    own = [p for name in ("rnn", "head") for p in layer(net, name).parameters() if p.requires_grad]
    assert rows["all fixed"] == sum(p.numel() for p in own)
    assert rows["no transfer"] > rows["L1 fixed"] > rows["L2 fixed"] > rows["all fixed"]


def test_the_full_study_has_the_papers_counts(tmp_path):
    lab = Lab(tmp_path, FULL, songs=[], mixtures=None)
    from earmark.learn.transfer import freeze, trainable
    from earmark.studies.singing_transfer.runs import table1_rows
    from earmark.studies.singing_transfer.tables import name_of

    for row in table1_rows():
        net = lab.build(row)
        freeze(net, row.layers if row.fixed else ())
        assert trainable(net) == PARAMETERS[name_of(row)]
    assert trainable(lab.build(BASELINE)) == 1_408_225
    assert set(TABLE1) < set(PARAMETERS)


def test_nobody_sings_on_both_sides(study):
    songs = study[1]["corpus"]["songs"]
    folds = {song["singer"]: set() for song in songs}
    for song in songs:
        folds[song["singer"]].add(song["fold"])
    assert all(len(each) == 1 for each in folds.values())
    assert len(set.union(*folds.values())) == QUICK.folds


def test_repeated_rows_get_all_seeds_and_all_folds():
    runs = plan(FULL)
    for row in (NONE, L1_FINE, ALL_FIXED):
        assert set(over(row, FULL, seeds=3)) <= set(runs)
        assert len(over(row, FULL, seeds=3)) == 12
    assert len(runs) == len({one.key for one in runs})


def test_called_again_it_computes_nothing(study):
    folder, results, _ = study

    def written():
        kept = [*(folder / "runs").iterdir(), *(folder / "parts").iterdir()]
        return {path: path.stat().st_mtime_ns for path in kept}

    before = written()
    assert run(folder, settings=QUICK) == results
    assert written() == before


@pytest.mark.parametrize("kind", ["source", "all fixed", "baseline"])
def test_killed_in_a_training_it_goes_on_to_the_same_result(study, tmp_path, kind):
    """A training that has kept its state once is stopped; its weights come out the same."""
    from earmark.learn.checkpoint import load_checkpoint

    rows = {"source": source(QUICK), "all fixed": ALL_FIXED, "baseline": BASELINE}
    one = rows[kind] if kind == "source" else over(rows[kind], QUICK)[0]
    runs = tmp_path / "runs"
    runs.mkdir()
    key = f"{source(QUICK).key}.safetensors"
    if kind != "source":
        (runs / key).write_bytes((study[0] / "runs" / key).read_bytes())

    class Stopped(Exception):
        pass

    def stop(run, step, steps, loss):
        if step == 110:  # state is kept every 100
            raise Stopped

    lab = made_again(study[0], runs, stop)
    with pytest.raises(Stopped):
        lab.net(one)
    assert (runs / one.key / "stage0.safetensors").is_file()
    steps = []
    lab = made_again(study[0], runs, lambda run, step, steps_, loss: steps.append(step))
    lab.net(one)
    assert steps[0] == 101
    again = load_checkpoint(runs / f"{one.key}.safetensors")[0]
    whole = load_checkpoint(study[0] / "runs" / f"{one.key}.safetensors")[0]
    assert all(torch.equal(value, again[name]) for name, value in whole.items())


def made_again(study, runs, progress):
    """A lab with a study's songs and mixtures and a folder of its own."""
    tracks = read_manifest(study / "manifest.jsonl")
    sung = [t for t in tracks if t.material == "song"]
    folds = assign_folds(sung, QUICK.folds)
    library = Library([t for t in tracks if t.material in ("speech", "music")], study / "cache")
    return Lab(
        runs, QUICK, songs=load_songs(sung, study / "cache", fold_of=lambda t: folds[t.singer]),
        mixtures=mixtures(library, split="train", settings=QUICK), progress=progress,
    )  # fmt: skip


def test_a_damaged_part_is_named(study):
    path = study[0] / "parts" / "table1.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    try:
        with pytest.raises(DataError, match=r"table1\.json: damaged; remove it"):
            run(study[0], settings=QUICK)
    finally:
        path.write_bytes(whole)


def test_another_study_in_the_folder(study):
    with pytest.raises(DataError, match="another folder with -o"):
        run(study[0], settings=replace(QUICK, steps=41))


def test_a_label_file_that_changed(study):
    """The networks learnt from other labels: the figures would be of two truths."""
    labels = next(t.labels for t in read_manifest(study[0] / "manifest.jsonl") if t.labels)
    before = labels.read_bytes()
    labels.write_bytes(before + b"\n")
    try:
        with pytest.raises(DataError, match="other recordings, labels or settings"):
            run(study[0], settings=QUICK)
    finally:
        labels.write_bytes(before)


def test_what_a_kill_leaves_is_no_stranger(tmp_path):
    (tmp_path / ".earmark-0123456789abcdef").write_bytes(b"half")
    with pytest.raises(DataError, match="singing"):  # goes on to the corpus, which is not there
        run(tmp_path, data=tmp_path / "none", settings=QUICK)


def test_speech_in_which_nobody_speaks(tmp_path):
    """Noise called speech would teach a network that nobody ever speaks."""
    tracks = []
    for split in ("train", "valid"):
        y = np.random.default_rng(0).normal(0, 0.1, 32000).astype(np.float32)
        write_audio(tmp_path / f"{split}.wav", y, sr=16000)
        tracks.append(
            Track(
                paths=(tmp_path / f"{split}.wav",),
                material="speech",
                singer=split,
                split=split,
                licence="",
                label_kind="",
                labels=None,
                endpoints=None,
            )
        )
    with pytest.raises(DataError, match=r"train\.wav: no speech is found"):
        need_speech(Library(tracks, tmp_path))


def test_fewer_singers_than_folds(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x")
    track = Track(
        paths=(tmp_path / "a.wav",), material="song", singer="one", split="train", licence="",
        label_kind="", labels=None, endpoints=(),
    )  # fmt: skip
    with pytest.raises(DataError, match="4 folds need songs by as many singers"):
        assign_folds([track], 4)


@pytest.mark.parametrize("missing", ["speech", "music"])
def test_no_speech_or_no_music(data, tmp_path, missing):
    """A corpus whose table is empty: the message names the table."""
    table = {"speech": "speech.csv", "music": "instrumental.csv"}
    home = tmp_path / "data"
    (home / "singing").mkdir(parents=True)
    for file in (data / "singing").iterdir():
        if file.name == table[missing]:
            (home / "singing" / file.name).write_text(file.read_text().splitlines()[0] + "\n")
        else:
            (home / "singing" / file.name).symlink_to(file)
    with pytest.raises(DataError, match=table[missing]):
        run(tmp_path / "out", data=home, settings=QUICK)


def test_scores_are_on_the_grid(study):
    folder, results, _ = study
    lengths = {song["song"]: round(song["seconds"] * 50) for song in results["corpus"]["songs"]}
    for one in (*over(L1_FINE, QUICK), *over(BASELINE, QUICK), source(QUICK)):
        with np.load(folder / "runs" / f"{one.key}.npz") as scores:
            for name, values in scores.items():
                assert values.shape == (lengths[name],)
                assert ((values >= 0) & (values <= 1)).all()
