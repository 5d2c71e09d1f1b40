"""What the benches measure with."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import measuring


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
