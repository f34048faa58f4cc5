"""Fifty people at the Streamlit pages over a million issues: how long one of their clicks takes to be answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.keep_alive import events_of
from bench.row import Row
from bench.server_load import ServerLoad
from bench.viewers import WRITES_A_SECOND, WUHAN, write
from data.city_folder.load import load_city
from tests.browser.app_server import App

SESSIONS: Final = 50
SECONDS: Final = 40
THINKING_S: Final = 8.0
"""On average between two clicks of one person."""

PACE_S: Final = 1.0
PACE_SHARE: Final = 5
SLOWEST_S: Final = 20.0
"""As ui/assets/map_view.js: a page follows new revisions so far apart, and the slower the longer a run takes."""

PAGES: Final = ("situation", "explore", "points")
_LARGEST: Final = 2**26
_WAIT_S: Final = 60
_FOLLOW_WAIT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """Milliseconds of every click of a page, to the last message of its run; what went wrong; how many runs a second
    followed reports."""

    waits_ms: dict[str, list[float]]
    errors: list[str]
    followed_a_second: float
    load: ServerLoad


def rows(app: App, issues: int, *, sessions: int = SESSIONS, seconds: float = SECONDS) -> list[Row]:
    """Median and p95 of a click, over all pages and of each, and what the server needs meanwhile."""
    answered = work(app, sessions=sessions, seconds=seconds)
    for error in answered.errors[:5]:
        print(f"staff: {error}")
    name, equal = f"{sessions} staff sessions", not answered.errors
    every = [wait for waits in answered.waits_ms.values() for wait in waits]
    found = [
        Row(f"{name}: a click", issues, _at(every, 50), None, None, "ms", None, equal),
        Row("… the slowest in twenty (p95)", issues, _at(every, 95), None, "aim: 1,000", "ms", None, equal),
    ]
    found += [
        Row(f"… on {page} (p95)", issues, _at(waits, 95), None, None, "ms", None, None)
        for page, waits in answered.waits_ms.items()
    ]
    runs = Row(
        f"{name}: runs that follow reports", issues, round(answered.followed_a_second, 1), None, None, "/s", None, None
    )
    clicks_and_runs = len(every) + answered.followed_a_second * seconds
    cpu_ms = round(answered.load.cpu_s / max(clicks_and_runs, 1) * 1e3, 1)
    cost = Row(f"{name}: processor for a run", issues, cpu_ms, None, None, "ms", None, None)
    return [*found, runs, cost, *answered.load.rows(name, issues)]


def work(app: App, *, sessions: int, seconds: float) -> Answered:
    """Each session opens a page, then changes its filter every THINKING_S or so, a third of them on each page, while
    reports come in. A click is a run of the whole page. Every page also follows the reports, as in a browser: its
    fragment runs anew, at the browser's pace; a click that comes meanwhile waits for that.
    """
    return asyncio.run(_work(app, sessions, seconds))


async def _work(app: App, sessions: int, seconds: float) -> Answered:
    city = load_city(WUHAN)
    types, areas = [entry.code for entry in city.catalogue.types], city.areas.codes
    queries = [
        f"type={types[at % len(types)]}" if at % 3 else f"subdistrict={areas[at % len(areas)]}" for at in range(24)
    ]
    queries += ["", "stage=overdue", "since=2022-05-01&until=2022-06-30"]
    answered = Answered({page: [] for page in PAGES}, [], 0.0, ServerLoad.begin(app.pid))
    opened = [await _Session.open(app, PAGES[at % len(PAGES)]) for at in range(sessions)]
    load = ServerLoad.begin(app.pid)
    port = int(app.url.rpartition(":")[2])
    until = time.perf_counter() + seconds
    people = (_person(one, queries, until, np.random.default_rng(at), answered) for at, one in enumerate(opened))
    followers = [
        asyncio.create_task(act) for act in (_hear(port, opened), *(_following(one, answered.errors) for one in opened))
    ]
    (_, refused), *_ = await asyncio.gather(write(port, city, seconds, WRITES_A_SECOND), *people)
    refused += [f"a page could not follow: {task.exception()!r}" for task in followers if task.done()]
    runs = sum(one.followed for one in opened)
    for task in followers:
        task.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    load = load.ended()
    for one in opened:
        await one.close()
    return Answered(answered.waits_ms, answered.errors + refused, runs / seconds, load)


async def _person(
    session: _Session, queries: Sequence[str], until: float, rng: np.random.Generator, answered: Answered
) -> None:
    await asyncio.sleep(rng.uniform(0, THINKING_S))
    while time.perf_counter() < until:
        begun = time.perf_counter()
        try:
            await asyncio.wait_for(session.run(queries[rng.integers(len(queries))]), _WAIT_S)
        except (OSError, ValueError, TimeoutError) as error:
            answered.errors.append(f"{session.page}: {error!r}")
            return
        answered.waits_ms[session.page].append((time.perf_counter() - begun) * 1e3)
        await asyncio.sleep(rng.uniform(0.5, 1.5) * THINKING_S)


async def _hear(port: int, sessions: Sequence[_Session]) -> None:
    """One stream for all tabs, as a browser's SharedWorker has it."""
    async for event, _ in events_of(port, "/api/stream"):
        if event == "revision":
            for session in sessions:
                session.news.set()


