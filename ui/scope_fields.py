"""The fields of a form that say how far somebody reaches: subdistricts, units and groups, picked by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import streamlit as st

from data.access.people import KINDS
from data.duties import duties_in_force
from data.scope_codes import known_codes
from geo.access import Scope
from geo.filter_query import NOWHERE
from ui.names import subdistrict_name
from ui.scene import Scene
from ui.who import unit_label


def scope_field(scene: Scene, kind: str, *, key: str, label: str, held: Collection[str] = ()) -> None:
    """A pick of codes of `kind` (of data.access.people.KINDS) by their names, under `key` of the session. What is
    `held` already can be kept or taken out, also where nothing has that code any more."""
    offered = _offered(scene, kind)
    state = st.session_state
    state.setdefault(key, [])
    codes = list(dict.fromkeys([*offered, *sorted(held), *state[key]]))
    names = _labels(scene, kind, codes)
    st.multiselect(label, codes, key=key, format_func=lambda code: names.get(code, code), placeholder="")


def picked_scope(form: str) -> dict[str, list[str] | None]:
    """What the fields `<form>-<kind>` hold, as `checked_scope` takes it: a kind of which nothing is chosen is None."""
    return {kind: list(st.session_state.get(f"{form}-{kind}") or ()) or None for kind in KINDS}


def unknown_codes(scene: Scene, scope: Scope) -> list[str]:
    """Codes of `scope` that nothing has: no subdistrict of the city, no unit (a retired one is one) and no group."""
    strays: dict[str, None] = {}
    for kind in KINDS:
        codes = sorted(getattr(scope, kind) or ())
        strays |= {code: None for code in codes if not _is_known(scene, kind, code)}
    return list(strays)


def _offered(scene: Scene, kind: str) -> list[str]:
    return [code for code in known_codes(scene.snapshot)[kind] or () if code != NOWHERE]


def _is_known(scene: Scene, kind: str, code: str) -> bool:
    if kind == "subdistricts":
        return code == NOWHERE or code in scene.city.areas.index
    return code in duties_in_force(scene.snapshot).organisation.index


def _labels(scene: Scene, kind: str, codes: Iterable[str]) -> dict[str, str]:
    """The name of each code; with the code where two have one name, and a word where nothing has it."""
    names = {code: _name(scene, kind, code) for code in codes if _is_known(scene, kind, code)}
    times = Counter(names.values())
    return {
        code: scene.say("people.unknown_code", code=code)
        if code not in names
        else names[code]
        if times[names[code]] == 1
        else f"{names[code]} ({code})"
        for code in codes
    }


def _name(scene: Scene, kind: str, code: str) -> str:
    if kind == "subdistricts":
        return subdistrict_name(scene, code)
    return unit_label(scene, duties_in_force(scene.snapshot).organisation.unit(code))
