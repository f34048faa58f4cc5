"""A visit as a form: the checklist of the point, the score as it is answered, recorded once."""

from __future__ import annotations

import uuid
from typing import Any

import streamlit as st

from data.inspecting.checklists import checklist_for, rechecks_at
from data.inspecting.visiting import VisitDraft
from data.intake.draft_checks import MAX_NOTE
from data.intake.points import VISIT_KINDS
from geo.checklist import Answer, Checklist, Item, Score, score_of
from geo.errors import NotFoundError
from geo.permissions import Action
from geo.selection import select_points
from ui import address, figures
from ui.markup import tag
from ui.saying import said, say, tried, who
from ui.scene import Scene, open_scene

_ID, _CODE, _NOTE = "visit-id", "visit-code", "visit-note"


def visit_form(scene: Scene) -> None:
    """Which point, what was found of each item, what follows from that, and the button."""
    st.html(tag("div", tag("h2", scene.say("inspections.visit_title")), cls="xj-h"))
    code = address.view("point")
    st.session_state[_CODE] = code
    st.text_input(
        scene.say("inspections.which_point"),
        key=_CODE,
        max_chars=64,
        placeholder=scene.say("inspections.which_point_hint"),
        on_change=_chosen,
    )
    said("visit")
    if not scene.may(Action.INSPECT):
        st.html(tag("p", scene.say("inspections.not_yours"), cls="xj-cap"))
        return
    if not code:
        return
    try:
        row = scene.snapshot.point_row(code)
        if not select_points(scene.snapshot.points, scene.city, scene.whole)[row]:
            raise NotFoundError("inspection point", code[:80])
    except NotFoundError:
        st.html(tag("p", scene.say("points.no_point", code=code[:40]), cls="xj-say", role="alert"))
        return
    points = scene.snapshot.points
    kind = scene.city.catalogue.site_classes[int(points.site_class[row])]
    checklist = checklist_for(scene.snapshot, row, scene.moment.date())
    st.html(tag("div", tag("h3", str(points.name[row]), tag("small", " ", scene.name(kind.name))), cls="xj-card"))
    st.session_state.setdefault(_ID, str(uuid.uuid4()))
    _kind(scene, row)
    if checklist is None:
        _plain(scene, code)
        return
    _items(scene, checklist, code)
    answers = _answers(checklist, code)
    score = score_of(checklist, answers) if len(answers) == len(checklist.items) else None
    _verdict(scene, checklist, answers, score)
    reportable = _reportable(checklist, answers)
    if reportable:
        st.checkbox(scene.say("inspections.report_unmet", n=len(reportable)), value=True, key="visit-report")
    st.text_area(scene.say("inspections.note"), key=_NOTE, max_chars=MAX_NOTE, height=68)
    st.button(
        scene.say("inspections.record"),
        key="visit-record",
        type="primary",
        on_click=_record,
        disabled=score is None,
        width="stretch",
    )


def _chosen() -> None:
    _forget()
    address.go(changes={"point": str(st.session_state[_CODE]).strip() or None})


def _kind(scene: Scene, row: int) -> None:
    due = any(entry.point == row for entry in rechecks_at(scene.snapshot, scene.moment))
    st.session_state.setdefault("visit-kind", "recheck" if due else "unannounced")
    st.segmented_control(
        scene.say("inspections.kind"),
        VISIT_KINDS,
        key="visit-kind",
        required=True,
        format_func=lambda code: scene.say(f"points.kind_{code}"),
    )


def _items(scene: Scene, checklist: Checklist, code: str) -> None:
    line = scene.say(
        "inspections.checklist_line",
        version=checklist.version,
        since=checklist.since.isoformat(),
        mark=checklist.pass_mark,
        days=checklist.recheck_days,
    )
    assumed = " " + scene.say("inspections.assumed") if checklist.assumed else ""
    st.html(tag("p", line, assumed, cls="xj-cap"))
    for item in checklist.items:
        _item(scene, item, code)
    st.button(scene.say("inspections.rest_met"), key="visit-rest", type="tertiary", on_click=_rest_met)


