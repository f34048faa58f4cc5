"""The fields that each act on a case needs, from the life's own table, and what they amount to as acts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from data.act_desk import IssueAct
from data.bulk_acts import BulkAct, BulkWish, proposal, wished_acts
from geo.clock import NEVER, from_us
from geo.errors import BadValueError
from geo.iso_time import day_end
from geo.lifecycle import AMENDMENTS, WITHDRAWN, Act, Amendment, Change, Deadline, Evidence, Status
from geo.offered import is_withdrawal
from ui.bulk_panel import assignable
from ui.case_photos import TYPES, photo_acts
from ui.correction import corrected, correction_fields
from ui.markup import tag
from ui.one_case import Case
from ui.who import unit_name

Rule = Change | Amendment
_MOST_WORDS = 500


def options_of(case: Case) -> dict[str, Rule]:
    """What the viewer may choose, by a code of its own: steps first. Photos have a form of their own."""
    changes, amendments = case.offered
    options: dict[str, Rule] = {f"to {change.after.name}": change for change in changes}
    photos = case.scene.runtime.photos.of_issue(case.id) if any(r.act is Act.DETACH for r in amendments) else []
    linked = case.standing.duplicate_of is not None
    idle = {
        Act.ATTACH: True,
        Act.DETACH: not photos,
        Act.LINK: linked,
        Act.UNLINK: not linked,
        Act.ASK: case.asking is not None or int(case.scene.table.due_us[case.row]) == NEVER,
        Act.REFUSE: case.asking is None,
    }
    return options | {f"do {rule.act}": rule for rule in amendments if not idle.get(rule.act, False)}


def option_of(case: Case, code: str) -> Rule:
    """The rule of that code, offered any more or not: if what was seen has changed, the desk tells the difference."""
    if code.startswith("to "):
        after = Status[code.removeprefix("to ")]
        found = next((change for change in case.offered[0] if change.after is after), None)
        return found or Change(case.status, after, ())
    return next(rule for rule in AMENDMENTS if f"do {rule.act}" == code)


def act_fields(case: Case, rule: Rule, turn: int) -> None:
    """Draw the fields of `rule`; `turn` makes them fresh after every act."""
    scene = case.scene
    if is_dispatch(rule):
        _unit_field(case, turn)
    if isinstance(rule, Change):
        if rule.deadline is Deadline.NOT_BEFORE:
            _day_field(case, "until", turn, days=7)
        if rule.deadline is Deadline.AFRESH:
            _day_field(case, "due_at", turn, days=None)
        if rule.evidence is Evidence.PROOF:
            label = scene.say("case.field_evidence")
            st.text_area(label, key=f"act-evidence-{turn}", max_chars=_MOST_WORDS, height=90,
                         placeholder=scene.say("case.evidence_hint"))  # fmt: skip
            if any(other.act is Act.ATTACH for other in case.offered[1]):
                st.file_uploader(scene.say("case.proof_photos"), TYPES, accept_multiple_files=True,
                                 key=f"act-files-{turn}")  # fmt: skip
    else:
        _amendment_fields(case, rule, turn)
    withdrawal = isinstance(rule, Change) and is_withdrawal(rule, scene.viewer, case.subject)
    if rule.evidence is Evidence.REASON or is_dispatch(rule):
        optional = withdrawal or (is_dispatch(rule) and rule.evidence is not Evidence.REASON)
        label = scene.say("case.remark" if optional else "case.field_note")
        st.text_area(label, key=f"act-note-{turn}", max_chars=_MOST_WORDS, height=90)


def is_dispatch(rule: Rule) -> bool:
    """Whether it sends the issue to a unit for the first time, or names that unit."""
    if isinstance(rule, Amendment):
        return rule.act is Act.ASSIGN
    return rule.after is Status.DISPATCHED and rule.before in (Status.FILED, Status.DEFERRED)


def _unit_field(case: Case, turn: int) -> None:
    """The unit, as it is assigned or the rules propose, with the reason; changeable by hand."""
    scene = case.scene
    found = proposal(scene.snapshot, case.row)
    units = assignable(scene)
    first = case.department or found.unit
    extra = [case.department] if case.department is not None and case.department not in units else []
    codes = [*extra, *units]
    st.selectbox(
        scene.say("case.field_department"),
        codes,
        index=codes.index(first) if first in codes else None,
        key=f"act-unit-{turn}",
        placeholder=scene.say("case.choose_unit"),
        format_func=lambda code: unit_name(scene, code),
    )
    if found.unit is None or found.rule is None:
        st.html(tag("p", scene.say("case.no_rule"), cls="xj-cap"))
        return
    words = scene.say("case.rule_says", unit=unit_name(scene, found.unit), n=found.number, code=found.rule.code)
    st.html(tag("p", words, cls="xj-cap"))


def _day_field(case: Case, name: str, turn: int, *, days: int | None) -> None:
    today = case.scene.as_of.date()
    st.date_input(
        case.scene.say(f"case.field_{name}" if days is not None else "case.due_afresh"),
        None if days is None else today + timedelta(days=days),
        min_value=today,
        key=f"act-{name}-{turn}",
        format="YYYY-MM-DD",
    )


def _amendment_fields(case: Case, rule: Amendment, turn: int) -> None:
    scene = case.scene
    match rule.act:
        case Act.EXTEND:
            _day_field(case, "due_at", turn, days=_days_to_extend(case))
        case Act.ASK:
            _day_field(case, "asked_until", turn, days=_days_to_extend(case))
        case Act.CORRECT:
            correction_fields(case, turn)
        case Act.LINK:
            st.text_input(scene.say("case.other_number"), key=f"act-duplicate_of-{turn}", max_chars=64)
        case Act.DETACH:
            photos = scene.runtime.photos.of_issue(case.id)
            codes = [f"{one.attached.kind} {one.attached.sha256}" for one in photos]
            st.selectbox(scene.say("case.field_photo"), codes, key=f"act-photo-{turn}", format_func=lambda code: (
                f"{scene.say('case.kind_' + code.split()[0])} · {code.split()[1][:8]}"
            ))  # fmt: skip


def _days_to_extend(case: Case) -> int:
    """To the day that is asked for; else three days after the deadline in force, or after today where that is past."""
    if case.asking is not None:
        return max((case.asking.until.astimezone(case.scene.zone).date() - case.scene.as_of.date()).days, 0)
    due = from_us(int(case.scene.table.due_us[case.row]))
    today = case.scene.as_of.date()
    return 3 + (0 if due is None else max((due.astimezone(case.scene.zone).date() - today).days, 0))


def wished(case: Case, rule: Rule, turn: int, *, version: int, key: str) -> list[IssueAct]:
    """The acts that the fields amount to, from `version` on, those that belong together in a row. Raises
    BadValueError for what is wanting, and what `photo_acts` raises."""
    state: Mapping[str, Any] = st.session_state  # type: ignore[assignment]
    note = str(state.get(f"act-note-{turn}") or "").strip()
    name = str(uuid.uuid5(uuid.UUID(key), "act"))
    if isinstance(rule, Amendment):
        fields = _amended(case, rule, state, turn)
        return [IssueAct(case.id, version, name, act=rule.act, fields=fields, note=note)]
    if is_dispatch(rule):
        unit = state.get(f"act-unit-{turn}")
        if not unit:
            raise BadValueError("department", "", "a unit")
        wish = BulkWish(BulkAct.DISPATCH, unit=str(unit), note=note)
        acts, refused = wished_acts(case.scene.snapshot, {case.id: version}, wish, key=key)
        for error in refused.values():
            raise error
        return acts
    if is_withdrawal(rule, case.scene.viewer, case.subject):
        note = f"{WITHDRAWN}: {note}" if note else WITHDRAWN
    evidence, acts = str(state.get(f"act-evidence-{turn}") or "").strip(), []
    files = list(state.get(f"act-files-{turn}") or ())
    if rule.evidence is Evidence.PROOF and files:
        acts = photo_acts(case, [file.getvalue() for file in files], "after", version, key=key)
        named = [f"photo:{act.fields['photo']}" for act in acts]
        evidence = "\n".join([*([evidence] if evidence else []), *named])
    until = _moment(case, state.get(f"act-until-{turn}")) if rule.deadline is Deadline.NOT_BEFORE else None
    due_at = _moment(case, state.get(f"act-due_at-{turn}")) if rule.deadline is Deadline.AFRESH else None
    step = IssueAct(case.id, version + len(acts), name, rule.after, note=note, evidence=evidence, until=until,
                    due_at=due_at)  # fmt: skip
    return [*acts, step]


def _moment(case: Case, day: object) -> datetime | None:
    """The end of a chosen day in the city."""
    return day_end(day, case.scene.city.time_zone) if isinstance(day, date) else None


def _amended(case: Case, rule: Amendment, state: Mapping[str, Any], turn: int) -> dict[str, object]:
    match rule.act:
        case Act.ASSIGN:
            return {"department": state.get(f"act-unit-{turn}") or ""}
        case Act.EXTEND:
            return {"due_at": _moment(case, state.get(f"act-due_at-{turn}"))}
        case Act.ASK:
            return {"until": _moment(case, state.get(f"act-asked_until-{turn}"))}
        case Act.LINK:
            return {"duplicate_of": str(state.get(f"act-duplicate_of-{turn}") or "").strip()}
        case Act.DETACH:
            kind, _, photo = str(state.get(f"act-photo-{turn}") or "").partition(" ")
            return {"photo": photo, "kind": kind}
        case Act.CORRECT:
            return corrected(case, state, turn)
    return {}
