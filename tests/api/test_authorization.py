"""The authorization matrix: role × action × scope × route, by random requests over data full of canaries.

Whatever is asked, by whom, in which order: the status is what the one table of permissions says, and no byte of an
answer names a record outside the asker's scope.
"""

from __future__ import annotations

import csv
import hashlib
import math
import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import MagicMock
from urllib.parse import urlencode

import orjson
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient

from api.app import DOORS, OPERATIONS
from api.delta import Deltas, Sight
from api.operation import Operation
from data.act_desk import ELSEWHERE
from data.runtime import runtime
from geo.access import WHOLE, Role, Scope, Subject
from geo.permissions import ALLOWED, SEE_ALL, Action
from tests.api.canaries import DAY, EVERYWHERE, TALLY, Books, Secret, fill_books, tiny
from tests.api.people import PASSWORD, RULED, RULED_AT, SAME_ORIGIN, UNIT, Person, Place, fill, person, signing_in

BY_FORM: Final = {"/sign-in", "/sign-out", "/sign-in/oidc", "/sign-in/oidc/callback", "/sign-in/style.css"}
ASKED: Final = [operation for operation in OPERATIONS if operation.path not in BY_FORM]
FOR_ALL: Final = {"/api/imports", "/api/draws/{draw}/frame"}
"""Routes for those alone whose reach is the whole campaign."""

ACTING: Final = {Action.CHANGE_STATUS, Action.AMEND, Action.REPORT}
FINER: Final = {Action.CHANGE_STATUS, Action.AMEND}
"""Actions whose steps are bounded further, by the step's role."""

R: Final = Role
WHOSE: Final[dict[str, set[Role]]] = {
    **{name: {R.COMMANDER} for name in ("ACCEPTED", "FILED", "assign", "extend", "refuse_extension")},
    "DISPATCHED": {R.COMMANDER, R.INSPECTOR},
    **{name: {R.DEPARTMENT} for name in ("HANDLING", "ask_extension")},
    "VERIFYING": {R.DEPARTMENT, R.INSPECTOR},
    "CLOSED": {R.INSPECTOR},
    **{name: {R.COMMANDER, R.PLANNER, R.INSPECTOR} for name in ("correct", "link", "unlink")},
    "attach": {R.COMMANDER, R.INSPECTOR, R.DEPARTMENT},
}
"""Whose each act is, written once more and by hand."""

BY_NAME: Final = {"/api/organisation", "/api/responsibility"}


def weight_of(operation: Operation) -> int:
    """Most of all is asked what holds records, and acts are tried often enough for some to be made."""
    if operation.action in FINER:
        return 6
    holds_records = operation.action in (Action.SEE_ISSUES, Action.SEE_AGGREGATES, Action.EXPORT)
    return 3 if holds_records and "assets" not in operation.path else 1


WEIGHTS: Final = [weight_of(operation) for operation in ASKED]

SHARED: Final = [o for o in ASKED if o.shared and o.filtered and "{" not in o.path]
"""What may be asked for in one picture."""


