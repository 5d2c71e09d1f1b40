"""Teaching a model in a process of its own, and what pages are told of it.

The process is ``earmark adapt`` (see there for what it prints); killed, stopped or failed, it
leaves nothing half-written. What became of it is noted in the store, so that a server that was
ended in between can tell. Servers that share a home teach one model at a time: who teaches holds a
lock, which the process inherits, so that it is free once both have ended.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

from earmark.errors import DataError, EarmarkError
from earmark.home import home
from earmark.learn.locking import Busy, lock
from earmark.runtime import check_name, taught_folder
from earmark.store import written
from earmark.store.database import Database
from earmark.web.answers import RefusedError
from earmark.web.apart import apart, copied
from earmark.web.asking import ask, event, last_words

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
PATIENCE_S = 10.0
"""How long a process may take to stop."""
WATCH_S = 1.0
"""How often is looked after a teaching of another server."""
_COMMAND = (sys.executable, "-m", "earmark", "adapt")
_INTERRUPTED = "earmark was ended while the model was being taught; start it again."
_UNCOMPARED = "It was stopped before it was compared: keep it as it is, or discard it."
_UNKEPT = "It was compared, but not kept yet: keep it, or discard it."
_ELSEWHERE = "Another earmark that is open on this computer teaches this model."
_UNDER_WAY = ("running", "candidate", "left_out")


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
        self._planning: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._candidate_told = False
        """Whether the candidate that lies there is of this teaching, and not of an older one."""
        self._elsewhere = False
        self._closed = threading.Event()
        self._state = dict(NOTHING)
        self._recall()
        self._told = told
        if self._elsewhere:
            threading.Thread(target=self._watch, name="earmark-watch", daemon=True).start()

    def _watch(self) -> None:
        """Tell how a teaching of another server goes on, until it is over."""
        last, elsewhere = self.state, True
        while elsewhere and not self._closed.wait(WATCH_S):
            with self._turn:
                now, elsewhere = self.state, self._elsewhere
            if now != last:
                last = now
                self._told(now)

    def _recall(self) -> None:
        """How it stands by what was noted, where no process is ours."""
        self._state = NOTHING | (written.noted(self._db, "teach") or {})
        if self._state["status"] not in _UNDER_WAY:
            return
        try:
            self._claim().close()
        except RefusedError:
            self._elsewhere = True
            self._state |= {"message": _ELSEWHERE, "eta_s": None}
        else:
            self._candidate_told = self._state["status"] != "running"
            self._unfinished(_INTERRUPTED)

    def _claim(self) -> IO[bytes]:
        """The lock of whoever teaches."""
        path = home() / "teach" / "lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return lock(path)
        except Busy:
            raise RefusedError(409, f"{_ELSEWHERE} Wait, or stop it there.") from None
        except OSError as error:
            raise RefusedError(
                507, f"Nothing can be kept in {path.parent} ({error.strerror})."
            ) from None

    @property
    def state(self) -> dict[str, Any]:
        """How it stands."""
        with self._turn:
            if self._elsewhere:
                self._elsewhere = False
                self._recall()
            return dict(self._state)

    def refuse_second(self) -> None:
        """Raise if a teaching is under way, here or in another server of this home."""
        with self._turn:
            if self._process is not None:
                raise RefusedError(409, "A model is being taught already; wait, or stop it.")
            self._claim().close()

    def start(self, manifest: Path, *, name: str, layers: str | None) -> dict[str, Any]:
        """Begin.

        Raises
        ------
        RefusedError
            If a teaching is under way, or the name cannot be one.
        """
        try:
            check_name(name)
        except DataError as error:
            raise RefusedError(400, str(error)) from None
        chosen = [] if layers is None else ["--layers", layers]
        with self._turn:
            self.refuse_second()
            with ExitStack() as stack:
                held = stack.enter_context(self._claim())
                own = copied(manifest)
                stack.callback(shutil.rmtree, own.parent, ignore_errors=True)
                errors = stack.enter_context(
                    tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
                )
                words = [os.fspath(own), "--name", name, "--json", *chosen]
                self._process = self._begun(words, errors, held)
                ends = stack.pop_all()
            self._cancelled = self._candidate_told = self._elsewhere = False
            self._set(NOTHING | {"status": "running", "name": name, "stage": "reading"}, note=True)
            self._thread = threading.Thread(
                target=self._follow,
                args=(self._process, errors, ends),
                name="earmark-teach",
                daemon=True,
            )
            self._thread.start()
            return self.state

    def _begun(
        self, words: Sequence[str], errors: IO[str], held: IO[bytes]
    ) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(
                [*self._command, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # Ctrl-C is ours to pass on
                pass_fds=[held.fileno()] if os.name == "posix" else (),
            )
        except OSError as error:
            raise RefusedError(500, f"Teaching cannot be started ({error.strerror}).") from None

    def plan(self, manifest: Path) -> dict[str, Any]:
        """What it would do, and what speaks against it; a plan that is being made is given up.

        Raises
        ------
        RefusedError
            If the songs cannot be taught from, or a newer plan was asked for meanwhile.
        """
        mine: list[subprocess.Popen[bytes]] = []

        def begun(process: subprocess.Popen[bytes]) -> None:
            mine.append(process)
            with self._turn:
                older, self._planning = self._planning, process
            if older is not None:
                older.kill()

        try:
            with apart(manifest) as own:
                out = ask([*self._command, os.fspath(own), "--plan", "--json"], begun=begun)
        except RefusedError:
            with self._turn:
                if mine and self._planning not in mine:
                    raise RefusedError(409, "Other songs were chosen meanwhile.") from None
            raise
        finally:
            with self._turn:
                if self._planning in mine:
                    self._planning = None
        for line in out.splitlines():
            found = event(line)
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
                raise RefusedError(
                    409, _ELSEWHERE if self._elsewhere else "No model is being taught."
                )
            self._cancelled = True
            process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        thread.join(PATIENCE_S)

    def close(self) -> None:
        """Stop what runs, without a word to anybody."""
        self._closed.set()
        with self._turn:
            for process in (self._process, self._planning):
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
        if self.state["status"] not in ("candidate", "left_out", "refused"):
            raise RefusedError(409, "The candidate is of an older teaching.")
        if not anyway and self.state["worse"] is not False:
            why = "got worse" if self.state["worse"] else "was not compared to the end"
            raise RefusedError(409, f"The model {why}: say that it is to be kept anyway.")
        with suppress(RefusedError):
            self.cancel()
        ask([*self._command, "--keep", name])
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
        ask([*self._command, "--discard", name])
        with self._turn:
            self._set(dict(NOTHING), note=True)
            return self.state

    def _candidate(self) -> str:
        name = self.state["name"]
        if name is None or not _is_candidate(name):
            raise RefusedError(409, "There is no candidate to be kept or discarded.")
        return str(name)

    def _follow(self, process: subprocess.Popen[str], errors: IO[str], ends: ExitStack) -> None:
        """Hear the process to its end; ``ends`` gives back what it needed."""
        assert process.stdout is not None
        for line in process.stdout:
            self._hear(event(line))
        code = process.wait()
        errors.seek(0)
        said = errors.read()[-20_000:]
        with self._turn, ends:  # what became of it is noted while nobody else can begin
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
                self._unfinished(last_words(said), failed=True)

    def _hear(self, said: dict[str, Any]) -> None:
        kind = said.get("event")
        with self._turn:
            state = dict(self._state)
            if kind == "plan":
                state |= {key: said.get(key, state[key]) for key in ("settings", "warnings")}
            elif kind == "progress":
                keys = ("stage", "done", "total", "eta_s")
                state |= {key: said.get(key, state[key]) for key in keys}
            elif kind == "candidate":
                self._candidate_told = True
                state |= {"status": "candidate"}
            elif kind == "compared":
                state |= {key: said.get(key) for key in ("before", "after", "worse")}
                state |= {"status": "left_out", "eta_s": None}
            elif kind == "refused":
                state |= {"message": said.get("message")}
            else:
                return
            self._set(state, note=kind in ("candidate", "compared"))

    def _unfinished(self, message: str, status: str = "failed", *, failed: bool = False) -> None:
        """It ended before its time; a candidate that it left may be kept still."""
        name = self._state["name"]
        state = {"status": status, "message": message, "eta_s": None}
        if self._candidate_told and name is not None and _is_candidate(name):
            left = _UNCOMPARED if self._state["worse"] is None else _UNKEPT
            state |= {"status": "candidate", "message": f"{left} ({message})" if failed else left}
        self._set(self._state | state, note=True)

    def _set(self, state: dict[str, Any], *, note: bool) -> None:
        self._state = state
        if note:
            with suppress(EarmarkError):  # a full disk must not stop it
                written.note(self._db, "teach", state)
        self._told(dict(state))


def _is_candidate(name: str) -> bool:
    return (taught_folder() / "candidates" / f"{name}.onnx").is_file()
