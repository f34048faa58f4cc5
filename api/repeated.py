"""What many viewers ask at one revision is read and answered once; the others are given the same bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import name_of
from api.identity import ACTION, VIEWER
from data.runtime import Runtime, open_runtime_or_none
from geo.access import Scope as Reach
from geo.permissions import Action, may, reach

MOST_BYTES: Final = 32 * 2**20
AT_ONCE: Final = 3
"""So many are worked out at one time: more would only take the interpreter from one another, and all end late."""

STEP_S: Final = 10
"""As api.question.moment: on a wall clock questions are shared for so long, at one revision."""

_OF_304: Final = frozenset({b"etag", b"cache-control", b"vary"})
_Key = tuple[str, bytes, bytes, Reach | None, bool]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A complete answer of 200, before other middleware has put its headers to it."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    etag: str
    route: object

    async def send(self, scope: Scope, send: Send) -> None:
        """To a client that may have it already."""
        scope["route"] = self.route  # by which what was answered is counted and logged
        known = [tag.strip().removeprefix("W/") for tag in Headers(scope=scope).get("if-none-match", "").split(",")]
        if self.etag.removeprefix("W/") in known or "*" in known:
            headers = [pair for pair in self.headers if pair[0] in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [*self.headers]})
            await send({"type": "http.response.body", "body": self.body})


class Repeated:
    """ASGI middleware behind the doorkeeper. For a GET of one of `paths` whose very words were asked at this revision
    (and within STEP_S) by someone who may see the same, nothing is parsed, routed or handed to a thread; who asks while
    the first is being answered waits for that answer. Only answers of 200 with an ETag are shared; everything else goes
    its own way.
    """

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        self._app, self._paths = app, frozenset(paths)
        self._stand: object = None
        self._answers: dict[_Key, asyncio.Future[_Answer | None]] = {}
        self._bytes = 0
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is known, or have it answered."""
        source = open_runtime_or_none()
        shared = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self._paths
        stand = stand_of(source) if shared and source is not None else None
        if stand is None:
            await self._app(scope, receive, send)
            return
        if stand != self._stand:
            self._stand, self._answers, self._bytes = stand, {}, 0
        encodings = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        key = (scope["path"], scope["query_string"], encodings, *_sight(scope))
        asked = self._answers.get(key)
        if asked is None:
            asked = self._answers[key] = asyncio.get_running_loop().create_future()
            try:
                await self._ask(scope, receive, send, asked)
            finally:
                if not asked.done():
                    asked.set_result(None)
                self._keep(key, asked)
            return
        answer = asked.result() if asked.done() else await asyncio.shield(asked)
        if answer is None:
            await self._app(scope, receive, send)
        else:
            await answer.send(scope, send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send, asked: asyncio.Future[_Answer | None]) -> None:
        """Ask without what this client knows, so that the answer is whole; its own is a part of it."""
        inner = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]}
        start: Message | None = None
        parts: list[bytes] = []

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _can_be_shared(message):
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))

        try:
            # A search waits for the store, not for the interpreter, and may take long: it keeps nobody waiting.
            async with nullcontext() if b"q=" in scope["query_string"] else self._turns:
                await self._app(inner, receive, sending)
        finally:
            scope["route"] = inner.get("route")
        if start is not None:
            headers = tuple((name, value) for name, value in start["headers"])
            answer = _Answer(headers, b"".join(parts), Headers(raw=list(headers))["etag"], inner.get("route"))
            asked.set_result(answer)
            await answer.send(scope, send)

    def _keep(self, key: _Key, asked: asyncio.Future[_Answer | None]) -> None:
        """Up to MOST_BYTES of this revision; an answer that cannot be shared is asked for again by the next."""
        if self._answers.get(key) is not asked:
            return  # of an older revision
        answer = asked.result()
        size = 0 if answer is None else len(answer.body) + len(key[1]) + len(key[2])
        if answer is None or self._bytes + size > MOST_BYTES:
            del self._answers[key]
        else:
            self._bytes += size


def stand_of(source: Runtime) -> object:
    """What a question's words mean the same at: the revision, and on a wall clock the step of it. None while events
    lie ahead of the clock, since what has happened changes with every moment then."""
    snapshot = source.snapshot
    stands_still = all(campaign.clock is not None for campaign in source.city.campaigns)
    now = time.time()
    if not stands_still and snapshot.newest_us > now * 1e6:
        return None
    return name_of(source), snapshot.revision, 0 if stands_still else int(now // STEP_S)


def _sight(scope: Scope) -> tuple[Reach | None, bool]:
    """What of the asker an answer depends on: how far they see, and whether issue by issue."""
    viewer = scope[VIEWER]
    return reach(viewer, scope[ACTION]), may(viewer, Action.SEE_ISSUES)


def _can_be_shared(start: Message) -> bool:
    names = {name for name, _ in start["headers"]}
    return start["status"] == 200 and b"etag" in names and b"set-cookie" not in names
