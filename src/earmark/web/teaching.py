"""Teaching a model in a process of its own, and what pages are told of it.

The process is ``earmark adapt`` (see there for what it prints); killed, stopped or failed, it
leaves nothing half-written. What became of it is noted in the store, so that a server that was
ended in between can tell.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from earmark.errors import EarmarkError
from earmark.runtime import model_names, taught_folder
from earmark.store import written
from earmark.store.database import Database
from earmark.web.answers import RefusedError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
NOTHING: dict[str, Any] = {
    "status": "none",
    "name": None,
    "stage": "",
    "done": 0,
    "total": 0,
    "eta_s": None,
    "message": None,
    "before": None,
    "after": None,
    "settings": {},
    "warnings": [],
    "worse": None,
}
SHORT_S = 120.0
"""How long a command may take that moves a model or makes a plan."""
PATIENCE_S = 10.0
"""How long a process may take to stop."""
_COMMAND = (sys.executable, "-m", "earmark", "adapt")
_INTERRUPTED = "earmark was ended while the model was being taught; start it again."
_UNCOMPARED = "It was stopped before it was compared: keep it as it is, or discard it."


class Teaching:
    """One teaching at a time.

    Parameters
    ----------
    db : Database
    told : callable
        ``told(teach)`` is called with each change; ``teach`` is as the page gets it.
    command : sequence of str
        What runs ``earmark adapt``.
    """

    def __init__(
        self,
        db: Database,
        *,
        told: Callable[[dict[str, Any]], None],
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._db, self._command = db, list(command)
        self._told: Callable[[dict[str, Any]], None] = lambda _: None  # nobody listens yet
        self._turn = threading.RLock()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._cancelled = False
        self._state = NOTHING | (written.noted(db, "teach") or {})
        if self._state["status"] in ("running", "candidate", "left_out"):
            self._unfinished(_INTERRUPTED)
        self._told = told

    @property
    def state(self) -> dict[str, Any]:
        """How it stands."""
        with self._turn:
            return dict(self._state)

    def refuse_second(self) -> None:
        """Raise if a teaching is under way."""
        with self._turn:
            if self._process is not None:
                raise RefusedError(409, "A model is being taught already; wait, or stop it.")

    def start(self, manifest: Path, *, name: str, layers: str | None) -> dict[str, Any]:
        """Begin.

        Raises
        ------
        RefusedError
            If a teaching is under way, or the name cannot be one.
        """
        if not NAME.fullmatch(name) or name in model_names():
            raise RefusedError(
                400, "A model's name is of letters, digits, - and _, and no shipped model's."
            )
        chosen = [] if layers is None else ["--layers", layers]
        with self._turn:
            self.refuse_second()
            errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
            try:
                self._process = subprocess.Popen(
                    [*self._command, os.fspath(manifest), "--name", name, "--json", *chosen],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,  # Ctrl-C is ours to pass on
                )
            except OSError as error:
                errors.close()
                raise RefusedError(500, f"Teaching cannot be started ({error.strerror}).") from None
            self._cancelled = False
            self._set(NOTHING | {"status": "running", "name": name, "stage": "reading"}, note=True)
            self._thread = threading.Thread(
                target=self._follow, args=(self._process, errors), name="earmark-teach", daemon=True
            )
            self._thread.start()
            return self.state

    def plan(self, manifest: Path) -> dict[str, Any]:
        """What it would do, and what speaks against it.

        Raises
        ------
        RefusedError
            If the songs cannot be taught from.
        """
        out = self._run(os.fspath(manifest), "--plan", "--json")
        for line in out.splitlines():
            found = _event(line)
            if found.get("event") == "plan":
                return found
        raise RefusedError(500, "The plan cannot be understood.")

    def cancel(self) -> None:
        """Stop it, and wait until it has stopped.

        Raises
        ------
        RefusedError
            409 if nothing is under way.
        """
        with self._turn:
            process, thread = self._process, self._thread
            if process is None or thread is None:
                raise RefusedError(409, "No model is being taught.")
            self._cancelled = True
            process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        thread.join(PATIENCE_S)

    def close(self) -> None:
        """Stop what runs, without a word to anybody."""
        with self._turn:
            process = self._process
            if process is not None and process.poll() is None:
                process.terminate()

    def keep(self, *, anyway: bool) -> dict[str, Any]:
        """Make the candidate a model.

        Raises
        ------
        RefusedError
            409 if there is none, or it is not known to be as good and ``anyway`` is not said.
        """
        name = self._candidate()
        if not anyway and self.state["worse"] is not False:
            why = "got worse" if self.state["worse"] else "was not compared to the end"
            raise RefusedError(409, f"The model {why}: say that it is to be kept anyway.")
        with suppress(RefusedError):
            self.cancel()
        self._run("--keep", name)
        with self._turn:
            self._set(self._state | {"status": "kept", "message": None, "eta_s": None}, note=True)
            return self.state

    def discard(self) -> dict[str, Any]:
        """Delete the candidate.

        Raises
        ------
        RefusedError
            409 if there is none.
        """
        name = self._candidate()
        with suppress(RefusedError):
            self.cancel()
        self._run("--discard", name)
        with self._turn:
            self._set(dict(NOTHING), note=True)
            return self.state

    def _candidate(self) -> str:
        name = self.state["name"]
        if name is None or not _is_candidate(name):
            raise RefusedError(409, "There is no candidate to be kept or discarded.")
        return str(name)

    def _run(self, *words: str) -> str:
        try:
            done = subprocess.run(
                [*self._command, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SHORT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RefusedError(500, "earmark adapt cannot be run, or takes too long.") from error
        if done.returncode:
            raise RefusedError(409, _last_words(done.stderr.decode("utf-8", "replace")))
        return done.stdout.decode("utf-8", "replace")

    def _follow(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        """Hear the process to its end."""
        assert process.stdout is not None
        for line in process.stdout:
            self._hear(_event(line))
        code = process.wait()
        with errors:
            errors.seek(0)
            said = errors.read()[-20_000:]
        with self._turn:
            self._process = self._thread = None
            if code == 0:
                self._set(self._state | {"status": "kept", "eta_s": None}, note=True)
            elif code == 3:
                self._set(self._state | {"status": "refused", "eta_s": None}, note=True)
            elif self._cancelled:
                self._unfinished("Teaching was stopped; nothing of it was kept.", "cancelled")
            elif code < 0 or code == 130:
                self._unfinished("Teaching was killed half-way, and nothing was kept; try again.")
            else:
                self._unfinished(_last_words(said))

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        with self._turn:
            state = dict(self._state)
            if kind == "plan":
                state |= {key: event.get(key, state[key]) for key in ("settings", "warnings")}
            elif kind == "progress":
                keys = ("stage", "done", "total", "eta_s")
                state |= {key: event.get(key, state[key]) for key in keys}
            elif kind == "candidate":
                state |= {"status": "candidate"}
            elif kind == "compared":
                state |= {key: event.get(key) for key in ("before", "after", "worse")}
                state |= {"status": "left_out", "eta_s": None}
            elif kind == "refused":
                state |= {"message": event.get("message")}
            else:
                return
            self._set(state, note=kind in ("candidate", "compared"))

    def _unfinished(self, message: str, status: str = "failed") -> None:
        """It ended before its time; a candidate that it left may be kept still."""
        name = self._state["name"]
        state = {"status": status, "message": message, "eta_s": None}
        if name is not None and _is_candidate(name):
            state = {"status": "candidate", "message": _UNCOMPARED, "eta_s": None}
        self._set(self._state | state, note=True)

    def _set(self, state: dict[str, Any], *, note: bool) -> None:
        self._state = state
        if note:
            with suppress(EarmarkError):  # a full disk must not stop it
                written.note(self._db, "teach", state)
        self._told(dict(state))


def _is_candidate(name: str) -> bool:
    return (taught_folder() / "candidates" / f"{name}.onnx").is_file()


def _event(line: str) -> dict[str, Any]:
    """What a line tells; nothing where it is none of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last_words(said: str) -> str:
    """What a command complained about, without a traceback."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("earmark: ")]
    last = (told or lines or ["Teaching failed without a word."])[-1]
    return last.removeprefix("earmark: ")
