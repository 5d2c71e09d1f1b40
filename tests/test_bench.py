"""What the benches measure with, and that they run on manifests of any kind."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import corpus
from earmark.annotation import Segment
from earmark.learn.corrected import Corrected
from earmark.learn.manifest import Track, write_manifest
from earmark.metrics.tracks import Track as Heard

pytest.importorskip("sklearn")
pytest.importorskip("librosa")
sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import accuracy
import adapt
import cards
import ingredients
import measuring
import robustness


def test_memory_is_the_processs_own() -> None:
    fat = np.ones(50_000_000)  # 400 MB here
    cost = measuring.run(["true"])
    assert cost.rss_mb < 60
    own = measuring.run([sys.executable, "-c", "x = bytearray(200_000_000)"])
    assert 190 < own.rss_mb < 260
    assert fat[-1] == 1


def test_what_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3:\n.*oh no"):
        measuring.run([sys.executable, "-c", "print('oh no'); raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="cannot be run"):
        measuring.run(["no-such-program-at-all"])


def test_accuracy_on_a_manifest_of_songs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without music, speech, stems or peers it still says what it can."""
    rows = [row for row in corpus.rows(tmp_path) if row.get("material") == "song"]
    write_manifest(rows, tmp_path / "m.jsonl")
    words = ["accuracy.py", "--manifest", str(tmp_path / "m.jsonl"), "--rounds", "5"]
    monkeypatch.setattr(sys, "argv", [*words, "--split", "valid", "--rendered", "1"])
    accuracy.main()
    said = capsys.readouterr().out
    for row in ("**earmark** singing", "random forest on MFCCs", "*always vocal*"):
        assert said.count(row) >= 4  # pooled, without edges, each song, rendered songs
    assert "called singing" not in said
    monkeypatch.setattr(sys, "argv", [*words, "--split", "nowhere"])
    with pytest.raises(SystemExit, match="nobody sings in split 'nowhere'"):
        accuracy.main()


def test_edges_of_a_phrase_that_was_missed_are_not_measured_with_the_others() -> None:
    truth = [Segment(1, 2), Segment(5, 6)]
    near = Heard(truth, [Segment(1.1, 2.2)], duration_s=9)
    assert accuracy._found_edges([near]) == ("50 %", ".150")
    assert accuracy._found_edges([near, Heard(truth, [], duration_s=9)]) == ("25 %", ".150")
    assert accuracy._found_edges([Heard(truth, [], duration_s=9)]) == ("0 %", "·")


def test_robustness_treats_songs_and_stems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    words = ["robustness.py", "--manifest", str(tmp_path / "m.jsonl"), "--limit", "1"]
    monkeypatch.setattr(sys, "argv", [*words, "--split", "valid"])
    robustness.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert any(row.startswith("| centre cancelled") for row in rows)
    assert any(row.startswith("| clips of 5 s") for row in rows)
    assert len(rows) == 27  # a head, a rule, and 25 treatments: no clip of 10 s in songs of 6 s


