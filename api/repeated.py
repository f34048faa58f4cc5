"""What many viewers ask at one revision is read and answered once; the others are given the same bytes."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import name_of
from api.errors import problem
from api.gzip_pieces import Piece, piece_of, piece_within
from api.identity import ACTION, VIEWER
from data.campaign_clock import STEP
from data.runtime import Runtime, open_runtime_or_none
from geo.access import Scope as Reach
from geo.permissions import Action, may, reach

MOST_BYTES: Final = 32 * 2**20
AT_ONCE: Final = 3
"""So many are worked out at one time: more would only take the interpreter from one another, and all end late."""

PICTURE: Final = "/api/picture"
PARTS: Final = "xunjie.parts"

STEP_S: Final = STEP.seconds
"""On a wall clock questions are shared for so long, at one revision."""

_OF_304: Final = frozenset({b"etag", b"cache-control", b"vary"})
_Key = tuple[str, bytes, bytes, Reach | None, Reach | None]


@dataclass(frozen=True, eq=False)
class Whole:
    """A complete answer, before other middleware has put its headers to it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    route: object

    @cached_property
    def etag(self) -> str:
        """What it is known by; empty for an answer that no one shares."""
        return Headers(raw=list(self.headers)).get("etag", "")

    @property
    def can_be_shared(self) -> bool:
        """Whether others who ask the same may have it too."""
        return self.status == 200 and self.etag != "" and all(name != b"set-cookie" for name, _ in self.headers)

    @cached_property
    def piece(self) -> Piece:
        """The body, to be put together with others; compressed once."""
        packed = (b"content-encoding", b"gzip") in self.headers
        return (packed and piece_within(self.body)) or piece_of(gzip.decompress(self.body) if packed else self.body)

    def is_known(self, tags: str) -> bool:
        """Whether it is one of those that a client has (`If-None-Match`)."""
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return self.can_be_shared and (self.etag.removeprefix("W/") in known or "*" in known)

    async def send(self, scope: Scope, send: Send) -> None:
        """To a client that may have it already."""
        scope["route"] = self.route  # by which what was answered is counted and logged
        if self.is_known(Headers(scope=scope).get("if-none-match", "")):
            headers = [pair for pair in self.headers if pair[0] in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers]})
            await send({"type": "http.response.body", "body": self.body})


class Repeated:
    """ASGI middleware behind the doorkeeper. For a GET of one of `paths` (each with what it does) whose very words were
    asked at this revision (and within STEP_S) by someone who may see the same, nothing is parsed, routed or handed to
    a thread; who asks while the first is being answered waits for that answer. Only answers of 200 with an ETag are
    shared; everything else goes its own way.

    A route finds in its scope, under PARTS, how to have other addresses answered in the same way (see api.picture).
    """

    def __init__(self, app: ASGIApp, paths: Mapping[str, Action]) -> None:
        self._app, self._paths = app, paths
        self._stand: object = None
        self._answers: dict[_Key, asyncio.Future[Whole | None]] = {}
        self._bytes = 0
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is known, or have it answered."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self._paths:
            answer = await self._answer(scope, receive)
            await answer.send(scope, send)
        else:
            await self._app(scope, receive, send)

    async def part(self, scope: Scope, path: str, query: bytes) -> Whole | None:
        """What the client of `scope` is answered to a GET of another address, by the rule of that one; None where it
        is not one of `paths`."""
        action = self._paths.get(path)
        if action is None or path == scope["path"]:
            return None
        if not may(scope[VIEWER], action):
            return _refused()
        part = {**scope, "path": path, "raw_path": path.encode(), "query_string": query, ACTION: action}
        return await self._answer(part, _nothing_more)

    async def _answer(self, scope: Scope, receive: Receive) -> Whole:
        source = open_runtime_or_none()
        stand = None if source is None else stand_of(source)
        if stand is None:
            return await self._ask(scope, receive)
        if stand != self._stand:
            self._stand, self._answers, self._bytes = stand, {}, 0
        encodings = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        key = (scope["path"], scope["query_string"], encodings, *_sight(scope))
        asked = self._answers.get(key)
        if asked is not None:
            shared = asked.result() if asked.done() else await asyncio.shield(asked)
            return shared or await self._ask(scope, receive)
        asked = self._answers[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._ask(scope, receive)
            if answer.can_be_shared:
                asked.set_result(answer)
            return answer
        finally:
            if not asked.done():
                asked.set_result(None)
            self._keep(key, asked)

    async def _ask(self, scope: Scope, receive: Receive) -> Whole:
        """Ask without what this client knows, so that the answer is whole; its own is a part of it."""
        known = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]
        inner = {**scope, "headers": known, PARTS: partial(self.part, scope)}
        start: Message = {"status": 500, "headers": ()}
        parts: list[bytes] = []

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                parts.append(message.get("body", b""))

        try:
            # A search waits for the store, not for the interpreter, and may take long; a picture for its parts, each of
            # which takes a turn of its own.
            apart = b"q=" in scope["query_string"] or scope["path"] == PICTURE
            async with nullcontext() if apart else self._turns:
                await self._app(inner, receive, sending)
        finally:
            scope["route"] = inner.get("route")
        headers = tuple((name, value) for name, value in start["headers"])
        return Whole(start["status"], headers, b"".join(parts), inner.get("route"))

    def _keep(self, key: _Key, asked: asyncio.Future[Whole | None]) -> None:
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
    if not stands_still and snapshot.heard_us > now * 1e6:
        return None
    return name_of(source), snapshot.revision, 0 if stands_still else int(now // STEP_S)


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _refused() -> Whole:
    answer = problem("not_your_role", 403)
    return Whole(answer.status_code, tuple(answer.raw_headers), bytes(answer.body), None)


def _sight(scope: Scope) -> tuple[Reach | None, Reach | None]:
    """What of the asker an answer depends on: how far they see, by what is asked for and issue by issue."""
    viewer = scope[VIEWER]
    return reach(viewer, scope[ACTION]), reach(viewer, Action.SEE_ISSUES)
