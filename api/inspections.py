"""GET /api/inspections and /api/checklists: rechecks due, announced against unannounced scores, what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.schemas import BOOLEAN, COUNT, DAY, INTEGER, MOMENT, NUMBER, STRING, TEXT, listing, nullable, record
from api.view import View
from data.inspecting.checklists import checklists_of, recheck_terms
from geo.checklist import Checklist
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.permissions import Action
from geo.recheck import Recheck, in_time, rechecks_due
from geo.surprise import Gap, Mean, gaps_of_visits


def inspections(view: View, own: Mapping[str, Any]) -> Json:
    """Of the points that the filter means, at its moment."""
    visits = view.snapshot.visits
    terms = recheck_terms(view.snapshot, view.day)
    due = [entry for entry in rechecks_due(visits, view.as_of_us, terms) if view.points[entry.point]]
    every, same = gaps_of_visits(visits, view.points, view.as_of_us)
    timely, late, waiting = in_time(visits, view.as_of_us, terms, among=view.points)
    return {
        "rechecks": [_recheck(view, entry) for entry in due],
        "followed": {"in_time": timely, "late": late, "waiting": waiting},
        "surprise": {"all_visits": _gap(every), "same_points": _gap(same)},
    }


def _recheck(view: View, entry: Recheck) -> Json:
    points, zone = view.snapshot.points, view.city.time_zone
    failed, due = from_us(entry.failed_us), None if entry.due_us is None else from_us(entry.due_us)
    assert failed is not None
    return {
        "point": str(points.code[entry.point]),
        "name": str(points.name[entry.point]),
        "site_class": view.city.catalogue.site_classes[int(points.site_class[entry.point])].code,
        "visit": entry.visit,
        "failed_at": local_iso(failed, zone),
        "due_at": None if due is None else local_iso(due, zone),
        "overdue": entry.overdue(view.as_of_us),
        "score": None if np.isnan(entry.score) else entry.score,
    }


def _gap(gap: Gap) -> Json:
    return {
        "announced": _mean(gap.announced),
        "unannounced": _mean(gap.unannounced),
        "gap": gap.gap,
        "interval": None if gap.low is None else [gap.low, gap.high],
        "method": gap.method,
    }


def _mean(mean: Mean) -> Json:
    return {"n": mean.n, "mean": mean.mean, "deviation": mean.deviation}


def checklists(view: View, own: Mapping[str, Any]) -> Json:
    """Every version of every class, and which is in force on the filter's day."""
    book, day = checklists_of(view.snapshot), view.day
    return {
        "checklists": [
            checklist_json(entry) | {"in_force": book.in_force(code, day) is entry}
            for code in book.site_classes
            for entry in book.versions(code)
        ]
    }


def checklist_json(checklist: Checklist) -> Json:
    """A checklist as routes say it."""
    return {
        "site_class": checklist.site_class,
        "version": checklist.version,
        "since": checklist.since.isoformat(),
        "pass_mark": checklist.pass_mark,
        "recheck_days": checklist.recheck_days,
        "assumed": checklist.assumed,
        "items": [
            {
                "code": item.code,
                "text": item.text,
                "weight": item.weight,
                "critical": item.critical,
                "may_not_apply": item.may_not_apply,
                "issue_type": item.issue_type,
            }
            for item in checklist.items
        ],
    }


_MEAN: Final = record({"n": COUNT, "mean": nullable(NUMBER), "deviation": nullable(NUMBER)})
_GAP: Final = record(
    {
        "announced": _MEAN,
        "unannounced": _MEAN,
        "gap": nullable(NUMBER),
        "interval": nullable(listing(NUMBER, most=2)),
        "method": {"enum": ["welch", "paired"]},
    }
)
_ITEM: Final = record(
    {
        "code": STRING,
        "text": TEXT,
        "weight": COUNT,
        "critical": BOOLEAN,
        "may_not_apply": BOOLEAN,
        "issue_type": nullable(STRING),
    }
)
OPERATIONS: Final = (
    data_operation(
        "/api/inspections",
        inspections,
        action=Action.SEE_ISSUES,
        summary="Rechecks due and how failed visits were followed; announced against unannounced scores, with n and "
        "95 % intervals.",
        schema={
            "rechecks": listing(
                record(
                    {
                        **dict.fromkeys(("point", "name", "site_class", "visit"), STRING),
                        "failed_at": MOMENT,
                        "due_at": nullable(MOMENT),
                        "overdue": BOOLEAN,
                        "score": nullable(NUMBER),
                    }
                )
            ),
            "followed": record(dict.fromkeys(("in_time", "late", "waiting"), COUNT)),
            "surprise": record({"all_visits": _GAP, "same_points": _GAP}),
        },
    ),
    data_operation(
        "/api/checklists",
        checklists,
        action=Action.SEE_ISSUES,
        summary="The checklists of the site classes in all their versions.",
        schema={
            "checklists": listing(
                record(
                    {
                        "site_class": STRING,
                        "version": INTEGER,
                        "since": DAY,
                        "pass_mark": COUNT,
                        "recheck_days": COUNT,
                        "assumed": BOOLEAN,
                        "items": listing(_ITEM),
                        "in_force": BOOLEAN,
                    }
                )
            )
        },
    ),
)
