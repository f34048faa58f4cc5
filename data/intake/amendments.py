"""The way in for an amendment of one issue: what can be said of it before the issue itself is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import shapely

from data.intake.changes import checked_actor, checked_version, content_hash
from data.intake.draft_checks import (
    MAX_NOTE,
    checked_code,
    checked_department,
    checked_moment,
    checked_text,
    checked_uuid,
)
from data.intake.draft_geometry import checked_geometries
from data.store.events import iso_utc
from geo.access import Viewer
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION
from geo.lifecycle import AMENDMENTS, Act, Evidence, says_something

PHOTO_KINDS: Final = ("before", "after")
_SHA256: Final = re.compile("[0-9a-f]{64}")
_RULES: Final = {rule.act: rule for rule in AMENDMENTS}


@dataclass(frozen=True, slots=True)
class CheckedAmendment:
    """An amendment that may be tried; `wanted` as its event will say it. The rest as of a `CheckedChange`."""

    id: str
    issue_id: str
    expected: int
    act: Act
    wanted: dict[str, Any]
    actor: str
    note: str
    content: str
    viewer: Viewer | None = None


def checked_amendment(
    issue_id: str,
    expected: object,
    act: object,
    fields: Mapping[str, object],
    city: City,
    *,
    change_id: object,
    actor: object,
    note: object = "",
) -> CheckedAmendment:
    """The amendment with every field checked by itself. Raises BadValueError for the first one that cannot be taken.

    `fields` are those of its rule (geo.lifecycle.AMENDMENTS): `geometry` a shape in `datum` (WGS-84 without one),
    `due_at` an aware moment or None, `until` such a moment, `department` and `task` None for none, `photo` a SHA-256 in
    hex digits.
    """
    version = checked_version(expected)
    if not isinstance(act, str) or act not in list(Act):
        known = ", ".join(Act)
        raise BadValueError("act", act, f"one of {known}", "one_of", known=known)
    rule = _RULES[Act(act)]
    change_id = checked_uuid("id", change_id)
    viewer, who = checked_actor(actor)
    said = checked_text("note", note, MAX_NOTE)
    if rule.evidence is Evidence.REASON and not says_something(said):
        raise BadValueError("note", said, f"a reason for {rule.act}", "reason", step=rule.act)
    allowed = (*rule.fields, *(("datum",) if "geometry" in rule.fields else ()))
    for name, value in fields.items():
        if name not in allowed:
            known = ", ".join(allowed) or "-"
            expected = f"a field of {rule.act}: {known}"
            raise BadValueError(str(name)[:100], value, expected, "no_field", act=rule.act, known=known)
    for name in rule.fields if rule.must else ():
        if name not in fields:
            raise BadValueError(name, "", f"a value, which {rule.act} needs", "needed", act=rule.act)
    wanted: dict[str, Any] = {} if rule.act is not Act.UNLINK else {"duplicate_of": None}
    for name in rule.fields:
        if name in fields:
            wanted |= _checked(name, fields, city)
    if not wanted and rule.fields:
        known = ", ".join(rule.fields)
        raise BadValueError("set", "{}", f"at least one of {known}", "at_least_one", known=known)
    sent: list[object] = [issue_id, version, str(rule.act), wanted, who, said]
    return CheckedAmendment(change_id, issue_id, version, rule.act, wanted, who, said, content_hash(sent), viewer)


def _checked(name: str, fields: Mapping[str, object], city: City) -> dict[str, Any]:
    """One field as the event says it."""
    value = fields[name]
    match name:
        case "type":
            return {name: checked_code(city.catalogue, name, value)}
        case "task":
            return {name: None if value is None else checked_code(city.catalogue, name, value)}
        case "description" | "address":
            limit = MAX_DESCRIPTION if name == "description" else MAX_ADDRESS
            return {name: checked_text(name, value, limit)}
        case "department":
            return {name: None if value is None else checked_department(value)}
        case "due_at":
            return {name: None if value is None else iso_utc(to_us(checked_moment(name, _moment(name, value))))}
        case "until":
            return {name: iso_utc(to_us(checked_moment(name, _moment(name, value))))}
        case "duplicate_of":
            return {name: checked_uuid(name, value)}
        case "photo":
            if not isinstance(value, str) or not _SHA256.fullmatch(value):
                raise BadValueError(name, value, "the SHA-256 of a photo, 64 hex digits", "photo_hash")
            return {name: value}
        case "kind":
            if value not in PHOTO_KINDS:
                known = ", ".join(PHOTO_KINDS)
                raise BadValueError(name, value, f"one of {known}", "one_of", known=known)
            return {name: value}
    return _checked_geometry(value, fields.get("datum", "wgs84"), city)


def _moment(name: str, value: object) -> datetime:
    if not isinstance(value, datetime):
        raise BadValueError(name, value, "a time with its offset from UTC", "moment")
    return value


def _checked_geometry(value: object, datum: object, city: City) -> dict[str, Any]:
    shapes = checked_geometries([value], [str(datum)], city)
    for error in shapes.errors.values():
        raise error
    x, y = shapes.source_xy[0].tolist()
    wkb = str(shapely.to_wkb(shapes.wgs84[0], hex=True, byte_order=1))
    return {"geometry": wkb, "source_datum": shapes.datum[0], "source_x": x, "source_y": y}
