"""Hypothesis strategies for any City: tables with histories, points with visits, drafts for intake, filters.

    records(city)        → Records(issues, history, points, visits, as_of …): consistent tables, as the read side
    issue_drafts(city)   → IssueDraft: what intake takes, valid for the city (for tests that go through a store)
    build_records(city, n, seed, as_of) → Records: one example, for tests made by hand
    filters(city)        → IssueFilter, as `parse_filter` makes them (sorted, in UTC)
    moments(city)        → aware datetimes on a coarse grid around the current campaign

Times come from one grid of six hours (and its neighbours by a microsecond), positions from one grid of 0.1 of the
city's width, codes from the city: so equalities and edges, where filters go wrong, are met all the time. Tables are
drawn as a size and a seed of numpy's generator: fast, and a failure shrinks to the smallest size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Transformer

from geo import scale
from geo.access import WHOLE, Scope
from geo.assignment import AssignmentRule
from geo.city import City
from geo.clock import NEVER, to_us
from geo.filter import IssueFilter
from geo.history import History, table_at
from geo.iso_time import day_start
from geo.issue import IssueDraft, Transition
from geo.lifecycle import CHANGES, Status
from geo.organisation import Organisation, Unit, UnitKind
from geo.rule_reach import RuleReach, rule_reach
from geo.rule_table import rule_table
from geo.search import fold
from geo.selection import STAGES, chosen_stages
from geo.tables import DEGREE_SCALE, METRE_SCALE, IssueTable, PointTable, RowValues, Shares, VisitTable
from geo.text import Text
from geo.timeline import local_days

STEP = timedelta(hours=6)
STEPS = 200
GRID = 12
DEPARTMENTS = ("城管局", "d-2")
WORDS = ("井盖", "破损", "Manhole", "cover", "ＹＹ－０１", "文昌路", "straße", "%_", "100")


@dataclass(frozen=True)
class Records:
    """Consistent tables of one city; `issues` stand at `as_of`. `texts` and `geometries` are parallel to them."""

    issues: IssueTable
    history: History
    points: PointTable
    visits: VisitTable
    as_of: datetime
    texts: tuple[str, ...]
    geometries: NDArray[np.object_]

    def found(self, issue_filter: IssueFilter) -> NDArray[np.int64]:
        """Positions of the issues whose text holds the filter's, as the store would tell."""
        return np.array([row for row, text in enumerate(self.texts) if issue_filter.text in text], np.int64)

    def stages(self, city: City, issue_filter: IssueFilter) -> NDArray[np.int8]:
        """What the filter means."""
        return chosen_stages(self.issues, city, issue_filter, found=self.found(issue_filter))


@contextmanager
def compiled_passes() -> Iterator[None]:
    """Inside, tables of any size go through the compiled kernels."""
    before, scale.LARGE = scale.LARGE, 0
    try:
        yield
    finally:
        scale.LARGE = before


def records(city: City, *, max_issues: int = 40) -> st.SearchStrategy[Records]:
    """Tables of up to `max_issues` issues, with points and visits (some issues are linked to visits)."""
    return st.builds(
        lambda n, seed, as_of: build_records(city, n, seed, as_of),
        st.integers(0, max_issues),
        st.integers(0, 2**32 - 1),
        moments(city, first=STEPS // 2) | moments(city),
    )


def moments(city: City, *, first: int = -8) -> st.SearchStrategy[datetime]:
    """Aware UTC datetimes on the grid of six hours around the current campaign, or a microsecond beside it."""
    start = _start(city)
    near = st.sampled_from([timedelta(0), timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)])
    return st.builds(lambda step, by: start + step * STEP + by, st.integers(first, STEPS + 8), near)


@st.composite
def filters(draw: st.DrawFn, city: City, *, as_of: datetime | None = None) -> IssueFilter:
    """Filters with at most three keys set (more would select nothing), of values that tables of this module hold.

    Mostly of the current campaign's default register, where most issues are; `as_of` any moment unless given.
    """
    current = city.campaign()
    campaign = draw(st.sampled_from([current, current, current, *city.campaigns]))
    default = campaign.default_register
    values: dict[str, st.SearchStrategy[object]] = {
        "types": _some([entry.code for entry in city.catalogue.types]),
        "groups": _some([entry.code for entry in city.catalogue.groups]),
        "tasks": _some([entry.code for entry in city.catalogue.tasks]),
        "statuses": _some([status.name for status in Status]),
        "stages": _some([stage.value for stage in STAGES]),
        "subdistricts": _some([*city.areas.codes, "-"]),
        "roads": _some([*(city.roads.road_codes if city.roads else ()), "-"]),
        "bbox": bboxes(city),
        "text": st.sampled_from(WORDS).map(fold),
        "site_classes": _some([entry.code for entry in city.catalogue.site_classes]),
        "departments": _some([*DEPARTMENTS, "-"]),
        "period": st.lists(moments(city), min_size=2, max_size=2, unique=True).map(sorted),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True))
    drawn: dict[str, object] = {key: draw(values[key]) for key in chosen}
    if "period" in drawn:
        since, until = drawn.pop("period")
        drawn |= draw(st.sampled_from([{"since": since}, {"until": until}, {"since": since, "until": until}]))
    return IssueFilter(
        campaign=campaign.code,
        register=draw(st.sampled_from([default, default, default, *campaign.register_codes])),
        as_of=draw(moments(city)) if as_of is None else as_of,
        **drawn,
    )