def _item(scene: Scene, item: Item, code: str) -> None:
    with st.container(key=f"item-{item.code}"):
        words, choice = st.columns([3, 2], gap="small", vertical_alignment="center")
        critical = tag("b", scene.say("inspections.critical"), cls="crit") if item.critical else ""
        weight = tag("small", scene.say("inspections.weight", n=item.weight))
        words.html(tag("p", critical, scene.name(item.text), " ", weight, cls="xj-item"))
        offered = [answer.value for answer in Answer if item.may_not_apply or answer is not Answer.NOT_APPLICABLE]
        choice.segmented_control(
            scene.name(item.text),
            offered,
            key=_key(code, item),
            label_visibility="collapsed",
            format_func=lambda answer: scene.say(f"inspections.answer_{answer}"),
        )


def _key(code: str, item: Item) -> str:
    return f"answer-{code}-{item.code}"


def _answers(checklist: Checklist, code: str) -> dict[str, Answer]:
    given = {item.code: st.session_state.get(_key(code, item)) for item in checklist.items}
    return {name: Answer(value) for name, value in given.items() if value}


def _reportable(checklist: Checklist, answers: dict[str, Answer]) -> tuple[str, ...]:
    unmet = (item for item in checklist.items if answers.get(item.code) is Answer.UNMET)
    return tuple(item.code for item in unmet if item.issue_type is not None)


def _verdict(scene: Scene, checklist: Checklist, answers: dict[str, Answer], score: Score | None) -> None:
    if score is None:
        words = scene.say("inspections.answered", n=len(answers), all=len(checklist.items))
        st.html(tag("p", words, cls="xj-cap", role="status"))
        return
    verdict = scene.say("points.compliant" if score.compliant else "points.non_compliant")
    parts = [scene.say("inspections.score_line", score=f"{score.value:.1f}", verdict=verdict)]
    if score.failed_critical:
        parts.append(scene.say("inspections.critical_failed", n=len(score.failed_critical)))
    parts.append(scene.say("inspections.score_rule", weight=score.applicable_weight))
    st.html(tag("p", " · ".join(parts), cls="xj-say good" if score.compliant else "xj-say bad", role="status"))


def _plain(scene: Scene, code: str) -> None:
    """A class without a checklist: the verdict is said."""
    st.html(tag("p", scene.say("inspections.no_checklist"), cls="xj-cap"))
    st.segmented_control(
        scene.say("inspections.verdict"),
        ("compliant", "non_compliant"),
        key=f"answer-{code}",
        format_func=lambda verdict: scene.say(f"points.{verdict}"),
    )
    st.text_area(scene.say("inspections.note"), key=_NOTE, max_chars=MAX_NOTE, height=68)
    st.button(
        scene.say("inspections.record"),
        key="visit-record",
        type="primary",
        on_click=_record,
        disabled=not st.session_state.get(f"answer-{code}"),
    )


def _rest_met() -> None:
    scene, code = open_scene(), address.view("point")
    checklist = checklist_for(scene.snapshot, scene.snapshot.point_row(code), scene.moment.date())
    for item in () if checklist is None else checklist.items:
        if not st.session_state.get(_key(code, item)):
            st.session_state[_key(code, item)] = Answer.MET.value


def _record() -> None:
    """Record the visit once: the UUID in the session makes a second click the same visit."""
    scene, state = open_scene(), st.session_state
    code = address.view("point")
    checklist = checklist_for(scene.snapshot, scene.snapshot.point_row(code), scene.moment.date())
    answers = {} if checklist is None else _answers(checklist, code)
    report = _reportable(checklist, answers) if checklist is not None and state.get("visit-report") else ()
    draft = VisitDraft(
        id=str(state[_ID]),
        point=code,
        kind=str(state["visit-kind"]),
        answers=answers,
        version=None if checklist is None else checklist.version,
        compliant=state.get(f"answer-{code}") == "compliant" if checklist is None else None,
        note=str(state.get(_NOTE) or ""),
        report=report,
    )
    receipt = tried(scene, "visit", lambda: scene.runtime.record_visit(draft, actor=who(scene)))
    if receipt is None:
        return
    words = scene.say(
        "inspections.recorded",
        point=receipt.point,
        verdict=scene.say("points.compliant" if receipt.compliant else "points.non_compliant"),
        score=figures.NONE if receipt.score is None else f"{receipt.score:.1f}",
    )
    if receipt.issues:
        words += " " + scene.say("inspections.recorded_issues", numbers=", ".join(receipt.issues))
    say("visit", words)
    _forget()


def _forget() -> None:
    state: Any = st.session_state
    for key in [str(name) for name in state if str(name).startswith("answer-")]:
        state.pop(key, None)
    for key in (_ID, _NOTE, "visit-kind", "visit-report"):
        state.pop(key, None)
