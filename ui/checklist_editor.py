"""Editing the checklist of a site class: its next version item by item, and its effect on scores before it is put."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from data.documents.checklist_book import content_of
from data.inspecting.checklists import checklists_of
from geo.checklist import MOST_WEIGHT, Checklist, Item
from geo.text import Text
from ui.checklist_draft import (
    CLASS,
    DRAFT,
    FORM,
    ITEM,
    TURN,
    Draft,
    change_draft,
    draft_of,
    forget_draft,
    put_draft,
)
from ui.checklist_preview import checklist_preview
from ui.markup import Html, tag
from ui.names import entry_name
from ui.plain_table import plain_table
from ui.saying import said
from ui.scene import Scene, open_scene

NEW: Final = ""
MOST_DAYS_AHEAD: Final = 366


def checklist_editor(scene: Scene) -> None:
    """Which class, its versions, and the items of the next one."""
    st.html(tag("div", tag("h3", scene.say("inspections.checklists_title")), cls="xj-h"))
    classes = [entry.code for entry in scene.city.catalogue.site_classes]
    st.selectbox(
        scene.say("inspections.site_class"),
        classes,
        key=CLASS,
        format_func=lambda code: entry_name(scene, "site_class", code),
        on_change=forget_draft,
    )
    draft = draft_of(scene)
    _versions(scene, draft)
    _items(scene, draft)


def checklist_form(scene: Scene) -> None:
    """One item to change, or a new one; when the version begins and what makes a visit pass."""
    draft = draft_of(scene)
    st.html(tag("div", tag("h3", scene.say("inspections.change_title", n=draft.own.version)), cls="xj-h"))
    said(FORM, keep=True)
    _item_form(scene, draft)
    _terms_form(scene, draft)


def checklist_review(scene: Scene) -> None:
    """What the drafted version changes, and putting it."""
    draft, edited = draft_of(scene), st.session_state.get(DRAFT) is not None
    checklist_preview(scene, draft.base, draft.own)
    changed = (
        draft.base is None
        or content_of(draft.own)["items"] != content_of(draft.base)["items"]
        or ((draft.own.pass_mark, draft.own.recheck_days) != (draft.base.pass_mark, draft.base.recheck_days))
    )
    with st.container(horizontal=True):
        words = scene.say("inspections.put_version", n=draft.own.version, day=draft.own.since.isoformat())
        st.button(words, key="checklist-put", type="primary", disabled=not (edited and changed), on_click=put_draft)
        if edited:
            st.button(scene.say("inspections.discard_version"), key="checklist-discard", on_click=forget_draft)
    if not (edited and changed):
        st.html(tag("p", scene.say("inspections.nothing_changed"), cls="xj-cap"))


def _versions(scene: Scene, draft: Draft) -> None:
    versions = checklists_of(scene.snapshot).versions(draft.own.site_class)
    known = ", ".join(scene.say("inspections.version_since", n=v.version, day=v.since.isoformat()) for v in versions)
    words = scene.say("inspections.versions", known=known or "—", n=draft.own.version)
    st.html(tag("p", words, cls="xj-cap"))


def _items(scene: Scene, draft: Draft) -> None:
    whole = sum(item.weight for item in draft.own.items)
    heads = ("item", "marks")
    head = tag(
        "tr",
        *(tag("th", scene.say(f"inspections.head_{name}"), scope="col") for name in heads),
        tag("th", scene.say("inspections.head_weight", whole=whole), scope="col", cls="n"),
    )
    rows = [_item_row(scene, item) for item in draft.own.items]
    st.html(plain_table(scene.say("inspections.items", n=len(rows)), head, rows, cls="small"))


def _item_row(scene: Scene, item: Item) -> Html:
    marks: list[object] = []
    if item.critical:
        marks.append(tag("b", scene.say("inspections.critical"), cls="crit"))
    if item.may_not_apply:
        marks.append(tag("small", scene.say("inspections.may_not_apply"), cls="d"))
    if item.issue_type is not None:
        words = scene.say("inspections.reported_as", name=entry_name(scene, "type", item.issue_type))
        marks.append(tag("small", words, cls="d"))
    text = tag("td", scene.name(item.text), tag("small", item.code, cls="d"))
    return tag("tr", text, tag("td", *marks, cls="xj-item"), tag("td", item.weight, cls="n"))


def _item_form(scene: Scene, draft: Draft) -> None:
    items = {item.code: item for item in draft.own.items}
    chosen = st.selectbox(
        scene.say("inspections.pick_item"),
        [*items, NEW],
        key=ITEM,
        format_func=lambda code: (
            f"{code} {scene.name(items[code].text)}" if code in items else scene.say("inspections.new_item")
        ),
    )
    item = items.get(str(chosen))
    if item is not None:
        at = list(items).index(item.code)
        with st.container(horizontal=True, key="checklist-moving"):
            for name, to, icon in (("up", at - 1, "arrow_upward"), ("down", at + 1, "arrow_downward")):
                st.button(scene.say(f"organisation.rule_{name}"), key=f"checklist-{name}", icon=f":material/{icon}:",
                          disabled=not 0 <= to < len(items), on_click=_move, args=(item.code, to))  # fmt: skip
            st.button(scene.say("inspections.remove_item"), key="checklist-remove", icon=":material/delete:",
                      on_click=_remove, args=(item.code,))  # fmt: skip
    _fields(scene, draft, item)


def _fields(scene: Scene, draft: Draft, item: Item | None) -> None:
    turn = int(st.session_state.get(TURN) or 0)
    form = f"checkitem-form-{draft.own.site_class}-{NEW if item is None else item.code}-{turn}"
    types = [entry.code for entry in scene.city.catalogue.types]
    with st.form(form, border=False):
        first, second = st.columns(2, gap="small")
        first.text_input(scene.say("inspections.text_zh"), "" if item is None else item.text.zh, key=f"{form}-zh",
                         max_chars=200)  # fmt: skip
        second.text_input(scene.say("inspections.text_en"), "" if item is None else item.text.en, key=f"{form}-en",
                          max_chars=200)  # fmt: skip
        weight, kind = st.columns([1, 2], gap="small")
        weight.number_input(scene.say("inspections.weight_of"), 1, MOST_WEIGHT, 10 if item is None else item.weight,
                            key=f"{form}-weight")  # fmt: skip
        present = NEW if item is None or item.issue_type is None else item.issue_type
        kind.selectbox(scene.say("inspections.issue_type"), [NEW, *types],
                       index=0 if present not in types else 1 + types.index(present), key=f"{form}-type",
                       format_func=lambda code: (
                           entry_name(scene, "type", code) if code else scene.say("inspections.not_reported")
                       ))  # fmt: skip
        st.checkbox(scene.say("inspections.is_critical"), item is not None and item.critical, key=f"{form}-critical")
        st.checkbox(scene.say("inspections.can_be_missing"), item is not None and item.may_not_apply,
                    key=f"{form}-missing")  # fmt: skip
        label = scene.say("inspections.add_item" if item is None else "inspections.change_item")
        st.form_submit_button(label, key=f"{form}-put", on_click=_put_item,
                              args=(form, None if item is None else item.code))  # fmt: skip


def _terms_form(scene: Scene, draft: Draft) -> None:
    turn, today = int(st.session_state.get(TURN) or 0), scene.moment.date()
    form = f"terms-form-{draft.own.site_class}-{turn}"
    with st.form(form, border=False):
        first, second, third = st.columns(3, gap="small")
        first.date_input(scene.say("inspections.since"), draft.own.since, key=f"{form}-since", format="YYYY-MM-DD",
                         min_value=today, max_value=today + timedelta(days=MOST_DAYS_AHEAD))  # fmt: skip
        second.number_input(scene.say("inspections.pass_mark"), 0, 100, draft.own.pass_mark, key=f"{form}-mark")
        third.number_input(scene.say("inspections.recheck_days"), 1, 366, draft.own.recheck_days, key=f"{form}-days")
        st.form_submit_button(scene.say("inspections.change_terms"), key=f"{form}-put", on_click=_put_terms,
                              args=(form,))  # fmt: skip


def _put_item(form: str, code: str | None) -> None:
    state: Any = st.session_state
    items = draft_of(open_scene()).own.items
    text = Text(str(state.get(f"{form}-zh") or "").strip(), str(state.get(f"{form}-en") or "").strip())
    item = Item(
        code=code or _free_code(draft_of(open_scene()).own),
        text=text,
        weight=int(state[f"{form}-weight"]),
        critical=bool(state[f"{form}-critical"]),
        may_not_apply=bool(state[f"{form}-missing"]),
        issue_type=str(state[f"{form}-type"]) or None,
    )
    others = tuple(item if entry.code == code else entry for entry in items)
    if change_draft(lambda own: replace(own, items=others if code else (*items, item))):
        state[ITEM] = item.code


def _free_code(checklist: Checklist) -> str:
    known = {item.code for item in checklist.items}
    return next(code for n in range(1, 1_000) if (code := f"{checklist.site_class}-{n:02d}") not in known)


def _put_terms(form: str) -> None:
    state: Any = st.session_state
    since = state[f"{form}-since"]
    if isinstance(since, date):
        change_draft(lambda own: replace(own, since=since, pass_mark=int(state[f"{form}-mark"]),
                                    recheck_days=int(state[f"{form}-days"])))  # fmt: skip


def _move(code: str, to: int) -> None:
    def moved(own: Checklist) -> Checklist:
        items = [item for item in own.items if item.code != code]
        items.insert(to, next(item for item in own.items if item.code == code))
        return replace(own, items=tuple(items))

    change_draft(moved)


def _remove(code: str) -> None:
    change_draft(lambda own: replace(own, items=tuple(item for item in own.items if item.code != code)))
