"""Which codes somebody's reach may name: subdistricts of the city, units and groups of the organisation in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from data.duties import duties_in_force
from data.inspecting.groups import groups_of
from data.snapshot import Snapshot
from geo.filter_query import NOWHERE
from geo.organisation import ASSIGNABLE

Known = Mapping[str, tuple[str, ...] | None]
"""The codes of each kind of a scope, in their order; None where any code is taken."""

SUBDISTRICTS: Final = "subdistricts"


def known_codes(snapshot: Snapshot) -> Known:
    """Those of this revision. Retired units are none: who has one already keeps it (`checked_scope`). A city that keeps
    no organisation takes any code of a unit or group."""
    organisation = duties_in_force(snapshot).organisation
    areas = (*snapshot.city.areas.codes, NOWHERE)
    if not organisation.units:
        return {SUBDISTRICTS: areas, "departments": None, "groups": None}
    units = tuple(unit.code for unit in organisation.of_kind(*ASSIGNABLE))
    return {SUBDISTRICTS: areas, "departments": units, "groups": tuple(unit.code for unit in groups_of(snapshot))}
