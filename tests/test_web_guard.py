"""Who may ask."""

import asyncio

import pytest

from earmark.web.guard import Guard
from served import music, page, served


def ask(page, method="GET", path="/api/teach", **headers):
    given = {"host": "127.0.0.1:8000", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return page.ask(method, path, headers=given).status_code


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_our_own_names(page, host):
    assert ask(page, host=host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost@evil", "", "127.0.0.1:8000:1", "a b",
     "127.0.0.1:123456", "192.168.0.7:8000", "localhost,evil", "\u00e9", "[::1", "0.0.0.0"],
)  # fmt: skip
def test_other_names(page, host):
    assert ask(page, host=host.encode("utf-8")) == 403


def test_other_sites(page):
    own = "http://127.0.0.1:8000"
    assert ask(page, origin=own) == 200
    for origin in ("http://evil.example", "null", "https://127.0.0.1:8000", "http://127.0.0.1", ""):
        assert ask(page, origin=origin) == 403
        assert ask(page, "DELETE", "/api/songs/1/job", origin=origin) == 403
    assert ask(page, sec_fetch_site="same-origin") == 200
    assert ask(page, sec_fetch_site="cross-site") == ask(page, sec_fetch_site="same-site") == 403
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert ask(page, path="/", **link) == 404  # let through; there is no page in this test
    assert ask(page, path="/api/state", **link) == 403


def test_changes_need_the_header(page):
    for method, path in (
        ("POST", "/api/uploads"), ("POST", "/api/detect"), ("DELETE", "/api/songs/1"),
        ("PUT", "/api/songs/1/labels"), ("POST", "/api/teach"), ("PATCH", "/"), ("OPTIONS", "/"),
    ):  # fmt: skip
        assert ask(page, method, path, x_earmark="") == 403
        assert ask(page, method, path, x_earmark="2") == 403


def test_a_token_where_others_can_reach_it(music, tmp_path):
    with served(tmp_path, folder=music, host="0.0.0.0", token="geheim") as page:
        answer = page.get("/api/songs")
        assert answer.status_code == 401
        assert page.get("/").status_code == 401
        assert page.get("/?token=falsch").status_code == 401
        assert page.get("/?token=geheim&token=falsch").status_code == 401
        for path in ("/?token=geheim&a=1", "//evil.example/?token=geheim&a=1"):
            answer = page.get(f"http://127.0.0.1:8000{path}")
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/")
            assert not answer.headers["location"].startswith("//")
            assert answer.headers["location"].endswith("?a=1")
            assert "HttpOnly" in answer.headers["set-cookie"]
        # httpx keeps the cookie from here on
        assert page.get("/api/songs").status_code == 200
        assert ask(page, host="192.168.0.7:8000") == 200
        assert ask(page, host="evil.example") == 403
        assert ask(page, cookie="earmark_token=x") == 401
        assert ask(page, cookie=";;=\u00e9".encode()) == 401


def test_no_websockets_and_mistakes_of_ours_are_not_told(caplog):
    async def broken(scope, receive, send):
        raise ZeroDivisionError("secret")

    async def run(scope):
        sent = []

        async def send(message):
            sent.append(message)

        await Guard(broken, host="127.0.0.1", token=None)(scope, None, send)
        return sent

    assert asyncio.run(run({"type": "websocket"})) == [{"type": "websocket.close", "code": 1008}]
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "query_string": b""}
    asyncio.run(run(scope | {"headers": [(b"host", b"localhost")]}))
    assert "unexpected ZeroDivisionError" in caplog.text
