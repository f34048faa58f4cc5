"""GET /api/stream: server-sent events that tell every open page of each committed revision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.errors import problem, sentence
from api.operation import Answer, Operation
from api.place_names import road_of, subdistrict_of, type_of
from api.question import read_own
from api.schemas import PROBLEM
from data.feed import READY, Change, Health
from data.runtime import Runtime, runtime
from geo.clock import from_us, to_us
from geo.errors import NotFoundError, StoreError
from geo.iso_time import local_iso
from geo.selection import STAGES, stage_of

HEARTBEAT_S: Final = 15.0
LONGEST_S: Final = 600.0
MOST_STREAMS: Final = 256
MOST_ISSUES: Final = 20
_WAITING: Final = 32
_RETRY_MS: Final = 2_000

_LOG = logging.getLogger("xunjie.api")


class Hub:
    """All open streams. It hears of changes on the writer's thread and passes them to the event loop."""

    def __init__(self, source: Runtime, loop: asyncio.AbstractEventLoop) -> None:
        self._source, self._loop = source, loop
        self._queues: set[asyncio.Queue[bytes | None]] = set()
        self._ended = False
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

    async def events(self, last_seen: int | None) -> AsyncIterator[bytes]:
        """One client's stream: where it stands, each change, heartbeats; ended after LONGEST_S or at shutdown."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._queues.add(queue)
        try:
            yield f"retry: {_RETRY_MS}\n\n".encode()
            health = self._source.store_health  # now: later news of it comes by the queue
            yield self._event(self._source.snapshot.revision, [], 0, missed=last_seen)
            if health != READY:
                yield health_event(health)
            closing = self._loop.time() + LONGEST_S
            while not self._ended and (left := closing - self._loop.time()) > 0:
                try:
                    event = await asyncio.wait_for(queue.get(), min(HEARTBEAT_S, left))
                except TimeoutError:
                    yield b": alive\n\n"
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._queues.discard(queue)

    def _hear(self, change: Change) -> None:
        """On the writer's thread, which may read the store: say what changed, and hand it over."""
        if not self._queues or self._loop.is_closed():
            return
        event = self._event(change.revision, describe_issues(self._source, change), len(change.ids))
        self._loop.call_soon_threadsafe(self._publish, change, event)

    def _publish(self, change: Change, event: bytes) -> None:
        for queue in self._queues:
            if queue.full():
                # A client that does not read: what it missed is folded into one "catch up", which names no issues.
                while not queue.empty():
                    queue.get_nowait()
                event_for_it = self._event(change.revision, [], 0)
            else:
                event_for_it = event
            queue.put_nowait(event_for_it)

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
        for queue in self._queues:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    @staticmethod
    def _event(revision: int, issues: list[dict[str, Any]], count: int, *, missed: int | None = None) -> bytes:
        data: dict[str, Any] = {"revision": revision, "issues": issues, "count": count}
        if missed is not None:
            data["missed"] = max(0, revision - missed)
        return b"event: revision\nid: %d\ndata: %s\n\n" % (revision, orjson.dumps(data))


def health_event(health: Health) -> bytes:
    """`health` with {status, why}: `degraded` while the store is lost, `ready` when it is found again."""
    content: dict[str, Any] = {"status": health.status}
    if health.why:
        content["why"] = {"code": health.why, **sentence(health.why)}
    return b"event: health\ndata: %s\n\n" % orjson.dumps(content)


def describe_issues(source: Runtime, change: Change) -> list[dict[str, Any]]:
    """The change's issues, at most MOST_ISSUES, as the map and the rail show them."""
    snapshot, city = source.snapshot, source.city
    table = snapshot.issues
    rows = []
    for identity in change.ids[:MOST_ISSUES]:
        try:
            rows.append(snapshot.row(identity))
        except NotFoundError:
            _LOG.warning("revision %d names issue %s, which its snapshot lacks", change.revision, identity)
    if not rows:
        return []
    details = snapshot.records.of(np.array(rows, np.int64))
    described = []
    for at, row in enumerate(rows):
        campaign = city.campaigns[int(table.campaign[row])]
        [stage] = stage_of(table.status[[row]], table.due_us[[row]], to_us(source.now(campaign.code)))
        reported = from_us(int(table.reported_us[row]))
        assert reported is not None
        entry = type_of(city, table, row)
        [lon], [lat] = table.lonlat(np.array([row]))
        described.append(
            {
                "id": details.id[at],
                "number": details.number[at],
                "register": city.registers[int(table.register[row])].code,
                "type": entry.code,
                "name": entry.name,
                "stage": STAGES[stage].value,
                "lon": float(lon),
                "lat": float(lat),
                "subdistrict": subdistrict_of(city, table, row)[0],
                "road": road_of(city, table, row)[0],
                "reported_at": local_iso(reported, city.time_zone),
            }
        )
    return described


_hub: Hub | None = None


def open_hub(source: Runtime) -> Hub:
    """Start telling streams of `source`'s changes; called once, from the running event loop."""
    global _hub
    _hub = Hub(source, asyncio.get_running_loop())
    return _hub


def open_streams() -> int:
    """How many streams this program has open."""
    return 0 if _hub is None else _hub.open


async def stream(request: Request) -> Response:
    """The stream; `Last-Event-ID` (which EventSource sends when it reconnects) makes it say how much was missed."""
    read_own(request.query_params.multi_items(), ())
    runtime()
    if _hub is None:
        raise StoreError("the change feed is not open")
    if _hub.full:
        return problem("busy", 503, {"Retry-After": "30"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(media_type="text/event-stream", headers=headers)
    seen = request.headers.get("last-event-id", "")
    last_seen = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else None
    return StreamingResponse(_hub.events(last_seen), media_type="text/event-stream", headers=headers)


OPERATION = Operation(
    path="/api/stream",
    endpoint=stream,
    summary="Server-sent events: `revision` with {revision, issues (at most 20), count}, `health` with {status, why} "
    "when the store is lost or found again; ends after ten minutes.",
    answers={
        200: Answer("the stream", media_type="text/event-stream"),
        503: Answer("too many streams", schema=PROBLEM),
    },
)
