"""The invented campaign of Yunyan meets every published total, explains every status, and is the same everywhere."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from data.city_folder.load import DEMOS, load_city
from data.demo import LOADERS, load_records
from data.demo.dice import Dice
from data.records import CityRecords
from geo.city import City
from geo.crs import geometries_to_wgs84
from geo.errors import CityError
from geo.issue import IssueDraft
from geo.lifecycle import Evidence, Status, change_between
from geo.placement import Locator, Placement

YUNYAN = Path(__file__).parents[2] / "data" / "cities" / "yunyan"
DIGEST = "e7a09d8c3594d2e4039720a967a2cf9c18bacefcaeca8d4c046005eb2b56e9d5"
CLOCK = datetime(2021, 8, 24, 10, 0, tzinfo=UTC)
REGISTERS = ("supervision", "facility_survey", "cable_survey", "cable_phase1")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(YUNYAN)


@pytest.fixture(scope="module")
def records(city: City) -> CityRecords:
    return load_records(city)


@pytest.fixture(scope="module")
def geometries(records: CityRecords) -> NDArray[np.object_]:
    found = np.empty(len(records.drafts), dtype=object)
    datums = np.array([draft.datum for draft in records.drafts])
    found[:] = [draft.geometry for draft in records.drafts]
    for datum in set(datums.tolist()):
        found[datums == datum] = geometries_to_wgs84(found[datums == datum], datum, mainland_china=True)
    return found


@pytest.fixture(scope="module")
def placed(city: City, geometries: NDArray[np.object_]) -> Placement:
    return Locator(city).locate(geometries)


def of(records: CityRecords, register: str) -> list[IssueDraft]:
    return [draft for draft in records.drafts if draft.register == register]


def status(draft: IssueDraft) -> Status:
    return draft.history[-1].status if draft.history else Status.REPORTED


def canonical(records: CityRecords) -> bytes:
    """Every field of every record, as JSON with coordinates to 1e-6 degrees."""
    drafts = [
        {
            "what": [d.id, d.register, d.type, d.task, d.description, d.address, d.visit],
            "where": [d.datum, shapely.to_wkt(d.geometry, rounding_precision=6)],
            "when": [d.reported_at, d.due_at, d.reporter, steps(d)],
        }
        for d in records.drafts
    ]
    points = [[p.code, p.name, p.site_class, f"{p.lon:.6f}", f"{p.lat:.6f}", p.task, p.steward] for p in records.points]
    visits = [[v.id, v.point, v.at, v.kind, v.compliant, v.score, v.note] for v in records.visits]
    documents = [[d.collection, d.id, d.content, d.client_uuid, d.at] for d in records.documents]
    return json.dumps([drafts, points, visits, documents], default=str, ensure_ascii=False).encode()


def steps(draft: IssueDraft) -> list[str]:
    return [f"{s.status.name} {s.at.isoformat()} {s.actor} {s.note} {s.evidence}" for s in draft.history]


def test_the_same_seed_gives_the_same_records_everywhere(records: CityRecords) -> None:
    assert hashlib.sha256(canonical(records)).hexdigest() == DIGEST


def test_two_loads_are_equal(city: City, records: CityRecords) -> None:
    assert load_records(city) == records


def test_every_register_has_its_published_total(city: City, records: CityRecords) -> None:
    counts = Counter(draft.register for draft in records.drafts)
    assert counts == {register.code: register.published_total for register in city.campaign().registers}
    assert [draft.register for draft in records.drafts] == [r for r in REGISTERS for _ in range(counts[r])]


def test_supervision_is_2285_closed_and_81_open_of_which_12_are_overdue(records: CityRecords) -> None:
    stages: Counter[str] = Counter()
    for draft in of(records, "supervision"):
        assert draft.due_at is not None
        state = status(draft)
        overdue = draft.due_at < CLOCK
        stages[
            "closed" if state == Status.CLOSED else "overdue" if overdue else "verifying" if state == 5 else "handling"
        ] += 1
    assert stages == {"closed": 2285, "handling": 48, "verifying": 21, "overdue": 12}


def test_the_overdue_lie_in_eight_subdistricts_and_the_longest_is_nine_days(
    city: City, records: CityRecords, placed: Placement
) -> None:
    rows = [
        (row, CLOCK - draft.due_at)
        for row, draft in enumerate(records.drafts)
        if draft.register == "supervision" and status(draft) != Status.CLOSED and draft.due_at and draft.due_at < CLOCK
    ]
    assert max(late for _, late in rows).days == 9
    assert min(late for _, late in rows) > timedelta(days=1)
    assert len({int(placed.subdistrict[row]) for row, _ in rows}) == 8


def test_phase_1_is_83_closed_and_97_left(records: CityRecords) -> None:
    states = Counter(status(draft) == Status.CLOSED for draft in of(records, "cable_phase1"))
    assert states == {True: 83, False: 97}


def test_the_surveys_never_claim_to_be_finished(records: CityRecords) -> None:
    for register in ("facility_survey", "cable_survey"):
        states = [status(draft) for draft in of(records, register)]
        assert 0 < states.count(Status.CLOSED) < len(states)
    assert len({draft.type for draft in of(records, "facility_survey")}) == 9
    assert {draft.type for draft in of(records, "cable_survey")} == {"E2101"}


def test_every_step_is_legal_with_its_evidence_and_before_the_clock(records: CityRecords) -> None:
    for draft in records.drafts:
        before, at = Status.REPORTED, draft.reported_at
        assert at is not None
        assert datetime(2021, 6, 2, 16, tzinfo=UTC) <= at < CLOCK
        handlers = {draft.reporter}
        for step in draft.history:
            change = change_between(before, step.status)
            assert step.at > at
            assert step.note or change.evidence != Evidence.REASON
            assert step.evidence or change.evidence != Evidence.PROOF
            if step.status in (Status.HANDLING, Status.VERIFYING):
                handlers.add(step.actor)
            if step.status == Status.CLOSED:
                assert step.actor not in handlers
            before, at = step.status, step.at
        assert at < CLOCK
        assert before != Status.REJECTED


def test_some_issues_were_sent_back_and_some_put_off(records: CityRecords) -> None:
    reworked = [d for d in records.drafts if [s.status for s in d.history].count(Status.VERIFYING) == 2]
    deferred = [d for d in records.drafts if Status.DEFERRED in [s.status for s in d.history]]
    assert 50 < len(reworked) < 400
    assert len(deferred) > 3


def test_points_are_298_compliant_at_first_19_later_and_317_now(city: City, records: CityRecords) -> None:
    visits = sorted(records.visits, key=lambda visit: (visit.point, visit.at))
    first = {visit.point: visit for visit in reversed(visits)}
    current = {visit.point: visit for visit in visits}
    assert len(records.points) == len(first) == 317
    assert sum(visit.compliant for visit in first.values()) == 298
    assert all(visit.compliant for visit in current.values())
    assert all(visit.at < CLOCK for visit in visits)
    failed = [code for code, visit in first.items() if not visit.compliant]
    assert all([v.kind for v in visits if v.point == code][1] == "recheck" for code in failed)
    assert len({point.name for point in records.points}) == 317
    assert all("演示" in point.name and "演示" in point.steward for point in records.points)
    assert {point.site_class for point in records.points} == {c.code for c in city.catalogue.site_classes}


def test_issues_found_at_a_visit_stand_at_their_point_and_carry_its_task(
    records: CityRecords, geometries: NDArray[np.object_]
) -> None:
    visits = {visit.id: visit for visit in records.visits}
    points = {point.code: point for point in records.points}
    linked = [(row, draft) for row, draft in enumerate(records.drafts) if draft.visit]
    assert len(linked) > 120
    for row, draft in linked:
        visit = visits[str(draft.visit)]
        point = points[visit.point]
        assert draft.task == point.task
        assert draft.reported_at is not None
        assert timedelta(0) < draft.reported_at - visit.at < timedelta(hours=1)
        assert geometries[row].distance(shapely.Point(point.lon, point.lat)) < 0.0003
    failed = {visit.id for visit in records.visits if not visit.compliant}
    assert failed <= {draft.visit for _, draft in linked}


def test_everything_is_synthetic_approximate_and_inside_the_district(
    city: City, records: CityRecords, geometries: NDArray[np.object_], placed: Placement
) -> None:
    assert all(draft.synthetic and draft.approximate for draft in records.drafts)
    assert all(point.synthetic and point.approximate for point in records.points)
    assert shapely.is_valid(geometries).all()
    assert shapely.contains(city.boundary, geometries).all()
    assert (placed.subdistrict >= 0).all()
    assert {g.geom_type for g in geometries} == {"Point", "LineString", "Polygon"}
    assert len({draft.id for draft in records.drafts}) == len(records.drafts)
    assert {draft.datum for draft in records.drafts} == {"gcj02", "wgs84", "cgcs2000", "bd09"}


def test_six_in_a_hundred_are_off_the_road(records: CityRecords, placed: Placement) -> None:
    supervision = np.array([draft.register == "supervision" for draft in records.drafts])
    assert 0.05 < (placed.segment[supervision] < 0).mean() < 0.07


def test_the_map_shows_the_five_classes_of_the_mock_up(city: City, records: CityRecords, placed: Placement) -> None:
    supervision = np.array([draft.register == "supervision" for draft in records.drafts])
    count = np.bincount(placed.subdistrict[supervision], minlength=18)
    per_km2 = count / city.areas.area_km2
    assert np.histogram(per_km2, [0, 5, 20, 60, 150, 1000])[0].tolist() == [4, 3, 5, 3, 3]
    density = dict(zip((name.zh for name in city.areas.short_names), per_km2, strict=True))
    assert density["文昌阁"] == pytest.approx(280, rel=0.05)
    assert density["水东路"] == pytest.approx(0.6, rel=0.2)
    assert city.roads is not None
    on_road = placed.segment[supervision]
    roads = np.bincount(city.roads.road[on_road[on_road >= 0]], minlength=40) / city.roads.road_inside_km
    assert city.roads.road_names[int(np.argmax(roads))].zh == "陕西路"
    assert 120 < roads.max() < 150


def test_problems_cluster_instead_of_lying_evenly(city: City, records: CityRecords, placed: Placement) -> None:
    """Counts in 50 m of road vary far more than those of evenly drawn positions (variance / mean would be 1)."""
    assert city.roads is not None
    supervision = np.array([draft.register == "supervision" for draft in records.drafts])
    ratios = []
    for segment in range(len(city.roads.segment_codes)):
        own = np.flatnonzero(supervision & (placed.segment == segment) & placed.is_point)
        if len(own) < 25:
            continue
        line = city.roads.metric[segment]
        along = shapely.line_locate_point(line, shapely.points(placed.x_m[own], placed.y_m[own]))
        bins = np.histogram(along, bins=max(4, int(line.length / 50)), range=(0, line.length))[0]
        ratios.append(bins.var(ddof=1) / bins.mean())
    assert len(ratios) > 20
    assert np.mean(ratios) > 2.5


def test_reports_follow_the_week_the_day_and_the_meetings(records: CityRecords) -> None:
    local = [d.reported_at + timedelta(hours=8) for d in of(records, "supervision") if d.reported_at]
    days = Counter(moment.date() for moment in local)
    assert len(days) == 83
    by_weekday = Counter(moment.weekday() for moment in local)
    assert by_weekday[6] < 0.6 * min(by_weekday[day] for day in range(5))
    assert not any(moment.hour < 7 or moment.hour >= 22 for moment in local)
    after_12_july = [days[datetime(2021, 7, day).date()] for day in (13, 14, 15)]  # noqa: DTZ001 - a local day
    assert np.mean(after_12_july) > 1.3 * len(local) / 83
    assert max(local) > CLOCK.replace(tzinfo=UTC) + timedelta(hours=8) - timedelta(minutes=5)
    assert sum(moment > CLOCK + timedelta(hours=4) for moment in local) >= 5


def test_every_loader_that_a_city_may_name_exists(city: City) -> None:
    assert set(LOADERS) == set(DEMOS)


def test_a_city_with_other_roads_is_refused_with_a_sentence(city: City) -> None:
    with pytest.raises(CityError, match="does not fit these layers"):
        load_records(_without_roads(city))


def test_a_city_without_a_demo_is_refused_with_a_sentence(city: City) -> None:
    with pytest.raises(CityError, match="no \\[demo\\]"):
        load_records(_changed(city, demo=None))


def _without_roads(city: City) -> City:
    return _changed(city, roads=None)


def _changed(city: City, **changes: object) -> City:
    from dataclasses import fields

    values = {field.name: getattr(city, field.name) for field in fields(city)}
    return City(**(values | changes))


def test_the_dice_keep_their_ranges() -> None:
    dice = Dice(1)
    assert {dice.whole(2, 5) for _ in range(300)} == {2, 3, 4, 5}
    assert sorted(dice.shuffled(range(20))) == list(range(20))
    assert {dice.weighted("abc", (1.0, 0.0, 2.0)) for _ in range(200)} == {"a", "c"}
    bells = [dice.bell() for _ in range(4000)]
    assert abs(float(np.mean(bells))) < 0.06
    assert float(np.std(bells)) == pytest.approx(1.0, abs=0.05)
