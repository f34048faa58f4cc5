"""GET /api/organisation: the units with their duties and work, the assignment rules, and what the rules leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.data_route import Json, data_operation
from api.schemas import BOOLEAN, COUNT, MOMENT, STRING, TEXT, Schema, listing, nullable, record
from api.view import View
from data.unit_work import UnitWork, unit_work
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.organisation import ASSIGNABLE, DUTY_LISTS, Unit, UnitKind
from geo.permissions import Action
from geo.rule_table import RuleTable


def organisation(view: View, _: Mapping[str, Any]) -> Json:
    """Every unit in the asker's sight, and whoever has issues of theirs; `work` of those that are given issues, over
    the issues of the filter by the rules. Σ work + `uncovered` = the filter's issues that are open or closed."""
    work = unit_work(view.snapshot, view.filter)
    city, duties = view.city, work.duties
    units, table = duties.organisation.units, duties.table
    seen = duties.in_sight(view.filter.within, view.snapshot)
    busy = (work.figures.open + work.figures.closed)[:-1] > 0
    return {
        "version": duties.version,
        "since": None if duties.since is None else local_iso(duties.since, city.time_zone),
        "units": [
            _unit(view, unit, position, work, whole=unit.code in seen)
            for position, unit in enumerate(units)
            if unit.code in seen or busy[position]
        ],
        "uncovered": _work(view, len(units), work),
        "rules": [
            {"number": number, "code": rule.code, "unit": rule.unit, **_keys(rule)}
            for number, rule in enumerate(table.rules, 1)
        ],
        **left_open(table),
        "strays": [{"unit": unit, "code": code} for unit, code in duties.strays if unit in seen],
        "escalation": {
            "due_soon_hours": city.escalation.due_soon_hours,
            "levels": [
                {
                    "code": level.code,
                    "name": level.name,
                    "to": level.to,
                    "from_working_days": level.from_working_days,
                }
                for level in city.escalation.levels
            ],
        },
    }


def _keys(rule: Any) -> Json:
    return {"types": rule.types, "subdistricts": rule.subdistricts, "tasks": rule.tasks}


def left_open(table: RuleTable) -> Json:
    """What no rule covers, and the rules that no issue reaches."""
    return {
        "gaps": [{"types": gap.types, "subdistricts": gap.subdistricts, "tasks": gap.tasks} for gap in table.gaps],
        "unreached": [
            {"number": entry.number, "code": entry.rule.code, "behind": entry.behind} for entry in table.unreached
        ],
    }


def _unit(view: View, unit: Unit, position: int, work: UnitWork, *, whole: bool) -> Json:
    """`whole` False: it has issues of the asker's, who is told nothing else of it."""
    return {
        "code": unit.code,
        "kind": unit.kind.value,
        "name": unit.name,
        "synthetic": unit.synthetic,
        "retired": unit.retired,
        "part_of": unit.part_of,
        **{key: _duties(view, unit, key) if whole else () for key in DUTY_LISTS},
        "work": _work(view, position, work) if unit.kind in ASSIGNABLE else None,
    }


def _duties(view: View, unit: Unit, key: str) -> tuple[str, ...]:
    """Codes of one kind; points only where the asker sees them."""
    codes: tuple[str, ...] = getattr(unit, key)
    if key != "points" or view.filter.within.is_whole:
        return codes
    return tuple(code for code in codes if view.sees_point_of(code))


def _work(view: View, position: int, work: UnitWork) -> Json:
    figures = work.figures
    since = from_us(int(figures.zero_since_us[position]))
    return {
        "open": int(figures.open[position]),
        "overdue": int(figures.overdue[position]),
        "closed": int(figures.closed[position]),
        "rework": int(figures.rework[position]),
        "due_soon": int(figures.by_level[position, 0]),
        "levels": figures.by_level[position, 1:].tolist(),
        "zero": figures.is_zero(position),
        "zero_since": None if since is None else local_iso(since, view.city.time_zone),
    }


_CODES: Final[Schema] = listing(STRING)
LEFT_OPEN: Final = {
    "gaps": listing(record({"types": _CODES, **dict.fromkeys(("subdistricts", "tasks"), listing(nullable(STRING)))})),
    "unreached": listing(record({"number": COUNT, "code": STRING, "behind": listing(COUNT)})),
}
_WORK: Final[Schema] = record(
    {
        **dict.fromkeys(("open", "overdue", "closed", "rework", "due_soon"), COUNT),
        "levels": listing(COUNT),
        "zero": BOOLEAN,
        "zero_since": nullable(MOMENT),
    }
)
OPERATION = data_operation(
    "/api/organisation",
    organisation,
    action=Action.SEE_ISSUES,
    summary="Units with their duties and their issues by the rules; rules; what no rule covers or reaches.",
    schema={
        "version": nullable({**COUNT, "description": "of the document that was put; null: the city's own file"}),
        "since": nullable(MOMENT),
        "units": listing(
            record(
                {
                    "code": STRING,
                    "kind": {"enum": [kind.value for kind in UnitKind]},
                    "name": TEXT,
                    **dict.fromkeys(("synthetic", "retired"), BOOLEAN),
                    "part_of": nullable(STRING),
                    **dict.fromkeys(DUTY_LISTS, _CODES),
                    "work": nullable(_WORK),
                }
            )
        ),
        "uncovered": _WORK,
        "rules": listing(
            record(
                {
                    "number": COUNT,
                    "code": STRING,
                    "unit": nullable(STRING),
                    **dict.fromkeys(("types", "subdistricts", "tasks"), _CODES),
                }
            )
        ),
        **LEFT_OPEN,
        "strays": listing(record({"unit": STRING, "code": STRING})),
        "escalation": record(
            {
                "due_soon_hours": COUNT,
                "levels": listing(record({"code": STRING, "name": TEXT, "to": TEXT, "from_working_days": COUNT})),
            }
        ),
    },
)