def scopes(city: City) -> st.SearchStrategy[Scope]:
    """What somebody may see: mostly everything, else some subdistricts, departments or groups, "outside" and "none"
    among them; half of them know the rules of some organisation."""
    areas = st.frozensets(st.sampled_from([*city.areas.codes, "-"]))
    units = st.frozensets(st.sampled_from([*DEPARTMENTS, "-"]))
    bounded = st.builds(
        Scope,
        st.none() | areas,
        st.none() | units,
        st.sampled_from([None, None, frozenset({"G1"})]),
        st.none() | rule_reaches(city),
    )
    return st.just(WHOLE) | bounded


def rule_reaches(city: City) -> st.SearchStrategy[RuleReach]:
    """What a few rules give to the first of DEPARTMENTS; one rule gives to the office of A, which it is too."""
    name, first = Text("单位", "Unit"), city.areas.codes[:1]
    organisation = Organisation(
        (Unit(DEPARTMENTS[0], UnitKind.OFFICE, name, subdistricts=first), Unit("d-2", UnitKind.DEPARTMENT, name))
    )
    lists = (
        [entry.code for entry in city.catalogue.types],
        list(city.areas.codes),
        [entry.code for entry in city.catalogue.tasks],
    )
    rule = st.builds(
        lambda unit, *codes: AssignmentRule("r", unit, *codes),
        st.sampled_from([*DEPARTMENTS, None]),
        *(st.just(()) | _some(codes) for codes in lists),
    )

    def worked_out(rules: list[AssignmentRule]) -> RuleReach:
        table = rule_table(rules, organisation, city.catalogue, city.areas.codes)
        return rule_reach(table, organisation, DEPARTMENTS[:1], catalogue=city.catalogue, subdistricts=city.areas.index)

    return st.lists(rule, max_size=4).map(worked_out)


@st.composite
def bboxes(draw: st.DrawFn, city: City) -> tuple[float, float, float, float]:
    """Boxes whose edges lie on the grid of positions, so that points and lines touch them."""
    lon, lat = _grid(city)
    west, east = sorted(draw(st.lists(st.integers(0, GRID - 1), min_size=2, max_size=2, unique=True)))
    south, north = sorted(draw(st.lists(st.integers(0, GRID - 1), min_size=2, max_size=2, unique=True)))
    return float(lon[west]), float(lat[south]), float(lon[east]), float(lat[north])


@st.composite
def issue_drafts(draw: st.DrawFn, city: City) -> IssueDraft:
    """A draft that intake takes: a point, line or polygon in or near the city, with a lawful history."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    campaign = draw(st.sampled_from(city.campaigns))
    lon, lat = _grid(city)
    geometry = _geometries(rng, lon[rng.integers(GRID, size=1)], lat[rng.integers(GRID, size=1)], lon[1] - lon[0])[0]
    walk = _walk(rng)
    at = [_start(city) + int(step) * STEP for step in np.sort(rng.integers(0, STEPS, len(walk)))]
    tasks = [entry.code for entry in city.catalogue.tasks]
    return IssueDraft(
        register=draw(st.sampled_from(campaign.register_codes)),
        type=draw(st.sampled_from([entry.code for entry in city.catalogue.types])),
        geometry=geometry,
        campaign=campaign.code,
        task=draw(st.sampled_from([None, *tasks])),
        description=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))),
        reported_at=at[0],
        due_at=draw(st.none() | moments(city)),
        history=tuple(
            Transition(status, moment, actor=f"{status.name.lower()}-{n}", note="reason", evidence="proof")
            for n, (status, moment) in enumerate(zip(walk[1:], at[1:], strict=True))
        ),
    )


def _some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """One to all of the codes, sorted; none where there are none."""
    if not codes:
        return st.just(())
    return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(lambda drawn: tuple(sorted(drawn)))


def _start(city: City) -> datetime:
    return day_start(city.campaign().start, city.time_zone).astimezone(UTC)


@cache
def _grid(city: City) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions across the city and one step beyond it on each side, rounded so that text keeps them exactly."""
    west, south, east, north = city.boundary.bounds
    width, height = (east - west) / (GRID - 3), (north - south) / (GRID - 3)
    return (
        np.round(np.linspace(west - width, east + width, GRID), 6),
        np.round(np.linspace(south - height, north + height, GRID), 6),
    )


