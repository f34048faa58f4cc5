"""Deltas: what they say of a change, and that a client which trusts them is never wrong."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api import delta as delta_module
from api.answers import BODIES
from api.delta import MOST_ISSUES, Deltas, unknown
from data.feed import Change
from data.runtime import runtime
from tests.concern import concerns

CENTRE = (106.7135, 26.5983)


def report(client: TestClient, geometry: dict[str, Any], type_code: str = "E0501", **more: Any) -> str:
    """Report an issue; its id."""
    identity = str(uuid.uuid4())
    answer = client.post("/api/issues", json={"id": identity, "type": type_code, "geometry": geometry, **more})
    assert answer.status_code == 201, answer.text
    return identity


def point(east: float = 0.0, north: float = 0.0) -> dict[str, Any]:
    """A point so many degrees from the middle of the city."""
    return {"type": "Point", "coordinates": [CENTRE[0] + east, CENTRE[1] + north]}


class Listener:
    """The deltas of the open runtime from now on."""

    def __enter__(self) -> Listener:
        self.deltas, self.told = Deltas(runtime()), []
        self._unsubscribe = runtime().subscribe(self._hear)
        return self

    def _hear(self, change: Change) -> None:
        self.deltas.add(change)
        self.told.append(self.deltas.newest())

    def __exit__(self, *_: object) -> None:
        self._unsubscribe()


def test_a_change_is_told_with_its_issue_and_its_box(empty: TestClient) -> None:
    with Listener() as heard:
        before = runtime().snapshot.revision
        identity = report(empty, point())
    [told] = heard.told
    assert (told["since"], told["revision"], told["count"], told["points"]) == (before, before + 1, 1, False)
    [issue] = told["issues"]
    assert issue == {
        "id": identity,
        "number": issue["number"],
        "register": "supervision",
        "type": "E0501",
        "stage": "handling",
        "lon": CENTRE[0],
        "lat": CENTRE[1],
        "reported_at": "2021-08-24T18:00:00+08:00",
        "new": True,
    }
    assert told["bbox"] == [*CENTRE, *CENTRE]


def test_what_was_changed_is_not_told_as_new(empty: TestClient) -> None:
    """The map announces what was reported, not every step of what it has long known."""
    old = report(empty, point())
    with Listener() as heard:
        first = runtime().snapshot.revision
        changed = {"id": str(uuid.uuid4()), "version": 1, "status": "ACCEPTED"}
        assert empty.post(f"/api/issues/{old}/changes", json=changed).status_code == 201
        new = report(empty, point())
        changed = {"id": str(uuid.uuid4()), "version": 1, "status": "ACCEPTED"}
        assert empty.post(f"/api/issues/{new}/changes", json=changed).status_code == 201
        missed = heard.deltas.since(first)
    assert [[issue["new"] for issue in told["issues"]] for told in heard.told] == [[False], [True], [False]]
    assert {issue["id"]: issue["new"] for issue in missed["issues"]} == {old: False, new: True}


def test_a_line_is_told_with_all_of_its_box(empty: TestClient) -> None:
    line = {"type": "LineString", "coordinates": [[106.71, 26.59], [106.72, 26.6]]}
    with Listener() as heard:
        report(empty, line)
    assert heard.told[0]["bbox"] == heard.told[0]["issues"][0]["bbox"] == [106.71, 26.59, 106.72, 26.6]


def test_many_issues_are_told_by_number_and_box(empty: TestClient) -> None:
    ids = [report(empty, point(east=at / 1e4)) for at in range(MOST_ISSUES + 1)]
    deltas = Deltas(runtime())
    deltas.add(Change(runtime().snapshot.revision, tuple(ids)))
    told = deltas.newest()
    assert (told["issues"], told["count"]) == ([], MOST_ISSUES + 1)
    assert told["bbox"] == pytest.approx([CENTRE[0], CENTRE[1], CENTRE[0] + MOST_ISSUES / 1e4, CENTRE[1]])


def test_who_comes_back_hears_of_all_that_was_missed_at_once(empty: TestClient) -> None:
    with Listener() as heard:
        first = runtime().snapshot.revision
        ids = [report(empty, point(east=at / 1e3)) for at in range(3)]
        missed = heard.deltas.since(first + 1)
    assert (missed["since"], missed["revision"]) == (first + 1, first + 3)
    assert [issue["id"] for issue in missed["issues"]] == ids[1:]
    assert heard.deltas.since(first + 3) == {**unknown(first + 3), "since": first + 3, "points": False}
    assert heard.deltas.since(first - 1) == unknown(first + 3)  # before the oldest that is known
    assert heard.deltas.since(first + 9) == unknown(first + 3)  # of another store
    assert heard.deltas.since(None) == unknown(first + 3)


def test_what_cannot_be_told_is_said_to_be_anything(empty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = report(empty, point())
    deltas, revision = Deltas(runtime()), runtime().snapshot.revision
    for ids in ((), ("no such issue",), (identity, "no such issue")):
        deltas.add(Change(revision, ids))
        assert deltas.newest()["since"] is None
    monkeypatch.setattr(delta_module, "_MOST_IDS", 0)
    deltas.add(Change(revision, (identity,)))
    assert deltas.newest()["since"] is None


# The law

routes = st.sampled_from(
    ["/api/marks?form=columns", "/api/marks?form=list", "/api/cells?part=rows", "/api/cells?part=raster&cap=40",
     "/api/roads?density=1&scale=0.1"]
)  # fmt: skip
offsets = st.tuples(st.floats(-0.06, 0.06), st.floats(-0.03, 0.03))
shapes = st.sampled_from(["Point", "LineString", "Polygon"])


def geometry_at(east: float, north: float, kind: str) -> dict[str, Any]:
    """A shape of about 200 m there."""
    lon, lat = round(CENTRE[0] + east, 7), round(CENTRE[1] + north, 7)
    if kind == "Point":
        return {"type": kind, "coordinates": [lon, lat]}
    corners = [[lon, lat], [lon + 0.002, lat + 0.0005], [lon + 0.001, lat + 0.002]]
    return {"type": kind, "coordinates": corners if kind == "LineString" else [[*corners, corners[0]]]}


def change(client: TestClient, identity: str, *, late: bool) -> None:
    """Reject that issue where it was just reported; else let it run its life to its end."""
    if not late:
        steps = [("REJECTED", "commander")]
    else:
        steps = [("ACCEPTED", "commander"), ("FILED", "commander"), ("DISPATCHED", "commander"), ("HANDLING", "works"),
                 ("VERIFYING", "works"), ("CLOSED", "inspector")]  # fmt: skip
    for version, (status, actor) in enumerate(steps, 1):
        wish = {"id": str(uuid.uuid4()), "version": version, "status": status, "actor": actor}
        answer = client.post(
            f"/api/issues/{identity}/changes", json={**wish, "note": "a reason", "evidence": "a finding"}
        )
        assert answer.status_code == 201, answer.text


@given(
    route=routes,
    what=st.sampled_from(["report", "reject", "close"]),
    zoom=st.integers(10, 18),
    middle=offsets,
    width=st.floats(0.001, 0.04),
    place=offsets,
    kind=shapes,
    other_type=st.booleans(),
    other_register=st.booleans(),
)
def test_what_a_change_does_not_concern_is_answered_as_before(
    empty: TestClient,
    route: str,
    what: str,
    zoom: int,
    middle: tuple[float, float],
    width: float,
    place: tuple[float, float],
    kind: str,
    other_type: bool,
    other_register: bool,
) -> None:
    west, south = CENTRE[0] + middle[0], CENTRE[1] + middle[1]
    box = [float(f"{value:.5f}") for value in (west, south, west + width, south + width * 0.6)]
    query = f"{route}&z={zoom}&bbox={','.join(f'{value:.5f}' for value in box)}"
    types = ["E0501"] if other_type else []
    query += "".join(f"&type={code}" for code in types)
    kind_of_issue = "E0110" if other_type else "E0501"
    register = {"register": "facility_survey"} if other_register else {}
    identity = None if what == "report" else report(empty, geometry_at(*place, kind), kind_of_issue, **register)
    before = empty.get(query)
    assert before.status_code == 200, before.text
    known = runtime().snapshot.revision
    with Listener() as heard:
        if identity is None:
            report(empty, geometry_at(*place, kind), kind_of_issue, **register)
        else:
            change(empty, identity, late=what == "close")
    told = heard.deltas.since(known)
    assert (told["since"], told["revision"], told["count"]) == (known, known + len(heard.told), 1)
    after = empty.get(query, headers={"If-None-Match": before.headers["etag"]})
    felt = before.json().get("felt", box)
    if not concerns(told, felt, register="supervision", types=types):
        assert after.status_code == 304, (told, before.json(), empty.get(query).json())
    elif after.status_code == 200:
        fresh = said_anew(empty, query)
        assert {name: after.json()[name] for name in fresh} == fresh
        said = {name: value for name, value in after.json().items() if name not in ("revision", "as_of")}
        assert said != {name: value for name, value in before.json().items() if name not in ("revision", "as_of")}


def said_anew(client: TestClient, query: str) -> dict[str, Any]:
    """What the same question is answered where nothing was kept and carried along."""
    snapshot = runtime().snapshot
    for kept in (snapshot.figures, snapshot.kept_counts, snapshot.surfaces, snapshot.kept_cells, snapshot.kept_stages):
        kept.clear()
    BODIES.get("nothing", lambda: b"", stand="another")
    answer = client.get(query + "&as_of=2021-08-24T18:00:00%2B08:00")
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name not in ("revision", "as_of", "filter")}
