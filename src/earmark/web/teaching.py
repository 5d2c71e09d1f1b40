"""Teaching a model in a process of its own, and what pages are told of it.

The process is ``earmark adapt`` (see there for what it prints); killed, stopped or failed, it
leaves nothing half-written. What became of it is noted in the store, so that a server that was
ended in between can tell. Servers that share a home teach one model at a time: who teaches holds a
lock, which the process inherits, so that it is free once both have ended.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

from earmark.errors import DataError, EarmarkError
from earmark.runtime import check_name
from earmark.store import written
from earmark.store.database import Database
from earmark.web import teach_lock, teach_state
from earmark.web.adapt_process import PATIENCE_S, AdaptProcess
from earmark.web.answers import RefusedError
from earmark.web.asking import ask, event, last_words
from earmark.web.teach_state import NOTHING, State

WATCH_S = 1.0
"""How often is looked after a teaching of another server."""
_COMMAND = (sys.executable, "-m", "earmark", "adapt")
_INTERRUPTED = "earmark was ended while the model was being taught; start it again."


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
        told: Callable[[State], None],
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._db, self._command = db, list(command)
        self._told: Callable[[State], None] = lambda _: None  # nobody listens yet
        self._turn = threading.RLock()
        self._process: AdaptProcess | None = None
        self._thread: threading.Thread | None = None
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
        if self._state["status"] not in teach_state.UNDER_WAY:
            return
        if teach_lock.is_held():
            self._elsewhere = True
            self._state |= {"message": teach_lock.ELSEWHERE, "eta_s": None}
        else:
            self._candidate_told = self._state["status"] != "running"
            self._unfinished(_INTERRUPTED)

    @property
    def state(self) -> State:
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
            teach_lock.claim().close()

    def start(
        self,
        manifest: Path,
        *,
        name: str,
        layers: str | None,
        ends: ExitStack,
        replace: bool = False,
    ) -> State:
        """Begin.

        Parameters
        ----------
        manifest : Path
            The songs, which nobody else may change.
        name : str
            What the model is to be called.
        layers : str or None
            Which layers learn; None: as planned.
        ends : ExitStack
            Closed once the teaching has ended, or cannot begin: what it needed is given back.
        replace : bool
            Whether a model that has this name already makes room for it, once it is kept.

        Raises
        ------
        RefusedError
            If a teaching is under way, or the name cannot be one, or is a kept model's.
        """
        chosen = [] if layers is None else ["--layers", layers]
        words = [os.fspath(manifest), "--name", name, "--json", *chosen, *_overwriting(replace)]
        with self._turn, ends:
            try:
                check_name(name)
            except DataError as error:
                raise RefusedError(400, str(error)) from None
            if teach_state.is_kept(name) and not replace:
                raise RefusedError(
                    409,
                    f"A model that you taught before is called {name}: choose another name, or say "
                    "that it is to be replaced.",
                )
            self.refuse_second()
            self._process = AdaptProcess(
                [*self._command, *words], held=teach_lock.claim(), ends=ends.pop_all()
            )
            self._cancelled = self._candidate_told = self._elsewhere = False
            self._set(teach_state.begun(name, replace=replace), note=True)
            self._thread = threading.Thread(
                target=self._follow, args=(self._process,), name="earmark-teach", daemon=True
            )
            self._thread.start()
            return self.state

    def plan(self, manifest: Path, *, left: threading.Event | None = None) -> dict[str, Any]:
        """What it would do, and what speaks against it.

        Parameters
        ----------
        manifest : Path
        left : Event, optional
            Once it is set, the plan is given up.

        Raises
        ------
        RefusedError
            If the songs cannot be taught from, or the plan was given up.
        """
        out = ask([*self._command, os.fspath(manifest), "--plan", "--json"], left=left)
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
                    409, teach_lock.ELSEWHERE if self._elsewhere else "No model is being taught."
                )
            self._cancelled = True
            process.terminate()
        process.stop()
        thread.join(PATIENCE_S)

    def close(self) -> None:
        """Stop what runs, without a word to anybody."""
        self._closed.set()
        with self._turn:
            if self._process is not None:
                self._process.terminate()

    def keep(self, *, anyway: bool) -> State:
        """Make the candidate a model.

        Raises
        ------
        RefusedError
            409 if there is none, or it is not known to be as good and ``anyway`` is not said.
        """
        name = self._candidate()
        if self.state["status"] not in ("candidate", "left_out", "refused"):
            raise RefusedError(409, "The candidate is of an older teaching.")
        if not anyway and (why := teach_state.why_not_kept(self.state)) is not None:
            raise RefusedError(409, f"{why}: say that it is to be kept anyway.")
        with suppress(RefusedError):
            self.cancel()
        if self.state["status"] == "kept":  # meanwhile it was compared, and kept for that
            return self.state
        ask([*self._command, "--keep", name, *_overwriting(self.state["replace"])])
        with self._turn:
            self._set(self._state | {"status": "kept", "message": None, "eta_s": None}, note=True)
            return self.state

    def discard(self) -> State:
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
        if name is None or not teach_state.is_candidate(name):
            raise RefusedError(409, "There is no candidate to be kept or discarded.")
        return str(name)

    def _follow(self, process: AdaptProcess) -> None:
        """Hear the process to its end."""
        for said in process.events():
            self._hear(said)
        code, complaints = process.ended()
        with self._turn, closing(process):  # what became of it is noted while nobody can begin
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
                self._unfinished(last_words(complaints), failed=True)

    def _hear(self, said: dict[str, Any]) -> None:
        kind = said.get("event")
        with self._turn:
            self._candidate_told |= kind == "candidate"
            state = teach_state.after(self._state, said)
            if state is not None:
                self._set(state, note=kind in teach_state.NOTED)

    def _unfinished(self, message: str, status: str = "failed", *, failed: bool = False) -> None:
        state = teach_state.ended_early(
            self._state, message, status=status, failed=failed, candidate=self._candidate_told
        )
        self._set(state, note=True)

    def _set(self, state: State, *, note: bool) -> None:
        self._state = state
        if note:
            with suppress(EarmarkError):  # a full disk must not stop it
                written.note(self._db, "teach", state)
        self._told(dict(state))


def _overwriting(replace: bool) -> list[str]:
    return ["--overwrite"] if replace else []
