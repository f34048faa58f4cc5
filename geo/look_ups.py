"""A filter as look-up tables: for every position a column can hold, whether the filter takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.access import Scope
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.filter_query import NOWHERE
from geo.tables import Bools, Ints

_LAST_US = int(np.iinfo(np.int64).max)
_FIRST_US = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True, eq=False)
class LookUps:
    """What is compared with a column, or looked up by its position + 1 (0 stands for none, −1).

    `stage_by_state` is looked up by 2 × (status + 1) + late, where late means: a deadline before `as_of_us`.
    """

    campaign: int
    register: int
    type_ok: Bools
    task_ok: Bools
    area_ok: Bools
    segment_ok: Bools
    stage_by_state: NDArray[np.int8]
    since_us: int
    until_us: int  # exclusive
    as_of_us: int

    @property
    def has_period(self) -> bool:
        """Whether `since_us` or `until_us` leaves anything out."""
        return self.since_us != _FIRST_US or self.until_us != _LAST_US


def look_ups(city: City, f: IssueFilter, stage_by_state: NDArray[np.int8]) -> LookUps:
    """The tables of a filter, but for its box and text. Raises BadValueError for codes that the city does not have."""
    catalogue, roads = city.catalogue, city.roads
    return LookUps(
        campaign=city.campaign_index[f.campaign],
        register=city.register_index[f.register],
        type_ok=_types(city, f),
        task_ok=_taken(len(catalogue.tasks), [catalogue.position("task", code) for code in f.tasks], asked=f.tasks),
        area_ok=_areas(city, f),
        segment_ok=_segments(city, f) if f.roads else np.ones(len(roads.segment_codes) + 1 if roads else 1, bool),
        stage_by_state=stage_by_state,
        since_us=_FIRST_US if f.since is None else to_us(f.since),
        until_us=_LAST_US if f.until is None else to_us(f.until),
        as_of_us=to_us(f.as_of),
    )


def place_positions(key: str, codes: Iterable[str], index: Mapping[str, int]) -> list[int]:
    """Positions of places, −1 for NOWHERE. Raises BadValueError naming `key` for a code that is not there."""
    positions = []
    for code in codes:
        if code != NOWHERE and code not in index:
            raise BadValueError(key, code, f"the code of a {key} of this city, or {NOWHERE}")
        positions.append(-1 if code == NOWHERE else index[code])
    return positions


def among(values: Ints, positions: Iterable[int]) -> Bools:
    """Where `values` is one of `positions` (each ≥ −1); by look-up, since the lists are short and dense."""
    wanted = np.asarray(sorted(set(positions)), np.int64)
    if len(wanted) == 0 or len(values) == 0:
        return np.zeros(len(values), bool)
    table = np.zeros(max(int(values.max()), int(wanted[-1])) + 2, bool)
    table[wanted + 1] = True
    return table[values.astype(np.int64) + 1]


def _types(city: City, f: IssueFilter) -> Bools:
    catalogue = city.catalogue
    ok = _taken(len(catalogue.types), [catalogue.position("type", code) for code in f.types], asked=f.types)
    if f.groups:
        for code in f.groups:
            catalogue.position("group", code)
        ok[0] = False
        ok[1:] &= np.array([entry.group in f.groups for entry in catalogue.types], bool)
    return ok


def _areas(city: City, f: IssueFilter) -> Bools:
    """Subdistricts asked for, less those that the asker may not see; departments are seen to issue by issue."""
    seen = replace(f.within, departments=None)
    positions = place_positions("subdistrict", f.subdistricts, city.areas.index)
    return _taken(len(city.areas.codes), positions, asked=f.subdistricts) & areas_within(city, seen)


def areas_within(city: City, scope: Scope) -> Bools:
    """The subdistricts (position + 1; 0: none) of `scope`. What is bounded by units that points do not name holds
    nothing: what is not known to lie in a scope lies outside."""
    size = len(city.areas.codes)
    if scope.departments is not None or scope.groups is not None:
        return np.zeros(size + 1, bool)
    if scope.subdistricts is None:
        return np.ones(size + 1, bool)
    return np.array([code in scope.subdistricts for code in (NOWHERE, *city.areas.codes)], bool)


def _segments(city: City, f: IssueFilter) -> Bools:
    """Segments of the roads asked for; "on no road" is a place too."""
    roads = city.roads
    wanted = place_positions("road", f.roads, roads.index if roads else {})
    road_of = np.concatenate([[-1], roads.road]) if roads else np.array([-1])
    return among(road_of, wanted)


def _taken(size: int, positions: Iterable[int], *, asked: tuple[str, ...]) -> Bools:
    """A table of `size` + 1 entries, true at the positions (+ 1); true everywhere where nothing is `asked` for."""
    if not asked:
        return np.ones(size + 1, bool)
    ok = np.zeros(size + 1, bool)
    ok[np.asarray(list(positions), np.int64) + 1] = True
    return ok
