"""Intake: every field of a draft is checked, places come to WGS-84, and what is missing is filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely

from data.campaign_clock import campaign_now
from data.intake.issues import Examined, examine
from data.store.events import iso_utc
from data.working_calendar import CalendarRule, working_calendar
from geo.city import City
from geo.clock import to_us
from geo.crs import from_wgs84
from geo.errors import BadGeometryError, BadValueError, DatumError
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from geo.working_days import DeadlineRule
from tests.small_city import CLOCK

HERE = shapely.Point(106.71, 26.6)
DRAFT = IssueDraft("supervision", "C0101", HERE)


def taken(city: City, *drafts: IssueDraft, **options: Any) -> Examined:
    return examine(drafts, city, now=campaign_now, **options)


def test_what_is_missing_is_filled_in(city: City) -> None:
    (issue,) = taken(city, DRAFT).issues
    assert issue.payload["campaign"] == "first"
    assert issue.payload["reported_at"] == iso_utc(to_us(CLOCK))
    assert issue.payload["due_at"] == iso_utc(to_us(CLOCK + timedelta(hours=24)))
    assert issue.payload["reporter"] == "reporter"


def test_a_type_without_a_deadline_has_none(city: City) -> None:
    assert taken(city, replace(DRAFT, type="E0501")).issues[0].payload["due_at"] is None


def test_the_campaign_is_the_one_that_has_the_register(city: City) -> None:
    issue = taken(city, replace(DRAFT, register="review")).issues[0]
    assert issue.payload["campaign"] == "second"
    assert abs(issue.reported_us - to_us(datetime.now(UTC))) < 60_000_000, "a campaign without a clock has wall time"


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("register", {"register": "nonsense"}),
        ("register", {"register": "review", "campaign": "first"}),
        ("campaign", {"campaign": "third"}),
        ("type", {"type": "X0000"}),
        ("type", {"type": ["C0101"]}),
        ("task", {"task": "T99"}),
        ("id", {"id": "not-a-uuid"}),
        ("id", {"id": 5}),
        ("number", {"number": ""}),
        ("number", {"number": "N" * 41}),
        ("description", {"description": "x" * 2_001}),
        ("description", {"description": "bell \x07"}),
        ("description", {"description": "nul \x00"}),
        ("description", {"description": "return \r"}),
        ("description", {"description": "C1 \x85"}),
        ("description", {"description": "half a pair \ud83d"}),
        ("description", {"description": 5}),
        ("address", {"address": "x" * 201}),
        ("reporter", {"reporter": " "}),
        ("reported_at", {"reported_at": CLOCK + timedelta(days=1, seconds=1)}),
        ("reported_at", {"reported_at": CLOCK.replace(tzinfo=None)}),
        ("reported_at", {"reported_at": CLOCK.replace(year=1800)}),
        ("reported_at", {"reported_at": "2021-08-24"}),
        ("due_at", {"due_at": CLOCK - timedelta(seconds=1)}),
        ("history", {"history": (Transition(Status.ACCEPTED, CLOCK - timedelta(days=1), "a"),)}),
        ("history", {"history": (Transition(Status.ACCEPTED, CLOCK + timedelta(days=2), "a"),)}),
        ("history", {"history": (Transition(Status.CLOSED, CLOCK, "a"),)}),
        ("note", {"history": (Transition(Status.ACCEPTED, CLOCK, "a", note="\x00"),)}),
        ("actor", {"history": (Transition(Status.ACCEPTED, CLOCK, ""),)}),
    ],
)
def test_a_bad_field_is_named_with_what_came_and_what_was_expected(city: City, key: str, changes: Any) -> None:
    errors = taken(city, DRAFT, replace(DRAFT, **changes), DRAFT).errors
    assert list(errors) == [1]
    error = errors[1]
    assert isinstance(error, BadValueError)
    assert error.key == key
    assert error.expected


@pytest.mark.parametrize(
    "text", ["", "井盖破损\n\t见图", "a\u202eb", "<img onerror=x>", "{{7*7}} ${x} `y`", "=1+1", "😀", "é" * 2_000]
)
def test_harmless_text_is_kept_as_it_came(city: City, text: str) -> None:
    assert taken(city, replace(DRAFT, description=text)).issues[0].payload["description"] == text


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "POINT (1 2)",
        shapely.Point(),
        shapely.Point(np.nan, 1),
        shapely.Point(np.inf, 1),
        shapely.Point(200, 26.6),
        shapely.Point(106.7, 91),
        shapely.MultiPoint([(106.7, 26.6)]),
        shapely.GeometryCollection([HERE]),
        shapely.LineString([(106.7, 26.6), (106.7, 26.6)]),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.Polygon(),
        shapely.LineString([(106.7, 26.6 + k * 1e-6) for k in range(10_001)]),
        shapely.Point(106.7, 26.6).buffer(1e-9),
        shapely.Point(-73.3, 26.6).buffer(80),
    ],
)
def test_a_geometry_that_cannot_be_kept_is_refused_alone(city: City, geometry: Any) -> None:
    examined = taken(city, DRAFT, replace(DRAFT, geometry=geometry), DRAFT)
    assert list(examined.errors) == [1]
    assert isinstance(examined.errors[1], BadGeometryError)
    assert len(examined.issues) == len(examined.geometries) == 2


def test_heights_are_dropped(city: City) -> None:
    assert not shapely.has_z(taken(city, replace(DRAFT, geometry=shapely.Point(106.7, 26.6, 1_100))).geometries[0])


@pytest.mark.parametrize("datum", ["gcj02", "BD09", "cgcs2000", "epsg:4545", "EPSG:3857"])
def test_a_datum_is_converted_and_the_source_kept(city: City, datum: str) -> None:
    x, y = from_wgs84(HERE.x, HERE.y, datum, mainland_china=True)
    draft = replace(DRAFT, geometry=shapely.Point(float(x), float(y)), datum=datum)
    examined = taken(city, draft)
    assert shapely.equals_exact(examined.geometries[0], HERE, 1e-7)
    payload = examined.issues[0].payload
    assert (payload["source_datum"], payload["source_x"], payload["source_y"]) == (datum.lower(), float(x), float(y))


@pytest.mark.parametrize("datum", ["mars", "", "epsg:1", 4326, None])
def test_an_unknown_datum_is_refused(city: City, datum: Any) -> None:
    error = taken(city, replace(DRAFT, datum=datum)).errors[0]
    assert isinstance(error, BadValueError)
    assert error.key == "datum"


def test_chinese_datums_are_refused_outside_mainland_china(city: City) -> None:
    abroad = replace(city, mainland_china=False)
    assert isinstance(taken(abroad, replace(DRAFT, datum="gcj02")).errors[0], DatumError)


def test_an_imported_history_need_not_follow_our_own_steps(city: City) -> None:
    closed = replace(DRAFT, history=(Transition(Status.CLOSED, CLOCK, "ledger"),))
    assert 0 in taken(city, closed).errors
    assert taken(city, closed, imported=True).errors == {}


def test_the_content_hash_tells_any_change(city: City) -> None:
    drafts = [
        DRAFT,
        replace(DRAFT, description="x"),
        replace(DRAFT, geometry=shapely.Point(106.71, 26.600001)),
        replace(DRAFT, reported_at=CLOCK),
        replace(DRAFT, datum="cgcs2000"),
        replace(DRAFT, duplicate=True),
    ]
    hashes = [issue.content for issue in taken(city, *drafts, DRAFT).issues]
    assert len(set(hashes)) == len(drafts)
    assert hashes[0] == hashes[-1]


def test_no_drafts_are_nothing(city: City) -> None:
    examined = taken(city)
    assert (examined.issues, list(examined.geometries), examined.errors) == ([], [], {})


def test_a_deadline_in_working_days_keeps_the_citys_calendar(city: City) -> None:
    """The clock stands on Tuesday 24 August 2021."""
    entry = city.catalogue.types[1]
    types = (city.catalogue.types[0], replace(entry, due_hours=None, due_working_days=2), *city.catalogue.types[2:])
    chinese = working_calendar(CalendarRule("CN"))
    counted = replace(city, catalogue=replace(city.catalogue, types=types), calendar=chinese)
    before = replace(DRAFT, type="E0110", reported_at=CLOCK)
    due = taken(counted, before).issues[0].payload["due_at"]
    assert due == iso_utc(to_us(datetime.fromisoformat("2021-08-26T23:59:59.999999+08:00")))
    default = replace(counted.catalogue, default_deadline=DeadlineRule(1, "working_days"))
    friday = replace(DRAFT, type="E0501", reported_at=datetime.fromisoformat("2021-08-20T09:00:00+08:00"))
    due = taken(replace(counted, catalogue=default), friday).issues[0].payload["due_at"]
    assert due == iso_utc(to_us(datetime.fromisoformat("2021-08-23T23:59:59.999999+08:00"))), "over the weekend"
