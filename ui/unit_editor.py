"""Editing units: add, rename, say what each answers for, hand over and retire; all of it into the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st

from geo.organisation import DUTY_LISTS, ROAD_CLASSES, Organisation, Unit, UnitKind
from geo.organisation_edits import with_unit, with_unit_retired
from geo.selection import still_open
from geo.text import Text
from ui import figures
from ui.behind import issues_link
from ui.markup import tag
from ui.names import entry_name, road_names, subdistrict_name
from ui.organisation_draft import FORM, Draft, draft_of, edit
from ui.saying import say
from ui.scene import Scene, open_scene
from ui.who import unit_label

NEW: Final = ""
_KIND, _UNIT, _TURN = "unit-kind", "unit-chosen", "unit-turn"
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


def unit_editor(scene: Scene) -> None:
    """Which unit, its fields, and what retires it."""
    draft = draft_of(scene)
    st.html(tag("div", tag("h3", scene.say("organisation.units_title")), cls="xj-h"))
    kind, code = _choice(scene, draft)
    organisation = draft.own.organisation
    unit = None if code == NEW else organisation.unit(code)
    if unit is not None and unit.retired:
        st.html(tag("p", scene.say("organisation.is_retired"), cls="xj-say", role="status"))
        st.button(scene.say("organisation.restore"), key="unit-restore", on_click=_restore, args=(code,))
        return
    _fields(scene, draft, kind, unit)
    if unit is not None:
        _retiring(scene, draft, unit)


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


def _choice(scene: Scene, draft: Draft) -> tuple[UnitKind, str]:
    left, right = st.columns([2, 3], gap="small")
    kind = left.selectbox(
        scene.say("organisation.pick_kind"),
        [kind.value for kind in UnitKind],
        key=_KIND,
        format_func=lambda value: scene.say(f"organisation.unit_{value}"),
    )
    kind = UnitKind(kind)
    units = [unit for unit in draft.own.organisation.units if unit.kind is kind]
    names = {unit.code: f"{unit.code} {unit_label(scene, unit)}" for unit in units}
    code = right.selectbox(
        scene.say("organisation.pick_unit", n=figures.count(len(units))),
        [*names, NEW],
        key=f"{_UNIT}-{kind}",
        format_func=lambda value: names.get(value, scene.say("organisation.new_unit")),
    )
    return kind, str(code)


def _fields(scene: Scene, draft: Draft, kind: UnitKind, unit: Unit | None) -> None:
    """A form, so that nothing is drafted before all of it is filled in."""
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
        first.text_input(scene.say("organisation.field_name_zh"), name.zh, key=f"{form}-zh", max_chars=80)
        second.text_input(scene.say("organisation.field_name_en"), name.en, key=f"{form}-en", max_chars=80)
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
    lists = {field: tuple(state.get(f"{form}-{field}") or ()) for field in FIELDS[kind]}
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
            state[f"{_UNIT}-{kind}"] = unit.code


def _retiring(scene: Scene, draft: Draft, unit: Unit) -> None:
    """What hangs on the unit, who takes it over, and the button."""
    rules = [rule for rule in draft.own.rules if rule.unit == unit.code]
    duties = sum(len(getattr(unit, field)) for field in DUTY_LISTS)
    assigned = _assigned(scene, unit.code)
    with st.expander(scene.say("organisation.retire_title")):
        words = scene.say(
            "organisation.retire_hangs",
            duties=figures.count(duties),
            rules=figures.count(len(rules)),
            issues=figures.count(assigned),
        )
        st.html(tag("p", words, cls="xj-cap"))
        if assigned:
            link = issues_link(scene, scene.filter.register, scene.say("organisation.retire_see"), department=unit.code)
            st.html(tag("p", scene.say("organisation.retire_assigned"), " ", link, cls="xj-say", role="status"))
        heirs = [u for u in draft.own.organisation.of_kind(unit.kind) if u.code != unit.code]
        names = {heir.code: f"{heir.code} {scene.name(heir.name)}" for heir in heirs}
        st.selectbox(
            scene.say("organisation.heir"),
            [NEW, *names],
            key=f"unit-heir-{unit.code}",
            format_func=lambda value: names.get(value, scene.say("organisation.heir_none")),
        )
        st.button(scene.say("organisation.retire"), key="unit-retire", on_click=_retire, args=(unit.code,))


def _assigned(scene: Scene, code: str) -> int:
    """Open issues of the page's register that were assigned to the unit by hand."""
    table = scene.snapshot.issues
    position = next((at for at, known in enumerate(table.departments.tolist()) if known == code), None)
    if position is None:
        return 0
    stages = scene.snapshot.stages(scene.whole)
    return int(np.count_nonzero(still_open(stages) & (table.department == position)))


def _retire(code: str) -> None:
    heir = str(st.session_state.get(f"unit-heir-{code}") or "") or None
    edit(lambda book: with_unit_retired(book, code, heir=heir), "organisation.unit_drafted")


def _restore(code: str) -> None:
    unit = draft_of(open_scene()).own.organisation.unit(code)
    edit(lambda book: with_unit(book, replace(unit, retired=False)), "organisation.unit_drafted")
