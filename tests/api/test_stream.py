"""The event stream: a change reaches every client, slow ones catch up, and nothing outlives the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import stream
from api.app import MIDDLEWARE, ROUTES, lifespan
from api.delta import ALL, unknown
from api.stream import Hub
from data.feed import READY, Change, ChangeFeed, Health


class Source:
    """As much of a Runtime as the hub asks for."""

    def __init__(self) -> None:
        self.feed = ChangeFeed()
        self.snapshot = SimpleNamespace(revision=7, issues=None, points=None, visits=None, growing=None)
        self.store_health = READY
        self.city = None

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        return self.feed.subscribe(callback)

    def subscribe_health(self, callback: Callable[[Health], None]) -> Callable[[], None]:
        return self.feed.subscribe_health(callback)


def run(scenario: Callable[[Source, Hub], Any]) -> Any:
    """Run `scenario` with a hub in a fresh event loop."""

    async def main() -> Any:
        source = Source()
        return await scenario(source, Hub(source, asyncio.get_running_loop()))  # type: ignore[arg-type]

    return asyncio.run(main())


def told(event: bytes) -> dict[str, Any]:
    """The data of one event."""
    lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
    assert lines["event"] == "revision"
    content: dict[str, Any] = json.loads(lines["data"])
    assert int(lines["id"]) == content["revision"]
    return content


async def opened(hub: Hub, last_seen: int | None = None) -> tuple[AsyncIterator[bytes], dict[str, Any]]:
    """A stream that has said where it stands."""
    events = hub.events(last_seen)
    assert await anext(events) == b"retry: 2000\n\n"
    return events, told(await anext(events))


def test_a_client_is_told_where_it_stands_and_what_it_missed() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        assert (await opened(hub))[1] == unknown(7)
        assert (await opened(hub, 5))[1]["missed"] == 2
        assert (await opened(hub, 99))[1]["missed"] == 0

    run(scenario)


def test_every_client_hears_of_every_change_in_order() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        streams = [(await opened(hub))[0] for _ in range(3)]
        for revision in (8, 9):
            await asyncio.to_thread(source.feed.publish, Change(revision, ()))
        for events in streams:
            assert [told(await anext(events))["revision"] for _ in range(2)] == [8, 9]

    run(scenario)


def test_a_crowd_is_told_of_a_lulls_first_change_at_once_and_of_a_burst_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "FEW", 2)
    monkeypatch.setattr(stream, "SHARE_S", 0.1)

    async def scenario(source: Source, hub: Hub) -> None:
        streams = [(await opened(hub))[0] for _ in range(3)]
        began = time.monotonic()
        source.feed.publish(Change(8, ()))
        assert [told(await anext(events))["revision"] for events in streams] == [8, 8, 8]
        assert time.monotonic() - began < 0.1
        for revision in range(9, 14):
            await asyncio.to_thread(source.feed.publish, Change(revision, ()))
            await asyncio.sleep(0.01)
        assert [told(await anext(events))["revision"] for events in streams] == [13, 13, 13]
        assert 0.25 < time.monotonic() - began < 1
        source.feed.publish(Change(14, ()))
        await asyncio.sleep(0.05)
        await streams.pop().aclose()  # few are left; what waits is told in its order nevertheless
        source.feed.publish(Change(15, ()))
        seen = [told(await anext(events))["revision"] for events in streams]
        assert seen == [15, 15]
        source.feed.publish(Change(16, ()))
        assert [told(await anext(events))["revision"] for events in streams] == [16, 16]

    run(scenario)


def test_a_crowd_hears_of_every_change_that_comes_while_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FEW", 0)
    monkeypatch.setattr(stream, "SHARE_S", 0.02)

    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        real = hub._deltas.since

        def slow(seen: int | None, *sights: Any) -> Any:
            delta = real(seen, *sights)
            if delta["revision"] == 8:
                source.feed.publish(Change(9, ()))
            return delta

        monkeypatch.setattr(hub._deltas, "since", slow)
        source.feed.publish(Change(8, ()))
        assert [told(await anext(events))["revision"] for _ in range(2)] == [8, 9]

    run(scenario)


def test_nobody_is_told_what_was_before_everybody_had_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FEW", 0)

    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        await events.aclose()  # type: ignore[attr-defined]
        for revision in range(8, 12):
            source.feed.publish(Change(revision, ()))
        events, first = await opened(hub)
        assert first["revision"] == 11
        asked: list[int | None] = []
        real = hub._deltas.since
        monkeypatch.setattr(hub._deltas, "since", lambda seen, *rest: asked.append(seen) or real(seen, *rest))
        source.feed.publish(Change(12, ()))
        assert told(await anext(events))["revision"] == 12
        assert asked == [11]

    run(scenario)


def test_a_client_that_does_not_read_catches_up_in_one_event() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        for revision in range(8, 8 + 40):
            source.feed.publish(Change(revision, ()))
        await asyncio.sleep(0)
        seen = [told(await anext(events))["revision"] for _ in range(8)]
        assert seen == sorted(seen)
        assert seen[-1] == 47

    run(scenario)


def test_a_quiet_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.01)

    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        assert await anext(events) == b": alive\n\n"

    run(scenario)


def test_open_and_later_streams_hear_that_the_store_is_lost_and_found() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        source.store_health = Health("degraded", "store_lost")
        await asyncio.to_thread(source.feed.publish_health, source.store_health)
        later, _ = await opened(hub)
        for stream_ in (events, later):
            name, data = (await anext(stream_)).decode().strip().split("\n")
            assert name == "event: health"
            content = json.loads(data.removeprefix("data: "))
            assert (content["status"], content["why"]["code"]) == ("degraded", "store_lost")
            assert content["why"]["message"].startswith("The database cannot be reached")
        source.feed.publish_health(READY)
        assert await anext(events) == b'event: health\ndata: {"status":"ready"}\n\n'

    run(scenario)


def test_open_streams_hear_that_a_deadline_has_passed_and_who_is_behind_asks_anew_in_any_case() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        hub.tell_of_the_moment()
        assert await anext(events) == b'event: moment\ndata: {"revision":7}\n\n'
        for revision in range(8, 8 + 40):
            source.feed.publish(Change(revision, ()))
        await asyncio.sleep(0)
        for _ in range(40):
            hub.tell_of_the_moment()
        assert told(await anext(events))["revision"] > 7

    run(scenario)


def test_a_stream_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_S", 0.3)
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.2)

    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        assert [event async for event in events] == [b": alive\n\n"] * 2
        assert not hub._queues

    run(scenario)


def test_who_may_listen_no_longer_hears_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the next change nor that the stream lives: it ends before another word."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)

    async def scenario(source: Source, hub: Hub) -> None:
        may = True

        async def still_may() -> bool:
            return may

        async def another() -> AsyncIterator[bytes]:
            events = hub.events(None, ALL, still_may)
            assert [(await anext(events))[:6] for _ in range(2)] == [b"retry:", b"event:"]
            return events

        quiet, busy = await another(), await another()
        await asyncio.to_thread(source.feed.publish, Change(8, ()))
        assert [told(await anext(events))["revision"] for events in (quiet, busy)] == [8, 8]
        may = False
        with pytest.raises(StopAsyncIteration):
            await anext(quiet)
        await asyncio.to_thread(source.feed.publish, Change(9, ()))
        with pytest.raises(StopAsyncIteration):
            await anext(busy)
        assert hub.open == 0

    run(scenario)


def test_ending_the_hub_ends_open_and_later_streams_and_its_subscription() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        await asyncio.to_thread(hub.end)
        assert [event async for event in events] == []
        later, _ = await opened(hub)
        assert [event async for event in later] == []
        assert not source.feed._callbacks
        assert not source.feed._health_callbacks

    run(scenario)


def test_a_stream_that_is_left_is_forgotten() -> None:
    async def scenario(source: Source, hub: Hub) -> None:
        events, _ = await opened(hub)
        assert len(hub._queues) == 1
        await events.aclose()  # type: ignore[attr-defined]
        assert not hub._queues

    run(scenario)


def test_the_answer_is_an_event_stream(empty: TestClient) -> None:
    head = empty.head("/api/stream")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert head.headers["cache-control"] == "no-store"


def test_a_full_house_says_so(empty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 0)
    answer = empty.get("/api/stream")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"


@contextlib.contextmanager
def served(folder: Path, city: Path) -> Iterator[str]:
    """The application on a real socket, in a thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUNJIE_DATABASE_URL", f"sqlite:///{folder / 'store.db'}")
        patch.setenv("XUNJIE_CITY", str(city))
        application = Starlette(routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
        server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive(), "an open stream kept the server from stopping"


def test_a_report_arrives_within_a_second_over_a_real_socket(tmp_path: Path, bare_city: Path) -> None:
    point = {"type": "Point", "coordinates": [106.7135, 26.5983]}
    with served(tmp_path, bare_city) as url, httpx.stream("GET", f"{url}/api/stream", timeout=5) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        began = time.monotonic()
        posted = httpx.post(f"{url}/api/issues", json={"id": str(uuid.uuid4()), "type": "E0501", "geometry": point})
        data: list[dict[str, Any]] = []
        while not data or data[-1]["revision"] < posted.json()["revision"]:
            line = next(lines)
            if line.startswith("data: "):
                data.append(json.loads(line[6:]))
        assert time.monotonic() - began < 1
        assert data[-1]["count"] == 1
        assert data[-1]["issues"][0]["number"] == posted.json()["number"]
        stream._hub.end()  # type: ignore[union-attr]
        assert list(lines)[-1:] in ([], [""])
