"""A thousand hostile requests: none is granted, none makes the server stumble."""

import asyncio
import json
from urllib.parse import unquote

import pytest

from hostile import Chance
from served import music, page, served

SECRET = b"the secret outside of the folder"


async def ask(app, method, path, query, headers, parts):
    """Status, headers and body of an answer; what the app raises is raised here."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": unquoted(path),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query,
        "headers": headers,
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    waiting, sent = list(parts), []

    async def receive():
        if not waiting:
            return {"type": "http.disconnect"}
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return (sent[0]["status"], dict(sent[0]["headers"]), body) if sent else (499, {}, b"")


def unquoted(path):
    """As servers do: percent signs undone once."""
    return unquote(path, errors="replace")


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")  # of libsndfile
@pytest.mark.parametrize("token", [None, "the right one"])
def test_a_thousand_hostile_requests(music, tmp_path, caplog, token):
    (tmp_path / "secret.wav").write_bytes(SECRET)
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text("<p>hello")
    chance = Chance(seed=5)
    with served(tmp_path, folder=music, static=static, max_upload_bytes=1 << 20) as page:
        before = page.songs()
        app = page.app
        app._guarded._token = token

        async def run():
            for number in range(1000 if token is None else 200):
                request = chance.any()
                status, headers, body = await ask(app, *request)
                told = (number, request[:4], status, body[:200])
                assert 400 <= status < 500, told
                assert SECRET not in body, told
                assert b"Traceback" not in body, told
                assert b"x-injected" not in headers, told
                assert b"default-src 'none'" in headers[b"content-security-policy"], told
                if request[0] != "HEAD":
                    assert json.loads(body)["error"], told

        asyncio.run(run())
        app._guarded._token = None
        assert page.songs() == before
    assert not caplog.records
    assert not list((tmp_path / "home/uploads").glob("*"))
