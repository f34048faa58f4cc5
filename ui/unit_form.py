"""The fields of one unit as a form: its names, what its kind answers for, what it is part of; taken into the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from geo.organisation import ROAD_CLASSES, Organisation, Unit, UnitKind
from geo.organisation_edits import with_unit
from geo.text import Text
from ui.names import entry_name, road_names, subdistrict_name
from ui.organisation_draft import FORM, Draft, draft_of, edit
from ui.saying import say
from ui.scene import Scene, open_scene

NEW: Final = ""
CHOSEN: Final = "unit-chosen"
_TURN: Final = "unit-turn"
FIELDS: Final[dict[UnitKind, tuple[str, ...]]] = {
    UnitKind.DEPARTMENT: ("roads", "road_classes", "subdistricts"),
    UnitKind.OFFICE: ("subdistricts", "roads", "road_classes"),
    UnitKind.SECTOR_GROUP: ("tasks", "subdistricts"),
    UnitKind.SITE_GROUP: ("site_classes", "subdistricts"),
    UnitKind.HEADQUARTERS_GROUP: ("tasks",),
    UnitKind.LEADER: ("subdistricts",),
    UnitKind.STEWARD: ("points", "site_classes"),
    UnitKind.TASK_LEAD: ("tasks",),
}
"""What a unit of each kind is asked for; what it has besides stays as it is."""


def unit_form(scene: Scene, draft: Draft, kind: UnitKind, unit: Unit | None) -> None:
    """Draw it for `unit`, or for a new one of that kind; nothing is drafted before all of it is filled in."""
    turn = int(st.session_state.get(_TURN) or 0)
    code = NEW if unit is None else unit.code
    form = f"unit-form-{kind}-{code}-{turn}-{draft.version}"
    with st.form(form, border=False):
        if unit is None:
            st.text_input(
                scene.say("organisation.field_code"),
                next_code(draft.own.organisation, kind),
                key=f"{form}-code",
                max_chars=40,
                help=scene.say("organisation.code_help"),
            )
        first, second = st.columns(2, gap="small")
        name = Text("", "") if unit is None else unit.name
        told = scene.say("organisation.name_help")
        first.text_input(scene.say("organisation.field_name_zh"), name.zh, key=f"{form}-zh", max_chars=80, help=told)
        second.text_input(scene.say("organisation.field_name_en"), name.en, key=f"{form}-en", max_chars=80, help=told)
        for field in FIELDS[kind]:
            options, label = _options(scene, field)
            chosen = [] if unit is None else [entry for entry in getattr(unit, field) if entry in set(options)]
            st.multiselect(
                scene.say(f"organisation.field_{field}"),
                options,
                chosen,
                key=f"{form}-{field}",
                placeholder=scene.say(f"organisation.none_{'bounds' if _bounds(kind, field) else 'yet'}"),
                format_func=label,
            )
        others = [entry for entry in draft.own.organisation.units if entry.code != code and not entry.retired]
        names = {entry.code: f"{entry.code} {scene.name(entry.name)}" for entry in others}
        parent = None if unit is None else unit.part_of
        st.selectbox(
            scene.say("organisation.field_part_of"),
            [NEW, *names],
            index=0 if parent not in names else 1 + list(names).index(parent),
            key=f"{form}-part",
            format_func=lambda value: names.get(value, scene.say("organisation.part_of_none")),
        )
        st.form_submit_button(
            scene.say("organisation.add_unit" if unit is None else "organisation.change_unit"),
            key=f"{form}-put",
            on_click=_put,
            args=(form, kind, code),
        )


def next_code(organisation: Organisation, kind: UnitKind) -> str:
    """A code that is free, written like those of the kind: D54 is followed by D55; "" where they follow no count."""
    numbered = [re.fullmatch(r"(\D*)(\d+)(\D*)", unit.code) for unit in organisation.units if unit.kind is kind]
    found = [match for match in numbered if match is not None]
    if not found:
        return ""
    last = max(found, key=lambda match: int(match.group(2)))
    number = int(last.group(2))
    while True:
        number += 1
        code = f"{last.group(1)}{number:0{len(last.group(2))}d}{last.group(3)}"
        if code not in organisation.index:
            return code


def _bounds(kind: UnitKind, field: str) -> bool:
    """Whether an empty list means everywhere rather than nothing."""
    return field == "subdistricts" and kind in (UnitKind.DEPARTMENT, UnitKind.SECTOR_GROUP, UnitKind.SITE_GROUP)


def _options(scene: Scene, field: str) -> tuple[Sequence[str], Any]:
    """The codes that a field may hold, and how each is called."""
    city = scene.city
    if field == "subdistricts":
        return city.areas.codes, partial(subdistrict_name, scene)
    if field == "roads":
        names = road_names(scene)
        return (() if city.roads is None else city.roads.road_codes), lambda code: names.get(code, code)
    if field == "road_classes":
        return ROAD_CLASSES, lambda code: scene.say(f"organisation.road_{code}")
    if field == "points":
        points = scene.snapshot.points
        called = dict(zip(map(str, points.code), map(str, points.name), strict=True))
        return list(called), lambda code: f"{code} {called.get(code, '')}".strip()
    catalogue = city.catalogue
    entries = catalogue.tasks if field == "tasks" else catalogue.site_classes
    kind = "task" if field == "tasks" else "site_class"
    return [entry.code for entry in entries], partial(entry_name, scene, kind)


def _put(form: str, kind: UnitKind, code: str) -> None:
    """Take the form's fields into the draft."""
    state: Any = st.session_state
    name = Text(str(state.get(f"{form}-zh") or "").strip(), str(state.get(f"{form}-en") or "").strip())
    lists: dict[str, Any] = {field: tuple(state.get(f"{form}-{field}") or ()) for field in FIELDS[kind]}
    part_of = state.get(f"{form}-part") or None
    draft = draft_of(open_scene())
    if code == NEW:
        unit = Unit(str(state.get(f"{form}-code") or "").strip(), kind, name, part_of=part_of, **lists)
        if unit.code in draft.own.organisation.index:
            say(FORM, open_scene().say("organisation.code_taken", code=unit.code), good=False)
            return
    else:
        before = draft.own.organisation.unit(code)
        strays = {
            field: tuple(c for c in getattr(before, field) if c not in set(_options(open_scene(), field)[0]))
            for field in FIELDS[kind]
        }
        lists = {field: (*codes, *strays[field]) for field, codes in lists.items()}
        unit = replace(before, name=name, part_of=part_of, **lists)
    if edit(lambda book: with_unit(book, unit), "organisation.unit_drafted"):
        state[_TURN] = int(state.get(_TURN) or 0) + 1
        if code == NEW:
            state[f"{CHOSEN}-{kind}"] = unit.code
