"""Editing the assignment rules: their order, what each asks for, how many open issues each decides; into the draft."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.duties import Duties
from geo.assignment import AssignmentRule
from geo.organisation_edits import with_rule, with_rule_moved, without_rule
from geo.selection import still_open
from ui import figures
from ui.kept import kept
from ui.markup import Html, tag
from ui.names import entry_name, subdistrict_name
from ui.organisation_draft import FORM, Draft, draft_of, drafted_duties, edit
from ui.plain_table import plain_table
from ui.rule_explanation import conditions, rule_explanation, rule_unit
from ui.saying import say
from ui.scene import Scene, open_scene

NEW: Final = ""
OFFICE: Final = ""
_RULE, _TURN, _ALL = "rule-chosen", "rule-turn", "rules-all"
_FIRST_ROWS: Final = 14
LISTS: Final = ("types", "subdistricts", "tasks")


def rule_editor(scene: Scene) -> None:
    """The rules in their order with what each decides now."""
    draft = draft_of(scene)
    duties = drafted_duties(scene, draft)
    title, note = scene.say("organisation.rules_edit_title", n=len(draft.own.rules)), scene.say("organisation.in_order")
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    _list(scene, draft, duties)


def rule_form(scene: Scene) -> None:
    """One rule to move, change or take away, or a new one."""
    draft = draft_of(scene)
    st.html(tag("div", tag("h3", scene.say("organisation.one_rule")), cls="xj-h"))
    codes = [rule.code for rule in draft.own.rules]
    numbers = {code: f"{number}. {code}" for number, code in enumerate(codes, 1)}
    chosen = st.selectbox(
        scene.say("organisation.pick_rule"),
        [*codes, NEW],
        key=_RULE,
        format_func=lambda code: numbers.get(code, scene.say("organisation.new_rule")),
    )
    rule = next((entry for entry in draft.own.rules if entry.code == chosen), None)
    if rule is not None:
        _moving(scene, codes, rule.code)
    _fields(scene, draft, rule)


def rule_trial(scene: Scene) -> None:
    """The drafted rules asked about an example."""
    rule_explanation(scene, drafted_duties(scene, draft_of(scene)))


def decided(scene: Scene, duties: Duties, key: str) -> NDArray[np.intp]:
    """How many open issues of the page's register each rule decides, in the rules' order; those that no rule covers
    last. What somebody was named for is decided by no rule."""

    def count() -> NDArray[np.intp]:
        table = scene.table
        loose = still_open(scene.snapshot.stages(scene.whole)) & (table.department < 0)
        rule = duties.table.rule_of(table.type[loose], table.subdistrict[loose], table.task[loose])
        return np.bincount(np.where(rule < 0, len(duties.rules), rule), minlength=len(duties.rules) + 1)

    return kept(scene.snapshot, ("decided", key, scene.whole), count)


def _list(scene: Scene, draft: Draft, duties: Duties) -> None:
    counts = decided(scene, duties, "now" if draft.own == draft.base else draft.key)
    behind = {entry.number for entry in duties.table.unreached}
    names = ("number", "rule", "unit")
    head = tag(
        "tr",
        *(tag("th", scene.say(f"organisation.head_{name}"), scope="col") for name in names),
        tag("th", scene.say("organisation.head_decides"), scope="col", cls="n"),
    )
    unfolded, chosen = bool(st.session_state.get(_ALL)), st.session_state.get(_RULE)
    rows = [
        _row(scene, duties, number, rule, int(counts[number - 1]), hidden=number in behind)
        for number, rule in enumerate(draft.own.rules, 1)
        if unfolded or number <= _FIRST_ROWS or rule.code == chosen
    ]
    left = int(counts[len(draft.own.rules)])
    if left:
        none = tag("td", scene.say("organisation.uncovered"))
        rows.append(
            tag("tr", tag("td", ""), none, tag("td", ""), tag("td", tag("b", figures.count(left)), cls="n off"))
        )
    st.html(plain_table(scene.say("organisation.rules_edit_title", n=len(rows)), head, rows, cls="small rules"))
    if len(draft.own.rules) > _FIRST_ROWS:
        many = figures.count(_FIRST_ROWS if unfolded else len(draft.own.rules))
        label = scene.say("core.show_fewer" if unfolded else "core.show_all", n=many)
        st.button(label, key="rules-more", type="tertiary", on_click=_unfold)
    register = scene.name(scene.register.name)
    st.html(tag("p", scene.say("organisation.decides_note", register=register), cls="xj-cap"))


def _unfold() -> None:
    st.session_state[_ALL] = not st.session_state.get(_ALL)


def _row(scene: Scene, duties: Duties, number: int, rule: AssignmentRule, n: int, *, hidden: bool) -> Html:
    word = tag("small", scene.say("organisation.hidden_rule"), cls="off") if hidden else ""
    return tag(
        "tr",
        tag("td", figures.count(number), cls="k"),
        tag("td", conditions(scene, rule), tag("small", rule.code, cls="d"), word),
        tag("td", rule_unit(scene, duties, rule)),
        tag("td", figures.count(n), cls="n"),
    )


def _moving(scene: Scene, codes: list[str], code: str) -> None:
    at = codes.index(code)
    with st.container(horizontal=True, key="rule-moving"):
        st.button(scene.say("organisation.rule_up"), key="rule-up", icon=":material/arrow_upward:", disabled=at == 0,
                  on_click=_move, args=(code, at - 1))  # fmt: skip
        st.button(scene.say("organisation.rule_down"), key="rule-down", icon=":material/arrow_downward:",
                  disabled=at == len(codes) - 1, on_click=_move, args=(code, at + 1))  # fmt: skip
        st.button(scene.say("organisation.rule_first"), key="rule-first", disabled=at == 0, on_click=_move,
                  args=(code, 0))  # fmt: skip
        st.button(scene.say("organisation.rule_remove"), key="rule-remove", icon=":material/delete:", on_click=_remove,
                  args=(code,))  # fmt: skip


def _fields(scene: Scene, draft: Draft, rule: AssignmentRule | None) -> None:
    turn = int(st.session_state.get(_TURN) or 0)
    form = f"rule-form-{NEW if rule is None else rule.code}-{turn}-{draft.version}"
    catalogue = scene.city.catalogue
    options: dict[str, tuple[list[str], Any]] = {
        "types": ([entry.code for entry in catalogue.types], partial(entry_name, scene, "type")),
        "subdistricts": (list(scene.city.areas.codes), partial(subdistrict_name, scene)),
        "tasks": ([entry.code for entry in catalogue.tasks], partial(entry_name, scene, "task")),
    }
    with st.form(form, border=False):
        if rule is None:
            first, second = st.columns(2, gap="small")
            first.text_input(scene.say("organisation.field_code"), key=f"{form}-code", max_chars=40,
                             help=scene.say("organisation.rule_code_help"))  # fmt: skip
            second.number_input(scene.say("organisation.at_number"), 1, len(draft.own.rules) + 1,
                                len(draft.own.rules) + 1, key=f"{form}-at")  # fmt: skip
        for field, (codes, label) in options.items():
            chosen = [] if rule is None else [code for code in getattr(rule, field) if code in codes]
            st.multiselect(
                scene.say(f"organisation.field_{field}"),
                codes,
                chosen,
                key=f"{form}-{field}",
                placeholder=scene.say(f"organisation.any_{field}"),
                format_func=label,
            )
        units = [unit for unit in draft.own.organisation.units if unit.takes_issues]
        names = {unit.code: f"{unit.code} {scene.name(unit.name)}" for unit in units}
        own = OFFICE if rule is None or rule.unit is None else rule.unit
        st.selectbox(
            scene.say("organisation.goes_to"),
            [OFFICE, *names],
            index=0 if own not in names else 1 + list(names).index(own),
            key=f"{form}-unit",
            format_func=lambda code: names.get(code, scene.say("organisation.of_office")),
        )
        label = scene.say("organisation.add_rule" if rule is None else "organisation.change_rule")
        st.form_submit_button(label, key=f"{form}-put", on_click=_put, args=(form, None if rule is None else rule.code))


def _put(form: str, code: str | None) -> None:
    state: Any = st.session_state
    lists: dict[str, Any] = {field: tuple(state.get(f"{form}-{field}") or ()) for field in LISTS}
    unit = str(state.get(f"{form}-unit") or "") or None
    rules = {rule.code: rule for rule in draft_of(open_scene()).own.rules}
    at = None
    if code is None:
        rule = AssignmentRule(str(state.get(f"{form}-code") or "").strip(), unit, **lists)
        if rule.code in rules:
            say(FORM, open_scene().say("organisation.code_taken", code=rule.code), good=False)
            return
        at = int(state.get(f"{form}-at") or 1) - 1
    else:
        rule = replace(rules[code], unit=unit, **lists)
    if edit(lambda book: with_rule(book, rule, at=at), "organisation.rule_drafted"):
        state[_TURN] = int(state.get(_TURN) or 0) + 1
        state[_RULE] = rule.code


def _move(code: str, to: int) -> None:
    edit(lambda book: with_rule_moved(book, code, to), "organisation.rule_drafted")


def _remove(code: str) -> None:
    edit(lambda book: without_rule(book, code), "organisation.rule_drafted")
    st.session_state.pop(_RULE, None)
