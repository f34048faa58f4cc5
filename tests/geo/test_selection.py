"""Which rows a filter means: against a plain reading of each issue by itself, and on edges made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.city import City
from geo.clock import NEVER, to_us
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.history import table_at
from geo.lifecycle import Stage, Status
from geo.selection import STAGES, chosen_stages, counted, meant, select_points, stage_of, still_open
from geo.tables import DEGREE_SCALE, RowValues
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes, filters, records

CITY = small_city()
PLAIN = IssueFilter(campaign="first", register="supervision", as_of=CLOCK)


def plain_stage(table, row: int, as_of_us: int) -> str | None:
    """The stage of one issue, as the contract words it."""
    status = int(table.status[row])
    if status < 0:
        return None
    if status in (Status.CLOSED, Status.REJECTED):
        return Status(status).name.lower()
    if table.due_us[row] != NEVER and table.due_us[row] < as_of_us:
        return "overdue"
    return "verifying" if status == Status.VERIFYING else "handling"


def place_matches(subdistrict: int, segment: int, city: City, f: IssueFilter) -> bool:
    """Whether one place is among those asked for."""
    area = city.areas.codes[subdistrict] if subdistrict >= 0 else "-"
    road = city.roads.road_codes[city.roads.road[segment]] if segment >= 0 and city.roads else "-"
    return (not f.subdistricts or area in f.subdistricts) and (not f.roads or road in f.roads)


def seen_at(drawn, row: int) -> shapely.Geometry:
    """The geometry of one issue; a point as it is stored, to seven decimals."""
    if not drawn.issues.is_point[row]:
        return drawn.geometries[row]
    [lon], [lat] = drawn.issues.lonlat(np.array([row]))
    return shapely.Point(lon, lat)


def plain_match(drawn, row: int, city: City, f: IssueFilter) -> bool:
    """Whether the filter means one issue, read key by key without numpy."""
    table = drawn.issues
    if table.status[row] < 0:
        return False
    stage, status = plain_stage(table, row, to_us(f.as_of)), Status(table.status[row])
    issue_type = city.catalogue.types[table.type[row]]
    task = city.catalogue.tasks[table.task[row]].code if table.task[row] >= 0 else None
    assigned = table.departments[table.department[row]] if table.department[row] >= 0 else "-"
    asks = [
        city.campaigns[table.campaign[row]].code == f.campaign,
        city.registers[table.register[row]].code == f.register,
        not f.types or issue_type.code in f.types,
        not f.groups or issue_type.group in f.groups,
        not f.tasks or task in f.tasks,
        not f.statuses or status.name in f.statuses,
        not f.stages or stage in f.stages,
        bool(f.statuses or f.stages) or status != Status.REJECTED,
        f.since is None or table.reported_us[row] >= to_us(f.since),
        f.until is None or table.reported_us[row] < to_us(f.until),
        place_matches(table.subdistrict[row], table.segment[row], city, f),
        f.bbox is None or shapely.intersects(seen_at(drawn, row), shapely.box(*f.bbox)),
        f.text in drawn.texts[row],
        not f.departments or assigned in f.departments,
    ]
    return all(asks)


@pytest.mark.parametrize("city", [CITY, small_city(with_roads=False)], ids=["with roads", "without roads"])
@given(data=st.data())
def test_a_filter_means_what_each_key_says_of_each_issue(city, data):
    drawn = data.draw(records(city))
    f = data.draw(filters(city, as_of=drawn.as_of))
    stages = drawn.stages(city, f)
    mask = meant(stages, f)
    assert (stages.dtype, mask.dtype) == (np.int8, bool)
    assert mask.tolist() == [plain_match(drawn, row, city, f) for row in range(len(drawn.issues))]
    names = [plain_stage(drawn.issues, row, to_us(f.as_of)) for row in range(len(drawn.issues))]
    assert [STAGES[stage] for stage in stages[mask]] == [name for name, kept in zip(names, mask, strict=True) if kept]
    assert counted(stages).tolist() == (mask & (drawn.issues.status != Status.REJECTED)).tolist()
    assert (still_open(stages) == counted(stages) & (drawn.issues.status != Status.CLOSED)).all()
    if not (f.statuses or f.stages):  # those rejected are told beside the rest
        others = replace(f, statuses=(Status.REJECTED.name,))
        assert (stages == STAGES.index(Stage.REJECTED)).tolist() == meant(drawn.stages(city, others), others).tolist()
    with compiled_passes():
        np.testing.assert_array_equal(drawn.stages(city, f), stages)


def test_a_filter_with_text_needs_to_be_told_what_contains_it():
    with pytest.raises(ValueError, match="text"):
        chosen_stages(one_issue(shapely.Point(1, 1)), CITY, replace(PLAIN, text="x"))


@given(data=st.data())
def test_place_box_and_site_class_filter_points_and_nothing_else_does(data):
    drawn, f = data.draw(records(CITY)), data.draw(filters(CITY))
    points = drawn.points
    mask = select_points(points, CITY, f)
    for row in range(len(points)):
        lon, lat = points.lon[row], points.lat[row]
        site_class = CITY.catalogue.site_classes[points.site_class[row]].code if points.site_class[row] >= 0 else None
        inside = f.bbox is None or (f.bbox[0] <= lon <= f.bbox[2] and f.bbox[1] <= lat <= f.bbox[3])
        placed = place_matches(points.subdistrict[row], points.segment[row], CITY, f)
        kind = not f.site_classes or site_class in f.site_classes
        assert mask[row] == (CITY.campaigns[points.campaign[row]].code == f.campaign and inside and placed and kind)
    bare = IssueFilter(f.campaign, f.register, CLOCK, subdistricts=f.subdistricts, roads=f.roads, bbox=f.bbox)
    assert select_points(points, CITY, replace(bare, site_classes=f.site_classes)).tolist() == mask.tolist()


@given(records(CITY))
def test_stages_part_the_issues_and_overdue_outranks_the_workflow(drawn):
    as_of_us = to_us(drawn.as_of)
    stages = stage_of(drawn.issues.status, drawn.issues.due_us, as_of_us)
    names = [STAGES[stage].value if stage >= 0 else None for stage in stages]
    assert names == [plain_stage(drawn.issues, row, as_of_us) for row in range(len(drawn.issues))]
    assert still_open(stages).tolist() == [name in ("handling", "verifying", "overdue") for name in names]


def test_stages_are_in_the_order_of_the_legend():
    assert STAGES == (Stage.HANDLING, Stage.VERIFYING, Stage.OVERDUE, Stage.CLOSED, Stage.REJECTED)


def one_issue(geometry: shapely.Geometry):
    """A table of one open issue of the default register, with that geometry."""
    table = build_records(CITY, 1, 0, CLOCK).issues
    at, is_point, wkb = shapely.point_on_surface(geometry), geometry.geom_type == "Point", shapely.to_wkb(geometry)
    return replace(
        table,
        campaign=np.zeros(1, np.int16),
        register=np.zeros(1, np.int16),
        status=np.array([Status.HANDLING], np.int8),
        lon_e7=np.array([round(at.x * DEGREE_SCALE)], np.int32),
        lat_e7=np.array([round(at.y * DEGREE_SCALE)], np.int32),
        is_point=np.array([is_point]),
        shapes=RowValues.empty() if is_point else RowValues(np.zeros(1, np.int32), np.array([wkb], object)),
    )


@pytest.mark.parametrize(
    ("wkt", "meets"),
    [
        ("POINT (1 1)", True),  # inside
        ("POINT (0 0)", True),  # a corner
        ("POINT (2 1.5)", True),  # an edge
        ("POINT (2.0000001 1)", False),
        ("LINESTRING (-1 1, 3 1)", True),  # through, both ends outside
        ("LINESTRING (-1 2, 3 2)", True),  # along the edge
        ("LINESTRING (-1 1.5, 0.9 3.5)", False),  # its own box meets, it does not
        ("POLYGON ((-9 -9, 9 -9, 9 9, -9 9, -9 -9))", True),  # around
        ("POLYGON ((-9 -9, 9 -9, 9 9, -9 9, -9 -9), (-1 -1, 3 -1, 3 3, -1 3, -1 -1))", False),  # in its hole
    ],
)
def test_a_box_means_intersects(wkt, meets):
    table = one_issue(shapely.from_wkt(wkt))
    f = replace(PLAIN, bbox=(0.0, 0.0, 2.0, 2.0))
    assert (chosen_stages(table, CITY, f) >= 0).tolist() == [meets]
    with compiled_passes():
        assert (chosen_stages(table, CITY, f) >= 0).tolist() == [meets]


@given(st.floats(-180, 180), st.integers(-3, 3))
def test_a_points_place_in_a_box_is_that_of_its_degrees(edge, away):
    """Positions are whole ten-millionths: an edge between two of them, or on one, parts them as the floats do."""
    lon_e7 = min(max(round(edge * DEGREE_SCALE) + away, -180 * DEGREE_SCALE), 180 * DEGREE_SCALE)
    table = replace(one_issue(shapely.Point(0, 1)), lon_e7=np.array([lon_e7], np.int32))
    for bbox in ((edge, 0.0, 181.0, 2.0), (-181.0, 0.0, edge, 2.0)):
        inside = bbox[0] <= lon_e7 / DEGREE_SCALE <= bbox[2]
        assert (chosen_stages(table, CITY, replace(PLAIN, bbox=bbox)) >= 0).tolist() == [inside]


@given(records(CITY))
def test_what_is_reported_later_is_not_there(drawn):
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    past = table_at(drawn.issues, drawn.history, to_us(long_ago))
    assert (chosen_stages(past, CITY, replace(PLAIN, as_of=long_ago)) == -1).all()


@pytest.mark.parametrize(
    ("field", "key"),
    [
        *[("types", "type"), ("groups", "group"), ("tasks", "task"), ("statuses", "status"), ("stages", "stage")],
        *[("subdistricts", "subdistrict"), ("roads", "road")],
    ],
)
def test_a_code_that_the_city_lacks_is_named(field, key):
    table = one_issue(shapely.Point(1, 1))
    with pytest.raises(BadValueError) as caught:
        chosen_stages(table, CITY, replace(PLAIN, **{field: ("nothing",)}))
    assert (caught.value.key, caught.value.value) == (key, "nothing")
