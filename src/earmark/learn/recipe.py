"""How a model is trained, as a TOML file: stages, what they draw, how fast they learn."""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earmark.errors import DataError
from earmark.hysteresis import Hysteresis
from earmark.learn.codec import parse_codec
from earmark.learn.kinds import KINDS
from earmark.learn.manifest import MATERIALS

LEAST_FRAMES = 32
"""Of an example: longer than the 0.3 s to either side in which a voice may drown."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training with its own material and speed.

    ``draw`` gives the relative frequency of each kind of example (see ``learn/kinds.py``);
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
    augment: bool = False
    """Whether examples are treated as in ``augment.py``: tempo, pitch, compressor, and so on."""
    rooms: float = 0.5
    """Share of performers that are heard in a room."""
    average: float = 0.0
    """Decay of the moving average of the weights, which is what is kept; see ``averaging.py``."""
    validate_every: int = 100
    patience: int = 1000
    """Validations without a higher AUC after which the stage ends early."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise ValueError(f"name is a stage's, in quotes: {self.name!r}")
        _whole(self, "steps", "batch", "validate_every", "patience", least=1)
        _whole(self, "frames", least=LEAST_FRAMES)
        _switch(self, "freeze_batch_norm", "augment")
        _texts(self, "freeze")
        _number(self, "lr", least=0)
        _number(self, "average", least=0, below=1)
        if not _finite(self.rooms) or not 0 <= self.rooms <= 1:
            raise ValueError(f"rooms is a share, a number from 0 to 1: {self.rooms!r}")
        for name in ("draw", "valid"):
            odds = getattr(self, name)
            if not isinstance(odds, Mapping) or not all(
                _finite(v) and v >= 0 for v in odds.values()
            ):
                raise ValueError(f"{name} gives a number from 0 for each kind of example: {odds!r}")
            if unknown := sorted(set(odds) - set(KINDS)):
                raise ValueError(
                    f"{name}: unknown kind of example {unknown[0]!r}; known: {', '.join(KINDS)}"
                )
        if len(self.snr_db) != 2 or not all(map(_finite, self.snr_db)):
            raise ValueError(f"snr_db is two numbers, in dB: {self.snr_db!r}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training."""

    stages: tuple[Stage, ...]
    name: str = ""
    """What the model calls itself; the name of its folder where not given."""
    decoding: Mapping[str, float] = field(default_factory=dict)
    """Thresholds that the model carries: ``onset``, ``offset``, ``min_on_s``, ``min_off_s``."""
    train_on: tuple[str, ...] = ("train",)
    """Splits of the manifest that are learnt from."""
    calibrate: str = ""
    """Split on whose songs scores and thresholds are fitted at the end; see ``calibrate.py``."""
    maps: tuple[int, ...] = (32, 48, 64, 96)
    """Of the four convolutions; see ``nets/light.py``."""
    units: int = 96
    """Of either direction of the recurrent layer."""
    dropout: float = 0.2
    mixed_precision: bool = True
    """bfloat16 where the device multiplies it itself."""
    seed: int = 0
    speeds: tuple[float, ...] = (1.0,)
    codecs: tuple[str, ...] = ()
    """What recordings at other speeds than 1 go through, in turn: ``"mp3 48"``, ``"aac 96"``."""
    varied: tuple[str, ...] = MATERIALS
    """Materials that are played at all speeds."""
    valid_examples: int = 64

    def __post_init__(self) -> None:
        _whole(self, "units", least=1)
        _switch(self, "mixed_precision")
        _texts(self, "train_on", "codecs", "varied")
        if not isinstance(self.calibrate, str):
            raise ValueError(f"calibrate is the name of a split: {self.calibrate!r}")
        if len(self.maps) != 4 or not all(isinstance(n, int) and n > 0 for n in self.maps):
            raise ValueError(f"maps are four whole numbers from 1: {self.maps!r}")
        _whole(self, "valid_examples", least=0)
        _whole(self, "seed", least=0, below=2**63)
        _number(self, "dropout", least=0, below=1)
        if odd := [stage.name for stage in self.stages if stage.frames % 2]:
            raise ValueError(f"frames of stage {odd[0]} are odd; the network hears them in pairs")
        if not self.speeds or not all(_finite(v) and 0.1 <= v <= 10 for v in self.speeds):
            raise ValueError(f"speeds are numbers from 0.1 to 10, at least one: {self.speeds!r}")
        if "valid" in self.train_on or self.calibrate in self.train_on:
            raise ValueError("what is learnt from can neither validate nor calibrate")
        if strange := set(self.varied) - set(MATERIALS):
            raise ValueError(f"varied names materials, not {', '.join(sorted(strange))}")
        for codec in self.codecs:
            parse_codec(codec)
        if not isinstance(self.name, str) or Path(self.name).name != self.name:
            raise ValueError(f"name is the model's, no path: {self.name!r}")
        if not all(map(_finite, self.decoding.values())):
            raise ValueError(f"decoding gives numbers: {self.decoding!r}")
        if strange := set(self.decoding) - {f.name for f in dataclasses.fields(Hysteresis)}:
            raise ValueError(f"decoding has no {', '.join(sorted(strange))}")
        Hysteresis(**self.decoding)  # thresholds that cannot be are told before the training


def _switch(settings: object, *names: str) -> None:
    for name in names:
        if not isinstance(value := getattr(settings, name), bool):
            raise ValueError(f"{name} is true or false, got {value!r}")


def _texts(settings: object, *names: str) -> None:
    for name in names:
        value = getattr(settings, name)
        if isinstance(value, str) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{name} is a list of texts, got {value!r}")


def _whole(settings: object, *names: str, least: int, below: float = math.inf) -> None:
    for name in names:
        value = getattr(settings, name)
        if type(value) is not int or not least <= value < below:
            raise ValueError(f"{name} is a whole number {_range(least, below)}, got {value!r}")


def _number(settings: object, *names: str, least: float, below: float = math.inf) -> None:
    for name in names:
        value = getattr(settings, name)
        if not _finite(value) or not least <= value < below:
            raise ValueError(f"{name} is a number {_range(least, below)}, got {value!r}")


def _range(least: float, below: float) -> str:
    return f"from {least}" + (f" and below {below}" if math.isfinite(below) else "")


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


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
    changes = list(changes)
    where = f"{path}, changed by --set" if changes else path
    try:
        tree = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except OSError as error:
        raise DataError(f"{path}: not a recipe that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a recipe, which is TOML in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not a recipe ({error})") from error
    for change in changes:
        _change(tree, change)
    try:
        listed = tree.pop("stages", [])
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
            raise ValueError("stages are tables, [[stages]]")
        stages = tuple(_build(Stage, stage) for stage in listed)
        if not stages or len({stage.name for stage in stages}) < len(stages):
            raise ValueError("it needs stages, each with a name of its own")
        return _build(Recipe, {**tree, "stages": stages})
    except ValueError as error:
        raise DataError(f"{where}: not a recipe ({error})") from error


def _change(tree: Any, change: str) -> None:
    keys, equals, value = change.partition("=")
    if not equals:
        raise DataError(f"--set {change}: not KEY=VALUE")
    try:
        new = tomllib.loads(f"value = {value}")["value"]
    except ValueError as error:
        raise DataError(
            f"--set {change}: not a change of the recipe ({error}); values are TOML, text stands "
            "in quotes: --set 'name=\"mine\"'"
        ) from error
    *parents, last = keys.strip().split(".")
    try:
        for key in parents:
            tree = tree[int(key)] if isinstance(tree, list) else tree[key]
        tree[int(last) if isinstance(tree, list) else last] = new
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DataError(
            f"--set {change}: not a change of the recipe, which has no {keys.strip()}"
        ) from error


def _build(kind: type[Any], values: Mapping[str, Any]) -> Any:
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := set(values) - set(fields):
        raise ValueError(
            f"unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(fields))}"
        )
    # both are MISSING where a field has to be given
    optional = {name for name, f in fields.items() if f.default is not f.default_factory}
    if lacking := set(fields) - optional - set(values):
        raise ValueError(f"a {kind.__name__.lower()} lacks {', '.join(sorted(lacking))}")
    for name, value in values.items():
        if str(fields[name].type).startswith("tuple") and not isinstance(value, list | tuple):
            raise ValueError(f"{name} is a list, got {value!r}")
        if str(fields[name].type).startswith("Mapping") and not isinstance(value, Mapping):
            raise ValueError(f"{name} is a table, got {value!r}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
