"""GET /api/responsibility: who answers for every subdistrict, road, point and task; where nobody does, or several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.operation import integer
from api.schemas import COUNT, LAT, LON, STRING, TEXT, Schema, listing, nullable, record
from api.view import View
from data.duties import duties_at
from geo.permissions import Action
from geo.responsibility import (
    PLACE_KINDS,
    Duty,
    OwnerState,
    point_duties,
    road_duties,
    segment_owners,
    state_of,
    subdistrict_duties,
    task_duties,
)
from geo.text import Text


def responsibility(view: View, own: Mapping[str, Any]) -> Json:
    """Rows of places and tasks, and the state of every road segment for the map. Points are those the filter means, of
    which `most` have a row, the wrong ones first; `counts` are of all. Subdistricts, roads and tasks are the city's. A
    unit out of the asker's sight is told by its code alone."""
    in_force = duties_at(view.snapshot, view.filter.as_of)
    city, organisation = view.city, in_force.organisation
    points = point_duties(organisation, view.snapshot.points, np.flatnonzero(view.points).tolist(), city)
    places = [*subdistrict_duties(organisation, city), *road_duties(organisation, city)]
    lines = task_duties(organisation, city)
    duties = [*places, *sorted(points, key=lambda duty: duty.state is OwnerState.ONE)[: own["most"]], *lines]
    names = _names(view, [duty.code for duty in duties if duty.kind == "point"])
    seen = in_force.in_sight(view.filter.within, view.snapshot)
    units = {unit.code: unit.name if unit.code in seen else Text(unit.code, unit.code) for unit in organisation.units}
    segments = () if city.roads is None else city.roads.segment_codes
    owners = segment_owners(organisation, city)
    return {
        "rows": [
            {
                "kind": duty.kind,
                "code": duty.code,
                "name": names.get((duty.kind, duty.code)),
                "state": duty.state.value,
                "owners": [_owner(owner, units) for owner in duty.owners],
                "parts": duty.parts,
                "of": duty.of,
                **_position(view, duty),
            }
            for duty in duties
        ],
        "segments": [
            {"id": code, "state": state_of(who).value, "owners": who}
            for code, who in zip(segments, owners, strict=True)
        ],
        "counts": {
            kind: _counts([duty for duty in (*places, *points, *lines) if duty.kind == kind]) for kind in PLACE_KINDS
        },
    }


def _position(view: View, duty: Duty) -> Json:
    """Where a point lies (WGS-84); null for all else, which the map knows."""
    if duty.kind != "point":
        return {"lon": None, "lat": None}
    row, points = view.snapshot.point_row(duty.code), view.snapshot.points
    known = not np.isnan(points.lon[row])
    return {"lon": float(points.lon[row]) if known else None, "lat": float(points.lat[row]) if known else None}


def _owner(owner: str, units: Mapping[str, Text]) -> Json:
    """A unit by its code and name; the steward that a point names has no code."""
    name = units.get(owner)
    return {"code": None, "name": Text(owner, owner)} if name is None else {"code": owner, "name": name}


def _counts(duties: list[Duty]) -> Json:
    return {state.value: sum(duty.state is state for duty in duties) for state in OwnerState}


def _names(view: View, shown: list[str]) -> dict[tuple[str, str], Text]:
    city, points = view.city, view.snapshot.points
    names: dict[tuple[str, str], Text] = {}
    names |= {("subdistrict", code): name for code, name in zip(city.areas.codes, city.areas.names, strict=True)}
    if city.roads is not None:
        roads = zip(city.roads.road_codes, city.roads.road_names, strict=True)
        names |= {("road", code): name for code, name in roads}
    for code in shown:
        name = str(points.name[view.snapshot.point_row(code)])
        names["point", code] = Text(name, name)
    return names | {("task", task.code): task.name for task in city.catalogue.tasks}


_STATE: Final[Schema] = {"enum": [state.value for state in OwnerState]}
_TALLY: Final[Schema] = record({state.value: COUNT for state in OwnerState})
OPERATION = data_operation(
    "/api/responsibility",
    responsibility,
    action=Action.SEE_ISSUES,
    summary="Owners of every subdistrict, road, point and task: none, one or several.",
    parameters=(integer("most", "rows of points, the wrong ones first", 0, 10_000, default=500),),
    schema={
        "rows": listing(
            record(
                {
                    "kind": {"enum": list(PLACE_KINDS)},
                    "code": STRING,
                    "name": nullable(TEXT),
                    "state": _STATE,
                    "owners": listing(record({"code": nullable(STRING), "name": TEXT})),
                    "parts": COUNT,
                    "of": COUNT,
                    "lon": nullable(LON),
                    "lat": nullable(LAT),
                }
            )
        ),
        "segments": listing(record({"id": STRING, "state": _STATE, "owners": listing(STRING)})),
        "counts": record(dict.fromkeys(PLACE_KINDS, _TALLY)),
    },
)
