"""What an act does to the record of an issue, by the rules of its life; and what differs where it comes too late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data.intake.amendments import CheckedAmendment
from data.intake.changes import CheckedChange
from data.store.events import iso_utc, us_of_iso
from data.store.projection import STATUS_NAMES, IssueRecord, us_or_none
from geo.access import WHOLE
from geo.asking import Asking
from geo.city import City
from geo.clock import NEVER, from_us, to_us
from geo.errors import BadValueError, ConflictError, StaleError, Word
from geo.lifecycle import (
    Act,
    Amendment,
    Change,
    Deadline,
    Status,
    amendment_of,
    check_change,
)
from geo.working_days import deadline

_HANDLING = (Status.HANDLING, Status.VERIFYING)
_SHOWN = 120


def changed(record: IssueRecord, act: CheckedChange, at_us: int, city: City) -> tuple[Change, dict[str, Any]]:
    """Make the change on `record`; its rule, and the payload of its event. Raises what `check_change` raises, and
    BadValueError for an end of a deferral or a deadline that is wanting, too early, or not asked for."""
    before = Status(record.columns["status"])
    handlers = {step.actor for step in record.steps if step.status in _HANDLING}
    rule = check_change(before, act.status, actor=act.actor, handlers=handlers, note=act.note, evidence=act.evidence)
    more = _deadline(record, rule, act, at_us, city)
    payload = {"before": STATUS_NAMES[before], "status": STATUS_NAMES[act.status]}
    payload |= {"note": act.note, "evidence": act.evidence, **more}
    if act.status is Status.DEFERRED and record.asking is not None:
        payload |= _answer(record.asking)
    record.change(at_us, act.actor, act.status, act.note, act.evidence, more)
    return rule, payload


def _deadline(record: IssueRecord, rule: Change, act: CheckedChange, at_us: int, city: City) -> dict[str, Any]:
    """What the change says of a deferral and of the deadline, as its event does."""
    due_us: int | None = record.columns["due_us"]
    if (rule.deadline is Deadline.NOT_BEFORE) != (act.until_us is not None):
        if act.until_us is None:
            raise BadValueError("until", "", "a moment until which it is deferred", "until_wanting")
        raise BadValueError("until", _iso(act.until_us), "none: this defers nothing", "until_unasked")
    if act.due_us is not None and rule.deadline is not Deadline.AFRESH:
        raise BadValueError("due_at", _iso(act.due_us), "none: this step sets no deadline", "due_unasked")
    if act.until_us is not None:
        if act.until_us <= at_us:
            raise BadValueError("until", _iso(act.until_us), f"a moment after {_iso(at_us)}", "after", at=_iso(at_us))
        later = due_us is not None and due_us < act.until_us
        return {"until": _iso(act.until_us)} | ({"due_at": _iso(act.until_us)} if later else {})
    if rule.deadline is not Deadline.AFRESH:
        return {}
    if act.due_us is not None and act.due_us < at_us:
        expected = f"a moment not before {_iso(at_us)}"
        raise BadValueError("due_at", _iso(act.due_us), expected, "not_before", at=_iso(at_us))
    afresh = act.due_us if act.due_us is not None else deadline_from(record.columns["type"], at_us, city)
    return {} if afresh == due_us else {"due_at": None if afresh is None else _iso(afresh)}


def deadline_from(issue_type: str, at_us: int, city: City) -> int | None:
    """When an issue of that type that begins at `at_us` is due; None where there is no deadline."""
    rule = city.catalogue.deadline_of(issue_type)
    return None if rule is None else to_us(deadline(_moment(at_us), rule, city.calendar, city.time_zone))


def amended(record: IssueRecord, act: CheckedAmendment, at_us: int, wall_us: int) -> tuple[Amendment, dict[str, Any]]:
    """Make the amendment on `record`; its rule, and the payload of its event. Fields that stand so already are left
    out. Raises TransitionError where the state forbids it, ConflictError where nothing would change, BadValueError for
    a deadline before the report."""
    rule = amendment_of(act.act, Status(record.columns["status"]))
    before: dict[str, Any] = {}
    more: dict[str, Any] = {}
    if act.act in (Act.ASK, Act.REFUSE):
        wanted = act.wanted
        more = _asked(record, act, at_us) if act.act is Act.ASK else _answer(_pending(record))
    elif act.act in (Act.ATTACH, Act.DETACH):
        there = (act.wanted["photo"], act.wanted["kind"]) in record.photos
        if there == (act.act is Act.ATTACH):
            kind = act.wanted["kind"]
            said = Word(f"photo_{kind}", kind)
            if there:
                raise ConflictError(f"the photo is already attached as {kind}", "photo_there", kind=said)
            raise ConflictError(f"the photo is not attached as {kind}", "photo_not_there", kind=said)
        wanted = act.wanted
    else:
        present = present_values(record)
        wanted = {name: value for name, value in act.wanted.items() if present[name] != value}
        if not wanted:
            fields = ", ".join(act.wanted)
            raise ConflictError(f"nothing would change: {fields} stands so already", "no_change", fields=fields)
        if "geometry" in wanted:  # a place says by which coordinates it came
            wanted |= {name: act.wanted[name] for name in ("source_datum", "source_x", "source_y")}
        else:
            wanted = {name: value for name, value in wanted.items() if not name.startswith("source_")}
        before = {name: present[name] for name in wanted}
    due_us = us_or_none(wanted.get("due_at"))
    if due_us is not None and due_us < record.columns["reported_us"]:
        raise BadValueError("due_at", wanted["due_at"], "a moment not before the report", "before_report")
    if act.act is Act.EXTEND and due_us is None:
        raise BadValueError("due_at", "", "a moment: a deadline can be put off, not taken away", "due_wanting")
    if act.act is Act.EXTEND and record.asking is not None and (due_us or 0) > (record.columns["due_us"] or NEVER):
        more = _answer(record.asking)  # its author saw the request: they name a version after it
    record.amend(at_us, act.actor, act.act, wanted, recorded_us=wall_us)
    return rule, {"act": str(act.act), "set": wanted, "before": before, "note": act.note, **more}


def _asked(record: IssueRecord, act: CheckedAmendment, at_us: int) -> dict[str, Any]:
    """For whom more time is asked. Raises ConflictError where a request is pending or there is no deadline,
    BadValueError for one that is not later than the deadline in force, and than now."""
    due_us = record.columns["due_us"]
    if due_us is None:
        raise ConflictError("the issue has no deadline, so there is no more time to ask for", "no_deadline")
    if record.asking is not None:
        who = record.asking.actor
        raise ConflictError(
            f"{who} has asked for more time already; that is to be answered first", "asked_already", who=who
        )
    latest = max(due_us, at_us)
    if us_of_iso(act.wanted["until"]) <= latest:
        expected = f"a moment after {_iso(latest)}"
        raise BadValueError("until", act.wanted["until"], expected, "after", at=_iso(latest))
    department = record.columns["department"]
    scope = WHOLE if act.viewer is None else act.viewer.scope
    if department is not None:
        return {"units": [department]}
    return {"units": None if scope.departments is None else sorted(scope.departments)}


def _answer(asking: Asking) -> dict[str, Any]:
    return {"answers": asking.id, "asker": asking.actor}


def _pending(record: IssueRecord) -> Asking:
    if record.asking is None:
        raise ConflictError("nobody has asked for more time, or that has been answered", "not_asked")
    return record.asking


def present_values(record: IssueRecord) -> dict[str, Any]:
    """What can be amended, as an event would say it."""
    c = record.columns
    copied = ("type", "task", "description", "address", "department", "duplicate_of")
    return {
        **{name: c[name] for name in (*copied, "source_datum", "source_x", "source_y")},
        "due_at": None if c["due_us"] is None else _iso(c["due_us"]),
        "geometry": c["wkb"].hex().upper(),
    }


def stale(record: IssueRecord, act: CheckedChange | CheckedAmendment) -> StaleError:
    """What the author of `act` did not know when they made it."""
    last = record.steps[-1]
    now = {"status": STATUS_NAMES[Status(last.status)], "note": last.note, "evidence": last.evidence}
    if isinstance(act, CheckedChange):
        wished = {"status": STATUS_NAMES[act.status], "note": act.note, "evidence": act.evidence}
    else:
        present = present_values(record)
        now |= {name: _said(present[name]) for name in act.wanted if name in present}
        wished = {name: _said(value) for name, value in act.wanted.items() if name in present}
    return StaleError(
        act.issue_id,
        expected=act.expected,
        version=record.columns["version"],
        changed_by=record.last_actor or last.actor,
        changed_at=_moment(max(record.last_us, last.at_us)),
        difference={name: (wished[name], now[name]) for name in wished if wished[name] != now[name]},
    )


def _said(value: object) -> str:
    return "" if value is None else str(value)[:_SHOWN]


def _moment(us: int) -> datetime:
    moment = from_us(us)
    assert moment is not None
    return moment


def _iso(us: int | None) -> str:
    return "" if us is None else iso_utc(us)
