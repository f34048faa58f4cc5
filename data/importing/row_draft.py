"""A row of a ledger file as a draft: which column means what, and what is assumed where one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from data.importing.file_row import FileRow
from data.intake.issues import Origin
from geo.city import City
from geo.errors import BadGeometryError, BadValueError
from geo.iso_time import day_start, parse_time
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status

USED: Final = frozenset(
    (
        *("id", "number", "campaign", "register", "type", "task", "status", "description", "address", "visit"),
        *("reporter", "reported_at", "due_at", "closed_at", "synthetic", "approximate", "duplicate"),
        *("department", "source_datum", "source_x", "source_y", "lon", "lat", "x", "y", "geometry"),
    )
)
DERIVED: Final = frozenset(
    (
        *("type_zh", "type_en", "group", "task_zh", "task_en", "stage", "overdue"),
        *("subdistrict", "subdistrict_zh", "subdistrict_en", "road", "road_zh", "road_en", "segment", "distance_m"),
        *("department_zh", "department_en"),
    )
)
"""Columns of our own export that are worked out anew at every import."""

_YES: Final = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the command line says for rows that do not: campaign, register (None: the default one), datum."""

    campaign: str | None = None
    register: str | None = None
    datum: str = "wgs84"


def row_draft(row: FileRow, city: City, assumed: Assumed) -> tuple[IssueDraft, Origin | None]:
    """The draft that `row` means and where its coordinates first came from, if it tells. Raises BadValueError for the
    first column that cannot be understood; intake checks the rest."""
    if row.problem is not None:
        raise row.problem
    if row.geometry is None:
        raise BadGeometryError("geometry", "", "a point, line or polygon")
    values = row.values
    campaign = _code(values, "campaign") or assumed.campaign
    reported_at = _moment(values, "reported_at", city)
    draft = IssueDraft(
        register=_code(values, "register") or assumed.register or _default_register(city, campaign),
        type=_code(values, "type") or "",
        geometry=row.geometry,
        datum=assumed.datum,
        id=_code(values, "id"),
        number=_text(values, "number") or None,
        campaign=campaign,
        task=_code(values, "task"),
        description=_text(values, "description"),
        address=_text(values, "address"),
        reported_at=reported_at,
        due_at=_moment(values, "due_at", city),
        reporter="import",
        reporter_name=_text(values, "reporter") or None,
        visit=_text(values, "visit") or None,
        synthetic=_flag(values, "synthetic"),
        approximate=_flag(values, "approximate"),
        duplicate=_flag(values, "duplicate"),
        department=_code(values, "department"),
        history=_history(values, city, reported_at),
    )
    return draft, _origin(values)


def _default_register(city: City, campaign: str | None) -> str:
    known = campaign if campaign in city.campaign_index else None  # intake refuses another one by name
    return city.campaign(known).default_register


def _history(values: dict[str, Any], city: City, reported_at: datetime | None) -> tuple[Transition, ...]:
    """The present status as one step: CLOSED at closed_at, any other at the report: no other moment is told."""
    name, closed_at = _code(values, "status"), _moment(values, "closed_at", city)
    if name is None:
        name = "REPORTED" if closed_at is None else "CLOSED"
    if name not in Status.__members__:
        raise BadValueError("status", name, "one of " + ", ".join(Status.__members__))
    status = Status[name]
    if (status is Status.CLOSED) != (closed_at is not None):
        raise BadValueError("closed_at", closed_at or "", "a time where the status is CLOSED, and none elsewhere")
    if status is Status.REPORTED:
        return ()
    at = closed_at or reported_at
    if at is None:
        raise BadValueError("reported_at", "", f"a time, since the status is {name}")
    return (Transition(status, at, actor="import"),)


def _origin(values: dict[str, Any]) -> Origin | None:
    datum, x, y = values.get("source_datum"), _number(values.get("source_x")), _number(values.get("source_y"))
    if not isinstance(datum, str) or x is None or y is None:
        return None
    return Origin(datum.strip().lower(), x, y)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadValueError(key, value, "text")
    return value


def _code(values: dict[str, Any], key: str) -> str | None:
    return _text(values, key).strip() or None


def _moment(values: dict[str, Any], key: str, city: City) -> datetime | None:
    text = _code(values, key)
    if text is None:
        return None
    parsed = parse_time(key, text, city.time_zone)
    return parsed if isinstance(parsed, datetime) else day_start(parsed, city.time_zone)


def _flag(values: dict[str, Any], key: str) -> bool:
    value = values.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    found = _YES.get(str(value).strip().lower())
    if found is None:
        raise BadValueError(key, value, "true or false")
    return found
