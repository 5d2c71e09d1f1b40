"""News for open pages."""

import asyncio
import json
import threading

from earmark.web import events as module
from earmark.web.events import Events


async def heard(stream, count):
    return [await anext(stream) for _ in range(count)]


def test_news_from_any_thread_reach_all_listeners():
    async def run():
        events = Events()
        streams = [events.stream() for _ in range(3)]
        assert [await anext(stream) for stream in streams] == [b": hello\n\n"] * 3
        thread = threading.Thread(target=events.tell, args=("song", {"id": 1, "name": "ä\n"}))
        thread.start()
        for stream in streams:
            said = (await anext(stream)).decode("ascii").split("\n")
            assert said[0] == "event: song"
            assert json.loads(said[1].removeprefix("data: ")) == {"id": 1, "name": "ä\n"}
            assert said[2:] == ["", ""]
        thread.join()
        await streams[0].aclose()
        assert len(events) == 2
        events.close()
        assert [part async for part in streams[1]] == []
        assert [part async for part in events.stream()] == []

    asyncio.run(run())


def test_a_slow_listener_gets_the_latest_only():
    async def run():
        events = Events()
        stream = events.stream()
        await anext(stream)
        for i in range(10_000):
            events.tell("song", i, about=1)
        events.tell("song", "other", about=2)
        await asyncio.sleep(0)
        said = await anext(stream)
        assert said == b'event: song\ndata: 9999\n\nevent: song\ndata: "other"\n\n'

    asyncio.run(run())


def test_it_beats_while_nothing_happens(monkeypatch):
    monkeypatch.setattr(module, "BEAT_S", 0.01)

    async def run():
        stream = Events().stream()
        assert await heard(stream, 3) == [b": hello\n\n", *[b": still here\n\n"] * 2]

    asyncio.run(run())