def test_clips_and_songs_that_start_late_have_their_own_truth(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("start_s,end_s,label\n1,3,singing\n22,23,singing\n")
    path = tmp_path / corpus.write(tmp_path / "one.wav", np.full(16000 * 30, 0.1))
    song = Track((path,), "song", "a", "dev", "", "hand", tmp_path / "one.csv", None)
    clips = [clip.truth for clip in robustness._clips(song, 2, tmp_path)]
    assert clips == [(Segment(1, 2),), ()]
    clips = [clip.truth for clip in robustness._clips(song, 5, tmp_path)]
    assert clips == [(Segment(1, 3),), (Segment(2, 3),)]
    late = robustness._kept(tmp_path, np.zeros(22050 * 34, np.float32), song, later_s=4)
    assert late.truth == (Segment(5, 7), Segment(26, 27))


def test_songs_of_one_file_name_are_treated_apart(tmp_path: Path) -> None:
    tracks = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / corpus.write(folder / "mixture.wav", np.full(16000, 0.1 * number))
        tracks.append(Track((path,), "song", "a", "dev", "", "hand", None, ()))
    kept = [robustness._kept(tmp_path, np.zeros(16000, np.float32), track) for track in tracks]
    assert kept[0].wav != kept[1].wav


def test_a_training_of_ingredients_is_known_by_what_it_learns(tmp_path: Path) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text("{}")
    variants = ingredients.VARIANTS
    recipes = [
        ingredients._recipe(variants[name], seed=seed, steps=steps)
        for name, seed, steps in (
            ("everything", 0, 600), ("everything", 1, 600), ("everything", 0, 50),
            ("tempo, pitch, compressor", 0, 600),
        )
    ]  # fmt: skip
    assert len({ingredients._digest(recipe, manifest) for recipe in recipes}) == 4
    before = ingredients._digest(recipes[0], manifest)
    manifest.write_text("{} ")
    assert ingredients._digest(recipes[0], manifest) != before


def test_what_ingredients_bring_is_told_seed_by_seed() -> None:
    figures = {"dev": 0.9, "dev collar": 0.95, "nc": 0.8, "nc collar": 0.85}
    figures |= {"sung against music": 0.99, "sung against speech": 0.97}
    worse = {key: value - 0.02 for key, value in figures.items()}
    results = {"everything": [figures, worse], "stems": [worse, worse]}
    *_, everything, without = ingredients._table(results).strip().splitlines()
    assert "| 0.890 (0.880 to 0.900) |" in everything
    assert "| without stems | 0.880 (-0.020, +0.000) |" in without


MEASURED = """2026-11-22, a machine: `python bench/accuracy.py`

| pooled | AUC |
| --- | ---: |
| **earmark** singing (0a) | .9 |
| **earmark** singing-nc (0b) | .8 |
| peer | .7 |

| without edges | AUC |
| --- | ---: |
| peer | .8 |

Peers: none.
"""


def test_a_page_is_filled_with_what_it_asks_for(tmp_path: Path) -> None:
    (tmp_path / "dev.md").write_text(MEASURED)

    def filled(asked: str) -> str:
        page = f"before\n<!-- filled by {asked} -->\nold\n<!-- end -->\nafter"
        fill = partial(cards._filled, results=tmp_path)
        return cards.BLOCK.sub(fill, page)

    whole = filled("dev: origin; pooled; notes")
    assert "old" not in whole
    assert "without" not in whole
    assert "2026-11-22" in whole
    assert "| peer | .7 |" in whole
    assert "Peers: none." in whole
    assert filled("dev for singing: pooled").count("| .") == 1
    assert "old" in filled("nc: pooled")  # did not run
    with pytest.raises(SystemExit, match="no table begins with 'nonsense'"):
        filled("dev: nonsense")


BENCH = Path(accuracy.__file__).parent
ASKED = ("accuracy", "calibration", "endpoints", "ingredients", "plot_scores", "robustness")


@pytest.mark.parametrize("name", [*ASKED, "cards", "left_out", "speed", "wavesurfer", "worst"])
def test_every_option_is_described(name: str) -> None:
    said = subprocess.run(
        [sys.executable, BENCH / f"{name}.py", "--help"],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"},
    ).stdout  # fmt: skip
    options = [line for line in said.splitlines() if line.startswith("  -")]
    assert len(options) >= 2
    assert [line for line in options if len(line.split("  ")) < 3] == []


LACKING = """
import runpy, sys
class Lacking:
    def find_spec(name, *rest):
        if name in ("sklearn", "torch", "matplotlib", "librosa"):
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Lacking)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("name", [*ASKED, "worst"])
def test_a_missing_extra_is_told_in_one_line(name: str) -> None:
    path = os.pathsep.join([str(BENCH), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", LACKING, BENCH / f"{name}.py"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"{name}.py needs " in done.stderr
    assert "pip install '.[" in done.stderr


def test_speech_that_is_not_there_has_no_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for materials in (("song", "music"), ("song", "music", "speech")):
        rows = [row for row in corpus.rows(tmp_path) if row.get("material") in materials]
        write_manifest(rows, tmp_path / "m.jsonl")
        words = ["accuracy.py", "--manifest", str(tmp_path / "m.jsonl"), "--rounds", "5"]
        monkeypatch.setattr(sys, "argv", [*words, "--split", "valid", "--rendered", "0"])
        accuracy.main()
        said = capsys.readouterr().out
        assert "| music: band c (6 s) |" in said
        assert ("speech found" in said) == ("speech" in materials)
        assert ("speech (1 s)" in said) == ("speech" in materials)
        assert "0 min" not in said
        assert "rendered songs" not in said


def test_the_simulated_user_is_told_and_drawn(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    figures = {
        f"{side}{name}_{when}": 0.9 + 0.01 * (when == "after")
        for side in ("", "others_")
        for name in ("auc", "accuracy", "f1")
        for when in ("before", "after")
    }
    rows = [
        {"user": "one singer", "seed": seed, "way": way, "labelled": 2, "minutes": 3.0, **figures}
        for way in ("ranked", "random", "songs")
        for seed in range(2)
    ]
    said = adapt._summary(rows)
    assert "| 18 places ranked | 3.0 | 0.910 (+0.010: +0.010 to +0.010) |" in said
    assert "| nothing | 0 | 0.900 |" in said
    adapt.draw(rows, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_figures_of_another_model_or_other_settings_are_made_anew(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    song = Corrected(Path("a.wav"), (), ("singing",), 200.0)
    case = adapt.Case("one singer", 0, "songs", 3.3, [song], [1])
    made = adapt.made_by("1" * 64, case, calibrate=False)
    kept = tmp_path / "one.json"
    assert not adapt.is_done(kept, made)
    kept.write_text(json.dumps({"case": 0, **made}))
    assert adapt.is_done(kept, made)
    assert not adapt.is_done(kept, adapt.made_by("2" * 64, case, calibrate=False))
    assert not adapt.is_done(kept, adapt.made_by("1" * 64, replace(case, seed=1), calibrate=False))
    assert len(adapt.read_kept(tmp_path)) == 1
    (tmp_path / "two.json").write_text(json.dumps({"case": 1}))
    with pytest.raises(SystemExit, match="figures of several models"):
        adapt.read_kept(tmp_path)
