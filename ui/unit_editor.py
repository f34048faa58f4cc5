"""Editing units: which one, its form, and what hands its duties over when it is retired; all of it into the draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from geo.organisation import DUTY_LISTS, Unit, UnitKind
from geo.organisation_edits import with_unit, with_unit_retired
from geo.selection import still_open
from ui import figures
from ui.behind import issues_link
from ui.markup import tag
from ui.organisation_draft import Draft, draft_of, edit
from ui.scene import Scene, open_scene
from ui.unit_form import CHOSEN, NEW, unit_form
from ui.who import unit_label

_KIND: Final = "unit-kind"


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
    unit_form(scene, draft, kind, unit)
    if unit is not None:
        _retiring(scene, draft, unit)


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
        key=f"{CHOSEN}-{kind}",
        format_func=lambda value: names.get(value, scene.say("organisation.new_unit")),
    )
    return kind, str(code)


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
