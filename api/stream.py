"""GET /api/stream: server-sent events that tell every open page of each committed revision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.delta import ALL, Deltas, Sight, unknown
from api.errors import problem, sentence
from api.identity import SECRET, reach_of, sees_issues, viewer_of
from api.operation import Answer, Operation, integer
from api.passing import has_wall_clock, tell_of_what_falls_due
from api.question import read_own
from api.schemas import PROBLEM
from data.duties import ruled
from data.feed import READY, Change, Health
from data.runtime import Runtime, runtime
from geo.errors import StoreError
from geo.permissions import Action

HEARTBEAT_S: Final = 15.0
LONGEST_S: Final = 600.0
MOST_STREAMS: Final = 256
_WAITING: Final = 32
_RETRY_MS: Final = 2_000
StillMay = Callable[[], Awaitable[bool]]

FEW: Final = 16
"""So many streams are told of every change at once."""

SHARE_S: Final = 0.00128
"""More are told at most so often, for each of them: what a picture costs the server, and for two hundred a little more
than the quarter of a second by which an open map's refreshes lie apart, so that none of them waits for both. Changes
that come meanwhile are told as one, and who refreshes together asks for the same, which is then worked out once."""


class Hub:
    """All open streams. It hears of changes on the writer's thread and passes them to the event loop."""

    def __init__(self, source: Runtime, loop: asyncio.AbstractEventLoop) -> None:
        self._source, self._loop = source, loop
        self._queues: dict[asyncio.Queue[bytes | None], Sight] = {}
        self._ended = False
        self._deltas = Deltas(source)
        self._told, self._told_at = source.snapshot.revision, 0.0
        self._telling: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._unsubscribe: list[Callable[[], None]] = [
            source.subscribe(self._hear),
            source.subscribe_health(self._hear_health),
        ]

    @property
    def open(self) -> int:
        """How many streams are open."""
        return len(self._queues)

    @property
    def full(self) -> bool:
        """Whether no further stream is taken."""
        return len(self._queues) >= MOST_STREAMS

    def end(self) -> None:
        """End every stream, and each later one at once. May be called from a signal handler or another thread."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    async def events(
        self, last_seen: int | None, sight: Sight = ALL, still_may: StillMay | None = None
    ) -> AsyncIterator[bytes]:
        """One client's stream: where it stands, each change within `sight`, heartbeats; ended after LONGEST_S, at
        shutdown, and before the next word to a client that `still_may` no longer lets listen."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        if not self._queues:
            self._told = self._deltas.revision  # nobody is left who would have to hear of what was before
        self._queues[queue] = sight
        try:
            yield f"retry: {_RETRY_MS}\n\n".encode()
            health = self._source.store_health  # now: later news of it comes by the queue
            yield revision_event(self._opening(last_seen, sight))
            if health != READY:
                yield health_event(health)
            closing = self._loop.time() + LONGEST_S
            while not self._ended and (left := closing - self._loop.time()) > 0:
                try:
                    event = await asyncio.wait_for(queue.get(), min(HEARTBEAT_S, left))
                except TimeoutError:
                    event = b": alive\n\n"
                if event is None or (still_may is not None and not await still_may()):
                    return
                yield event
        finally:
            self._queues.pop(queue, None)

    def follow_the_clock(self) -> None:
        """Tell open streams of deadlines that pass, from now on."""
        self._ticking = self._loop.create_task(tell_of_what_falls_due(self._source, self.tell_of_the_moment))

    def tell_of_the_moment(self) -> None:
        """That time has changed what is shown, though nothing was written. Called in the event loop."""
        for queue in self._queues:
            if not queue.full():  # who is behind asks anew in any case
                queue.put_nowait(moment_event(self._source.snapshot.revision))

    def _opening(self, last_seen: int | None, sight: Sight) -> dict[str, Any]:
        """Where the source stands, and for who comes back what it missed."""
        delta = self._deltas.since(last_seen, sight)
        return delta if last_seen is None else delta | {"missed": max(0, delta["revision"] - last_seen)}

    def _hear(self, change: Change) -> None:
        """On the writer's thread, which may read the store: say once for all who see the same what changed, and hand it
        over."""
        self._deltas.add(change)
        if not self._queues or self._loop.is_closed():
            return
        if len(self._queues) <= FEW and self._telling is None:
            told = {sight: revision_event(self._deltas.newest(sight)) for sight in self._sights()}
            self._loop.call_soon_threadsafe(self._publish, change.revision, told)
        else:
            self._loop.call_soon_threadsafe(self._tell_soon)

    def _sights(self) -> set[Sight]:
        return {*list(self._queues.values()), ALL}

    def _tell_soon(self) -> None:
        if self._telling is None and not self._ended:
            self._telling = self._loop.create_task(self._tell())

    async def _tell(self) -> None:
        """Tell many streams of all changes since they were last told, when it is time; of a lull's first change now."""
        try:
            await asyncio.sleep(self._told_at + SHARE_S * len(self._queues) - self._loop.time())
            self._told_at = self._loop.time()
            deltas = await self._loop.run_in_executor(None, self._since, self._told, self._sights())
        finally:
            self._telling = None
        # Each is of a moment of its own: who is told of less than another is told the rest by the next.
        revision = min(delta["revision"] for delta in deltas.values())
        if revision > self._told:
            self._publish(revision, {sight: revision_event(delta) for sight, delta in deltas.items()})
        if self._deltas.revision > self._told:
            self._tell_soon()

    def _since(self, seen: int, sights: Collection[Sight]) -> dict[Sight, dict[str, Any]]:
        return {sight: self._deltas.since(seen, sight) for sight in sights}

    def _publish(self, revision: int, told: Mapping[Sight, bytes]) -> None:
        self._told = max(self._told, revision)
        catch_up = revision_event(unknown(revision))
        for queue, sight in self._queues.items():
            event = told.get(sight, catch_up)  # who came since is told that anything may have changed
            if queue.full():
                # A client that does not read: what it missed is folded into one "catch up", which names no issues.
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(catch_up)
            else:
                queue.put_nowait(event)

    def _hear_health(self, health: Health) -> None:
        """On the listener's thread: only hand over."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish_health, health)

    def _publish_health(self, health: Health) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(health_event(health))

    def _end(self) -> None:
        self._ended = True
        for task in (self._telling, self._ticking):
            if task is not None:
                task.cancel()
        for queue in self._queues:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


def revision_event(delta: dict[str, Any]) -> bytes:
    """`revision` with a delta (see api.delta), its revision the id that a client comes back with."""
    return b"event: revision\nid: %d\ndata: %s\n\n" % (delta["revision"], orjson.dumps(delta))


def health_event(health: Health) -> bytes:
    """`health` with {status, why}: `degraded` while the store is lost, `ready` when it is found again."""
    content: dict[str, Any] = {"status": health.status}
    if health.why:
        content["why"] = {"code": health.why, **sentence(health.why)}
    return b"event: health\ndata: %s\n\n" % orjson.dumps(content)


def moment_event(revision: int) -> bytes:
    """`moment` with {revision}: at the same revision something has become overdue."""
    return b"event: moment\ndata: %s\n\n" % orjson.dumps({"revision": revision})


_hub: Hub | None = None


def open_hub(source: Runtime) -> Hub:
    """Start telling streams of `source`'s changes; called once, from the running event loop."""
    global _hub
    _hub = Hub(source, asyncio.get_running_loop())
    if has_wall_clock(source.city):
        _hub.follow_the_clock()
    return _hub


