"""What is asked again in the same words at the same revision is answered from what was said; anything else anew."""

from __future__ import annotations

import asyncio
import gzip
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from api import repeated
from api.app import OPERATIONS
from api.identity import ACTION, VIEWER
from api.repeated import Repeated
from data.access.demo_persons import demo_person
from data.runtime import runtime
from geo.access import Role, Scope, Viewer
from geo.permissions import Action

SHARED = sorted(operation.path for operation in OPERATIONS if operation.shared)
BOX = "z=13&bbox=106.6,26.5,106.8,26.7"
NEEDS_BOX = ("/api/cells", "/api/marks", "/api/point-marks", "/api/roads")


def words(path: str) -> str:
    if path == "/api/picture":
        return f"{path}?ask=%2Fapi%2Fsummary&ask=%2Fapi%2Ftimeline"
    return f"{path}?{BOX}" if path in NEEDS_BOX else path


def report() -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [106.7135, 26.5885]}
    return {"id": str(uuid.uuid4()), "type": "C0101", "geometry": place}


def test_the_routes_that_share_are_those_of_one_filter_and_no_export() -> None:
    assert "/api/summary" in SHARED
    assert "/api/marks" in SHARED
    assert not [path for path in SHARED if "{" in path or "geojson" in path or "stream" in path or "csv" in path]


