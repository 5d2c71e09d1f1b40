"""The page's server without a network: an app with a home of its own, and a client of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clips import write_clip

httpx = pytest.importorskip("httpx")
App = pytest.importorskip("earmark.web.app").App
Settings = pytest.importorskip("earmark.web.session").Settings

BASE = "http://127.0.0.1:8000"


class Served:
    """An app, and a client that asks as the page does."""

    def __init__(self, app: Any, runner: asyncio.Runner) -> None:
        self.app, self._runner = app, runner
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=BASE, headers={"X-Earmark": "1"}
        )

    def ask(self, method: str, path: str, **more: Any) -> Any:
        return self._runner.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def delete(self, path: str) -> Any:
        return self.ask("DELETE", path)

    def put(self, path: str, body: Any) -> Any:
        return self.ask("PUT", path, json=body)

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.ask("POST", path, json={} if body is None else body, **more)

    def songs(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in self.json("/api/songs")["songs"]}

    def upload(self, data: bytes, name: str = "song.wav", **more: Any) -> Any:
        return self.ask("POST", "/api/uploads", params={"name": name}, content=data, **more)

    def detect(self, song: int) -> dict[str, Any]:
        assert self.post(f"/api/songs/{song}/detect").status_code == 202
        return self.done(song)

    def done(self, song: int) -> dict[str, Any]:
        """The song once nobody listens to it any more."""
        for _ in range(400):
            found = self.json(f"/api/songs/{song}")
            if found["status"] not in ("waiting", "running"):
                return found
            time.sleep(0.02)
        raise AssertionError("it takes too long")


@contextmanager
def served(tmp_path: Path, **settings: Any) -> Iterator[Served]:
    """An app whose home is ``tmp_path / "home"`` (the fixture ``music`` says so)."""
    app = App(Settings(**{"static": tmp_path / "static", **settings}))
    with asyncio.Runner() as runner:
        yield Served(app, runner)
    app.close()


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two short songs; what is kept goes beside it."""
    monkeypatch.setenv("EARMARK_HOME", str(tmp_path / "home"))
    write_clip(tmp_path / "music/one.wav", seconds=3)
    write_clip(tmp_path / "music/pop/two.wav", seconds=2, seed=1)
    return tmp_path / "music"


@pytest.fixture
def page(music: Path, tmp_path: Path) -> Iterator[Served]:
    """The folder, served."""
    with served(tmp_path, folder=music) as found:
        yield found