@dataclass
class Town:
    """The application, its places, and a person for each role and scope."""

    client: TestClient
    places: list[Place]
    people: list[Person]
    books: Books
    etags: dict[str, list[str]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def bounded(self) -> list[Person]:
        """Those who see a part of the campaign, issue by issue."""
        return [one for one in self.people if not (one.scope.is_whole or one.roles & SEE_ALL)]

    def who(self, login: str) -> Person:
        return next(one for one in self.people if one.login == login)


@dataclass(frozen=True)
class OfType:
    """What the rules give to the one department, written once more and plainly: every issue of a type."""

    type: str | None
    key: str = "of type"

    def takes(self, issue_type: str | None, _subdistrict: str | None, _task: str | None) -> bool:
        return issue_type == self.type


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[Town]:
    url = f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'store.db'}"
    with signing_in(url, bare_city) as client:
        places = fill(runtime())
        books = fill_books(runtime(), places)
        by_rule: Any = OfType(places[0].subjects[places[0].ids[RULED_AT]].type)
        scopes = {
            "all": WHOLE,
            "first": Scope(subdistricts=frozenset({places[0].code})),
            "second": Scope(subdistricts=frozenset({places[1].code})),
            "unit": Scope(departments=frozenset({UNIT})),
            "ruled": Scope(departments=frozenset({RULED}), by_rule=by_rule),
            "group": Scope(groups=frozenset({f"group.{places[0].code}"})),
        }
        people = [person(f"{role}-{name}", role, scope=scope) for role in Role for name, scope in scopes.items()]
        mixed = Scope(subdistricts=frozenset({places[2].code}))
        people.append(person("mixed", Role.INSPECTOR, Role.DEPARTMENT, scope=mixed))
        people.append(person("both", Role.INSPECTOR, Role.AUDITOR, scope=mixed))  # reads everywhere, acts there
        for one in people:
            books.secrets[f"named-{one.login}"] = Secret(Action.MANAGE_PEOPLE, [EVERYWHERE], {one.login})
            books.hide((one.cookie, one.token), action=None)
        yield Town(client, places, people, books)


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
        self.asked = ""  # the last identity in an address, if the last request had one

    def one(self) -> tuple[Operation, Person | None, Any]:
        draw, town = self.random, self.town
        [operation] = draw.choices(ASKED, WEIGHTS)
        someone = None if draw.random() < 0.04 else draw.choice(town.bounded if draw.random() < 0.5 else town.people)
        if operation.action in FINER and draw.random() < 0.75:
            acting = [one for one in town.people if one.roles & {R.COMMANDER, R.INSPECTOR, R.DEPARTMENT}]
            sighted = [one for one in acting if one.scope.groups is None]  # a group has no issues
            someone = draw.choice(sighted + 2 * [one for one in sighted if one.scope.is_whole])
        headers = {} if someone is None else someone.headers(by_token=draw.random() < 0.4)
        headers |= self.smuggled()
        path, self.asked = operation.path, ""
        for name in operation.path_parameters:
            self.asked = self.identity(operation, name)
            path = path.replace(f"{{{name}}}", self.asked)
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
        if operation.path == "/api/picture" and answer.status_code == 200:
            self.keep_parts(answer)
        if operation.action in ACTING and answer.status_code in (200, 201):
            assert someone is not None
            town.books.secrets[f"named-{someone.login}"].seen_with |= self.subjects_of(body)
        if operation.action is Action.AMEND and answer.status_code in (200, 201):
            self.note_attached(body, answer)
        if operation.path == "/api/photos" and answer.status_code in (200, 201):
            self.note_sender(someone, body, answer)
        return operation, someone, answer

    def smuggled(self) -> dict[str, str]:
        """Now and then a header by which a proxy would name somebody else."""
        names = ("Remote-User", "X-Remote-User", "X-Auth-Request-User", "X_Viewer", "X-Xunjie-Viewer", "X-User-Role")
        return (
            {self.random.choice(names): self.random.choice(self.town.people).login}
            if self.random.random() < 0.2
            else {}
        )

    def keep_parts(self, answer: Any) -> None:
        """The ETags that were told inside a picture, for whoever asks for the same."""
        addresses = [value for key, value in answer.request.url.params.multi_items() if key == "ask"]
        for address, part in zip(addresses, answer.json()["answers"], strict=True):
            if part.get("etag"):
                path, _, query = address.partition("?")
                self.town.etags.setdefault(f"{path}?{query}", []).append(part["etag"])

    def note_sender(self, someone: Person | None, body: bytes | None, answer: Any) -> None:
        """Who sends a photo sees it, and knows what its camera wrote if it was the original that they sent."""
        assert someone is not None
        books, sha256 = self.town.books, answer.json()["photo"]
        if sha256 in books.photos:
            told = [sha256, books.thumbs[sha256], *([books.taken[sha256]] if body == books.photos[sha256] else [])]
            for word in told:
                books.secrets[word].own.add(someone.login)

    def subjects_of(self, body: bytes | None) -> set[Subject]:
        """Where the issue lies that was acted on or reported."""
        for place in self.town.places:
            if self.asked in place.ids:
                return {place.subjects[self.asked]}
            if f"canary{place.code}new".encode() in (body or b""):
                return {Subject(place.code)}
        return set()

    def note_attached(self, body: bytes | None, answer: Any) -> None:
        """Who sees the issue that a photo was attached to sees the photo."""
        sent = orjson.loads(body or b"{}")
        [act] = sent.get("acts", [sent])
        if act.get("act") == "attach" and not answer.json().get("preview"):
            books, sha256 = self.town.books, act["set"]["photo"]
            words = (sha256, books.thumbs[sha256], books.taken[sha256])
            books.hide(words, *self.subjects_of(None))

    def identity(self, operation: Operation, name: str) -> str:
        place, books = self.random.choice(self.town.places), self.town.books
        known = {"identity": place.ids, "code": place.points, "z": ["12"], "x": ["3262"], "y": ["1739"]}
        known |= {"sha": [*books.photos], "draw": books.draws}
        if operation.path.endswith("/history") and self.random.random() < 0.5:
            return place.ids[1]  # which was linked to one of elsewhere
        if name == "id" and "webhook" in operation.path:
            return self.random.choice((books.webhook, "w-none"))
        return self.random.choice(known.get(name, ["nothing-here"]))

    def query(self, operation: Operation) -> str:
        draw, pairs = self.random, []
        place = draw.choice(self.town.places)
        if operation.path == "/api/picture":
            return self.picture()
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
        own = {"/api/imports": "name=ledger.csv", "/api/assignment": f"type=E0501&subdistrict={place.code}"}
        own |= {"/api/tallies": f"code={TALLY}", "/api/plans": f"day={DAY}", "/api/junctions": f"day={DAY}"}
        own |= {"/api/photos": f"issue={draw.choice(place.ids)}&kind={draw.choice(('before', 'after'))}"}
        if operation.path in own and (operation.method == "GET" or draw.random() < 0.5):
            pairs.append(own[operation.path])
        return "&".join(pairs)

    def picture(self) -> str:
        """Several addresses, some with an ETag that somebody was given for it."""
        pairs = []
        for _ in range(self.random.randint(1, 5)):
            operation = self.random.choice(SHARED)
            address = f"{operation.path}?{self.query(operation)}"
            pairs.append(("ask", address))
            known = self.town.etags.get(address, [])
            if known and self.random.random() < 0.6:
                pairs.append(("tag", self.random.choice(known)))
        return urlencode(pairs)

    def version(self) -> int:
        """The present version of the issue that is asked for; 1 where it is none."""
        snapshot = runtime().snapshot
        rows = snapshot.rows_of([self.asked]) if self.asked.count("-") == 4 else []
        return int(snapshot.records.of(rows).version[0]) if len(rows) else 1

    def step(self) -> str:
        """Mostly what comes next for the issue that is asked for, else any."""
        life = ["REPORTED", "ACCEPTED", "FILED", "DISPATCHED", "HANDLING", "VERIFYING", "CLOSED", "DISPATCHED"]
        snapshot = runtime().snapshot
        rows = snapshot.rows_of([self.asked]) if self.asked.count("-") == 4 else []
        if len(rows) and self.random.random() < 0.8:
            return life[int(snapshot.issues.status[rows[0]]) + 1]
        return self.random.choice(life[1:])

    def fresh(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def body(self, operation: Operation) -> bytes:
        draw, place, books = self.random, self.random.choice(self.town.places), self.town.books
        if operation.path == "/api/issues":
            word = f"canary{place.code}new"
            place.canaries[word] = Subject(place.code)
            books.secrets.setdefault(word, Secret(subjects=[Subject(place.code)]))
            point = {"type": "Point", "coordinates": [place.lon, place.lat]}
            return orjson.dumps({"id": self.fresh(), "type": "C0101", "geometry": point, "description": word})
        if operation.path == "/api/photos":
            sha256 = draw.choice([*books.photos])
            return draw.choice((books.photos[sha256], books.served[sha256], b""))
        if operation.path == "/api/imports":
            return b"nothing\n1\n"
        return orjson.dumps(self.wish(operation.path, place) | ({"unknown": 1} if draw.random() < 0.2 else {}))

    def wish(self, path: str, place: Place) -> dict[str, Any]:
        """A body that the route understands, for a record of some place; what it asks for may be refused."""
        draw, books = self.random, self.town.books
        if path == "/api/acts":
            self.asked = draw.choice(place.ids)
        known = {"id": self.fresh(), "version": self.version() if draw.random() < 0.7 else draw.randint(1, 3)}
        match path:
            case "/api/issues/{identity}/changes":
                return known | {"status": self.step(), "evidence": "seen", "note": "n"}
            case "/api/issues/{identity}/amendments":
                return known | self.amendment()
            case "/api/acts":
                return {"acts": [known | self.amendment() | {"issue": self.asked}]}
            case "/api/visits":
                report = {"note": f"canary{place.code}visitnote", "answers": books.answers}
                return {"id": known["id"], "point": draw.choice(place.points), "kind": "unannounced"} | report
            case "/api/plans":
                stops = [{"point": draw.choice(place.points), "reason": "other", "leg_m": 1.0}]
                return {"id": known["id"], "group": f"of.{place.code}", "day": "2021-08-25", "stops": stops}
            case "/api/draws":
                return {"id": known["id"], "seed": "too short", "subject": "points", "n": 3}
            case "/api/draws/{draw}/checks":
                return {"id": known["id"], "unit": draw.choice(books.drawn), "holds": True}
            case "/api/draws/{draw}/sample":
                return {"id": known["id"], "seed": "0123456789abcdef9999"}
            case "/api/exposures":
                item = {"item": f"i{draw.randrange(9)}", "issue": draw.choice(place.ids), "title": "t"}
                return {"id": known["id"], "shown_at": "2021-08-24T08:00:00", **item}
            case "/api/photos/{sha}/blur":
                return {"rectangles": [[0, 0, draw.choice((4, 9_999)), 4]] if draw.random() < 0.1 else []}
            case "/api/photos/{sha}/review":
                return {"reviewed": draw.random() < 0.5}
            case "/api/photos/{sha}/erase":
                return {"photo": "another"}
            case "/api/inbox/seen":
                return {"seq": draw.randrange(99)}
            case "/api/unit-addresses":
                return {"unit": UNIT, "address": "canarymail@canary.example"}
        return {"unknown": 1}

    def amendment(self) -> dict[str, Any]:
        """An amendment; a link leads to any place, a photo is that of any. None makes an issue another unit's: the
        canaries say whose it is."""
        draw, other = self.random, self.random.choice(self.town.places)
        photo = {"photo": draw.choice([*self.town.books.photos]), "kind": draw.choice(("before", "after"))}
        act, fields = draw.choice(
            [
                ("assign", {"department": "D99"}),
                ("link", {"duplicate_of": draw.choice(other.ids)}),
                ("unlink", {}),
                ("attach", photo),
                ("correct", {"address": f"corrected {draw.random()}"}),
                ("extend", {"due_at": "2022-01-01T00:00:00"}),
                ("ask_extension", {"until": "2032-01-01T00:00:00"}),
                ("refuse_extension", {}),
            ]
        )
        return {"act": act, "set": fields, "note": "n"}


def may_be_told(someone: Person | None, secret: Secret) -> bool:
    """The rule for one canary."""
    if someone is None:
        return False
    if someone.login in secret.own:
        return True
    seen = reach_of(someone, Action.SEE_ISSUES)
    if seen is not None and any(seen.holds(subject) for subject in secret.seen_with):
        return True
    reach = None if secret.action is None else reach_of(someone, secret.action)
    return reach is not None and any(subject is EVERYWHERE or reach.holds(subject) for subject in secret.subjects)


def told_wrongly(town: Town, someone: Person | None, answer: Any) -> set[str]:
    """The canaries in any byte of an answer that its asker may not be told, less those that they named themselves."""
    text = answer.text + " ".join(answer.headers.values())
    if answer.headers.get("content-type") == "image/jpeg" and answer.status_code == 200:
        text += f" {hashlib.sha256(answer.content).hexdigest()}"
        assert b"Exif" not in answer.content
    asked = str(answer.request.url) + answer.request.content[:2_000].decode("latin-1")
    secrets = town.books.secrets.items()
    return {w for w, secret in secrets if w in text and w not in asked and not may_be_told(someone, secret)}


def check(town: Town, operation: Operation, someone: Person | None, answer: Any, *, asked: str) -> None:
    """Status as the table says; no canary of another place in any byte, and no record that was `asked` for by name."""
    assert operation.action is not None
    if someone is None:
        assert answer.status_code in (
            (200,) if operation.action is Action.OPEN else (303,) if operation.is_page else (401,)
        )
    else:
        reach = reach_of(someone, operation.action)
        if reach is None:
            assert answer.status_code == 403, (operation.path, someone.login)
        else:
            assert answer.status_code not in (401, 303), (operation.path, someone.login)
            if operation.path in FOR_ALL:
                assert reach.is_whole or answer.status_code in (403, 404)
            elif answer.status_code == 403:
                address = str(answer.request.url)
                finer = ("q=" in address and operation.filtered) or f"code={TALLY}" in address
                by_token = "authorization" in answer.request.headers and operation.action in (
                    *(Action.OWN, Action.MANAGE_PEOPLE, Action.MANAGE_NOTICES),
                )
                assert finer or by_token or operation.action in FINER, (operation.path, someone.login)
    secret = town.books.secrets.get(asked)
    if secret is not None and "{" in operation.path and answer.status_code not in (303, 400, 401, 403, 404):
        assert may_be_told(someone, secret), (operation.method, operation.path, someone and someone.login, asked)
    if operation.action in FINER and answer.status_code == 201:
        assert someone is not None
        must_be_theirs(town, someone, asked, answer)
    named = told_wrongly(town, someone, answer)
    assert not named, (operation.method, operation.path, None if someone is None else someone.login, named)


def must_be_theirs(town: Town, someone: Person, asked: str, answer: Any) -> None:
    """What was done to an issue is for a role of theirs; it lies within their scope, or that role has none."""
    sent = orjson.loads(answer.request.content)
    [act] = sent.get("acts", [sent])
    roles = someone.roles & WHOSE[act.get("act") or act["status"]]
    [subject] = [place.subjects[asked] for place in town.places if asked in place.ids]
    assert roles, (someone.login, act)
    assert roles & {R.COMMANDER, R.PLANNER} or someone.scope.holds(subject), (someone.login, act, subject)
    town.done.update(f"{act.get('act') or act['status']} by {role}" for role in roles)


def test_whose_session_or_token_is_over_is_nobody_on_any_route(town: Town) -> None:
    """A cookie that was signed out, one that an administrator ended, a token that was revoked: replayed on each route
    they are what no cookie is, and the answers are the same to the byte."""
    access = runtime().access
    gone = person("gone", *Role)
    ended = access.sign_in("gone", PASSWORD)
    assert ended is not None
    access.sign_out(gone.cookie)
    access.revoke_sessions("gone", by="operator")
    replayed = [{"Cookie": f"xunjie={cookie}", **SAME_ORIGIN} for cookie in (gone.cookie, ended, "x" * 43)]
    replayed += [{"Authorization": f"Bearer {token}"} for token in (gone.token, "xjt_" + "x" * 43)]
    requests = Requests(town, seed=1)
    for operation in ASKED:
        path = operation.path
        for name in operation.path_parameters:
            requests.asked = requests.identity(operation, name)
            path = path.replace(f"{{{name}}}", requests.asked)
        query, body = requests.query(operation), None
        if operation.method != "GET":
            body = requests.body(operation)
        kind = {} if body is None else {"Content-Type": operation.body_type.replace("image/*", "image/jpeg")}
        answers = [
            town.client.request(operation.method, f"{path}?{query}", headers=headers | kind, content=body)
            for headers in ({}, *replayed)
        ]
        if operation.action is not Action.OPEN:
            assert answers[0].status_code == (303 if operation.is_page else 401), operation.path
            assert {(a.status_code, a.content, a.headers.get("location")) for a in answers} == {
                (answers[0].status_code, answers[0].content, answers[0].headers.get("location"))
            }, operation.path


def test_what_a_camera_wrote_is_not_learned_by_sending_the_picture_back(town: Town) -> None:
    """Whoever sent the original knows it; who saw the picture, sent that or blurred it, does not."""
    sha256 = _photo_of(town, town.places[0])
    taken, own = town.books.taken[sha256], Scope(departments=frozenset({UNIT}))
    unit = person("sends-back", Role.DEPARTMENT, scope=own)  # of whom the requests before know nothing
    kind = {"Content-Type": "image/jpeg"}
    served = town.client.get(f"/api/photos/{sha256}", headers=unit.headers())
    assert (served.status_code, hashlib.sha256(served.content).hexdigest()) == (200, sha256)
    issue = town.places[0].ids[0]
    for path in ("/api/photos", f"/api/photos?issue={issue}&kind=after"):
        back = town.client.post(path, content=served.content, headers=unit.headers() | kind)
        assert (back.status_code, back.json()["taken_at"], back.json()["has_place"]) == (200, None, None)
        assert {flag["code"] for flag in back.json()["flags"]} <= {"used_before", "near_same"}
    blurred = town.client.post(
        f"/api/photos/{sha256}/blur", json={"rectangles": [[1, 1, 9, 9]]}, headers=unit.headers()
    )
    assert (blurred.status_code, blurred.json()["taken_at"]) == (201, None), blurred.text
    again = town.client.post(
        f"/api/photos/{blurred.json()['photo']}/blur", json={"rectangles": [[9, 9, 9, 9]]}, headers=unit.headers()
    )
    assert (again.status_code, again.json()["taken_at"]) == (201, None)
    other = town.places[1].ids[1]
    refused = town.client.post(f"/api/photos?issue={other}", content=tiny(7), headers=unit.headers() | kind)
    assert refused.status_code == 404, "how far a photo is from an issue tells where that is"
    sent = town.client.post("/api/photos", content=town.books.photos[sha256], headers=unit.headers() | kind)
    assert sent.json()["taken_at"] == taken, "whoever has the original knows it anyway"


def _photo_of(town: Town, place: Place) -> str:
    """The photo that was taken there, wherever the requests before have attached it since."""
    [sha256] = [sha for sha in town.books.photos if town.books.secrets[sha].subjects[0] == Subject(place.code, UNIT)]
    return sha256


def test_who_saw_what_is_protected_stands_in_the_log_of_access(town: Town) -> None:
    access, sha256 = runtime().access, _photo_of(town, town.places[0])
    inspector, administrator = town.who("inspector-first"), town.who("administrator-all")
    planner, issue = town.who("planner-all"), town.places[0].ids[0]
    who = {one.login: access.account(one.login).id for one in (inspector, administrator, planner)}

    def seen() -> list[tuple[str, str | None]]:
        return [(e.actor, e.subject) for e in access.newest_entries(50) if e.kind == "saw_protected"]

    before = len(seen())
    assert town.client.get(f"/api/issues/{issue}/photos", headers=planner.headers()).json()["photos"]
    assert len(seen()) == before, "nothing protected was told"
    for someone, method, path, body, subject in (
        (inspector, "GET", f"/api/issues/{issue}/photos", None, issue),
        (inspector, "POST", f"/api/photos/{sha256}/review", {"reviewed": False}, sha256),
        (administrator, "GET", "/api/unit-addresses", None, "units"),
    ):
        answer = town.client.request(method, path, json=body, headers=someone.headers())
        assert answer.status_code == 200, answer.text
        assert seen()[0] == (who[someone.login], subject), path


def test_a_story_names_no_issue_of_elsewhere_and_none_can_be_linked(town: Town) -> None:
    here, there = town.places[0].ids[1], town.places[1].ids[1]
    inspector, auditor = town.who("inspector-first"), town.who("auditor-all")
    bounded, whole = (
        town.client.get(f"/api/issues/{here}/history", headers=one.headers()) for one in (inspector, auditor)
    )
    linked = [
        [entry["set"].get("duplicate_of") for entry in answer.json()["entries"] if entry["act"] == "link"][:1]
        for answer in (bounded, whole)
    ]
    assert linked == [[ELSEWHERE], [there]]
    assert there not in bounded.text
    linked_still, other = town.places[1].ids[1], town.places[2].ids[1]
    late = {"id": str(uuid.uuid4()), "version": 1, "act": "unlink"}
    for path, wish in ((f"/api/issues/{linked_still}/amendments", late),
                       ("/api/acts?preview=1", {"acts": [late | {"issue": linked_still}]}),
                       ("/api/acts", {"acts": [late | {"issue": linked_still}]})):  # fmt: skip
        stale = town.client.post(path, json=wish, headers=town.who("inspector-second").headers())
        assert ELSEWHERE in stale.text, stale.text
        assert other not in stale.text
    version = town.client.get(f"/api/issues/{here}", headers=inspector.headers()).json()["version"]
    number = town.client.get(f"/api/issues/{there}", headers=auditor.headers()).json()["number"]
    for target in (there, number, str(uuid.UUID(int=1, version=4)), "YY-99999"):
        wish = {"id": str(uuid.uuid4()), "version": version, "act": "link", "set": {"duplicate_of": target}}
        answer = town.client.post(f"/api/issues/{here}/amendments", json=wish, headers=inspector.headers())
        assert answer.status_code == 404, "one of elsewhere is as one that is not there"


def test_draws_visits_and_plans_are_bounded_by_the_scope(town: Town) -> None:
    inspector, auditor, place = town.who("inspector-first"), town.who("auditor-all"), town.places[0]

    def both(path: str) -> tuple[Any, Any]:
        return tuple(town.client.get(path, headers=one.headers()).json() for one in (inspector, auditor))  # type: ignore[return-value]

    for draw in town.books.draws:
        own, whole = both(f"/api/draws/{draw}")
        assert own["sample"] == [entry for entry in whole["sample"] if entry["stratum"] == place.code] != []
        assert len(whole["sample"]) > len(own["sample"])
        assert town.client.get(f"/api/draws/{draw}/frame", headers=inspector.headers()).status_code == 404
    own, whole = both("/api/inspections")
    assert {entry["point"] for entry in own["rechecks"]} < {entry["point"] for entry in whole["rechecks"]}
    assert 0 < sum(own["followed"].values()) < sum(whole["followed"].values())
    assert both(f"/api/inspections?subdistrict={place.code}")[1]["followed"] == own["followed"]
    own, whole = both(f"/api/plans?day={DAY}")
    assert {plan["group"] for plan in own["plans"]} == {"all", f"group.{place.code}"}
    assert [plan["note"] for plan in own["plans"]] == ["", f"canary{place.code}plan"]
    assert all(plan["group_name"] for plan in (*own["plans"], *whole["plans"]))
    assert len(whole["plans"]) == 4
    stops = [{"point": town.places[1].points[0], "reason": "other", "leg_m": 1.0}]
    wish = {"id": str(uuid.uuid4()), "group": "all", "day": "2021-08-26", "stops": stops}
    assert town.client.post("/api/plans", json=wish, headers=inspector.headers()).status_code == 404
    visit = {"id": str(uuid.uuid4()), "point": town.places[1].points[0], "kind": "unannounced", "compliant": True}
    assert town.client.post("/api/visits", json=visit, headers=inspector.headers()).status_code == 404
    drawn = [entry["id"] for entry in both(f"/api/draws/{town.books.draws[1]}")[1]["sample"]]
    for unit in drawn:
        found = {"id": str(uuid.uuid4()), "unit": unit, "holds": False, "version": 1}
        answer = town.client.post(f"/api/draws/{town.books.draws[1]}/checks", json=found, headers=inspector.headers())
        mine = runtime().snapshot.city.areas.codes.index(place.code) == _area(unit)
        assert answer.status_code == (201 if mine else 404)


def _area(identity: str) -> int:
    snapshot = runtime().snapshot
    return int(snapshot.issues.subdistrict[snapshot.row(identity)])


def test_a_unit_is_known_by_name_where_it_may_have_to_do_with_somebody(town: Town) -> None:
    place = town.places[0]
    first, unit, public = (town.who(login) for login in ("inspector-first", "department-unit", "public-all"))
    listed = {
        one.login: [u["code"] for u in town.client.get("/api/organisation", headers=one.headers()).json()["units"]]
        for one in (first, unit)
    }
    theirs = (f"{kind}.{place.code}" for kind in ("office", "leader", "group", "of", "S"))
    assert listed["inspector-first"] == [UNIT, "D02", "all", *theirs]
    assert listed["department-unit"] == [UNIT]
    address = f"/api/assignment?type=E0501&subdistrict={place.code}"
    named = [town.client.get(address, headers=one.headers()).json()["unit"] for one in (first, unit, public)]
    assert [entry["code"] for entry in named] == [f"office.{place.code}"] * 3
    assert [entry["name"]["en"].startswith("canary") for entry in named] == [True, False, False]
    for login, status in (("public-all", 403), ("department-unit", 200)):
        answer = town.client.get(f"/api/tallies?code={TALLY}", headers=town.who(login).headers())
        assert answer.status_code == status
    assert town.client.get("/api/tallies", headers=public.headers()).status_code == 200


def test_a_tile_of_heat_shows_a_bounded_viewer_what_is_theirs(town: Town) -> None:
    bounded, everywhere, place = town.who("inspector-first"), town.who("auditor-all"), town.places[0]
    [operation] = [o for o in ASKED if "{z}" in o.path]
    z = 14
    x = int((place.lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(place.lat))) / math.pi) / 2 * 2**z)
    tile = operation.path.format(z=z, x=x, y=y)
    own = town.client.get(tile, headers=bounded.headers())
    same = town.client.get(f"{tile}?subdistrict={place.code}", headers=everywhere.headers())
    other = town.client.get(f"{tile}?subdistrict={town.places[1].code}", headers=bounded.headers())
    assert own.status_code == same.status_code == 200
    assert own.content == same.content
    assert other.content != own.content


