"""The organisation that holds at a revision: what was put as a document, else what the city's own file says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from data.documents.document import Document
from data.documents.organisation import COLLECTION, CURRENT, read
from data.snapshot import Recent, Snapshot
from geo.access import Scope, Viewer
from geo.assignment import AssignmentRule, Explanation, explain
from geo.city import City
from geo.organisation import Organisation, stray_places
from geo.organisation_edits import Book
from geo.rule_reach import RuleReach, rule_reach
from geo.rule_table import RuleTable, rule_table
from geo.tables import IssueTable
from geo.units_in_sight import units_in_sight

_KEPT_REACHES: Final = 256
_MOST_KEPT: Final = 4
_KEPT: WeakKeyDictionary[City, list[Duties]] = WeakKeyDictionary()
"""Those that were asked for first last; the present one, and some of the past."""


@dataclass(frozen=True, eq=False)
class Duties:
    """Units and rules in force. `version` and `since` are those of the document; None where the city's file holds."""

    city: City
    organisation: Organisation
    rules: tuple[AssignmentRule, ...]
    document: Document | None = None

    @property
    def version(self) -> int | None:
        """Version of the document."""
        return None if self.document is None else self.document.version

    @property
    def since(self) -> datetime | None:
        """When that version was put."""
        return None if self.document is None else self.document.at

    @cached_property
    def table(self) -> RuleTable:
        """The rules worked out for every combination."""
        return rule_table(self.rules, self.organisation, self.city.catalogue, self.city.areas.codes)

    @cached_property
    def strays(self) -> tuple[tuple[str, str], ...]:
        """(unit, code) of places that units name and this city lacks: its layers were replaced, or it is a typo."""
        roads = () if self.city.roads is None else self.city.roads.road_codes
        return stray_places(self.organisation, subdistricts=self.city.areas.codes, roads=roads)

    def explain(self, *, issue_type: str, subdistrict: str | None, task: str | None) -> Explanation:
        """Which rule decides, and why not those before it."""
        return explain(self.rules, self.organisation, type=issue_type, subdistrict=subdistrict, task=task)

    def reach_of(self, units: frozenset[str]) -> RuleReach:
        """What the rules give to `units`, as long as it is assigned to nobody. The last few are kept."""

        def work_out() -> RuleReach:
            city = self.city
            return rule_reach(
                self.table, self.organisation, units, catalogue=city.catalogue, subdistricts=city.areas.index
            )

        return self._reaches.get(units, work_out)

    @cached_property
    def _reaches(self) -> Recent:
        return Recent(_KEPT_REACHES)

    def in_sight(self, scope: Scope, snapshot: Snapshot) -> frozenset[str]:
        """Codes of the units that somebody with this reach knows by name (geo.units_in_sight)."""
        points, areas = snapshot.points, self.city.areas.codes
        places = [areas[at] if at >= 0 else None for at in points.subdistrict.tolist()] if scope.subdistricts else []
        where = dict(zip(map(str, points.code), places, strict=False))
        return units_in_sight(self.organisation, scope, subdistrict_of=where)

    def unit_of(self, table: IssueTable) -> NDArray[np.int32]:
        """Position of the unit of each issue: the department it was assigned to, else the one that the rules give it
        to; −1 where there is none."""
        by_rule = self.table.unit_of(table.type, table.subdistrict, table.task)
        if not len(table.departments):
            return by_rule
        known = np.array([self.organisation.index.get(str(code), -1) for code in table.departments], np.int32)
        unit: NDArray[np.int32] = np.where(table.department >= 0, known[table.department], by_rule)
        return unit


def duties_in_force(snapshot: Snapshot) -> Duties:
    """The organisation of this revision; worked out once a version."""
    return _duties(snapshot.city, snapshot.documents.of(COLLECTION).get(CURRENT))


def duties_at(snapshot: Snapshot, moment: datetime) -> Duties:
    """The organisation as it stood at `moment` (aware): what figures of a past moment are reckoned by. May raise
    StoreError: older versions are read from the store."""
    return _duties(snapshot.city, snapshot.document_at(COLLECTION, CURRENT, moment))


def ruled_scope(snapshot: Snapshot, scope: Scope) -> Scope:
    """`scope` as far as it reaches by the rules in force: one that names departments holds also what is assigned to
    nobody and would go to one of them. The one way in which a scope comes to know the rules."""
    if scope.departments is None:
        return scope
    return replace(scope, by_rule=duties_in_force(snapshot).reach_of(scope.departments))


def ruled(snapshot: Snapshot, viewer: Viewer) -> Viewer:
    """`viewer` with such a scope; whoever looks a viewer up passes it by here."""
    scope = ruled_scope(snapshot, viewer.scope)
    return viewer if scope is viewer.scope else replace(viewer, scope=scope)


def _duties(city: City, document: Document | None) -> Duties:
    kept = _KEPT.setdefault(city, [])
    for known in kept:
        if known.document is document or known.document == document:
            return known
    book = Book(city.organisation, city.assignment_rules) if document is None else read(document.content)
    made = Duties(city, book.organisation, book.rules, document)
    _KEPT[city] = [made, *kept[: _MOST_KEPT - 1]]
    return made
