"""How a model is trained, as a TOML file: stages, what they draw, how fast they learn."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earmark.errors import DataError


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training with its own material and speed.

    ``draw`` gives the relative frequency of each kind of example (see ``learn/examples.py``);
    kinds for which the manifest has no material are left out. ``freeze`` names fixed layers.
    """

    name: str
    steps: int
    draw: Mapping[str, float]
    batch: int = 16
    frames: int = 500
    lr: float = 1e-3
    freeze: tuple[str, ...] = ()
    freeze_batch_norm: bool = False
    snr_db: tuple[float, float] = (-8.0, 10.0)
    """Range of the voice's level over the music."""
    valid: Mapping[str, float] = field(default_factory=dict)
    """Kinds of examples that the stage is validated on; those of ``draw`` where not given."""
    validate_every: int = 100
    patience: int = 1000
    """Validations without a better loss after which the stage ends early."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training."""

    stages: tuple[Stage, ...]
    name: str = ""
    """What the model calls itself; the name of its folder where not given."""
    decoding: Mapping[str, float] = field(default_factory=dict)
    """Thresholds that the model carries: ``onset``, ``offset``, ``min_on_s``, ``min_off_s``."""
    filters: int = 64
    dropout: float = 0.2
    mixed_precision: bool = True
    """bfloat16 where the device multiplies it itself."""
    seed: int = 0
    speeds: tuple[float, ...] = (1.0,)
    valid_examples: int = 64


DEFAULT = Path(__file__).with_name("default.toml")


def read_recipe(path: str | os.PathLike[str] = DEFAULT, *, changes: Iterable[str] = ()) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path : path-like
        A TOML file with the fields of :class:`Recipe` and a table ``[[stages]]`` a stage.
    changes : iterable of str
        Such as ``"seed=3"`` or ``"stages.0.steps=20"``; values are TOML.

    Raises
    ------
    DataError
        If the file or a change does not make a recipe.

    Examples
    --------
    >>> read_recipe(changes=["stages.0.steps=20"]).stages[0].steps
    20
    """
    try:
        tree = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        for change in changes:
            _change(tree, change)
        stages = tuple(_build(Stage, stage) for stage in tree.pop("stages", []))
        if not stages or len({stage.name for stage in stages}) < len(stages):
            raise ValueError("it needs stages, each with a name of its own")
        return _build(Recipe, {**tree, "stages": stages})
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        raise DataError(f"{path}: not a recipe ({error})") from error


def _change(tree: Any, change: str) -> None:
    keys, equals, value = change.partition("=")
    if not equals:
        raise DataError(f"--set {change}: not KEY=VALUE")
    *parents, last = keys.strip().split(".")
    try:
        for key in parents:
            tree = tree[int(key)] if isinstance(tree, list) else tree[key]
        tree[last] = tomllib.loads(f"value = {value}")["value"]
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise DataError(f"--set {change}: not a change of the recipe ({error})") from error


def _build(kind: type[Any], values: Mapping[str, Any]) -> Any:
    known = {f.name for f in dataclasses.fields(kind)}
    if unknown := set(values) - known:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
