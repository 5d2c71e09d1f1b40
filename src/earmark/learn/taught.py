"""The models that were taught here, as files: candidates, and those that were kept.

``home()/models/candidates/NAME.onnx`` is a model that nobody has decided on yet, and can be used by
its path alone; kept, it moves to ``home()/models/NAME.onnx`` and has a name. The card NAME.md lies
beside it. Files are written whole, the card before the model, so whatever a stop leaves behind is
no half model. One process at a time teaches a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earmark.atomic import sweep, write_atomic
from earmark.errors import DataError, OutputError
from earmark.learn.locking import Busy, lock
from earmark.runtime import check_name, taught_folder


def candidate_path(name: str) -> Path:
    """Where the candidate of a name lies, if there is one."""
    return taught_folder() / "candidates" / f"{name}.onnx"


def kept_path(name: str) -> Path:
    """Where the model of a name lies, once it is kept."""
    return taught_folder() / f"{name}.onnx"


@contextmanager
def claimed(name: str) -> Iterator[None]:
    """Around all that changes the files of a name: no other process does meanwhile.

    Raises
    ------
    DataError
        If another process teaches it.
    OutputError
        If there can be no folder for models.
    """
    path = candidate_path(check_name(name)).with_suffix(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = lock(path)
    except Busy as error:
        raise DataError(
            f"{name}: another process is teaching this model; wait for it, stop it, or choose "
            "another name"
        ) from error
    except OSError as error:
        raise OutputError(
            f"{path.parent}: cannot be a folder for models ({error.strerror}); set EARMARK_HOME to "
            "one that can"
        ) from error
    with held:
        sweep(path.parent)
        sweep(taught_folder())
        yield


def write_candidate(name: str, model: bytes, card: str) -> Path:
    """Write a candidate and its card; one that was there is replaced."""
    path = candidate_path(name)
    write_atomic(path.with_suffix(".md"), card.encode())
    write_atomic(path, model)
    return path


def refuse_kept(name: str) -> None:
    """Find out before the work rather than after it that a model of that name was kept.

    Raises
    ------
    OutputError
        If so.
    """
    if kept_path(check_name(name)).is_file():
        raise OutputError(
            f"{name}: a model that you taught before has this name; choose another name, or "
            "replace that model by --overwrite"
        )


def keep(name: str, *, overwrite: bool = False) -> Path:
    """Move a candidate and its card to the models that have a name.

    Parameters
    ----------
    name : str
    overwrite : bool
        Whether to replace a model of that name.

    Raises
    ------
    DataError
        If there is no candidate of that name.
    OutputError
        If a model has that name already and is not to be replaced, or cannot be written.
    """
    source, target = _candidate(name), kept_path(name)
    if not overwrite:
        refuse_kept(name)
    try:
        for suffix in (".md", ".onnx"):
            if (file := source.with_suffix(suffix)).is_file():
                file.replace(target.with_suffix(suffix))
    except OSError as error:
        raise OutputError(f"{target}: cannot be written ({error.strerror})") from error
    return target


def discard(name: str) -> None:
    """Delete a candidate and its card.

    Raises
    ------
    DataError
        If there is no candidate of that name.
    """
    source = _candidate(name)
    try:
        for suffix in (".onnx", ".md"):
            source.with_suffix(suffix).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{source}: cannot be deleted ({error.strerror})") from error


def _candidate(name: str) -> Path:
    path = candidate_path(check_name(name))
    if not path.is_file():
        there = sorted(other.stem for other in path.parent.glob("*.onnx"))
        known = f"there are {', '.join(there)}" if there else "there is none"
        raise DataError(f"{name}: no candidate of this name is waiting; {known}")
    return path
