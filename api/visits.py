"""GET /api/density/visits: issues found at visits, per visit, by subdistrict or site class of the point visited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.compliance import names_by
from api.data_route import Json, data_operation
from api.operation import choice
from api.schemas import COUNT, NAMED, NUMBER, STRING, listing, nullable, record
from api.view import View
from geo.density import visit_density
from geo.permissions import Action


def per_visit(view: View, own: Mapping[str, Any]) -> Json:
    """Σ issues + other_issues + unlinked = total; `per_visit` is null where no visit was made."""
    by = own["by"]
    found = visit_density(
        view.issues,
        view.snapshot.points,
        view.snapshot.visits,
        view.city,
        view.stages,
        by=by,
        point_mask=view.points,
        as_of_us=view.as_of_us,
    )
    names = names_by(view, by)
    rows = zip(found.codes, found.issues.tolist(), found.visits.tolist(), found.per_visit.tolist(), strict=True)
    return {
        "measure": "issues_per_visit",
        "by": by,
        "unit": "per_visit",
        "rows": [
            {"code": code, "name": names[code], "issues": issues, "visits": visits, "per_visit": ratio}
            for code, issues, visits, ratio in rows
        ],
        "other_issues": found.other_issues,
        "other_visits": found.other_visits,
        "unlinked": found.unlinked,
        "total": found.total,
    }


OPERATION = data_operation(
    "/api/density/visits",
    per_visit,
    summary="Issues linked to visits divided by visits, by subdistrict or site class.",
    action=Action.SEE_AGGREGATES,
    parameters=(choice("by", "what a row stands for", ("subdistrict", "site_class"), default="subdistrict"),),
    schema={
        "measure": STRING,
        "by": STRING,
        "unit": {"const": "per_visit"},
        "rows": listing(record({**NAMED, "issues": COUNT, "visits": COUNT, "per_visit": nullable(NUMBER)})),
        "other_issues": COUNT,
        "other_visits": COUNT,
        "unlinked": COUNT,
        "total": COUNT,
    },
)
