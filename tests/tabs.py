"""A real browser: fixtures of the page's tests.

Debian's chromium, driven by Playwright; where one is absent the tests skip, in CI they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from browsing import DESK, SONG, Server

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
]


def lacking(what: str) -> None:
    """Skip, or fail in CI, since what is lacking can be installed."""
    if os.environ.get("EARMARK_CI") == "1":
        pytest.fail(f"the page cannot be tested: {what}")
    pytest.skip(f"cannot: {what}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser, for a module only: while it runs, no other test can run an event loop."""
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
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
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

    def visit(
        path: str = "/",
        *,
        size: Any = DESK,
        scheme: str = "light",
        events: bool = True,
        server: Any = None,
    ) -> Any:
        context = chromium.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        context.set_default_timeout(10_000)
        page = context.new_page()
        said: list[str] = []
        page.on(
            "console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
        if not events:
            page.route("**/api/events", lambda route: route.abort())
        page.goto((server or served).url + path)
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
