"""The page itself and its files, and what it must know at first."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from earmark import __version__, formats
from earmark.errors import how_to_install
from earmark.labels import AUDIO_SUFFIXES
from earmark.runtime import DEFAULT
from earmark.web.answers import Json, RefusedError
from earmark.web.session import Session

FORMATS = {
    "To read and edit": {
        "csv": "Table (CSV)",
        "audacity": "Audacity labels",
        "srt": "Subtitles (SRT)",
        "vtt": "Subtitles (WebVTT)",
    },
    "For DJs and karaoke": {
        "rekordbox": "Cue points (rekordbox XML)",
        "lrc": "Lyrics to fill in (LRC)",
    },
    "For research and programs": {
        "textgrid": "Praat TextGrid",
        "jams": "JAMS",
        "lab": "LAB",
        "rttm": "RTTM",
        "json": "JSON",
        "jsonl": "JSON, a line a song",
        "npz": "Scores of all frames (NumPy)",
    },
}
"""What a format is for, and what the page calls it; the most wanted come first."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_LEARNING = ("torch", "onnx", "safetensors", "scipy")


def index(request: Request) -> Response:
    """The page."""
    return _file(request.app.state.session.settings.static, ["index.html"])


def static(request: Request) -> Response:
    """One of its files."""
    parts = request.path_params["path"].split("/")
    return _file(request.app.state.session.settings.static, parts)


def _file(folder: Path, parts: list[str]) -> Response:
    """A file that lies in the folder; names there are plain, and so must be what is asked for."""
    path = folder.joinpath(*parts) if all(map(_PART.fullmatch, parts)) else folder
    kind = TYPES.get(path.suffix)
    if kind is None or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise RefusedError(404, "There is no such page here.")
    return FileResponse(path, headers={"Content-Type": kind, "Cache-Control": "no-cache"})


def state(request: Request) -> Response:
    """What the page must know at first."""
    session: Session = request.app.state.session
    folder = session.library.folder
    return Json(
        {
            "version": __version__,
            "folder": None if folder is None else str(folder).encode("utf-8", "replace").decode(),
            "models": session.models.told(),
            "model": DEFAULT,
            "formats": _formats(),
            "teach": {"available": can_teach(), "how": how_to_install("train")},
            "max_upload_bytes": session.settings.max_upload_bytes,
            "suffixes": sorted(AUDIO_SUFFIXES),
        }
    )


def can_teach() -> bool:
    """Whether what learning needs is installed."""
    return all(find_spec(package) for package in _LEARNING)


def card(request: Request) -> Response:
    """A model's card."""
    session: Session = request.app.state.session
    return PlainTextResponse(session.models.card(request.path_params["name"]))


def _formats() -> list[dict[str, str]]:
    """All formats as the page orders them; one that has no place there comes last."""
    placed = [
        (name, title, group) for group, titles in FORMATS.items() for name, title in titles.items()
    ]
    others = set(formats.names(readable=False)) - {name for name, _, _ in placed}
    placed += [(name, name, "Others") for name in sorted(others)]
    return [
        {"name": name, "suffix": formats.get_format(name).suffix, "title": title, "group": group}
        for name, title, group in placed
    ]


ROUTES = [
    Route("/", index),
    Route("/static/{path:path}", static),
    Route("/api/state", state),
    Route("/api/models/{name}/card", card),
]
