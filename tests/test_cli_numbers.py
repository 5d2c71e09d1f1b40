"""A number that is not finite is wrong usage, wherever a command takes one."""

import pytest

from shell import earmark

OPTIONS = [
    *(("detect", "a.wav", f"--{name}") for name in ("onset", "offset", "min-on", "min-off")),
    *(("gaps", "a.csv", f"--{name}") for name in ("min", "duration")),
    ("evaluate", "a.csv", "b.csv", "--collar"),
    ("synthesize", "speech", "music", "-o", "out", "--snr-db"),
]


@pytest.mark.parametrize("number", ["nan", "inf"])
@pytest.mark.parametrize("words", OPTIONS, ids=lambda words: f"{words[0]} {words[-1]}")
def test_a_number_is_finite(words: tuple[str, ...], number: str) -> None:
    said = earmark(*words, number)
    assert (said.code, said.out) == (2, "")
    assert f"for '{words[-1]}'" in said.err
