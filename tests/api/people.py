"""Yunyan with a login, three subdistricts whose every text is a canary, and a person for each role and scope."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest import mock

import shapely
from starlette.testclient import TestClient

from data.access import passwords
from data.campaign_clock import campaign_now
from data.intake.issues import examine
from data.runtime import Runtime, runtime
from data.store.batch import Batch
from geo.access import WHOLE, Role, Scope, Subject
from geo.clock import from_us
from geo.issue import IssueDraft
from geo.point import InspectionPoint, Visit
from tests.api.conftest import BASE_URL, application
from tests.stores import environment_of

PLACES: Final = 3
UNIT: Final = "D01"
"""The department to which the first issue of each place is assigned."""

RULED: Final = "D02"
"""The department to which the rules give the second issue of each place, by its type; it is assigned to nobody."""

RULED_AT: Final = 1
PER_PLACE: Final = 4
PASSWORD: Final = "a horse, a kingdom"
SAME_ORIGIN: Final = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Place:
    """One subdistrict: where it is, and every text by which its records can be told."""

    code: str
    lon: float
    lat: float
    ids: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    canaries: dict[str, Subject] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)  # of each issue


@dataclass
class Person:
    """Somebody with a session and a token."""

    login: str
    roles: frozenset[Role]
    scope: Scope
    cookie: str
    token: str

    def headers(self, *, by_token: bool = False) -> dict[str, str]:
        if by_token:
            return {"Authorization": f"Bearer {self.token}"}
        return {"Cookie": f"xunjie={self.cookie}", **SAME_ORIGIN}


@contextmanager
def signing_in(url: str, city: Path, **settings: str) -> Iterator[TestClient]:
    """The application over the store at `url`, with a login; passwords cost little."""
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    environ = {**environment_of(url), "XUNJIE_CITY": str(city), "XUNJIE_LOGIN": "local", **settings}
    with mock.patch.object(passwords, "_HASHER", cheap), mock.patch.dict(os.environ, environ):
        passwords._nobody_s.cache_clear()
        with TestClient(application(), base_url=BASE_URL, follow_redirects=False) as client:
            yield client
        passwords._nobody_s.cache_clear()


def person(login: str, *roles: Role, scope: Scope = WHOLE) -> Person:
    """A new account of the open program, with a session and a token."""
    access = runtime().access
    access.add_account(
        by="operator", login=login, name=f"named-{login}", roles=frozenset(roles), scope=scope, password=PASSWORD
    )
    cookie = access.sign_in(login, PASSWORD)
    assert cookie is not None
    viewer = access.viewer(cookie)
    assert viewer is not None
    _, token = access.make_token(viewer, name="t", roles=viewer.roles, scope=WHOLE, days=9)
    return Person(login, frozenset(roles), scope, cookie, token)


def fill(current: Runtime) -> list[Place]:
    """Records in the first three subdistricts: issues with a history, points with visits, all their texts canaries."""
    city = current.city
    places = []
    for at in range(PLACES):
        inside = shapely.Point(city.areas.geometry[at].representative_point())
        places.append(Place(city.areas.codes[at], inside.x, inside.y))
    drafts, points, visits = [], [], []
    for place in places:
        for n in range(PER_PLACE):
            word = f"canary{place.code}x{n}"
            point = f"PT{place.code}x{n}"
            place.points.append(point)
            kind = city.catalogue.types[n].code
            here = Subject(place.code, UNIT if n == 0 else None, type=kind)
            place.canaries |= {word: here, point: Subject(place.code), f"p{word}": Subject(place.code)}
            points.append(
                InspectionPoint(
                    point,
                    f"p{word}name",
                    city.catalogue.site_classes[0].code,
                    place.lon,
                    place.lat,
                    steward=f"p{word}steward",
                )
            )
            moment = campaign_now(city.campaign())
            visit = f"VI{place.code}x{n}"
            visits.append(Visit(visit, point, moment, "unannounced", n % 2 == 0, 80.0, f"p{word}note"))
            identity = str(uuid.uuid4())
            place.ids.append(identity)
            place.subjects[identity] = here
            drafts.append(
                IssueDraft(
                    register=city.campaign().default_register,
                    type=kind,
                    geometry=shapely.Point(place.lon + n * 1e-5, place.lat),
                    id=identity,
                    description=f"{word}description",
                    address=f"{word}address",
                    reporter=f"{word}reporter",
                    visit=visit,
                )
            )
    examined = examine(drafts, city, now=campaign_now)
    assert not examined.errors
    receipts = current._queue.submit(Batch(examined, "operator", points=points, visits=visits)).result()
    for position, receipt in enumerate(receipts):
        place = places[position // PER_PLACE]
        n = position % PER_PLACE
        here = place.subjects[receipt.id]
        place.canaries |= {receipt.id: here, receipt.number: here, f"canary{place.code}change{n}": here}
        current.change(
            receipt.id, 1, "ACCEPTED", actor="commander", client_uuid=str(uuid.uuid4()),
            note=f"canary{place.code}change{n}",
        )  # fmt: skip
        if n == 0:
            current.amend(
                receipt.id, 2, "assign", {"department": UNIT}, actor="commander", client_uuid=str(uuid.uuid4())
            )
    assert from_us(current.snapshot.newest_us) is not None
    return places
