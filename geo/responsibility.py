"""Who answers for which place: the owners of every subdistrict, road, point and task, be it none or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City, RoadLayer
from geo.organisation import Organisation, Unit, UnitKind
from geo.tables import PointTable

PlaceKind = Literal["subdistrict", "road", "point", "task"]
PLACE_KINDS: Final[tuple[PlaceKind, ...]] = ("subdistrict", "road", "point", "task")


class OwnerState(StrEnum):
    """How many answer for a place: nobody, one as it should be, or several."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Duty:
    """One place or line of work and who answers for it: codes of units, or of a point the steward that it names.

    A road is as bad as the worst of its segments: `parts` of `of` segments are in that state.
    """

    kind: PlaceKind
    code: str
    owners: tuple[str, ...]
    state: OwnerState
    parts: int = 1
    of: int = 1


def state_of(owners: Sequence[str]) -> OwnerState:
    """The state of a place with these owners."""
    return OwnerState.NONE if not owners else OwnerState.ONE if len(owners) == 1 else OwnerState.SEVERAL


def subdistrict_duties(organisation: Organisation, city: City) -> list[Duty]:
    """Every subdistrict with the leaders assigned to it, in the city's order."""
    leaders = organisation.of_kind(UnitKind.LEADER)
    owners = [tuple(unit.code for unit in leaders if code in unit.subdistricts) for code in city.areas.codes]
    return [_duty("subdistrict", code, who) for code, who in zip(city.areas.codes, owners, strict=True)]


def task_duties(organisation: Organisation, city: City) -> list[Duty]:
    """Every task with those who lead it."""
    leads = organisation.of_kind(UnitKind.TASK_LEAD)
    return [
        _duty("task", task.code, tuple(unit.code for unit in leads if task.code in unit.tasks))
        for task in city.catalogue.tasks
    ]


def segment_owners(organisation: Organisation, city: City) -> list[tuple[str, ...]]:
    """The departments and offices that answer for each road segment; empty for a city without roads.

    A segment belongs to the subdistrict in which its middle lies, or to none.
    """
    roads = city.roads
    if roads is None:
        return []
    units = organisation.of_kind(UnitKind.DEPARTMENT, UnitKind.OFFICE)
    place = segment_subdistricts(city)
    codes = [roads.road_codes[road] for road in roads.road.tolist()]
    where = [city.areas.codes[at] if at >= 0 else None for at in place.tolist()]
    listed = zip(codes, roads.road_class, where, strict=True)
    kept: dict[tuple[str, str, str | None], tuple[str, ...]] = {}
    for segment in listed:
        if segment not in kept:
            kept[segment] = tuple(unit.code for unit in units if _keeps(unit, *segment))
    listed = zip(codes, roads.road_class, where, strict=True)
    return [kept[segment] for segment in listed]


def road_duties(organisation: Organisation, city: City) -> list[Duty]:
    """Every road with all owners of its segments; its state is that of its worst segment (nobody, then several)."""
    roads = city.roads
    if roads is None:
        return []
    owners = segment_owners(organisation, city)
    by_road: list[list[tuple[str, ...]]] = [[] for _ in roads.road_codes]
    for road, who in zip(roads.road.tolist(), owners, strict=True):
        by_road[road].append(who)
    return [_road_duty(code, parts) for code, parts in zip(roads.road_codes, by_road, strict=True)]


def point_duties(organisation: Organisation, points: PointTable, rows: Iterable[int], city: City) -> list[Duty]:
    """The points at `rows` with their stewards: the one that the point names, and units that name it or its class."""
    stewards = organisation.of_kind(UnitKind.STEWARD)
    classes = city.catalogue.site_classes
    duties = []
    for row in rows:
        code, kind = str(points.code[row]), int(points.site_class[row])
        site_class = classes[kind].code if kind >= 0 else None
        units = [unit for unit in stewards if code in unit.points or site_class in unit.site_classes]
        named = str(points.steward[row])
        own = (named,) if named and all(named not in (u.code, u.name.zh, u.name.en) for u in units) else ()
        duties.append(_duty("point", code, own + tuple(unit.code for unit in units)))
    return duties


def segment_subdistricts(city: City) -> NDArray[np.int32]:
    """Position of the subdistrict in which the middle of each road segment lies, −1 outside all of them."""
    roads = city.roads
    if roads is None:
        return np.empty(0, np.int32)
    middle = shapely.line_interpolate_point(_longest(roads), 0.5, normalized=True)
    found = np.full(len(middle), -1, np.int32)
    point, area = shapely.STRtree(city.areas.metric).query(middle, predicate="intersects")
    found[point[::-1]] = area[::-1]  # on a border the first area stays
    return found


def _longest(roads: RoadLayer) -> NDArray[np.object_]:
    """The line of each segment; of one in several parts the longest."""
    lines = roads.metric
    if np.all(shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING):
        return lines
    return np.array([max(shapely.get_parts(line), key=lambda part: float(part.length)) for line in lines], object)


def _keeps(unit: Unit, road: str, road_class: str, subdistrict: str | None) -> bool:
    if unit.subdistricts and subdistrict not in unit.subdistricts:
        return False
    return road in unit.roads or road_class in unit.road_classes


def _road_duty(code: str, parts: list[tuple[str, ...]]) -> Duty:
    states = [state_of(who) for who in parts]
    worst = next((s for s in (OwnerState.NONE, OwnerState.SEVERAL) if s in states), OwnerState.ONE)
    owners = tuple(dict.fromkeys(owner for who in parts for owner in who))
    return Duty("road", code, owners, worst, states.count(worst), len(parts))


def _duty(kind: PlaceKind, code: str, owners: tuple[str, ...]) -> Duty:
    return Duty(kind, code, owners, state_of(owners))
