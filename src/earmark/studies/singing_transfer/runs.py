"""Every training of the study as one line of a plan, and the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from earmark.studies.singing_transfer.settings import Settings

CONVOLUTIONS = ("L1", "L2", "L3")


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Parameters
    ----------
    kind : {"source", "target", "windows", "baseline"}
        The source CNN; the target CRNN on blocks; the same network on long windows; Lee et al.'s.
    length : int
        T, frames of a block.
    layers : tuple of str
        Copied from the source network of the same seed; none: no transfer.
    fixed : bool
        Whether the copied layers stay as they are.
    fold : int, optional
        Whose songs it is tested on; None for the source task.
    seed : int
        Of weights and examples.
    songs : int, optional
        Songs that it learns from; None for all of the other folds.
    steps : int, optional
        Another budget than the settings'.
    """

    kind: str
    length: int = 25
    layers: tuple[str, ...] = ()
    fixed: bool = False
    fold: int | None = None
    seed: int = 0
    songs: int | None = None
    steps: int | None = None

    @property
    def key(self) -> str:
        """Name of its files.

        Examples
        --------
        >>> Run("target", layers=("L1",), fold=2, songs=4).key
        'target-T25-L1-fine-fold2-songs4-seed0'
        """
        parts = [self.kind, f"T{self.length}"]
        if self.layers:
            parts += ["".join(self.layers), "fixed" if self.fixed else "fine"]
        if self.fold is not None:
            parts.append(f"fold{self.fold}")
        if self.songs is not None:
            parts.append(f"songs{self.songs}")
        if self.steps is not None:
            parts.append(f"steps{self.steps}")
        return "-".join([*parts, f"seed{self.seed}"])


NONE = Run("target")
L1_FINE = Run("target", layers=("L1",))
ALL_FIXED = Run("target", layers=CONVOLUTIONS, fixed=True)
REPEATED = (NONE, L1_FINE, ALL_FIXED)
"""The rows of Table 1 that all seeds, and other budgets, are spent on."""
WINDOWS = Run("windows", layers=("L1",))
BASELINE = Run("baseline")


def table1_rows() -> list[Run]:
    """No transfer, and {L1, L2, L3, all} fixed and fine-tuned."""
    copied = [(name,) for name in CONVOLUTIONS] + [CONVOLUTIONS]
    return [NONE] + [
        Run("target", layers=layers, fixed=fixed) for fixed in (True, False) for layers in copied
    ]


def over(row: Run, settings: Settings, *, seeds: int = 1) -> list[Run]:
    """A row's trainings over all folds and some seeds."""
    return [
        replace(row, length=settings.length, fold=fold, seed=seed)
        for seed in range(seeds)
        for fold in range(settings.folds)
    ]


def seeds_of(row: Run, settings: Settings) -> int:
    """How many seeds a row of Table 1 is given."""
    return settings.seeds if row in REPEATED else 1


def source(settings: Settings, *, seed: int = 0, length: int | None = None) -> Run:
    """The source network that transfers of a seed start from."""
    return Run("source", length=length or settings.length, seed=seed)


def plan(settings: Settings) -> list[Run]:
    """All trainings of the study in the order in which they are worth most if it is stopped."""
    runs = [source(settings, seed=seed) for seed in range(settings.seeds)]
    for row in table1_rows():
        runs += over(row, settings, seeds=seeds_of(row, settings))
    runs += over(BASELINE, settings) + over(WINDOWS, settings)
    runs += _curve(settings, seeds=1)
    runs += [source(settings, length=length) for length in settings.lengths]
    for steps in settings.budgets:
        for row in REPEATED:
            runs += over(replace(row, steps=steps), settings)
    runs += _curve(settings, seeds=settings.curve_seeds)
    return list(dict.fromkeys(runs))


def _curve(settings: Settings, *, seeds: int) -> list[Run]:
    return [
        run
        for count in settings.song_counts
        for row in (NONE, L1_FINE)
        for run in over(replace(row, songs=count), settings, seeds=seeds)
    ]
