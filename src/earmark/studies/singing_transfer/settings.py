"""How large a run of the study is: one budget for every training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The budget and the grid.

    Every network of the target task, the baseline included, learns ``steps`` batches of ``batch``
    stretches of ``frames`` frames by Adam (the paper's), at a rate that rises to ``lr`` over at
    most a hundred batches and falls along half a cosine; every source network ``source_steps`` of
    them. Steps, batch, rate and filters are our choice: the paper gives none but the filters. Short
    stretches, because many small batches teach more in the same time than few large ones.
    """

    steps: int = 1280
    source_steps: int = 3840
    batch: int = 8
    frames: int = 100
    """Frames of a stretch, 2 s."""
    shift: int = 5
    """The target network learns from every fifth block of a stretch: neighbours are alike."""
    lr: float = 1e-3
    filters: int = 64
    dropout: float = 0.2
    length: int = 25
    """T, frames of a block."""
    lengths: tuple[int, ...] = (5, 9, 15, 25, 35, 51)
    folds: int = 4
    seeds: int = 3
    song_counts: tuple[int, ...] = (1, 2, 4, 8)
    curve_seeds: int = 2
    budgets: tuple[int, ...] = (320, 2560)
    """Other numbers of steps that the repeated rows are given, to see what the budget decides."""
    snr_db: float = 0.0
    long_frames: int = 1000
    """Window of the shipped model's form, 20 s."""
    long_batch: int = 2
    """Windows in a batch: more frames than the others', but one window would be one song."""
    source_tests: int = 40
    """Mixtures of 20 s that the source task is tested on."""
    pattern_steps: int = 60
    clips: int = 4
    """Clips whose representations are shown, each of another fold."""
    utterances: int = 60
    """Utterances put into gaps of songs."""


FULL = Settings()
QUICK = Settings(
    steps=120,
    source_steps=120,
    batch=4,
    frames=100,
    filters=8,
    lengths=(5, 25),
    folds=2,
    seeds=1,
    song_counts=(1,),
    curve_seeds=1,
    budgets=(60,),
    long_frames=300,
    source_tests=8,
    pattern_steps=10,
    clips=1,
    utterances=6,
)