def open_streams() -> int:
    """How many streams this program has open."""
    return 0 if _hub is None else _hub.open


async def stream(request: Request) -> Response:
    """The stream; `Last-Event-ID` (which EventSource sends when it reconnects), or else `since`, makes it say what was
    missed."""
    own = read_own(request.query_params.multi_items(), (_SINCE,))
    runtime()
    if _hub is None:
        raise StoreError("the change feed is not open")
    if _hub.full:
        return problem("busy", 503, {"Retry-After": "30"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(media_type="text/event-stream", headers=headers)
    seen = request.headers.get("last-event-id", "")
    last_seen = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else own["since"]
    sight = Sight(reach_of(request), names_issues=sees_issues(request))
    events = _hub.events(last_seen, sight, still_signed_in(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def still_signed_in(request: Request) -> StillMay | None:
    """Whether the asker is still who they were when the stream began; None where there is no sign-in to end.

    Where the rules give their department other issues since, they come anew. Being asked does not count as being there:
    an open stream alone does not keep a session.
    """
    secret, viewer = request.scope.get(SECRET), viewer_of(request)
    if secret is None:
        return None
    access = runtime().access

    async def still() -> bool:
        try:
            at_hand = access.at_hand(secret, counts=False)
            found = access.peek(secret) if at_hand else await run_in_threadpool(access.peek, secret)
            return found is not None and ruled(runtime().snapshot, found) == viewer
        except StoreError:
            return False

    return still


_SINCE: Final = replace(integer("since", "the revision that the client knows", 0, 999_999_999, default=0), default=None)
OPERATION = Operation(
    path="/api/stream",
    parameters=(_SINCE,),
    endpoint=stream,
    summary="Server-sent events: `revision` with {revision, since, issues (at most 20), count, bbox, points}: every "
    "change after `since` (null: anything may have changed) and where it was; `health` with {status, why} when the "
    "store is lost or found again; `moment` with {revision} when an issue has become overdue; ends after ten minutes.",
    action=Action.SEE_AGGREGATES,
    answers={
        200: Answer("the stream", media_type="text/event-stream"),
        503: Answer("too many streams", schema=PROBLEM),
    },
)
