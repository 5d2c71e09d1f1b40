"""The models that songs can be listened to with: shipped, taught here, and candidates.

A request names a model and never a path. A candidate has the name ``mine (candidate)``, which no
kept model can have: a newer candidate of a model that was kept is another one.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from earmark.cards import headline
from earmark.detector import SingingDetector
from earmark.errors import ModelError
from earmark.hysteresis import Hysteresis
from earmark.runtime import SHIPPED, model_names, taught_folder, taught_names
from earmark.web.answers import RefusedError


@dataclass(frozen=True, slots=True)
class Known:
    """A model by the name that requests call it by; ``title`` is what it was taught as."""

    name: str
    title: str
    path: Path
    taught: bool
    candidate: bool


class Models:
    """What is known, and detectors that were made of it. Safe for many threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._made: dict[tuple[Path, int], SingingDetector] = {}

    def known(self) -> list[Known]:
        """All models: those that ship, those taught here, candidates that nobody has kept yet."""
        candidates = taught_folder() / "candidates"
        return [
            *(Known(name, name, SHIPPED / f"{name}.onnx", False, False) for name in model_names()),
            *(
                Known(name, name, taught_folder() / f"{name}.onnx", True, False)
                for name in taught_names()
            ),
            *(
                Known(f"{path.stem} (candidate)", path.stem, path, True, True)
                for path in sorted(candidates.glob("*.onnx"))
                if path.is_file()
            ),
        ]

    def get(self, name: str) -> Known:
        """A model by its name.

        Raises
        ------
        RefusedError
            404 where there is none.
        """
        for model in self.known():
            if model.name == name:
                return model
        raise RefusedError(404, "There is no model of this name.")

    def detector(self, name: str) -> SingingDetector:
        """A detector of all labels that a model knows, with one thread a song.

        Raises
        ------
        ModelError
            If the model is damaged.
        """
        path = self.get(name).path
        try:
            key = (path, path.stat().st_mtime_ns)
        except OSError as error:
            raise ModelError(f"{path}: the model is gone ({error.strerror})") from error
        with self._turn:
            if key not in self._made:
                self._made[key] = SingingDetector(path, labels="all")
            return self._made[key]

    def labels(self, name: str) -> list[str]:
        """What a model looks for."""
        return list(self.detector(name).labels)

    def decoding(self, name: str) -> dict[str, float]:
        """The thresholds and lengths that a model brings."""
        return asdict(self.detector(name).hysteresis)

    def told(self) -> list[dict[str, Any]]:
        """What the page is told of them; one that cannot be loaded is left out."""
        rows = []
        for model in self.known():
            try:
                labels = self.labels(model.name)
            except ModelError:
                continue
            rows.append(
                {
                    "name": model.name,
                    "title": model.title,
                    "headline": headline(model.path.with_suffix(".md")),
                    "taught": model.taught,
                    "candidate": model.candidate,
                    "labels": labels,
                }
            )
        return rows

    def card(self, name: str) -> str:
        """A model's card, in Markdown."""
        try:
            return self.get(name).path.with_suffix(".md").read_text("utf-8")
        except OSError:
            raise RefusedError(404, "This model has no card.") from None


def hysteresis(wanted: dict[str, Any], own: dict[str, float]) -> Hysteresis:
    """Thresholds and lengths from a request; what it leaves out is the model's own.

    Raises
    ------
    RefusedError
        400 if one is no number or out of range.
    """
    values = own | {name: wanted[name] for name in own if name in wanted}
    if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values.values()):
        raise RefusedError(400, "Thresholds and lengths are numbers.")
    try:
        return Hysteresis(**{name: float(value) for name, value in values.items()})
    except (ValueError, OverflowError) as error:
        raise RefusedError(400, f"These thresholds cannot be: {error}.") from None
