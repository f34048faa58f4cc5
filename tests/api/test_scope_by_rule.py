"""Every road shows a department the same unassigned issues: those that the rules in force give it, and no others."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from data.runtime import runtime
from geo.access import Role, Scope
from tests.api.people import SAME_ORIGIN, Person, person, signing_in

LAMP, COVER = "C0118", "C0101"
PLACE = {"type": "Point", "coordinates": [106.7135, 26.5983]}
ROUTES = (
    "/api/issues.geojson",
    "/api/issues.csv",
    "/api/my-list",
    "/api/overdue",
    "/api/marks?z=15&bbox=106.70,26.59,106.72,26.61",
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    with signing_in(f"sqlite:///{tmp_path_factory.mktemp('by rule') / 'store.db'}", bare_city) as client:
        yield client


@pytest.fixture(scope="module")
def people(town: TestClient) -> dict[str, Person]:
    units = {"lamps": "D08", "power": "D51"}
    made = {name: person(name, Role.DEPARTMENT, scope=Scope(departments=frozenset({u}))) for name, u in units.items()}
    return made | {"boss": person("boss", Role.COMMANDER)}


@pytest.fixture(scope="module")
def issues(town: TestClient, people: dict[str, Person]) -> dict[str, str]:
    found = {}
    for kind in (LAMP, COVER):
        identity = str(uuid.uuid4())
        wish = {"id": identity, "type": kind, "geometry": PLACE, "description": f"canary{kind}"}
        answer = town.post("/api/issues", json=wish, headers=people["boss"].headers())
        assert answer.status_code == 201, answer.text
        found[kind] = identity
    return found


def told(town: TestClient, who: Person, path: str) -> str:
    answer = town.get(path, headers=who.headers())
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def rules_to(town: TestClient, boss: Person, unit: str) -> None:
    """Let the rule of the lamps give them to `unit`."""
    kept = town.get("/api/organisation/book", headers=boss.headers()).json()
    for entry in kept["content"]["rules"]:
        if entry["code"] == "lamps":
            entry["unit"] = unit
    wish = {"id": str(uuid.uuid4()), "version": kept["version"], "content": kept["content"]}
    answer = town.post("/api/organisation/book", json=wish, headers=boss.headers())
    assert answer.status_code == 201, answer.text


def test_lists_exports_marks_and_figures_agree(
    town: TestClient, people: dict[str, Person], issues: dict[str, str]
) -> None:
    for path in ROUTES:
        assert f"canary{COVER}" not in told(town, people["lamps"], path)
    for who, n in (("lamps", 1), ("power", 0), ("boss", 2)):
        assert orjson.loads(told(town, people[who], "/api/summary"))["issues"]["total"] == n
        assert told(town, people[who], "/api/issues.geojson").count('"number"') == n
        assert orjson.loads(told(town, people[who], "/api/my-list"))["total"] == n
        parts = orjson.loads(told(town, people[who], "/api/picture?ask=" + "%2Fapi%2Fsummary"))
        assert f'"total":{n}' in orjson.dumps(parts).decode().replace(" ", "")
    assert town.get(f"/api/issues/{issues[LAMP]}", headers=people["lamps"].headers()).status_code == 200
    assert town.get(f"/api/issues/{issues[COVER]}", headers=people["lamps"].headers()).status_code == 404


def test_an_answer_known_under_other_rules_is_not_taken_for_the_present_one(
    town: TestClient, people: dict[str, Person], issues: dict[str, str]
) -> None:
    first = town.get("/api/summary", headers=people["lamps"].headers())
    rules_to(town, people["boss"], "D51")
    try:
        known = {"If-None-Match": first.headers["etag"]}
        later = town.get("/api/summary", headers=people["lamps"].headers() | known)
        assert (later.status_code, later.json()["issues"]["total"]) == (200, 0)
        assert orjson.loads(told(town, people["power"], "/api/summary"))["issues"]["total"] == 1
    finally:
        rules_to(town, people["boss"], "D08")


def test_a_map_that_is_open_comes_anew_when_the_rules_give_it_other_issues(
    town: TestClient, people: dict[str, Person], issues: dict[str, str]
) -> None:
    from api.identity import SECRET, VIEWER
    from api.stream import still_signed_in
    from data.duties import ruled

    cookie = people["lamps"].cookie

    def now() -> Any:
        found = runtime().access.peek(cookie)
        assert found is not None
        return ruled(runtime().snapshot, found)

    still = still_signed_in(Request({"type": "http", VIEWER: now(), SECRET: cookie}))
    assert still is not None
    import asyncio

    assert asyncio.run(still()) is True
    rules_to(town, people["boss"], "D51")
    try:
        assert asyncio.run(still()) is False
    finally:
        rules_to(town, people["boss"], "D08")
    assert asyncio.run(still()) is True


def test_a_department_works_on_what_is_theirs_by_rule(
    town: TestClient, people: dict[str, Person], issues: dict[str, str]
) -> None:
    path, boss = f"/api/issues/{issues[LAMP]}/changes", people["boss"].headers()
    for version, status in enumerate(("ACCEPTED", "FILED", "DISPATCHED"), 1):
        wish = {"id": str(uuid.uuid4()), "version": version, "status": status}
        assert town.post(path, json=wish, headers=boss).status_code == 201
    begin = {"id": str(uuid.uuid4()), "version": 4, "status": "HANDLING"}
    other = town.post(path, json=begin, headers=people["power"].headers())
    assert other.status_code == 404, "for others it is not there"
    answer = town.post(path, json=begin, headers=people["lamps"].headers() | SAME_ORIGIN)
    assert answer.status_code == 201, answer.text
