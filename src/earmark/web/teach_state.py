"""How a teaching stands, as pages are told of it, and what each event of ``earmark adapt`` changes.

The events are those of :mod:`earmark.learn.teach`.
"""

from __future__ import annotations

from typing import Any

from earmark.learn.taught import candidate_path, kept_path

State = dict[str, Any]
NOTHING: State = {
    "status": "none",
    "name": None,
    "replace": False,
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
    "doubt": None,
    "shifted": None,
}
UNDER_WAY = ("running", "candidate", "left_out")
NOTED = ("candidate", "compared")
"""Events after which a server that is started anew has to know of it."""
_UNCOMPARED = "It was stopped before it was compared: keep it as it is, or discard it."
_UNKEPT = "It was compared, but not kept yet: keep it, or discard it."


def begun(name: str, *, replace: bool) -> State:
    """It has begun; ``replace``: a model that has this name already makes room for it."""
    return NOTHING | {"status": "running", "name": name, "replace": replace, "stage": "reading"}


def after(state: State, said: State) -> State | None:
    """The state after an event; None: it tells nothing new.

    Examples
    --------
    >>> after(NOTHING, {"event": "compared", "worse": False})["status"]
    'left_out'
    """
    kind = said.get("event")
    if kind == "plan":
        return state | {key: said.get(key, state[key]) for key in ("settings", "warnings")}
    if kind == "progress":
        keys = ("stage", "done", "total", "eta_s")
        return state | {key: said.get(key, state[key]) for key in keys}
    if kind == "candidate":
        return state | {"status": "candidate"}
    if kind == "compared":
        figures = ("before", "after", "worse", "doubt", "shifted")
        found = {key: said.get(key) for key in figures}
        return state | found | {"status": "left_out", "eta_s": None}
    if kind == "refused":
        return state | {"message": said.get("message")}
    return None


def ended_early(state: State, message: str, *, status: str, failed: bool, candidate: bool) -> State:
    """It ended before its time; a candidate that it left may be kept still.

    Parameters
    ----------
    state : dict
    message : str
        Why it ended.
    status : str
        Where there is no candidate.
    failed : bool
        Whether a candidate's message tells why it ended, too.
    candidate : bool
        Whether this teaching made one; an older one of its name does not count.
    """
    new = {"status": status, "message": message, "eta_s": None}
    if candidate and state["name"] is not None and is_candidate(state["name"]):
        left = _UNCOMPARED if state["worse"] is None else _UNKEPT
        new |= {"status": "candidate", "message": f"{left} ({message})" if failed else left}
    return state | new


def why_not_kept(state: State) -> str | None:
    """Why the candidate is kept only if somebody says *anyway*; None: it is at once."""
    if state["worse"]:
        return "The model got worse"
    if state["worse"] is None:
        return "The model was not compared to the end"
    if state["doubt"] is not None:
        return f"The model got no worse, but {state['doubt']}"
    return None


def is_kept(name: str) -> bool:
    """Whether a model of this name was taught before, and kept."""
    return kept_path(name).is_file()


def is_candidate(name: str) -> bool:
    """Whether a candidate of this name lies there."""
    return candidate_path(name).is_file()
