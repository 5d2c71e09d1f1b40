"""``earmark serve`` as a process: how soon it answers, how it ends, and a load."""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from clips import write_clip
from shell import earmark

httpx = pytest.importorskip("httpx")
pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

MAY = {"X-Earmark": "1"}
DEADLINE_S = 120
"""How long anything may take on a busy machine; how long it does take is in the documents."""


@contextmanager
def serving(folder, *words, home):
    """The process, and a client of the address that it prints."""
    command = [sys.executable, "-m", "earmark", "serve", *words, "--no-browser"]
    command = [*map(str, command), str(folder)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"EARMARK_HOME": str(home), "PYTHONUNBUFFERED": "1"},
    )
    late = threading.Timer(DEADLINE_S, process.kill)  # then there is nothing more to read
    late.start()
    try:
        line = process.stdout.readline()
        late.cancel()
        address = re.fullmatch(r"earmark is at (\S+)\n", line)
        assert address, line + process.stderr.read()
        base, _, query = address[1].partition("?")
        with httpx.Client(base_url=base, headers=MAY, timeout=DEADLINE_S) as client:
            client.token = query.removeprefix("token=")
            yield process, client
    finally:
        late.cancel()
        process.kill()
        process.communicate()


@contextmanager
def in_time(process):
    """The server is killed at the deadline, which ends whatever waits for it."""
    late = threading.Timer(DEADLINE_S, process.kill)
    late.start()
    try:
        yield
    finally:
        late.cancel()


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path):
    for i in range(3):
        write_clip(tmp_path / f"music/{i}.wav", seconds=3, seed=i)
    return tmp_path / "music"


def test_it_answers_soon_and_ends_cleanly(folder, home):
    started = time.monotonic()
    with serving(folder, "--port", "0", home=home) as (process, client):
        assert len(client.get("/api/songs").json()["songs"]) == 3
        assert client.get("/api/state").json()["models"]
        took_s = time.monotonic() - started
        with client.stream("GET", "/api/events") as news:  # a page that is open
            next(news.iter_raw())
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 130
        assert err == "earmark: the page is closed; all labels are kept\n"
    print(f"usable after {took_s:.2f} s")
    assert took_s < DEADLINE_S  # measured without a load: below 2 s; see docs/usage.md
    assert not list(home.glob("earmark.db-wal"))


def test_another_port_and_two_servers_of_one_home(folder, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            serving(folder, "--port", port, home=home) as (_, one),
            serving(folder, "--port", port, home=home) as (process, two),
        ):
            assert one.base_url.port != port
            assert two.base_url.port not in (port, one.base_url.port)
            songs = two.get("/api/songs").json()["songs"]
            song = songs[0]["id"]
            body = {"revision": 0, "segments": [], "checked": True}
            assert one.put(f"/api/songs/{song}/labels", json=body).status_code == 200
            assert two.put(f"/api/songs/{song}/labels", json=body).status_code == 409
            process.terminate()
            assert (
                f"port {port} is taken; another was chosen"
                in process.communicate(timeout=DEADLINE_S)[1]
            )


def test_others_need_the_token(folder, home):
    with serving(folder, "--port", "0", "--host", "0.0.0.0", home=home) as (process, client):
        address = f"http://127.0.0.1:{client.base_url.port}"
        token = client.token
        assert len(token) == 32
        assert httpx.get(f"{address}/api/songs").status_code == 401
        cookie = {"earmark_token": token}
        assert httpx.get(f"{address}/api/songs", cookies=cookie).status_code == 200
        process.terminate()
        assert "other machines can reach this page" in process.communicate(timeout=DEADLINE_S)[1]


def test_news_reach_a_page_while_songs_are_heard_and_one_leaves(folder, home):
    with serving(folder, "--port", "0", home=home) as (process, client), in_time(process):
        songs = [row["id"] for row in client.get("/api/songs").json()["songs"]]
        with client.stream("GET", "/api/events") as leaving:
            next(leaving.iter_raw())
            assert len(client.post("/api/detect", json={"ids": "all"}).json()["queued"]) == 3
        heard = set()
        with client.stream("GET", "/api/events") as news:
            client.post("/api/detect", json={"ids": "all"})
            for line in news.iter_lines():
                if line.startswith("data: ") and json.loads(line[6:]).get("status") == "done":
                    heard.add(json.loads(line[6:])["id"])
                if heard == set(songs):
                    break
        assert all(client.get(f"/api/songs/{i}").json()["frames"] == 150 for i in songs)


