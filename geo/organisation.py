"""Who takes part in the campaign: units of every kind, and the places and lines of work that each answers for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from geo.catalogue import Catalogue
from geo.errors import BadValueError
from geo.plural import numbered
from geo.text import Text

ROAD_CLASSES: Final = ("major", "secondary", "minor")


class UnitKind(StrEnum):
    """What a unit is. Persons are never named: a leader, steward or lead stands for a post."""

    DEPARTMENT = "department"  # 责任部门
    OFFICE = "office"  # 街道办事处
    SECTOR_GROUP = "sector_group"  # 行业组
    SITE_GROUP = "site_group"  # 点位组
    HEADQUARTERS_GROUP = "headquarters_group"  # 指挥部工作组
    LEADER = "leader"  # 包保领导
    STEWARD = "steward"  # 点位长
    TASK_LEAD = "task_lead"  # 任务牵头


ASSIGNABLE: Final = frozenset({UnitKind.DEPARTMENT, UnitKind.OFFICE})
"""The kinds to which an issue can be assigned."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit or post, and what it answers for: codes of each kind.

    `roads` are roads by name, `road_classes` all of a class; both only within `subdistricts` where those are given.
    A `retired` one answers for nothing any more; it is kept so that what it did still has its name.
    """

    code: str
    kind: UnitKind
    name: Text
    synthetic: bool = False
    part_of: str | None = None
    subdistricts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    road_classes: tuple[str, ...] = ()
    site_classes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    retired: bool = False

    @property
    def takes_issues(self) -> bool:
        """Whether issues can be given to it."""
        return self.kind in ASSIGNABLE and not self.retired


DUTY_LISTS: Final = ("subdistricts", "tasks", "roads", "road_classes", "site_classes", "points")
"""The fields of a unit that say what it answers for."""


@dataclass(frozen=True)
class Organisation:
    """All units of a campaign in their order; the position is what tables store. Raises BadValueError for a code that
    stands twice and for a `part_of` that is not there."""

    units: tuple[Unit, ...] = ()

    def __post_init__(self) -> None:
        codes = {unit.code for unit in self.units}
        if len(codes) != len(self.units):
            twice = next(unit.code for n, unit in enumerate(self.units) if unit.code in self.codes[:n])
            raise BadValueError("unit", twice, "every code once")
        for unit in self.units:
            if unit.part_of is not None and (unit.part_of not in codes or unit.part_of == unit.code):
                raise BadValueError(f"unit {unit.code} part_of", unit.part_of, "the code of another unit")

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes in order."""
        return tuple(unit.code for unit in self.units)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of each code."""
        return {code: position for position, code in enumerate(self.codes)}

    @cached_property
    def office_of(self) -> Mapping[str, str]:
        """Code of the office of each subdistrict that has one; of several the first."""
        offices: dict[str, str] = {}
        for unit in self.of_kind(UnitKind.OFFICE):
            for subdistrict in unit.subdistricts:
                offices.setdefault(subdistrict, unit.code)
        return offices

    def of_kind(self, *kinds: UnitKind) -> tuple[Unit, ...]:
        """The units of these kinds that are not retired, in order."""
        return tuple(unit for unit in self.units if unit.kind in kinds and not unit.retired)

    def unit(self, code: str) -> Unit:
        """The unit of that code; BadValueError if there is none."""
        at = self.index.get(code)
        if at is None:
            raise BadValueError("unit", code, f"one of {numbered(len(self.units), 'unit')} of this city")
        return self.units[at]


def check_unit(
    unit: Unit, *, catalogue: Catalogue, subdistricts: Iterable[str] | None, roads: Iterable[str] | None
) -> Unit:
    """`unit`, if every code that it names is one of the city. Raises BadValueError for the first that is not.

    Points are not checked: they come and go in the store. Nor are places where None stands for the city's: a layer can
    be replaced under an organisation (`stray_places` tells what then means nothing).
    """
    known = {
        "road_classes": frozenset(ROAD_CLASSES),
        "tasks": frozenset(task.code for task in catalogue.tasks),
        "site_classes": frozenset(site.code for site in catalogue.site_classes),
    }
    places = {"subdistricts": subdistricts, "roads": roads}
    known |= {key: frozenset(codes) for key, codes in places.items() if codes is not None}
    for key, codes in known.items():
        for code in getattr(unit, key):
            if code not in codes:
                raise BadValueError(f"unit {unit.code} {key}", code, "a code of this city")
    for key in DUTY_LISTS if unit.retired else ():
        if getattr(unit, key):
            raise BadValueError(f"unit {unit.code} {key}", getattr(unit, key)[0], "nothing, since it is retired")
    return unit


def stray_places(
    organisation: Organisation, *, subdistricts: Iterable[str], roads: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """(unit, code) of every subdistrict and road that a unit names and the city does not have."""
    known_areas, known_roads = frozenset(subdistricts), frozenset(roads)
    return tuple(
        (unit.code, code)
        for unit in organisation.units
        for codes, known in ((unit.subdistricts, known_areas), (unit.roads, known_roads))
        for code in codes
        if code not in known
    )