@pytest.mark.parametrize("path", SHARED)
def test_the_second_answer_is_the_first_one(demo, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    first = demo.get(words(path))
    assert first.status_code == 200
    monkeypatch.setattr("api.data_route.runtime", None)  # the route itself cannot answer any more
    again = demo.get(words(path))
    assert again.content == first.content
    own = {"x-request-id", "date"}
    assert {k: v for k, v in again.headers.items() if k not in own} == {
        k: v for k, v in first.headers.items() if k not in own
    }
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    known = demo.get(words(path), headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == first.headers["etag"]
    assert known.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_clients_that_take_no_gzip_are_not_given_what_others_took(demo) -> None:
    url = "/api/density/subdistricts"
    packed = demo.get(url, headers={"Accept-Encoding": "gzip"})
    plain = demo.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.json() == packed.json()


def test_bad_questions_are_refused_each_time(demo) -> None:
    for _ in range(2):
        answer = demo.get("/api/summary?type=none")
        assert answer.status_code == 400
        assert answer.json()["error"]["key"] == "type"


def test_a_change_makes_every_answer_new(empty) -> None:
    before = empty.get("/api/summary").json()
    assert empty.post("/api/issues", json=report()).status_code == 201
    after = empty.get("/api/summary").json()
    assert after["issues"]["total"] == before["issues"]["total"] + 1
    assert after["revision"] == before["revision"] + 1


def test_an_answer_is_counted_and_logged_by_its_route_also_when_it_is_repeated(demo, caplog) -> None:
    url = "/api/timeline?type=C0101"
    with caplog.at_level("INFO", logger="xunjie.access"):
        demo.get(url)
        caplog.clear()
        demo.get(url)
    assert [record.getMessage() for record in caplog.records] == ["GET /api/timeline 200"]


def test_on_a_wall_clock_answers_are_shared_for_ten_seconds_and_not_while_events_lie_ahead(
    demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(now: float, *, clock: object, heard_us: int) -> object:
        monkeypatch.setattr(repeated.time, "time", lambda: now)
        city = SimpleNamespace(campaigns=[SimpleNamespace(clock=clock)])
        source = SimpleNamespace(city=city, snapshot=SimpleNamespace(revision=7, heard_us=heard_us))
        monkeypatch.setattr(repeated, "name_of", lambda _: "name")
        return repeated.stand_of(source)  # type: ignore[arg-type]

    assert at(1_000.0, clock=None, heard_us=0) == at(1_009.9, clock=None, heard_us=0)
    assert at(1_010.0, clock=None, heard_us=0) != at(1_009.9, clock=None, heard_us=0)
    assert at(1_000.0, clock=None, heard_us=1_000_000_001) is None
    assert at(1_000.0, clock="stands", heard_us=10**18) == at(5_000.0, clock="stands", heard_us=10**18)


class _Counting:
    """An app that answers slowly, and counts how often it was asked."""

    def __init__(self, *, status: int = 200, fails: bool = False) -> None:
        self.status, self.fails, self.asked = status, fails, 0
        self.at_once = self.most_at_once = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        assert not [name for name, _ in scope["headers"] if name == b"if-none-match"]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.02)
        self.at_once -= 1
        if self.fails:
            raise RuntimeError("broken")
        headers = [(b"etag", b'W/"a"'), (b"content-length", b"4")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"bo", "more_body": True})
        await send({"type": "http.response.body", "body": b"dy"})


async def _ask(
    app: Any, query: bytes = b"", *headers: tuple[bytes, bytes], viewer: Viewer | None = None
) -> tuple[int, bytes]:
    scope = {"type": "http", "method": "GET", "path": "/shared", "query_string": query, "headers": [*headers]}
    scope |= {VIEWER: viewer or demo_person(None, ()), ACTION: Action.SEE_AGGREGATES}  # as the doorkeeper has put it in
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    await app(scope, None, send)
    return told[0]["status"], b"".join(message.get("body", b"") for message in told[1:])


def _together(app: Repeated, *queries: bytes) -> list[Any]:
    async def ask() -> list[Any]:
        return await asyncio.gather(*(_ask(app, query) for query in queries), return_exceptions=True)

    return asyncio.run(ask())


def test_who_sees_another_part_is_never_given_the_answer_of_others(demo) -> None:
    inner = _Counting()
    app = Repeated(inner, ["/shared"])

    async def ask() -> None:
        for part in ("A", "B"):
            for name in ("one", "other"):
                viewer = Viewer(name, name, frozenset({Role.INSPECTOR}), Scope(subdistricts=frozenset({part})))
                await _ask(app, b"a", viewer=viewer)
        for role in (Role.PLANNER, Role.AUDITOR, Role.PUBLIC):
            await _ask(app, b"a", viewer=Viewer(role, role, frozenset({role})))

    asyncio.run(ask())
    assert inner.asked == 4  # part A, part B, everything, everything without a look at single issues


def test_who_asks_while_the_first_is_being_answered_waits_for_that_answer(demo) -> None:
    inner = _Counting()
    assert _together(Repeated(inner, ["/shared"]), *[b"a"] * 50, b"b") == [(200, b"body")] * 51
    assert inner.asked == 2


def test_who_knows_the_answer_before_anybody_asked_is_told_so_and_the_next_gets_it_whole(demo) -> None:
    inner = _Counting()
    app = Repeated(inner, ["/shared"])

    async def ask() -> list[Any]:
        knowing = await _ask(app, b"a", (b"if-none-match", b'"other", W/"a"'))
        return [knowing, await _ask(app, b"a"), await _ask(app, b"a", (b"if-none-match", b'"other"'))]

    assert asyncio.run(ask()) == [(304, b""), (200, b"body"), (200, b"body")]
    assert inner.asked == 1


@pytest.mark.parametrize(("prefix", "most"), [(b"type=", repeated.AT_ONCE), (b"q=", 12)])
def test_a_few_are_worked_out_at_one_time_and_searches_beside_them(demo, prefix: bytes, most: int) -> None:
    inner = _Counting()
    assert _together(Repeated(inner, ["/shared"]), *(prefix + b"%d" % at for at in range(12))) == [(200, b"body")] * 12
    assert (inner.asked, inner.most_at_once) == (12, most)


def test_failures_are_not_shared(demo) -> None:
    refusing = _Counting(status=400)
    assert _together(Repeated(refusing, ["/shared"]), b"a", b"a", b"a") == [(400, b"body")] * 3
    assert refusing.asked == 3
    broken = _Counting(fails=True)
    assert [type(one) for one in _together(Repeated(broken, ["/shared"]), b"a", b"a")] == [RuntimeError] * 2
    assert broken.asked == 2


def test_what_is_kept_is_bounded(demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "MOST_BYTES", 12)
    inner = _Counting()
    app = Repeated(inner, ["/shared"])

    async def ask() -> None:
        for query in (b"a", b"b", b"c", b"a", b"b", b"c"):
            assert await _ask(app, query) == (200, b"body")

    asyncio.run(ask())
    assert inner.asked == 4  # two fit, the third is asked for each time


def test_the_bytes_shared_are_those_of_the_answer(demo) -> None:
    assert runtime().snapshot.revision == demo.get("/api/summary").json()["revision"]
    with demo.stream("GET", "/api/density/subdistricts", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(gzip.decompress(raw)) > len(raw)
