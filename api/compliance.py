"""GET /api/compliance: how many points passed, on the first visit and now, by site class, subdistrict or task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.data_route import Json, data_operation
from api.operation import choice
from api.schemas import COUNT, NUMBER, STRING, TEXT, listing, nullable, pair, record
from api.view import View
from geo.compliance import RateRow, rate_of_all, rates_by, wilson
from geo.permissions import Action
from geo.text import Text

By = ("site_class", "subdistrict", "task")


def comply(view: View, own: Mapping[str, Any]) -> Json:
    """Counts with their 95 % Wilson intervals; no rate is sent, since a rate without its n misleads.

    A last row "-" without a name holds points without such a code, so that the rows add up to "all".
    """
    by = own["by"]
    rows = rates_by(view.snapshot.points, view.compliance, view.city, view.points, by=by)
    names = names_by(view, by)
    return {
        "by": by,
        "rows": [{"code": row.code, "name": names.get(row.code)} | _figures(row) for row in rows],
        "all": _figures(rate_of_all(view.compliance, view.points)),
        "first_visit_label": view.city.first_visit_label,
    }


def names_by(view: View, by: str) -> dict[str, Text]:
    """Code → name of what the rows are grouped by."""
    catalogue, areas = view.city.catalogue, view.city.areas
    if by == "subdistrict":
        return dict(zip(areas.codes, areas.names, strict=True))
    entries = catalogue.site_classes if by == "site_class" else catalogue.tasks
    return {entry.code: entry.name for entry in entries}


def _figures(row: RateRow) -> Json:
    return {
        "n": row.n,
        "visited": row.visited,
        "first_compliant": row.first_compliant,
        "current_compliant": row.current_compliant,
        "first_interval": _interval(row.first_compliant, row.visited),
        "current_interval": _interval(row.current_compliant, row.visited),
    }


def _interval(successes: int, visited: int) -> tuple[float, float] | None:
    if visited == 0:
        return None
    low, high = wilson(successes, visited)
    return round(float(low), 6), round(float(high), 6)


_INTERVAL = nullable(pair(NUMBER, NUMBER))
_FIGURES = {
    "n": COUNT,
    "visited": COUNT,
    "first_compliant": COUNT,
    "current_compliant": COUNT,
    "first_interval": _INTERVAL,
    "current_interval": _INTERVAL,
}
OPERATION = data_operation(
    "/api/compliance",
    comply,
    summary="Compliance of inspection points, first visit and now, with 95 % Wilson intervals over the visited ones.",
    action=Action.SEE_AGGREGATES,
    parameters=(choice("by", "what a row stands for", By, default="site_class"),),
    schema={
        "by": STRING,
        "rows": listing(record({"code": STRING, "name": nullable(TEXT), **_FIGURES})),
        "all": record(_FIGURES),
        "first_visit_label": nullable(TEXT),
    },
)
