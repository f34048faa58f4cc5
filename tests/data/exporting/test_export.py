"""Exports: RFC 7946 to the letter, users' text byte for byte, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.exporting.csv_cells import guarded, unguarded
from data.exporting.export import CSV_COLUMNS, issues_csv, issues_geojson, points_geojson
from data.exporting.iso_columns import local_iso_column
from data.intake.placing import Placer
from data.records import CityRecords
from data.runtime import Runtime, demo_batch
from data.store.writer import Writer
from geo.city import City
from geo.clock import NEVER, from_us
from geo.filter import IssueFilter
from geo.filter_query import parse_filter
from geo.iso_time import local_iso
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from geo.point import InspectionPoint, Visit
from tests.small_city import CLOCK

HOSTILE = [
    "{{7*7}} ${alert(1)} `x`",
    "<img src=x onerror=alert(1)></script>",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "＝1",
    "a\u202eb\u2028c",
    '逗号, "引号"\n换行',
    "😀 é ß 井盖",
    "x" * 2_000,
]
HERE = (106.71, 26.6)


def default(city: City, **changes: object) -> IssueFilter:
    return replace(parse_filter([], city, now=campaign_now), **changes)


def collection(live: Runtime, **changes: object) -> dict:
    return json.loads(b"".join(issues_geojson(live.snapshot, default(live.city, **changes))))


def lines(live: Runtime) -> list[dict[str, str]]:
    content = b"".join(issues_csv(live.snapshot, default(live.city)))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def draft(geometry: object = None, **changes: object) -> IssueDraft:
    return IssueDraft("supervision", "C0101", geometry or shapely.Point(HERE), **changes)


def test_nothing_is_an_empty_collection(live: Runtime) -> None:
    found = collection(live)
    assert found["type"] == "FeatureCollection"
    assert found["features"] == []
    assert lines(live) == []


def test_a_feature_says_what_the_contract_asks_for(live: Runtime) -> None:
    closed = Transition(Status.CLOSED, CLOCK - timedelta(hours=1), "v")
    live.submit(
        [draft(task="T01", synthetic=True, approximate=True, reported_at=CLOCK - timedelta(days=3), history=(closed,))],
        actor="a",
        imported=True,
    )
    (feature,) = collection(live)["features"]
    said = feature["properties"]
    assert feature["id"] == said["id"] == live.snapshot.records.of(np.array([0])).id[0]
    assert said["status"] == "CLOSED"
    assert said["stage"] == "closed"
    assert said["overdue"] is False
    assert (said["synthetic"], said["approximate"], said["duplicate"]) == (True, True, False)
    assert (said["number"], said["register"], said["type"], said["task"]) == ("SC-00001", "supervision", "C0101", "T01")
    assert (said["type_zh"], said["type_en"]) == ("井盖", "Manhole cover")
    assert said["reported_at"] == "2021-08-21T18:00:00+08:00"
    assert said["due_at"] == "2021-08-22T18:00:00+08:00"
    assert said["closed_at"] == "2021-08-24T17:00:00+08:00"
    assert said["source_datum"] == "wgs84"
    assert (said["source_x"], said["source_y"]) == HERE
    assert said["subdistrict"] in ("A", "B", "C")


def test_states_are_those_of_the_moment_asked_for(live: Runtime) -> None:
    closed = Transition(Status.CLOSED, CLOCK - timedelta(hours=1), "v")
    old = draft(reported_at=CLOCK - timedelta(days=3), history=(closed,))
    live.submit([old], actor="a", imported=True)
    (feature,) = collection(live, as_of=CLOCK - timedelta(days=1))["features"]
    assert feature["properties"]["status"] == "REPORTED"
    assert feature["properties"]["stage"] == "overdue"
    assert feature["properties"]["closed_at"] is None
    assert collection(live, as_of=CLOCK - timedelta(days=4))["features"] == []


def test_the_collection_is_rfc_7946(live: Runtime) -> None:
    hole = shapely.Polygon(
        [(106.70, 26.59), (106.70, 26.60), (106.71, 26.60), (106.71, 26.59)],
        [[(106.702, 26.592), (106.708, 26.592), (106.708, 26.598)]],
    )
    clockwise = shapely.orient_polygons(hole, exterior_cw=True)
    shapes = [
        draft(),
        draft(shapely.LineString([(106.7, 26.6), (106.7123456789, 26.6)])),
        draft(clockwise),
        draft(shapely.MultiPolygon([clockwise, shapely.box(106.72, 26.59, 106.73, 26.6)])),
    ]
    live.submit(shapes, actor="a")
    found = collection(live)
    assert "crs" not in found
    assert found["quality"] == {"boundary": "real", "subdistricts": "approximate", "roads": "schematic"}
    assert [f["geometry"]["type"] for f in found["features"]] == ["Point", "LineString", "Polygon", "MultiPolygon"]
    assert found["features"][1]["geometry"]["coordinates"][1] == [106.7123457, 26.6]
    for feature in found["features"][2:]:
        geometry = shapely.geometry.shape(feature["geometry"])
        for polygon in getattr(geometry, "geoms", [geometry]):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)


@pytest.mark.parametrize("text", HOSTILE)
def test_users_text_is_kept_byte_for_byte(live: Runtime, text: str) -> None:
    live.submit([draft(description=text, address=text[:200])], actor="a")
    said = collection(live)["features"][0]["properties"]
    assert (said["description"], said["address"]) == (text, text[:200])
    (line,) = lines(live)
    assert unguarded(line["description"]) == text
    assert line["description"][:1] not in tuple("=+-@\t\r＝＋－＠")


@given(st.text(st.sampled_from("'=+-@\t\r\n＝a1 "), max_size=6))
def test_the_mark_against_formulas_is_taken_away_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def test_csv_has_the_same_records_as_geojson(live: Runtime) -> None:
    live.submit([draft(description="=1"), draft(shapely.LineString([(106.7, 26.6), (106.71, 26.6)]))], actor="a")
    found, table = collection(live)["features"], lines(live)
    assert list(table[0]) == list(CSV_COLUMNS)
    for feature, line in zip(found, table, strict=True):
        for key, value in feature["properties"].items():
            shown = {None: "", True: "true", False: "false"}.get(value) if not isinstance(value, str | float) else None
            assert unguarded(line[key]) == (str(value) if shown is None else shown)
    assert (float(table[0]["lon"]), float(table[0]["lat"]), table[0]["geometry"]) == (*HERE, "")
    assert table[1]["geometry"] == "LINESTRING (106.7 26.6, 106.71 26.6)"


def test_more_than_one_piece_is_one_collection(live: Runtime) -> None:
    live.submit([draft() for _ in range(2_001)], actor="a")
    assert len(collection(live)["features"]) == len(lines(live)) == 2_001
    pieces = list(issues_geojson(live.snapshot, default(live.city)))
    assert len(pieces) > 3
    assert b"".join(pieces) == b"".join(issues_geojson(live.snapshot, default(live.city)))


def test_points_tell_their_compliance_and_hide_no_unknown_place(live: Runtime) -> None:
    points = [
        InspectionPoint("P1", "=市场", "market", *HERE, synthetic=True, approximate=True),
        InspectionPoint("P2", "公园", "park", None, None, task="T02"),
    ]
    visits = [
        Visit("v1", "P1", CLOCK - timedelta(days=9), "unannounced", compliant=False),
        Visit("v2", "P1", CLOCK - timedelta(days=1), "recheck", compliant=True),
    ]
    batch = demo_batch(live.city, CityRecords(points=points, visits=visits))
    Writer(live.store, live.city, Placer(live.city)).write(batch)
    snapshot = read_snapshot(live.store, live.city)
    found = json.loads(b"".join(points_geojson(snapshot, default(live.city))))["features"]
    first, second = found
    assert first["geometry"] == {"type": "Point", "coordinates": list(HERE)}
    assert second["geometry"] is None
    said = first["properties"]
    assert (said["state"], said["first_visit_compliant"], said["current_compliant"]) == ("fixed", False, True)
    assert (said["visits"], said["last_visit_at"]) == (2, "2021-08-23T18:00:00+08:00")
    assert said["name"] == "=市场"
    assert second["properties"]["state"] == "unvisited"
    assert second["properties"]["current_compliant"] is None


ZONES = st.sampled_from(["Asia/Shanghai", "America/Chicago", "Asia/Kathmandu", "Africa/Monrovia", "UTC"])
MOMENTS = st.integers(-2_200_000_000, 7_000_000_000).map(lambda seconds: seconds * 1_000_000)


@given(st.lists(MOMENTS | MOMENTS.map(lambda us: us + 1) | st.just(NEVER), max_size=20), ZONES)
def test_a_column_of_moments_is_written_as_single_ones_are(us: list[int], zone: str) -> None:
    single = [None if value == NEVER else local_iso(from_us(value), zone) for value in us]
    assert local_iso_column(np.array(us, np.int64), zone) == single


def test_an_export_of_a_past_moment_says_so_in_its_filter(live: Runtime) -> None:
    past = CLOCK - timedelta(days=3)
    assert collection(live)["filter"] == ""
    assert collection(live, as_of=past)["filter"].startswith("as_of=")
    said = b"".join(points_geojson(live.snapshot, default(live.city, as_of=past), asked="as_of=then"))
    assert json.loads(said)["filter"] == "as_of=then"
