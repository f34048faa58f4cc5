"""GET /api/bulletin and /api/bulletin.csv: the figures of a review, a week or a month, as of their cut-off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from api.data_route import Json, data_operation
from api.exports import export_operation
from api.operation import choice, flag
from api.plans import day_parameter
from api.question import Question
from api.schemas import BOOLEAN, COUNT, DAY, MOMENT, NUMBER, STRING, listing, nullable, record
from api.view import View
from data.bulletins import Bulletin, bulletin_of
from data.exporting.bulletin_csv import bulletin_csv
from data.snapshot import Snapshot
from geo.errors import BadValueError, Word
from geo.filter import IssueFilter
from geo.iso_time import local_date, local_iso
from geo.period_figures import NAMES, Figures
from geo.periods import Period, PeriodKind, period_of
from geo.permissions import Action
from geo.ranking_rule import ranked

_PARAMETERS: Final = (
    choice("kind", "review: three days; week: from Monday; month", tuple(PeriodKind), default=PeriodKind.WEEK.value),
    day_parameter("day", "a day of the period; without it the filter's"),
    flag("synthetic_splits", "1 gives the invented figures of a register of which only a total was published"),
)


def bulletin(view: View, own: Mapping[str, Any]) -> Json:
    """Totals and groups. In every entry opening + reported − closed + reopened − dropped = open."""
    found = _bulletin(view.snapshot, view.filter, own)
    city, units = view.city, found.duties.organisation.units
    return {
        "kind": found.period.kind.value,
        "first": found.period.first.isoformat(),
        "last": found.period.last.isoformat(),
        "cut_off": local_iso(found.cut_off, city.time_zone),
        "has_ended": found.has_ended,
        "organisation": found.duties.version,
        "synthetic": found.synthetic,
        "all": asdict(found.all),
        "before": None if found.before is None else asdict(found.before),
        "subdistricts": _listed(city.areas.codes, found.by_subdistrict),
        "units": _listed([unit.code for unit in units], found.by_unit),
        "types": _listed([entry.code for entry in city.catalogue.types], found.by_type),
        "due_soon": found.due_soon,
        "levels": found.levels,
        "deferred": found.deferred,
        "points": asdict(found.points),
        "exposures": len(found.exposures),
        "meetings": len(found.meetings),
        "ranking": [
            {
                "code": city.areas.codes[entry.position],
                "rank": entry.rank,
                "share": entry.share,
                "low": entry.low,
                "high": entry.high,
                "due": found.by_subdistrict[entry.position].due,
            }
            for entry in ranked(found.by_subdistrict[:-1])
        ],
    }


def _bulletin(snapshot: Snapshot, asked: IssueFilter, own: Mapping[str, Any]) -> Bulletin:
    for key, given in (
        ("since", asked.since),
        ("until", asked.until),
        ("status", asked.statuses),
        ("stage", asked.stages),
    ):
        if given:
            raise BadValueError(key, Word("given", "given"), "nothing: the period says which issues are meant")
    register = snapshot.city.campaign(asked.campaign).register(asked.register)
    if not (register.rectified_published or own["synthetic_splits"]):
        raise BadValueError("synthetic_splits", "0", "1: of this register it was not published how many were rectified")
    return bulletin_of(snapshot, asked, _period(snapshot, asked, own))


def _period(snapshot: Snapshot, asked: IssueFilter, own: Mapping[str, Any]) -> Period:
    today = local_date(asked.as_of, snapshot.city.time_zone)
    day, start = own["day"] or today, snapshot.city.campaign(asked.campaign).start
    period = period_of(PeriodKind(own["kind"]), day, start=start)
    if period.first > today:
        raise BadValueError("day", day.isoformat(), f"a day up to {today.isoformat()}")
    return period


def _listed(codes: Iterable[str], figures: Iterable[Figures]) -> list[Json]:
    """Groups that have any figure, those of none under "-"."""
    pairs = zip([*codes, "-"], figures, strict=True)
    return [{"code": code} | values for code, values in ((c, asdict(f)) for c, f in pairs) if any(values.values())]


def _csv(snapshot: Snapshot, question: Question) -> Iterable[bytes]:
    found = _bulletin(snapshot, question.filter, question.own)  # before the answer begins: it may refuse
    return [bulletin_csv(found, snapshot.city, asked=question.canonical)]


_FIGURES: Final = dict.fromkeys(NAMES, COUNT)
_GROUPS: Final = listing(record({"code": STRING} | _FIGURES))
_POINTS: Final = ("points", "visited", "current_compliant", "first_visited", "first_compliant")
OPERATIONS: Final = (
    data_operation(
        "/api/bulletin",
        bulletin,
        action=Action.SEE_ISSUES,
        summary="A period's balance, deadlines kept, rework, and the ranking of subdistricts, as of its cut-off.",
        parameters=_PARAMETERS,
        schema={
            "kind": {"enum": [kind.value for kind in PeriodKind]},
            "first": DAY,
            "last": DAY,
            "cut_off": MOMENT,
            "has_ended": BOOLEAN,
            "organisation": nullable(
                {**COUNT, "description": "version in force at the cut-off; null: the city's file"}
            ),
            "synthetic": BOOLEAN,
            "all": record(_FIGURES),
            "before": nullable(record(_FIGURES)),
            **dict.fromkeys(("subdistricts", "units", "types"), _GROUPS),
            "due_soon": COUNT,
            "levels": listing(COUNT),
            "deferred": COUNT,
            "points": record(dict.fromkeys(_POINTS, COUNT)),
            **dict.fromkeys(("exposures", "meetings"), COUNT),
            "ranking": listing(
                record(
                    {
                        "code": STRING,
                        "rank": nullable(COUNT),
                        "share": nullable(NUMBER),
                        **dict.fromkeys(("low", "high"), NUMBER),
                        "due": COUNT,
                    }
                )
            ),
        },
    ),
    export_operation(
        "/api/bulletin.csv",
        _csv,
        "text/csv; charset=utf-8",
        "The same as CSV, one figure a line.",
        None,
        parameters=_PARAMETERS,
    ),
)
