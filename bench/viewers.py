"""Two hundred open maps of a million issues, five reports a second: how long until every viewer has its new answers."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import orjson

from bench.keep_alive import KeepAlive, Reply, events_of
from bench.open_map import APART_S, OpenMap, content, open_maps
from bench.row import Row
from bench.server_load import ServerLoad
from data.city_folder.load import load_city
from geo.city import City
from tests.browser.app_server import App

VIEWERS: Final = 200
WRITES_A_SECOND: Final = 5
SECONDS: Final = 30
DIFFERENT: Final = 20
PATIENCE_S: Final = 30
WUHAN: Final = Path(__file__).resolve().parents[1] / "data" / "cities" / "wuhan"
_CONNECTIONS: Final = 5  # a browser has six a host, and one is the stream's
_HEADERS: Final = {"Accept-Encoding": "gzip", "Accept": "application/json"}
_BROKEN: Final = (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError)


@dataclass
class Viewer:
    """A map with its connections: the answers it has, and when it had complete ones of which revision."""

    map: OpenMap
    connections: list[KeepAlive]
    answers: dict[str, Any] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    steady: dict[str, float] = field(default_factory=dict)
    heard: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[tuple[int, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: int = 0
    received: int = 0
    largest: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """What was measured: milliseconds of every (write, viewer) from the receipt to the complete new picture; how many
    pictures were complete, requests and bytes of one and bytes of the largest; what went wrong; whether all answers
    were right at the end."""

    waits_ms: np.ndarray
    pictures: int
    requests: float
    received: float
    largest: int
    errors: list[str]
    equal: bool
    load: ServerLoad

    @property
    def cpu_ms_a_picture(self) -> float:
        """Processor time of the server for everything, shared among the pictures."""
        return round(self.load.cpu_s / max(self.pictures, 1) * 1e3, 2)


def rows(app: App, issues: int, *, viewers: int = VIEWERS, seconds: float = SECONDS) -> list[Row]:
    """Median and p95 of an update, bytes a viewer reads for one, the server's memory and processor while it lasts."""
    watched = watch(app, viewers=viewers, seconds=seconds)
    for error in watched.errors[:5]:
        print(f"viewers: {error}")
    name, equal = f"{viewers} viewers", watched.equal and not watched.errors
    p50, p95 = (round(float(value), 1) for value in np.percentile(watched.waits_ms, (50, 95)))
    return [
        Row(f"{name}: write to new answers", issues, p50, None, None, "ms", None, equal),
        Row("… the slowest in twenty (p95)", issues, p95, None, "aim: 500", "ms", None, equal),
        Row(f"{name}: requests for a picture", issues, round(watched.requests, 2), None, None, "", None, None),
        Row(f"{name}: bytes of a picture", issues, round(watched.received / 1e3, 2), None, None, "kB", None, None),
        Row("… of the largest, all panels anew", issues, watched.largest / 1e3, None, None, "kB", None, None),
        Row(f"{name}: processor for a picture", issues, watched.cpu_ms_a_picture, None, None, "ms", None, None),
        *watched.load.rows(name, issues),
    ]


def watch(app: App, *, viewers: int, seconds: float, per_second: float = WRITES_A_SECOND) -> Watched:
    """Open `viewers` maps of `app`, report `per_second` issues for `seconds`, and wait until all have the last one.

    equal: at the end each viewer's answers are those that a new client gets, and the total has grown by the reports.
    """
    return asyncio.run(_watch(app, viewers, seconds, per_second))


