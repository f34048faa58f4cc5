"""The authorization matrix: role × action × scope × route, by random requests over data full of canaries.

Whatever is asked, by whom, in which order: the status is what the one table of permissions says, and no byte of an
answer names a record outside the asker's scope.
"""

from __future__ import annotations

import csv
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import MagicMock

import orjson
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient

from api.app import DOORS, OPERATIONS
from api.delta import Deltas, Sight
from api.operation import Operation
from data.runtime import runtime
from geo.access import WHOLE, Role, Scope, Subject
from geo.permissions import ALLOWED, SEE_ALL, Action
from tests.api.people import UNIT, Person, Place, fill, person, signing_in

BY_FORM: Final = {"/sign-in", "/sign-out", "/sign-in/oidc", "/sign-in/oidc/callback", "/sign-in/style.css"}
ASKED: Final = [operation for operation in OPERATIONS if operation.path not in BY_FORM]
FOR_ALL: Final = {"/api/imports", "/api/draws/{draw}/frame"}
"""Routes for those alone whose reach is the whole campaign."""

FINER: Final = {Action.CHANGE_STATUS}
"""Actions whose steps are bounded further, by the step's role."""


@dataclass
class Town:
    """The application, its places, and a person for each role and scope."""

    client: TestClient
    places: list[Place]
    people: list[Person]
    etags: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[Town]:
    url = f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'store.db'}"
    with signing_in(url, bare_city) as client:
        places = fill(runtime())
        scopes = {
            "all": WHOLE,
            "first": Scope(subdistricts=frozenset({places[0].code})),
            "second": Scope(subdistricts=frozenset({places[1].code})),
            "unit": Scope(departments=frozenset({UNIT})),
        }
        people = [person(f"{role}-{name}", role, scope=scope) for role in Role for name, scope in scopes.items()]
        mixed = Scope(subdistricts=frozenset({places[2].code}))
        people.append(person("mixed", Role.INSPECTOR, Role.DEPARTMENT, scope=mixed))
        yield Town(client, places, people)


def test_every_operation_has_a_rule() -> None:
    assert [operation.path for operation in OPERATIONS if operation.action is None] == []
    for operation in OPERATIONS:
        path = re.sub(r"\{[^}]*\}", "1", operation.path)
        door = DOORS.find(operation.method, path)
        assert door is not None
        assert door.action is operation.action, operation.path


def test_what_is_open_to_everybody_is_written_out_here() -> None:
    assert {operation.path for operation in OPERATIONS if operation.action is Action.OPEN} == {"/healthz", *BY_FORM}


def test_every_route_of_streamlit_has_a_rule() -> None:
    """A new one, of a later release, fails here until somebody has thought about it."""
    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

    open_ones = set()
    routes = create_streamlit_routes(MagicMock())
    for route in routes:
        assert isinstance(route, Route | WebSocketRoute | Mount)
        if isinstance(route, Mount):
            assert route.path == ""
            paths, methods = ["/", "/explore", "/static/js/index.js", "/favicon.png"], {"GET"}
        else:
            paths = [re.sub(r"\{[^}]*\}", "x1", route.path)]
            methods = (route.methods or {"GET"}) if isinstance(route, Route) else {"GET"}
        for path in paths:
            known = [DOORS.find(method, path) for method in methods]
            assert any(known), f"{path}: no rule in api.doors"
            open_ones |= {path for door in known if door is not None and door.action is Action.OPEN}
    assert len(routes) > 15
    assert open_ones == {"/_stcore/health", "/favicon.png"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("POST", "/explore"),
        ("GET", "/secret/file"),
        ("GET", "/.streamlit/secrets.toml"),
        ("GET", "//api/summary"),
        ("GET", "/api/summary\n"),
        ("GET", "/API/SUMMARY"),
        ("POST", "/media/1"),
    ],
)
def test_what_no_rule_covers_is_closed(town: Town, method: str, path: str) -> None:
    assert DOORS.find(method, path) is None
    for someone in town.people:
        answer = town.client.request(method, path.strip(), headers=someone.headers())
        assert answer.status_code in (200, 404) if path.endswith("\n") else answer.status_code in (403, 404, 415)


