"""GET /api/summary: totals of the filter's issues and points; registers and tallies, which no filter touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from api.data_route import Json, data_operation
from api.heat import city_cap
from api.operation import flag
from api.schemas import BOOLEAN, BOUND, COUNT, NUMBER, STRING, TEXT, nullable, record
from api.view import View
from data.recording.tallies import TallyState, tallies_of
from geo.campaign import Register
from geo.heat_surface import BANDWIDTH_M
from geo.permissions import Action

_DAY_US = 86_400_000_000


def summarise(view: View, own: Mapping[str, Any]) -> Json:
    """The answer; splits that were not published are null unless `synthetic_splits` asks for the invented ones."""
    shown = view.register.rectified_published or own["synthetic_splits"]
    return {
        "campaign": {"code": view.campaign.code, "name": view.campaign.name},
        "register": {"code": view.register.code, "name": view.register.name, "bound": view.register.bound},
        "synthetic": _is_synthetic(view),
        "issues": _issues(view, shown=shown),
        "points": _points(view),
        "registers": {
            register.code: _register(view, register, shown=register.rectified_published or own["synthetic_splits"])
            for register in view.campaign.registers
        },
        "tallies": [entry for state in tallies_of(view.snapshot, view.campaign) for entry in _tally(state)],
        **_overdue(view),
        **({"heat": {"cap": city_cap(view), "bandwidth_m": BANDWIDTH_M, "unit": "per_km2"}} if own["heat"] else {}),
    }


def _issues(view: View, *, shown: bool) -> Json:
    totals = view.totals
    return {
        "total": totals.total,
        "rectified": totals.rectified if shown else None,
        "in_progress": totals.in_progress if shown else None,
        "rejected": totals.rejected,
        "overdue": totals.overdue,
        "handling": totals.handling if shown else None,
        "verifying": totals.verifying if shown else None,
    }


def _points(view: View) -> Json:
    mask, points = view.points, view.snapshot.points
    first, current = view.compliance.first[mask], view.compliance.current[mask]
    return {
        "total": int(np.count_nonzero(mask)),
        "first_visit_compliant": int(np.count_nonzero(first == 1)),
        "first_visit_non_compliant": int(np.count_nonzero(first == 0)),
        "current_compliant": int(np.count_nonzero(current == 1)),
        "current_non_compliant": int(np.count_nonzero(current == 0)),
        "unvisited": int(np.count_nonzero(first < 0)),
        "unlocated": int(np.count_nonzero(np.isnan(points.lon[mask]))),
    }


def _register(view: View, register: Register, *, shown: bool) -> Json:
    """A register as it stands now: no key of the filter but the campaign touches it."""
    counts, position = view.snapshot.registers_at(view.now), view.city.register_index[register.code]
    return {
        "name": register.name,
        "note": register.note,
        "total": counts.total(position),
        "bound": register.bound,
        "rectified": counts.rectified(position) if shown else None,
        "in_progress": counts.in_progress(position) if shown else None,
    }


def _tally(state: TallyState) -> list[Json]:
    """A tally as its entries give it: one figure, or two where entries of unlike bounds stand side by side."""
    named = {"code": state.published.code, "name": state.published.name}
    return [named | {"value": v, "bound": bound, "unit": state.published.unit} for v, bound in state.figures]


def _overdue(view: View) -> Json:
    found = view.overdue
    late = found.by_area.any()
    return {
        "oldest_overdue_days": int((view.as_of_us - found.oldest_us) // _DAY_US) if late else None,
        "overdue_subdistricts": int(np.count_nonzero(found.by_area[1:])),
    }


def _is_synthetic(view: View) -> bool:
    """Whether anything counted here, whatever the filter, was invented: an issue of the register, or a point."""
    invented = view.snapshot.registers_at(view.now).synthetic[view.city.register_index[view.register.code]]
    of_campaign = view.snapshot.points.campaign == view.city.campaign_index[view.campaign.code]
    return bool(invented or view.snapshot.points.synthetic[of_campaign].any())


_POINT_KEYS = (
    *("total", "first_visit_compliant", "first_visit_non_compliant"),
    *("current_compliant", "current_non_compliant", "unvisited", "unlocated"),
)
_SPLIT = {"rectified": nullable(COUNT), "in_progress": nullable(COUNT)}

OPERATION = data_operation(
    "/api/summary",
    summarise,
    summary="Totals of issues and points under the filter; registers and tallies as they stand, never filtered.",
    action=Action.SEE_AGGREGATES,
    parameters=(
        flag("synthetic_splits", "1 gives the invented split where only a register's total was published"),
        flag("heat", "1 adds the density at which the heat's colours end"),
    ),
    optional=("heat",),
    schema={
        "campaign": record({"code": STRING, "name": TEXT}),
        "register": record({"code": STRING, "name": TEXT, "bound": BOUND}),
        "synthetic": BOOLEAN,
        "issues": record(
            {
                "total": COUNT,
                **_SPLIT,
                "rejected": COUNT,
                "overdue": COUNT,
                "handling": nullable(COUNT),
                "verifying": nullable(COUNT),
            }
        ),
        "points": record(dict.fromkeys(_POINT_KEYS, COUNT)),
        "registers": {
            "type": "object",
            "additionalProperties": record({"name": TEXT, "note": TEXT, "total": COUNT, "bound": BOUND, **_SPLIT}),
        },
        "tallies": {
            "type": "array",
            "items": record({"code": STRING, "name": TEXT, "value": COUNT, "bound": BOUND, "unit": TEXT}),
        },
        "oldest_overdue_days": nullable(COUNT),
        "overdue_subdistricts": COUNT,
        "heat": record({"cap": NUMBER, "bandwidth_m": NUMBER, "unit": {"const": "per_km2"}}),
    },
)
