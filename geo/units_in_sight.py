"""Which units of the organisation a person may know by name: those that might have to do with their part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from geo.access import Scope
from geo.organisation import Organisation, Unit


def units_in_sight(
    organisation: Organisation, scope: Scope, *, subdistrict_of: Mapping[str, str | None]
) -> frozenset[str]:
    """Codes of the units in sight from `scope`: all of them from the whole campaign.

    Bounded by subdistricts: a unit that answers for one of them, or for a point in one (`subdistrict_of` each point,
    by code), and a unit that is bound to no place, which may be met everywhere. Bounded by departments or groups: those
    units, what they are part of, and their own parts. Every kind that is bounded has to agree.
    """
    if scope.is_whole:
        return frozenset(organisation.codes)
    seen = frozenset(organisation.codes)
    if scope.subdistricts is not None:
        areas = scope.subdistricts
        seen &= {unit.code for unit in organisation.units if _meets(unit, areas, subdistrict_of)}
    for named in (scope.departments, scope.groups):
        if named is not None:
            seen &= _kin(organisation, named)
    return seen


def _meets(unit: Unit, areas: Collection[str], subdistrict_of: Mapping[str, str | None]) -> bool:
    if not unit.subdistricts and not unit.points:
        return True
    places = {*unit.subdistricts, *(subdistrict_of.get(point) for point in unit.points)}
    return not places.isdisjoint(areas)


def _kin(organisation: Organisation, named: Collection[str]) -> frozenset[str]:
    """Those units, all above them and all below."""
    above = {unit.code: unit.part_of for unit in organisation.units}
    chains = {unit.code: _chain(unit.code, above) for unit in organisation.units}
    known = [chains[code] for code in named if code in chains]
    below = (code for code, chain in chains.items() if not chain.isdisjoint(named))
    return frozenset().union(*known, below)


def _chain(code: str, above: Mapping[str, str | None]) -> frozenset[str]:
    """A unit and what it is part of, however far up; units that are parts of one another end it."""
    chain: set[str] = set()
    at: str | None = code
    while at is not None and at not in chain:
        chain.add(at)
        at = above.get(at)
    return frozenset(chain)