async def _watch(app: App, count: int, seconds: float, per_second: float) -> Watched:
    city, port = load_city(WUHAN), int(app.url.rpartition(":")[2])
    maps = open_maps(city, DIFFERENT)
    viewers = [Viewer(maps[at % DIFFERENT], [KeepAlive(port) for _ in range(_CONNECTIONS)]) for at in range(count)]
    tasks = [asyncio.create_task(act(viewer, port)) for viewer in viewers for act in (_follow, _refreshing)]
    await _until(lambda: all(viewer.seen and not viewer.news.is_set() for viewer in viewers))
    await asyncio.sleep(2 * APART_S)  # scales that are known by now make second requests
    before = await _asked(port, "/api/summary")
    began = [(len(viewer.seen), viewer.requests, viewer.received) for viewer in viewers]
    for viewer in viewers:
        viewer.largest = 0
    load = ServerLoad.begin(app.pid)
    receipts, refused = await write(port, city, seconds, per_second)
    last = max((revision for revision, _ in receipts), default=0)
    late = not await _until(lambda: all(viewer.seen[-1][0] >= last for viewer in viewers))
    load = load.ended()
    errors = refused + [error for viewer in viewers for error in viewer.errors]
    errors += ["a viewer never saw the last write"] * late
    await asyncio.sleep(2 * APART_S)
    equal = (await _asked(port, "/api/summary"))["issues"]["total"] - before["issues"]["total"] == len(receipts)
    equal = equal and await _all_right(port, viewers)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    waits = [wait for viewer in viewers for wait in _waits(viewer, receipts)]
    ended = [(len(viewer.seen), viewer.requests, viewer.received) for viewer in viewers]
    drawn, requests, received = (np.array(ended) - np.array(began)).sum(axis=0)
    waits_ms = np.array(waits or [np.nan]) * 1e3
    largest = max(viewer.largest for viewer in viewers)
    each = (requests / max(drawn, 1), received / max(drawn, 1))
    return Watched(waits_ms, int(drawn), *each, largest, errors, equal, load)


async def _follow(viewer: Viewer, port: int) -> None:
    """The viewer's event stream: what it is told of changes (live.js)."""
    known: int | None = None
    try:
        async for event, data in events_of(port, "/api/stream"):
            if event != "revision":
                continue
            delta = orjson.loads(data)
            if known is not None and delta["revision"] <= known:
                continue
            if known is None or delta["since"] is None or delta["since"] > known:
                delta["since"] = None
            known = viewer.heard = delta["revision"]
            viewer.stale.update(viewer.map.touched(delta, viewer.answers))
            viewer.news.set()
        viewer.errors.append("a stream ended")
    except _BROKEN as error:
        viewer.errors.append(f"a stream broke: {error!r}")


async def _refreshing(viewer: Viewer, _port: int) -> None:
    """Asks again after each change, refreshes APART_S apart, and notes when which revision was complete (feed.js)."""
    began = -APART_S
    while True:
        await viewer.news.wait()
        await asyncio.sleep(max(0.0, APART_S - (time.perf_counter() - began)))
        viewer.news.clear()
        began, revision, received = time.perf_counter(), viewer.heard, viewer.received
        stale, viewer.stale = viewer.stale, set()
        wanted = viewer.map.wanted(viewer.answers, viewer.steady)
        asked = [(name, url) for name, url in wanted.items() if name in stale or viewer.urls.get(name) != url]
        await _bring(viewer, asked)
        viewer.largest = max(viewer.largest, viewer.received - received)
        viewer.seen.append((revision, time.perf_counter()))
        if viewer.map.wanted(viewer.answers, viewer.steady) != viewer.urls:
            viewer.news.set()


async def _bring(viewer: Viewer, asked: Sequence[tuple[str, str]]) -> None:
    """Those that are known and may not hold any more together, where they are several; others each by itself."""
    known = [(name, url) for name, url in asked if viewer.urls.get(name) == url]
    together = known if len(known) > 1 else []
    alone = [entry for entry in asked if entry not in together]
    acts = [_ask(viewer, at + 1, name, url) for at, (name, url) in enumerate(alone)]
    await asyncio.gather(*acts, *([_ask_together(viewer, together)] if together else []))


async def _ask_together(viewer: Viewer, entries: Sequence[tuple[str, str]]) -> None:
    query = urlencode([pair for name, url in entries for pair in (("ask", url), ("tag", viewer.tags[name]))])
    answer = await _answered(viewer, 0, f"/api/picture?{query}", _HEADERS)
    if answer is None:
        return
    for (name, url), told in zip(entries, content(answer.body)["answers"], strict=True):
        if told["status"] == 200:
            viewer.tags[name], viewer.answers[name] = told["etag"], told["content"]
        elif told["status"] != 304:
            viewer.errors.append(f"{url}: {told}")