@pytest.mark.parametrize("operation", [o for o in ASKED if o.filtered and "{" not in o.path], ids=lambda o: o.path)
def test_who_sees_one_subdistrict_is_answered_as_if_it_were_the_only_one(town: Town, operation: Operation) -> None:
    """The same as a viewer of everything gets who asks for that subdistrict: counts too, not only names."""
    if operation.path in ("/map", "/wall"):
        return
    box = "z=13&bbox=106.6,26.5,106.8,26.7&" if any(p.name == "z" for p in operation.parameters) else ""
    everywhere = next(one for one in town.people if one.login == "auditor-all")
    bounded = next(one for one in town.people if one.login == "inspector-first")
    code = town.places[0].code
    if operation.path in BY_NAME:  # who is told of units by name has a test of its own
        return
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


def test_sight_by_rule_and_by_group_is_of_what_is_theirs_and_nothing_else(town: Town) -> None:
    """By rule what is assigned to nobody and would go to the department; a group has its plan, and no issues."""
    ruled, group = town.who("department-ruled"), town.who("inspector-group")

    def asked(one: Person, path: str) -> Any:
        return town.client.get(path, headers=one.headers()).json()

    def seen(one: Person) -> list[str]:
        return sorted(feature["id"] for feature in asked(one, "/api/issues.geojson")["features"])

    assert seen(ruled) == sorted(place.ids[RULED_AT] for place in town.places)
    assert seen(group) == []
    for one in (ruled, group):
        assert town.client.get(f"/api/issues/{town.places[0].ids[2]}", headers=one.headers()).status_code == 404
        assert asked(one, "/api/points.geojson")["features"] == []
        assert asked(one, f"/api/draws/{town.books.draws[0]}")["sample"] == []
    sample = asked(ruled, f"/api/draws/{town.books.draws[1]}")["sample"]
    assert {entry["id"] for entry in sample} <= {place.ids[RULED_AT] for place in town.places}
    [plan] = asked(group, f"/api/plans?day={DAY}")["plans"]
    assert (plan["group"], plan["note"], plan["stops"]) == (f"group.{town.places[0].code}", "", [])


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
    for name in ("filter", "revision"):  # one whose figures are the same as before may be of an earlier revision
        content.pop(name)
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


