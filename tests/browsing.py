"""What the page's tests share: a real ``earmark serve``, waiting, and reading the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

SONG = Path(__file__).parents[1] / "examples" / "song.ogg"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Server:
    """``earmark serve`` as a process of its own; call it with a method and a path."""

    def __init__(self, home: Path, music: Path | None, **env: str) -> None:
        self.home, self.music = home, music
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "earmark", "serve", *([str(music)] if music else [])),
                *("--port", "0", "--no-browser"),
            ],
            env=os.environ | {"EARMARK_HOME": str(home), "PYTHONUNBUFFERED": "1"} | env,
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


def times(page):
    """The blocks that the list shows: (start, end) as they are written there."""
    rows = page.locator(".blocks li[data-key] span:nth-child(3)").all_text_contents()
    return [tuple(text.split(" – ")) for text in rows]


def seconds(text):
    minutes, rest = text.rsplit(":", 1)
    return 60 * int(minutes) + float(rest)


def x_of(page, t, *, duration_s):
    """Where a time is on the screen, while the whole song is seen, and the height to press at."""
    box = page.locator("#wave").bounding_box()
    return box["x"] + t / duration_s * box["width"], box["y"] + 120


def open_song(tab, number):
    """Open a song in a tab and wait for its blocks."""
    tab.page.evaluate("id => { location.hash = `#/song/${id}`; }", number)
    tab.page.locator(".blocks li[data-key]").first.wait_for()
    until(lambda: "First voice" in tab.page.locator(".song-head .facts").inner_text())
    tab.page.locator("body").press("0")  # the whole song


def kept(served, number):
    """What the server has of a song."""
    found = served("GET", f"/api/songs/{number}")
    return [(s["start_s"], s["end_s"], s["label"]) for s in found["segments"]], found