async def _following(session: _Session, errors: list[str]) -> None:
    rng = np.random.default_rng()
    while True:
        await session.news.wait()
        await asyncio.sleep(rng.uniform(0, session.pace_s))
        session.news.clear()
        begun = time.perf_counter()
        try:
            await session.follow()
        except (OSError, ValueError, TimeoutError) as error:
            errors.append(f"{session.page} did not follow: {error!r}")
        took = time.perf_counter() - begun
        await asyncio.sleep(max(PACE_S, session.pace_s, min(PACE_SHARE * took, SLOWEST_S)) - took)


class _Session:
    """One browser tab, spoken for by its websocket: Streamlit's own messages, nothing drawn."""

    def __init__(self, connection: ClientConnection, page: str) -> None:
        self._connection, self.page = connection, page
        self._hash = self._fragment = ""
        self._lock = asyncio.Lock()
        self.news = asyncio.Event()
        self.followed = 0
        self.pace_s = 0.0

    @classmethod
    async def open(cls, app: App, page: str) -> _Session:
        """Connect, and draw the page once."""
        address = app.url.replace("http://", "ws://") + "/_stcore/stream"
        connection = await connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=_LARGEST, compression=None, proxy=None
        )
        session = cls(connection, page)
        await session.run("")
        return session

    async def run(self, query: str) -> None:
        """Run the page with another filter in its address; back when its last message is there. ValueError where the
        script did not end well."""
        ask = BackMsg()
        ask.rerun_script.query_string = self._query = query
        if self._hash:
            ask.rerun_script.page_script_hash = self._hash
        else:
            ask.rerun_script.page_name = self.page
        async with self._lock:
            await self._asked(ask, ForwardMsg.FINISHED_SUCCESSFULLY)

    async def follow(self) -> None:
        """Run the page's fragment again, as a new revision makes it. TimeoutError where Streamlit says nothing."""
        async with self._lock:
            ask = BackMsg()
            ask.rerun_script.query_string = self._query
            ask.rerun_script.page_script_hash, ask.rerun_script.fragment_id = self._hash, self._fragment
            await asyncio.wait_for(self._asked(ask, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY), _FOLLOW_WAIT_S)
        self.followed += 1

    async def _asked(self, ask: BackMsg, well: int) -> None:
        await self._connection.send(ask.SerializeToString())
        drawn = 0
        while True:
            message = ForwardMsg()
            message.ParseFromString(await self._connection.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "navigation":  # which page is drawn; `new_session` names the script, which all pages share
                self._hash = message.navigation.page_script_hash
            elif kind == "delta":
                drawn += 1
                if well == ForwardMsg.FINISHED_SUCCESSFULLY:
                    self._fragment = message.delta.fragment_id or self._fragment
                element = message.delta.new_element
                if element.HasField("bidi_component") and "pace" in (told := orjson.loads(element.bidi_component.json)):
                    self.pace_s = told["pace"] / 1e3
                if message.delta.WhichOneof("type") == "new_element" and element.HasField("exception"):
                    raise ValueError(element.exception.message)
            elif kind == "script_finished":
                if message.script_finished != well or not drawn:
                    raise ValueError(f"a run ended with {message.script_finished} after {drawn} elements")
                return

    async def close(self) -> None:
        """Leave."""
        await self._connection.close()


def _at(values: Sequence[float], percent: int) -> float:
    return round(float(np.percentile(values or [np.nan], percent)), 1)