def test_events_of_books_and_photos_name_nothing_of_elsewhere(town: Town) -> None:
    """A plan, a finding, a visit, a photo: who sees the issue is told of it, and nobody of the book's words."""
    current, place = runtime(), town.places[1]
    deltas = Deltas(current)
    before, unsubscribe = current.snapshot.revision, current.subscribe(deltas.add)
    receipt = current.submit([_draft(place)], actor="a-1")[0]
    [sha256, *_] = town.books.photos
    wish = {"photo": sha256, "kind": "after"}
    try:
        middle = current.snapshot.revision
        current.amend(receipt.id, 1, "attach", wish, actor="a-1", client_uuid=str(uuid.uuid4()))
        day = {"kind": "meeting", "day": DAY.isoformat(), "title": "canarymeeting again"}
        current.put_document("meetings", "m2", day, client_uuid=str(uuid.uuid4()), actor="a-1")
    finally:
        unsubscribe()
    for scope in (Scope(subdistricts=frozenset({town.places[0].code})), Scope(departments=frozenset({UNIT}))):
        for since in (before, middle):
            told = deltas.since(since, Sight(scope))
            assert (told["issues"], told["count"], told["bbox"]) == ([], 0, None)
    told = deltas.since(before, Sight(Scope(subdistricts=frozenset({place.code}))))
    assert [issue["id"] for issue in told["issues"]] == [receipt.id]
    said = str(deltas.since(before, Sight()))
    assert receipt.id in said
    assert not any(word in said for word in (sha256, "canarymeeting", *town.books.thumbs.values()))