def test_twenty_uploads_and_quick_answers(folder, home):
    """Twenty recordings of twenty seconds at once, listened to meanwhile; nothing is lost."""
    sent = {
        f"{i}.flac": write_clip(home / f"{i}.flac", seconds=20, seed=i).read_bytes()
        for i in range(20)
    }
    with serving(folder, "--port", "0", home=home) as (_, client):
        client.post("/api/detect", json={"ids": "all"})

        def upload(name):
            url = str(client.base_url.join("/api/uploads"))
            answer = httpx.post(
                url, params={"name": name}, content=sent[name], headers=MAY, timeout=DEADLINE_S
            )
            assert answer.status_code == 201, answer.text
            number = answer.json()["id"]
            assert client.post(f"/api/songs/{number}/detect").status_code == 202
            return number

        waits_ms, statuses, until = [], {"new"}, time.monotonic() + 3 * DEADLINE_S
        with ThreadPoolExecutor(len(sent)) as pool:
            uploads = {name: pool.submit(upload, name) for name in sent}
            while statuses & {"new", "waiting", "running"} or not all(
                upload.done() for upload in uploads.values()
            ):
                asked = time.monotonic()
                assert asked < until, statuses
                rows = client.get("/api/songs").json()["songs"]
                waits_ms.append(1000 * (time.monotonic() - asked))
                statuses = {row["status"] for row in rows}
                if failed := [u for u in uploads.values() if u.done() and u.exception()]:
                    failed[0].result()
                time.sleep(0.01)
            ids = {name: upload.result() for name, upload in uploads.items()}
        print(f"median {statistics.median(waits_ms):.0f} ms, longest {max(waits_ms):.0f} ms")
        assert statistics.median(waits_ms) < 2000  # without a load: see docs
        assert statuses == {"done"}
        for name, number in ids.items():
            assert client.get(f"/api/songs/{number}/audio").content == sent[name]


def test_a_kill_loses_no_labels(folder, home):
    """Killed while labels are being saved, one edit after the other."""
    with serving(folder, "--port", "0", home=home) as (process, client), in_time(process):
        song = client.get("/api/songs").json()["songs"][0]["id"]
        client.post("/api/detect", json={"ids": "all"})
        said = []  # what the page was told is saved
        sending = threading.Event()

        def edit():
            revision, number = client.get(f"/api/songs/{song}").json()["revision"], 0
            while True:
                number += 1
                segments = [{"start_s": 0, "end_s": 0.001 * number, "label": "singing"}]
                body = {"revision": revision, "segments": segments, "checked": True}
                if number > 20:
                    sending.set()
                try:
                    answer = client.put(f"/api/songs/{song}/labels", json=body)
                except httpx.TransportError:
                    return number
                revision = answer.json()["revision"]
                if answer.status_code == 200:
                    said.append(number)
                else:  # a detection came in between
                    assert answer.status_code == 409, answer.text

        with ThreadPoolExecutor(1) as pool:
            edits = pool.submit(edit)
            assert sending.wait(DEADLINE_S) or edits.result(DEADLINE_S) is None
            process.kill()
            under_way = edits.result(DEADLINE_S)
        process.wait(DEADLINE_S)
    with serving(folder, "--port", "0", home=home) as (_, client):
        found = client.get(f"/api/songs/{song}").json()
        assert found["checked"] is True
        kept = round(found["segments"][0]["end_s"] / 0.001)
        assert kept in (said[-1], under_way)  # the one under way may be there
        assert client.get("/api/teach").json()["status"] == "none"


def test_wrong_usage(tmp_path, monkeypatch):
    said = earmark("serve", tmp_path / "none", "--no-browser")
    assert (said.code, "no such folder" in said.err) == (2, True)
    said = earmark("serve", "--host", "no.such.host.invalid", "--no-browser")
    assert (said.code, "leave out --host" in said.err) == (1, True)
    said = earmark("serve", "--host", "203.0.113.9", "--no-browser")
    assert (said.code, "cannot be listened at" in said.err) == (1, True)
    monkeypatch.setitem(sys.modules, "starlette", None)
    said = earmark("serve", "--no-browser")
    assert (said.code, "pip install '.[web]'" in said.err) == (1, True)