@cache
def _to_metric(crs: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def _geometries(rng: np.random.Generator, lon: NDArray, lat: NDArray, size: float) -> NDArray[np.object_]:
    """Points, lines and rectangles that begin at the grid positions, a third each kind but mostly points."""
    kind = rng.choice(3, size=len(lon), p=(0.6, 0.2, 0.2))
    ends = np.stack([lon + size * rng.choice((0.5, 1.0, 2.0), len(lon)), lat + size * rng.choice((0, 1.0), len(lon))])
    lines = shapely.linestrings(np.stack([np.stack([lon, lat]), ends]).transpose(2, 0, 1))
    boxes = shapely.box(lon, lat, lon + size, lat + size)
    return np.where(kind == 0, shapely.points(lon, lat), np.where(kind == 1, lines, boxes))


def _walk(rng: np.random.Generator) -> list[Status]:
    """A lawful life of random length, beginning with REPORTED; verification fails now and then."""
    states = [Status.REPORTED]
    for _ in range(int(rng.integers(0, 12))):
        nexts = [change.after for change in CHANGES if change.before == states[-1]]
        if not nexts:
            break
        states.append(nexts[int(rng.choice(len(nexts)))])
    return states


def _history(rng: np.random.Generator, n: int, start_us: int) -> History:
    """Lawful lives; the last changes of some of them came in later, behind all others."""
    first, at, status = [0], [], []
    later: list[tuple[int, int, int, int]] = []
    for row in range(n):
        walk = _walk(rng)
        times = (np.sort(rng.integers(0, STEPS, len(walk))) * (STEP // timedelta(microseconds=1)) + start_us).tolist()
        early = int(rng.integers(1, len(walk) + 1)) if rng.random() < 0.3 else len(walk)
        at += times[:early]
        status += walk[:early]
        later += [(times[n], row, n, walk[n]) for n in range(early, len(walk))]
        first.append(len(at))
    later.sort()
    return History(
        np.array(first, np.int64),
        np.array(at, np.int64),
        np.array(status, np.int8),
        np.array([entry[1] for entry in later], np.int32),
        np.array([entry[0] for entry in later], np.int64),
        np.array([entry[3] for entry in later], np.int8),
    )


def _shares(rng: np.random.Generator, is_point: NDArray[np.bool_], places: int) -> tuple[Shares, NDArray[np.int64]]:
    """Random shares (those of lines and polygons) and the place with the largest share of each row, −1 without."""
    rows, where, weights = [], [], []
    primary = np.full(len(is_point), -1)
    for row, single in enumerate(is_point):
        most = min(places, 1 if single else 3)
        chosen = rng.choice(places, size=int(rng.integers(0, most + 1)), replace=False) if places else np.empty(0, int)
        if len(chosen) == 0:
            continue
        parts = np.ones(1) if single else rng.dirichlet(np.ones(len(chosen))) * rng.choice((1.0, 0.7))
        if not single:
            rows += [row] * len(chosen)
            where += chosen.tolist()
            weights += parts.tolist()
        primary[row] = chosen[int(np.argmax(parts))]
    return Shares(np.array(rows, np.int32), np.array(where, np.int32), np.array(weights, np.float64)), primary


def _objects(values: list[object]) -> NDArray[np.object_]:
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _codes(rng: np.random.Generator, n: int, size: int, *, none: bool) -> NDArray[np.int16]:
    return rng.integers(-1 if none or size == 0 else 0, max(size, 0 if none or size == 0 else 1), n).astype(np.int16)


def build_records(city: City, n: int, seed: int, as_of: datetime) -> Records:
    """The records of one seed: `n` issues of the city standing at `as_of`, with points and visits."""
    rng = np.random.default_rng(seed)
    points = _points(rng, city)
    visits = _visits(rng, city, len(points))
    start_us = to_us(_start(city))
    history = _history(rng, n, start_us)
    reported = history.at_us[history.first[:-1]]
    due = reported + rng.integers(1, 40, n) * (STEP // timedelta(microseconds=1))
    grid_lon, grid_lat = _grid(city)
    lon, lat = grid_lon[rng.integers(GRID, size=n)], grid_lat[rng.integers(GRID, size=n)]
    geometry = _geometries(rng, lon, lat, grid_lon[1] - grid_lon[0]) if n else np.empty(0, object)
    is_point = shapely.get_type_id(geometry) == 0
    centre = shapely.point_on_surface(geometry)
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    x, y = _to_metric(city.metric_crs).transform(lon, lat)
    area_shares, area = _shares(rng, is_point, len(city.areas.codes))
    road_shares, segment = _shares(rng, is_point, len(city.roads.segment_codes) if city.roads else 0)
    campaign, register = _registers(rng, city, n)
    texts = [" ".join(rng.choice(WORDS, int(rng.integers(0, 3)))) for _ in range(n)]
    visited = np.append(visits.id, "")[rng.integers(len(visits) + 1, size=n)]
    shaped, linked = np.flatnonzero(~is_point), np.flatnonzero(visited != "")
    table = IssueTable(
        campaign=campaign,
        register=register,
        type=_codes(rng, n, len(city.catalogue.types), none=False),
        task=_codes(rng, n, len(city.catalogue.tasks), none=True),
        subdistrict=area.astype(np.int16),
        segment=segment.astype(np.int32),
        lon_e7=np.rint(lon * DEGREE_SCALE).astype(np.int32),
        lat_e7=np.rint(lat * DEGREE_SCALE).astype(np.int32),
        x_cm=np.rint(np.asarray(x) * METRE_SCALE).astype(np.int32),
        y_cm=np.rint(np.asarray(y) * METRE_SCALE).astype(np.int32),
        reported_us=reported,
        due_us=np.where(rng.random(n) < 0.2, NEVER, due),
        day=local_days(reported, city.time_zone),
        synthetic=rng.random(n) < 0.5,
        approximate=rng.random(n) < 0.5,
        duplicate=rng.random(n) < 0.1,
        is_point=is_point,
        shapes=RowValues(shaped.astype(np.int32), np.asarray(shapely.to_wkb(geometry[shaped]), object)),
        visits=RowValues(linked.astype(np.int32), visited[linked]),
        subdistrict_shares=area_shares,
        segment_shares=road_shares,
        status=np.full(n, -1, np.int8),
        department=rng.integers(-1, len(DEPARTMENTS), n).astype(np.int16),
        departments=_objects([*DEPARTMENTS]),
    )
    folded_texts = tuple(fold(f"{city.number_prefix}-{row:05d} {text}") for row, text in enumerate(texts))
    return Records(table_at(table, history, to_us(as_of)), history, points, visits, as_of, folded_texts, geometry)


def _registers(rng: np.random.Generator, city: City, n: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Campaign and register of each issue; two in three are in the current campaign's default register."""
    pairs = [
        (city.campaign_index[campaign.code], city.register_index[code])
        for campaign in city.campaigns
        for code in campaign.register_codes
    ]
    current = city.campaign()
    default = (city.campaign_index[current.code], city.register_index[current.default_register])
    chosen = [default if rng.random() < 0.67 else pairs[int(rng.integers(len(pairs)))] for _ in range(n)]
    array = np.array(chosen, np.int16).reshape(n, 2)
    return array[:, 0], array[:, 1]


def _points(rng: np.random.Generator, city: City) -> PointTable:
    n = int(rng.integers(0, 15))
    lon, lat = _grid(city)
    located = rng.random(n) < 0.8
    segments = len(city.roads.segment_codes) if city.roads else 0
    return PointTable(
        code=_objects([f"P{row:03d}" for row in range(n)]),
        name=_objects([f"点位 {row}" for row in range(n)]),
        campaign=_codes(rng, n, len(city.campaigns), none=False),
        site_class=_codes(rng, n, len(city.catalogue.site_classes), none=True),
        task=_codes(rng, n, len(city.catalogue.tasks), none=True),
        subdistrict=np.where(located, _codes(rng, n, len(city.areas.codes), none=True), -1).astype(np.int16),
        segment=np.where(located, _codes(rng, n, segments, none=True), -1).astype(np.int32),
        lon=np.where(located, lon[rng.integers(GRID, size=n)], np.nan),
        lat=np.where(located, lat[rng.integers(GRID, size=n)], np.nan),
        steward=_objects([""] * n),
        synthetic=np.ones(n, bool),
        approximate=np.ones(n, bool),
    )


def _visits(rng: np.random.Generator, city: City, points: int) -> VisitTable:
    """Up to four visits a point, in the table's order (point, time, id), some at the same time."""
    count = int(rng.integers(0, 4 * points + 1))
    point = rng.integers(0, max(points, 1), count)
    at = to_us(_start(city)) + rng.integers(0, STEPS, count) // 20 * 20 * (STEP // timedelta(microseconds=1))
    order = np.lexsort((np.arange(count), at, point))
    return VisitTable(
        id=_objects([f"V{row:05d}" for row in range(count)]),
        point=point[order].astype(np.int32),
        at_us=at[order].astype(np.int64),
        kind=_objects(["unannounced"] * count),
        compliant=rng.random(count) < 0.7,
        score=np.full(count, np.nan),
        note=_objects([""] * count),
    )