def _draft(place: Place) -> Any:
    import shapely

    from geo.issue import IssueDraft

    return IssueDraft("supervision", "C0101", shapely.Point(place.lon, place.lat), description="new")


def test_nothing_leaks_and_nobody_oversteps(town: Town, soak: bool) -> None:
    """The last in this file: whatever the others look at, these requests may have changed."""
    count = 20_000 if soak else 1_200
    requests = Requests(town, seed=20_000)
    seen: Counter[tuple[str, int]] = Counter()
    told: set[str] = set()
    by_scope: Counter[tuple[str, int]] = Counter()
    for _ in range(count):
        operation, someone, answer = requests.one()
        check(town, operation, someone, answer, asked=requests.asked)
        seen[operation.path, answer.status_code] += 1
        if someone is not None:
            by_scope[someone.login.rpartition("-")[2], answer.status_code] += 1
        told |= {word for word in town.books.secrets if word in answer.text}
    # That it says something: every route was asked for, records were given and refused, known answers told so.
    assert {path for path, _ in seen} == {operation.path for operation in ASKED}
    by_status: Counter[int] = Counter()
    for (_, status), n in seen.items():
        by_status[status] += n
    assert all(by_status[status] for status in (200, 201, 304, 400, 401, 403, 404, 409)), by_status
    assert town.done.total() >= count // 200, town.done
    for scope in ("all", "first", "second", "unit", "ruled", "group"):
        assert all(by_scope[scope, status] for status in (200, 403, 404)), (scope, by_scope)
    for path in ("/api/issues/{identity}", "/api/issues/{identity}/photos", "/api/photos/{sha}", "/api/points/{code}"):
        assert seen[path, 200], path
        assert seen[path, 404], path
    never = {word for word, secret in town.books.secrets.items() if secret.action is None}
    assert not told & never, "and what nobody may be told was told to nobody"
    for kind in ("unit", "visit", "plan", "shown", "tally", "junction"):
        assert any(word.startswith("canary") and kind in word for word in told), f"no answer held a canary of {kind}"