async def _ask(viewer: Viewer, at: int, name: str, url: str) -> None:
    known = viewer.urls.get(name) == url
    headers = {**_HEADERS, "If-None-Match": viewer.tags[name]} if known else _HEADERS
    answer = await _answered(viewer, at, url, headers)
    if answer is not None and answer.status == 200:
        viewer.urls[name], viewer.tags[name] = url, answer.headers["etag"]
        viewer.answers[name] = content(answer.body)


async def _answered(viewer: Viewer, at: int, url: str, headers: Mapping[str, str]) -> Reply | None:
    """The answer, 200 or 304; what else comes is noted as an error."""
    try:
        answer = await asyncio.wait_for(viewer.connections[at % _CONNECTIONS].get(url, headers), PATIENCE_S)
    except _BROKEN as error:
        viewer.errors.append(f"{url}: {error!r}")
        return None
    viewer.requests += 1
    viewer.received += answer.size
    if answer.status in (200, 304):
        return answer
    viewer.errors.append(f"{url}: {answer.status} {answer.body[:200]!r}")
    return None


async def write(port: int, city: City, seconds: float, per_second: float) -> tuple[list[tuple[int, float]], list[str]]:
    """Reports at a steady pace, whatever the answers take: the revision of each and when it was
    acknowledged; what was refused."""
    west, south, east, north = city.boundary.bounds
    rng = np.random.default_rng()
    receipts: list[tuple[int, float]] = []  # several reports may be written as one revision
    refused: list[str] = []

    async def report(connection: KeepAlive, kind: str, spot: Sequence[float]) -> None:
        point = {"type": "Point", "coordinates": [west + spot[0] * (east - west), south + spot[1] * (north - south)]}
        body = orjson.dumps({"id": str(uuid.uuid4()), "type": kind, "geometry": point, "description": "bench"})
        answer = await connection.post("/api/issues", body)
        if answer.status == 201:
            receipts.append((orjson.loads(answer.body)["revision"], time.perf_counter()))
        else:
            refused.append(f"POST /api/issues: {answer.status} {answer.body[:200]!r}")

    start, tasks = time.perf_counter(), []
    pool = [KeepAlive(port) for _ in range(8)]
    types = [entry.code for entry in city.catalogue.types]
    for at in range(round(seconds * per_second)):
        await asyncio.sleep(max(0.0, start + at / per_second - time.perf_counter()))
        spot = rng.uniform(0.25, 0.75, 2).tolist()
        tasks.append(asyncio.create_task(report(pool[at % len(pool)], types[at % len(types)], spot)))
    await asyncio.gather(*tasks)
    return receipts, refused


def _waits(viewer: Viewer, receipts: Sequence[tuple[int, float]]) -> list[float]:
    """Seconds from each receipt to the first complete picture of that revision or a later one."""
    waits, at = [], 0
    for revision, receipt in sorted(receipts):
        while at < len(viewer.seen) and viewer.seen[at][0] < revision:
            at += 1
        if at < len(viewer.seen):
            waits.append(max(0.0, viewer.seen[at][1] - receipt))
    return waits


async def _all_right(port: int, viewers: Sequence[Viewer]) -> bool:
    fresh: dict[str, Any] = {}
    for viewer in viewers:
        for name, url in viewer.urls.items():
            if url not in fresh:
                fresh[url] = _said(await _asked(port, url))
            if _said(viewer.answers[name]) != fresh[url]:
                print(f"viewers: another answer now: {url}")
                return False
    return True


async def _asked(port: int, url: str) -> Any:
    connection = KeepAlive(port)
    answer = await connection.get(url, {})
    connection.close()
    assert answer.status == 200, f"{url}: {answer.status}"
    return content(answer.body)


def _said(answer: Any) -> Any:
    """An answer's own part; the revision and the moment move on where the figures do not."""
    return {key: value for key, value in answer.items() if key not in ("revision", "as_of")}


async def _until(true: Callable[[], bool], wait_s: float = PATIENCE_S * 2) -> bool:
    """Whether `true` became so in time."""
    deadline = time.perf_counter() + wait_s
    while not true():
        if time.perf_counter() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
