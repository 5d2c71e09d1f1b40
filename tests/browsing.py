"""A real browser on a real ``earmark serve``: fixtures of the page's tests.

Debian's chromium, driven by Playwright; where one of them is absent the tests skip, in CI they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

SONG = Path(__file__).parents[1] / "examples" / "song.ogg"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def lacking(what: str) -> None:
    """Skip, or fail in CI, since what is lacking can be installed."""
    if os.environ.get("EARMARK_CI") == "1":
        pytest.fail(f"the page cannot be tested: {what}")
    pytest.skip(f"cannot: {what}")


class Server:
    """``earmark serve`` as a process of its own; call it with a method and a path."""

    def __init__(self, home: Path, music: Path | None) -> None:
        self.music = music
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "earmark", "serve", *([str(music)] if music else [])),
                *("--port", "0", "--no-browser"),
            ],
            env=os.environ | {"EARMARK_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server said {line!r}"
        self.url = found[0].rstrip("/")

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that it answers with."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(
            self.url + path, method=method, data=data, headers={"X-Earmark": "1"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def add(self, name: str, *, detect: bool = True) -> int:
        """Upload the example under a name; its number, once it was listened to."""
        number = self("POST", f"/api/uploads?name={name}", SONG.read_bytes())["id"]
        if detect:
            self("POST", f"/api/songs/{number}/detect", {"model": "singing-fast"})
            until(lambda: self("GET", f"/api/songs/{number}")["status"] == "done")
        return number

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def until(holds: Callable[[], Any], *, seconds: float = 30.0) -> Any:
    """Wait until something is true, and give it."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "this did not come true in time"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("playwright is not installed (pip install playwright)")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        lacking("there is no chromium (Debian, Ubuntu: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a folder of one song."""
    music = tmp_path_factory.mktemp("music")
    shutil.copy(SONG, music / "in the folder.ogg")
    server = Server(tmp_path_factory.mktemp("home"), music)
    yield server
    server.stop()


@pytest.fixture
def visit(chromium: Any, served: Server) -> Iterator[Callable[..., Any]]:
    """``visit(path, size=DESK, scheme="light", events=True)`` opens the page in a tab of its own.

    When the test is over, no tab may have complained in its console; ``tab.expected`` are patterns
    of what may be there.
    """
    opened = []

    def visit(path: str = "/", *, size: Any = DESK, scheme: str = "light", events: bool = True) -> Any:
        context = chromium.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        context.set_default_timeout(10_000)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
        if not events:
            page.route("**/api/events", lambda route: route.abort())
        page.goto(served.url + path)
        tab = SimpleNamespace(page=page, said=said, expected=[] if events else ["ERR_FAILED"])
        opened.append((context, tab))
        return tab

    yield visit
    complaints = [
        text for _, tab in opened for text in tab.said if not any(e in text for e in tab.expected)
    ]
    for context, _ in opened:
        context.close()
    assert complaints == []
