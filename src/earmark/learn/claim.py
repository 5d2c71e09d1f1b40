"""A folder belongs to one training: one run at a time, one recipe, one manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

from earmark.atomic import write_atomic
from earmark.errors import DataError, OutputError
from earmark.learn.locking import Busy, lock
from earmark.learn.manifest import Track
from earmark.learn.recipe import Recipe, Stage

NOTE = "training.json"
"""What is learnt in a folder."""
_AT_THE_END = {"name": "", "decoding": {}, "calibrate": ""}
"""What a recipe says of the finished model alone."""
_FILES = {
    "manifest_sha256": "the manifest was another, or has been edited since",
    "labels_sha256": "label files were others, or have been edited since",
}
"""What is said where a digest differs."""
_SINCE = ("processes", "labels_sha256")
"""What older notes lack, which are taken to agree."""


class Claim:
    """A folder, made if missing and locked as long as this lives.

    Parameters
    ----------
    folder : Path
    manifest : Path
    recipe : Recipe
    tracks : iterable of Track
        What is learnt from and validated on.
    processes : int
        That share a batch: each normalises over its own examples.

    Raises
    ------
    DataError
        If another process trains there, or what is kept there was learnt otherwise: the message
        says what differs.
    OutputError
        If the folder cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Path,
        recipe: Recipe,
        *,
        tracks: Iterable[Track],
        processes: int,
    ) -> None:
        self._path = folder / NOTE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._held = lock(folder / "lock")
        except Busy as error:
            raise DataError(f"{folder}: another process is training there") from error
        except OSError as error:
            reason = f"{folder}: cannot be a folder for a model ({error.strerror})"
            raise OutputError(reason) from error
        truth = [[(s.start_s, s.end_s) for s in track.segments() or ()] for track in tracks]
        note = {
            "recipe": asdict(replace(recipe, **_AT_THE_END)),
            "processes": processes,
            "manifest_sha256": hashlib.sha256(manifest.read_bytes()).hexdigest(),
            "labels_sha256": hashlib.sha256(repr(truth).encode()).hexdigest(),
        }
        self._note = json.dumps(note, indent=1)
        if self._path.is_file() and (changed := _changed(self._path, self._note)):
            raise DataError(
                f"{folder}: holds another training: {changed}. Choose another folder with -o, or "
                "remove this one"
            )

    def note(self) -> None:
        """Write down what is learnt here; from now on nothing else is."""
        write_atomic(self._path, self._note.encode())


def _changed(path: Path, note: str) -> str:
    """What the two notes differ in, for a message; empty where they say the same."""
    try:
        old, new = (json.loads(text) for text in (path.read_text("utf-8"), note))
        old = {key: new[key] for key in _SINCE} | old | {"recipe": _whole(old["recipe"])}
        before, now = (
            {"processes": each["processes"]} | dict(_leaves(each["recipe"])) for each in (old, new)
        )
        others = [said for key, said in _FILES.items() if old[key] != new[key]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{path.name} cannot be read"
    keys = [k for k in (before | now) if before.get(k) != now.get(k)]
    parts = [f"{k} was {_shown(before, k)} and is {_shown(now, k)}" for k in keys[:8]]
    parts += [f"{len(keys) - 8} more keys differ"] if len(keys) > 8 else []
    return "; ".join(parts + others)


def _whole(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A noted recipe with the fields that were not there yet, which did what they do by default."""
    stages = [dict(stage) | _lacking(stage, Stage) for stage in recipe["stages"]]
    return {**recipe, "stages": stages, **_lacking(recipe, Recipe)}


def _lacking(noted: Mapping[str, Any], settings: type[Recipe | Stage]) -> dict[str, Any]:
    """The defaults of fields that a note lacks, as they are noted."""
    defaults = {f.name: f.default for f in fields(settings) if f.default is not MISSING}
    lacking = {name: value for name, value in defaults.items() if name not in noted}
    return dict(json.loads(json.dumps(lacking)))


def _leaves(tree: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Keys as ``--set`` takes them, and their values.

    Examples
    --------
    >>> dict(_leaves({"seed": 1, "stages": [{"steps": 3}], "maps": [3, 4]}))
    {'seed': 1, 'stages.0.steps': 3, 'maps': [3, 4]}
    """
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, *path, key)
    elif isinstance(tree, list) and any(isinstance(value, Mapping) for value in tree):
        for number, value in enumerate(tree):
            yield from _leaves(value, *path, str(number))
    else:
        yield ".".join(path), tree


def _shown(leaves: Mapping[str, Any], key: str) -> str:
    return json.dumps(leaves[key]) if key in leaves else "not there"
