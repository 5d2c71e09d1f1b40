"""What the benches measure with, and that they run on manifests of any kind."""

import sys
from pathlib import Path

import numpy as np
import pytest

import corpus
from earmark.learn.manifest import write_manifest

pytest.importorskip("sklearn")
pytest.importorskip("librosa")
sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import accuracy
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


def test_robustness_treats_songs_and_stems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_manifest(corpus.rows(tmp_path), tmp_path / "m.jsonl")
    words = ["robustness.py", "--manifest", str(tmp_path / "m.jsonl"), "--limit", "1"]
    monkeypatch.setattr(sys, "argv", [*words, "--split", "valid"])
    robustness.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert any(row.startswith("| centre cancelled") for row in rows)
    assert len(rows) == 22  # a head, a rule, and twenty treatments
