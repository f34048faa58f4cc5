"""Visits, draws, plans and books over HTTP: written once, refused in words, and shown by every other route at once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import CITIES, serving
from tests.stores import Stores, demo_store

SEED = "0123456789abcdef0123"


@pytest.fixture(scope="module")
def client(stores: Stores) -> Iterator[TestClient]:
    """Yunyan's demo in a store of this module's own."""
    with demo_store(stores) as url, serving(url, CITIES / "yunyan") as opened:
        yield opened


def fresh() -> str:
    return str(uuid.uuid4())


def answers(client: TestClient, site_class: str, *unmet: str) -> dict[str, str]:
    every = client.get("/api/checklists").json()["checklists"]
    [checklist] = [entry for entry in every if entry["site_class"] == site_class and entry["in_force"]]
    return {item["code"]: "unmet" if item["code"] in unmet else "met" for item in checklist["items"]}


def visit(**changes: Any) -> dict[str, Any]:
    return {"id": fresh(), "actor": "inspector-1", "point": "P001", "kind": "unannounced", **changes}


def test_a_visit_with_answers_moves_compliance_and_makes_a_recheck_due(client: TestClient) -> None:
    before = client.get("/api/summary").json()["points"]
    wish = visit(answers=answers(client, "S01", "S01-01", "S01-05"), report=["S01-05"], note="夜查")
    first = client.post("/api/visits", json=wish)
    assert first.status_code == 201, first.text
    receipt = first.json()
    assert (receipt["compliant"], receipt["score"]) == (False, 65.0)
    assert (receipt["failed"], receipt["failed_critical"]) == (["S01-01", "S01-05"], ["S01-01"])
    again = client.post("/api/visits", json=wish)
    assert (again.status_code, again.json()) == (200, {**receipt, "created": False})
    after = client.get("/api/summary").json()["points"]
    assert after["current_compliant"] == before["current_compliant"] - 1
    assert after["first_visit_compliant"] == before["first_visit_compliant"]
    [due] = client.get("/api/inspections").json()["rechecks"]
    assert (due["point"], due["visit"], due["overdue"], due["score"]) == ("P001", wish["id"], False, 65.0)
    assert due["due_at"] == "2021-09-08T18:00:00+08:00"
    [number] = receipt["issues"]
    issue = client.get(f"/api/issues/{number}").json()
    assert (issue["type"], issue["visit"]) == ("C0118", wish["id"])
    stops = client.get("/api/plans/proposal?k=3").json()["stops"]
    assert (stops[0]["point"], stops[0]["reason"]) == ("P001", "recheck_due")
    assert client.post("/api/visits", json={**wish, "note": "其他"}).status_code == 409


def test_a_point_visited_meanwhile_is_told_and_a_plan_says_how_many_visits_it_knows(client: TestClient) -> None:
    stop = client.get("/api/plans/proposal?k=1").json()["stops"][0]
    sheet = answers(client, stop["site_class"])
    wish = visit(point=stop["point"], answers=sheet, checklist_version=1, visits_seen=stop["visits"])
    receipt = client.post("/api/visits", json=wish).json()
    assert receipt["visits"] == stop["visits"] + 1
    answer = client.post("/api/visits", json={**wish, "id": fresh(), "note": "另一组"})
    error = answer.json()["error"]
    assert (answer.status_code, error["id"], error["version"]) == (409, stop["point"], receipt["visits"])
    assert (error["changed_by"], error["difference"]) == ("inspector-1", {"note": {"yours": "另一组", "now": ""}})
    assert client.post("/api/visits", json=wish).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "key"),
    [
        ({"point": "P999"}, 404, None),
        ({"kind": "secret"}, 400, "kind"),
        ({"answers": {"S01-01": "perhaps"}}, 400, "answers.S01-01"),
        ({"answers": {"S01-01": "met"}}, 400, "answers.S01-02"),
        ({"answers": {}}, 400, "answers.S01-01"),
        ({"compliant": True}, 400, "compliant"),
        ({"at": "2021-08-24"}, 400, "at"),
        ({"report": "S01-01"}, 400, "report"),
        ({"visits_seen": True}, 400, "visits_seen"),
        ({"colour": "red"}, 400, "colour"),
        ({"id": "1"}, 400, "id"),
        ({"actor": 5}, 400, "actor"),
    ],
)
def test_a_visit_that_cannot_be_taken_is_refused_by_name(
    client: TestClient, changes: dict[str, Any], status: int, key: str | None
) -> None:
    answer = client.post("/api/visits", json=visit(**changes))
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].get("key") == key


def test_a_draw_is_announced_drawn_and_handed_out_for_anyone_to_repeat(client: TestClient) -> None:
    wish = {"id": fresh(), "actor": "hq", "seed": SEED, "subject": "points", "by": "subdistrict", "n": 36}
    announced = client.post("/api/draws", json=wish)
    assert announced.status_code == 201, announced.text
    identity = announced.json()["id"]
    assert client.post("/api/draws", json=wish).status_code == 200
    shown = client.get(f"/api/draws/{identity}").json()
    assert (shown["state"], shown["seed"], shown["sample"]) == ("announced", None, [])
    assert shown["estimate"]["method"] == "none"
    assert SEED not in client.get("/api/draws").text
    frame = client.get(f"/api/draws/{identity}/frame")
    assert hashlib.sha256(frame.content).hexdigest() == announced.json()["frame_hash"]
    mine = hashlib.sha256(f"{SEED}\n{shown['frame_hash']}\n".encode()).hexdigest()
    assert mine == shown["commitment"]
    path = f"/api/draws/{identity}/sample"
    wrong = client.post(path, json={"id": fresh(), "actor": "hq", "seed": SEED[::-1]})
    assert wrong.status_code == 409
    drawn = client.post(path, json={"id": fresh(), "actor": "hq", "seed": SEED, "word": "3 1 4"})
    assert (drawn.status_code, len(drawn.json()["sample"])) == (201, 36)
    again = client.post(path, json={"id": fresh(), "actor": "hq", "seed": SEED, "word": "3 1 4"})
    assert (again.status_code, again.json()["sample"]) == (200, drawn.json()["sample"])
    assert client.post("/api/draws", json={**wish, "id": fresh(), "n": 3}).json()["error"]["key"] == "n"
    assert client.get("/api/draws/D-none").status_code == 404


def test_drawn_issues_are_checked_and_the_share_follows(client: TestClient) -> None:
    wish = {"id": fresh(), "actor": "hq", "seed": SEED, "subject": "issues", "by": "none", "n": 4}
    identity = client.post("/api/draws", json=wish).json()["id"]
    drawn = client.post(f"/api/draws/{identity}/sample", json={"id": fresh(), "actor": "hq", "seed": SEED}).json()
    for number, entry in enumerate(drawn["sample"]):
        finding = {"id": fresh(), "actor": "i", "unit": entry["id"], "holds": number > 0, "note": "现场"}
        assert client.post(f"/api/draws/{identity}/checks", json=finding).status_code == 201
    found = client.get(f"/api/draws/{identity}").json()
    assert [entry["holds"] for entry in found["sample"]] == [False, True, True, True]
    assert (found["estimate"]["share"], found["estimate"]["method"]) == (0.75, "hypergeometric")
    stale = {"id": fresh(), "actor": "i", "unit": drawn["sample"][0]["id"], "holds": True}
    assert client.post(f"/api/draws/{identity}/checks", json=stale).status_code == 409
    assert client.post(f"/api/draws/{identity}/checks", json={**stale, "version": 1}).status_code == 201


def test_a_plan_is_kept_once_and_shown_for_its_day(client: TestClient) -> None:
    proposed = client.get("/api/plans/proposal?k=5&subdistrict=520103019").json()
    stops = [{key: stop[key] for key in ("point", "reason", "leg_m")} for stop in proposed["stops"]]
    wish = {"id": fresh(), "actor": "g1", "group": "G01", "day": "2021-08-24", "stops": stops}
    kept = client.post("/api/plans", json=wish)
    assert kept.status_code == 201, kept.text
    assert client.post("/api/plans", json=wish).status_code == 200
    [plan] = client.get("/api/plans?day=2021-08-24").json()["plans"]
    assert [stop["point"] for stop in plan["stops"]] == [stop["point"] for stop in stops]
    assert (plan["group"], plan["group_name"]["en"]) == ("G01", "Municipal facilities group")
    for other in ("督查组01", "01", "D01"):
        refused = client.post("/api/plans", json={**wish, "id": fresh(), "group": other})
        assert (refused.status_code, refused.json()["error"]["key"]) == (400, "group")
    before = {stop["point"]: stop["visited"] for stop in plan["stops"]}
    new = next(stop for stop in plan["stops"] if not stop["visited"])
    assert {(stop["lon"], stop["lat"]) for stop in plan["stops"]} <= {
        tuple(feature["geometry"]["coordinates"]) for feature in client.get("/api/points.geojson").json()["features"]
    }
    found = visit(point=new["point"], answers=answers(client, new["site_class"]))
    assert client.post("/api/visits", json=found).is_success
    [plan] = client.get("/api/plans?day=2021-08-24").json()["plans"]
    assert {stop["point"]: stop["visited"] for stop in plan["stops"]} == {**before, new["point"]: True}
    [earlier] = client.get("/api/plans?day=2021-08-24&as_of=2021-08-24T17:59:59%2B08:00").json()["plans"]
    assert not any(stop["visited"] for stop in earlier["stops"] if stop["point"] == new["point"])
    assert client.post("/api/plans", json={**wish, "id": fresh()}).status_code == 409
    nowhere = [{**stops[0], "point": "P999"}]
    assert client.post("/api/plans", json={**wish, "id": fresh(), "stops": nowhere}).status_code == 404


def test_an_entry_moves_its_tally_everywhere(client: TestClient) -> None:
    entry = {"code": "vending_cleared", "unit": "机动队", "first": "2021-08-24", "last": "2021-08-24", "value": 4}
    wish = {"id": fresh(), "actor": "unit", **entry}
    assert client.post("/api/tallies", json=wish).status_code == 201
    assert client.post("/api/tallies", json=wish).status_code == 200
    listed = {t["code"]: t for t in client.get("/api/tallies").json()["tallies"]}["vending_cleared"]
    assert listed["figures"] == [{"value": 81_110, "bound": "eq"}]
    assert (listed["agrees"], listed["published"]["value"]) == (False, 81_106)
    summary = {t["code"]: t["value"] for t in client.get("/api/summary").json()["tallies"]}
    assert summary["vending_cleared"] == 81_110
    twice = client.post("/api/tallies", json={**wish, "id": fresh(), "first": "2021-08-23"})
    assert (twice.status_code, twice.json()["error"]["key"]) == (400, "first")
    assert client.post("/api/tallies", json={**wish, "id": fresh()}).status_code == 409
    assert client.post("/api/tallies", json={**wish, "id": fresh(), "value": 0, "version": 1}).status_code == 201
    assert client.get("/api/tallies?code=nothing").status_code == 404


def test_items_and_meetings_are_put_once(client: TestClient) -> None:
    issue = client.get("/api/issues/YY-00010").json()["id"]
    item = {"item": "e-99", "issue": issue, "title": "第 99 期", "shown_at": "2021-08-24T12:00:00+08:00"}
    wish = {"id": fresh(), "actor": "desk", **item}
    assert [client.post("/api/exposures", json=wish).status_code for _ in range(2)] == [201, 200]
    assert "e-99" in {entry["id"] for entry in client.get("/api/exposures").json()["items"]}
    missing = {**wish, "id": fresh(), "item": "e-100", "issue": fresh()}
    assert client.post("/api/exposures", json=missing).status_code == 404
    meeting = {"id": fresh(), "actor": "hq", "item": "m-1", "kind": "joint_review", "day": "2021-08-24"}
    assert [client.post("/api/meetings", json=meeting).status_code for _ in range(2)] == [201, 200]
    assert client.post("/api/meetings", json={**meeting, "id": fresh(), "kind": "tea"}).json()["error"]["key"] == "kind"


def test_demo_figures_are_those_of_the_books(client: TestClient) -> None:
    programmes = {p["id"]: p for p in client.get("/api/programmes").json()["programmes"]}
    assert (programmes["cable_phase1"]["found"], programmes["cable_phase1"]["closed"]) == (180, 83)
    assert [entry["found"] for entry in programmes["facility_survey"]["rounds"]] == [700, 358]
    assert programmes["facility_survey"]["closed"] is None  # not published
    exposures = client.get("/api/exposures?as_of=2021-08-24T18:00:00%2B08:00").json()
    assert exposures["exposed"]["n"] >= 24
    assert exposures["like"]["low"] < exposures["like"]["median"] < exposures["like"]["high"]
    gaps = sum(len(entry["gaps"]) for entry in client.get("/api/junctions").json()["junctions"])
    assert gaps == 1