def reach_of(someone: Person, action: Action) -> Scope | None:
    """The rule, written once more and plainly."""
    if action in (Action.OPEN, Action.OWN):
        return WHOLE
    allowing = someone.roles & ALLOWED[action]
    if not allowing:
        return None
    return WHOLE if allowing & SEE_ALL else someone.scope


class Requests:
    """Random requests: any route, anyone, filters and identities in and out of scope, ETags that others were given."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.random = town, random.Random(seed)

    def one(self) -> tuple[Operation, Person | None, Any]:
        draw, town = self.random, self.town
        operation = draw.choice(ASKED)
        someone = None if draw.random() < 0.04 else draw.choice(town.people)
        headers = {} if someone is None else someone.headers(by_token=draw.random() < 0.4)
        headers |= self.smuggled()
        path = operation.path
        for name in operation.path_parameters:
            path = path.replace(f"{{{name}}}", self.identity(operation, name))
        query = self.query(operation)
        kept = town.etags.setdefault(f"{path}?{query}", [])
        if kept and draw.random() < 0.5:
            headers["If-None-Match"] = draw.choice(kept)
        method = "HEAD" if operation.path == "/api/stream" else operation.method
        body = None if method in ("GET", "HEAD") else self.body(operation)
        if body is not None:
            headers["Content-Type"] = operation.body_type.replace("image/*", "image/jpeg")
        answer = town.client.request(method, f"{path}?{query}" if query else path, headers=headers, content=body)
        if "etag" in answer.headers:
            kept.append(answer.headers["etag"])
        return operation, someone, answer

    def smuggled(self) -> dict[str, str]:
        """Now and then a header by which a proxy would name somebody else."""
        names = ("Remote-User", "X-Remote-User", "X-Auth-Request-User", "X_Viewer", "X-Xunjie-Viewer", "X-User-Role")
        return (
            {self.random.choice(names): self.random.choice(self.town.people).login}
            if self.random.random() < 0.2
            else {}
        )

    def identity(self, operation: Operation, name: str) -> str:
        place = self.random.choice(self.town.places)
        known = {"identity": place.ids, "code": place.points, "z": ["12"], "x": ["3262"], "y": ["1739"]}
        return self.random.choice(known.get(name, ["nothing-here"]))

    def query(self, operation: Operation) -> str:
        draw, pairs = self.random, []
        place = draw.choice(self.town.places)
        needs_box = any(parameter.name == "z" for parameter in operation.parameters)
        if needs_box:
            pairs += [f"z={draw.choice((12, 15, 18))}"]
        if operation.filtered:
            d = draw.choice((0.001, 0.02, 0.3))
            if needs_box or draw.random() < 0.2:
                pairs.append(f"bbox={place.lon - d:.5f},{place.lat - d:.5f},{place.lon + d:.5f},{place.lat + d:.5f}")
            if draw.random() < 0.3:
                pairs.append(f"subdistrict={place.code}")
            if draw.random() < 0.15:
                pairs.append(f"q=canary{place.code}")
            if draw.random() < 0.2:
                pairs.append(f"status={draw.choice(('ACCEPTED', 'REPORTED', 'REJECTED'))}")
        if draw.random() < 0.3:
            pairs += [f"{p.name}=1" for p in operation.parameters if p.schema == {"enum": [0, 1]}]
        if operation.path == "/api/imports":
            pairs.append("name=ledger.csv")
        return "&".join(pairs)

    def body(self, operation: Operation) -> bytes:
        draw, place = self.random, self.random.choice(self.town.places)
        if operation.path == "/api/issues":
            word = f"canary{place.code}new"
            place.canaries[word] = Subject(place.code)
            point = {"type": "Point", "coordinates": [place.lon, place.lat]}
            known = {"id": str(uuid.UUID(int=draw.getrandbits(128), version=4)), "type": "C0101", "geometry": point}
            return orjson.dumps(known | {"description": word})
        if operation.path.endswith("/changes"):
            wanted = {"id": str(uuid.UUID(int=draw.getrandbits(128), version=4)), "version": draw.randint(1, 3)}
            return orjson.dumps(wanted | {"status": draw.choice(("FILED", "CLOSED", "HANDLING")), "evidence": "seen"})
        if operation.path == "/api/imports":
            return b"nothing\n1\n"
        return b'{"unknown": 1}'


def check(town: Town, operation: Operation, someone: Person | None, answer: Any) -> None:
    """Status as the table says; no canary of another place in any byte."""
    assert operation.action is not None
    text = answer.text + " ".join(answer.headers.values())
    if someone is None:
        assert answer.status_code in (
            (200,) if operation.action is Action.OPEN else (303,) if operation.is_page else (401,)
        )
        reach: Scope | None = None
    else:
        reach = reach_of(someone, operation.action)
        if reach is None:
            assert answer.status_code == 403, (operation.path, someone.login)
        else:
            assert answer.status_code not in (401, 303), (operation.path, someone.login)
            if operation.path in FOR_ALL:
                assert reach.is_whole or answer.status_code in (403, 404)
            elif answer.status_code == 403:
                by_search = operation.filtered and "q=" in str(answer.request.url)
                by_token = "authorization" in answer.request.headers and operation.action in (
                    *(Action.OWN, Action.MANAGE_PEOPLE, Action.MANAGE_NOTICES),
                )
                assert by_search or by_token or operation.action in FINER, (operation.path, someone.login)
    sees = someone is not None and reach is not None and reach_of(someone, Action.SEE_ISSUES) is not None
    for place in town.places:
        asked = str(answer.request.url) + str(answer.request.content[:2000])
        named = {
            word
            for word, subject in place.canaries.items()
            if word in text and word not in asked and not (sees and reach is not None and reach.holds(subject))
        }
        assert not named, (operation.path, None if someone is None else someone.login, named)


def test_nothing_leaks_and_nobody_oversteps(town: Town, soak: bool) -> None:
    count = 20_000 if soak else 1_000
    requests = Requests(town, seed=20_000)
    seen: dict[tuple[str, int], int] = {}
    for _ in range(count):
        operation, someone, answer = requests.one()
        check(town, operation, someone, answer)
        key = (operation.path, answer.status_code)
        seen[key] = seen.get(key, 0) + 1
    # That it says something: every route was asked for, records were given and refused, known answers told so.
    assert {path for path, _ in seen} == {operation.path for operation in ASKED}
    by_status = {
        status: sum(n for (_, s), n in seen.items() if s == status) for status in (200, 201, 304, 401, 403, 404)
    }
    assert all(by_status.values()), by_status
    assert seen["/api/issues/{identity}", 200]
    assert seen["/api/issues/{identity}", 404]


@pytest.mark.parametrize("operation", [o for o in ASKED if o.filtered and "{" not in o.path], ids=lambda o: o.path)
def test_who_sees_one_subdistrict_is_answered_as_if_it_were_the_only_one(town: Town, operation: Operation) -> None:
    """The same as a viewer of everything gets who asks for that subdistrict: counts too, not only names."""
    if operation.path in ("/map", "/wall"):
        return
    box = "z=13&bbox=106.6,26.5,106.8,26.7&" if any(p.name == "z" for p in operation.parameters) else ""
    everywhere = next(one for one in town.people if one.login == "auditor-all")
    bounded = next(one for one in town.people if one.login == "inspector-first")
    code = town.places[0].code
    own = town.client.get(f"{operation.path}?{box}", headers=bounded.headers())
    same = town.client.get(f"{operation.path}?{box}subdistrict={code}", headers=everywhere.headers())
    other = town.client.get(f"{operation.path}?{box}subdistrict={town.places[1].code}", headers=bounded.headers())
    assert own.status_code == same.status_code == other.status_code == 200
    assert plain(own) == plain(same)
    if operation.path != "/api/summary":  # registers and tallies are the campaign's, published and never filtered
        assert not town.places[1].canaries.keys() & set(re.findall(r"[\w-]+", other.text))
    else:
        assert other.json()["issues"]["total"] == other.json()["points"]["total"] == 0


def test_a_department_sees_what_is_assigned_to_it_and_nothing_else(town: Town) -> None:
    unit = next(one for one in town.people if one.login == "department-unit")
    found = town.client.get("/api/issues.geojson", headers=unit.headers()).json()["features"]
    assigned = [place.ids[0] for place in town.places]
    assert sorted(feature["id"] for feature in found) == sorted(assigned)
    assert town.client.get(f"/api/issues/{assigned[0]}", headers=unit.headers()).status_code == 200
    assert town.client.get(f"/api/issues/{town.places[0].ids[1]}", headers=unit.headers()).status_code == 404
    assert town.client.get("/api/points.geojson", headers=unit.headers()).json()["features"] == []


def test_an_issue_that_comes_to_another_department_goes_from_the_maps_of_the_first(town: Town) -> None:
    current = runtime()
    deltas = Deltas(current)
    unsubscribe = current.subscribe(deltas.add)
    receipt = current.submit([_draft(town.places[2])], actor="a-1")[0]
    before = current.snapshot.revision
    try:
        for version, unit in enumerate((UNIT, "D02"), 1):
            current.amend(receipt.id, version, "assign", {"department": unit}, actor="c", client_uuid=str(uuid.uuid4()))
    finally:
        unsubscribe()
    first, other = (Sight(Scope(departments=frozenset({unit}))) for unit in (UNIT, "D03"))
    assert deltas.since(before)["count"] == 1
    for sight in (first, other):
        told = deltas.since(before, sight)
        assert (told["since"], told["issues"]) == (None, [])  # anything may have changed: asked again, it is gone


def plain(answer: Any) -> Any:
    """What an answer says, whatever filter it says it for."""
    if "json" not in answer.headers["content-type"]:
        lines = list(csv.reader(answer.text.splitlines())) if "csv" in answer.headers["content-type"] else [[]]
        if "filter" not in lines[0]:
            return answer.text
        at = lines[0].index("filter")
        return [line[:at] + line[at + 1 :] for line in lines]
    content = answer.json()
    content.pop("filter")
    if answer.headers["etag"].startswith("W/"):  # known by what it says, and not by the revision it says it for
        content.pop("revision")
    return content


def test_events_name_issues_to_those_alone_who_see_them(town: Town) -> None:
    current = runtime()
    deltas = Deltas(current)
    before = current.snapshot.revision
    unsubscribe = current.subscribe(deltas.add)
    try:
        for place in town.places[:2]:
            current.submit([_draft(place)], actor="a-1")
    finally:
        unsubscribe()
    first, second = (Scope(subdistricts=frozenset({place.code})) for place in town.places[:2])
    everything = deltas.since(before)
    assert everything["count"] == 2
    for scope, place, hidden in ((first, town.places[0], town.places[1]), (second, town.places[1], town.places[0])):
        told = deltas.since(before, Sight(scope))
        assert told["count"] == len(told["issues"]) == 1
        assert told["bbox"] == pytest.approx([place.lon, place.lat, place.lon, place.lat], abs=1e-6)
        assert not any(word in str(told) for word in hidden.canaries)
    assert deltas.newest(Sight(first)) | {"revision": 0, "since": 0} == {
        "revision": 0, "since": 0, "issues": [], "count": 0, "bbox": None, "points": False,
    }  # fmt: skip
    nameless = deltas.since(before, Sight(names_issues=False))
    assert (nameless["issues"], nameless["count"], nameless["bbox"], nameless["since"]) == ([], 0, None, None)


def _draft(place: Place) -> Any:
    import shapely

    from geo.issue import IssueDraft

    return IssueDraft("supervision", "C0101", shapely.Point(place.lon, place.lat), description="new")
