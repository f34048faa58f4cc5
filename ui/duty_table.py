"""Who answers for which place: how many places have one owner, those that have none or several, and all of them."""

from __future__ import annotations

import streamlit as st

from data.duties import duties_at
from geo.responsibility import PLACE_KINDS, Duty, OwnerState, PlaceKind
from ui import figures
from ui.markup import Html, join, tag
from ui.names import entry_name, road_name, subdistrict_name
from ui.plain_table import plain_table
from ui.scene import Scene
from ui.who import units_in_sight

_MOST_WRONG = 30
_MOST = 400
_KIND = "duties-kind"


def duty_table(scene: Scene, duties: tuple[Duty, ...]) -> None:
    """Counts, what is wrong, and on demand every place of one kind."""
    _counts(scene, duties)
    _wrong(scene, [duty for duty in duties if duty.state is not OwnerState.ONE])
    seen = units_in_sight(scene)
    strays = [stray for stray in duties_at(scene.snapshot, scene.filter.as_of).strays if stray[0] in seen]
    if strays:
        names = ", ".join(f"{unit} → {code}" for unit, code in strays[:8]) + ("…" if len(strays) > 8 else "")
        words = scene.say("organisation.strays", n=figures.count(len(strays)), names=names)
        st.html(tag("p", words, cls="xj-say", role="status"))
    with st.expander(scene.say("organisation.all_title")):
        _all(scene, duties)


def _all(scene: Scene, duties: tuple[Duty, ...]) -> None:
    kinds = [kind for kind in PLACE_KINDS if any(duty.kind == kind for duty in duties)]
    chosen: PlaceKind | None = st.segmented_control(
        scene.say("organisation.head_kind"),
        kinds,
        default=kinds[0],
        key=_KIND,
        required=True,
        label_visibility="collapsed",
        format_func=lambda kind: scene.say(f"organisation.kind_{kind}"),
    )
    own = [duty for duty in duties if duty.kind == (chosen or kinds[0])]
    _table(scene, scene.say("organisation.all_title"), own, _MOST)


def _counts(scene: Scene, duties: tuple[Duty, ...]) -> None:
    boxes = []
    for kind in PLACE_KINDS:
        states = [duty.state for duty in duties if duty.kind == kind]
        one, none = states.count(OwnerState.ONE), states.count(OwnerState.NONE)
        if not states:
            continue
        wrong = scene.say("organisation.some_wrong", none=figures.count(none), several=len(states) - one - none)
        value = figures.fraction(one, len(states), scene.language)
        boxes.append(
            tag(
                "div",
                tag("p", scene.say(f"organisation.kind_{kind}"), cls="l"),
                tag("p", value, cls="v"),
                tag("p", scene.say("organisation.all_one") if one == len(states) else wrong, cls="s"),
            )
        )
    st.html(tag("div", *boxes, cls="xj-rates four"))


def _wrong(scene: Scene, wrong: list[Duty]) -> None:
    title, note = scene.say("organisation.wrong_title"), scene.say("organisation.wrong_note")
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    if not wrong:
        st.html(tag("p", scene.say("organisation.nothing_wrong"), cls="xj-cap", role="status"))
        return
    _table(scene, title, wrong, _MOST_WRONG)


def _table(scene: Scene, title: str, duties: list[Duty], most: int) -> None:
    heads = ("place", "kind", "state", "owners")
    head = tag("tr", *(tag("th", scene.say(f"organisation.head_{key}"), scope="col") for key in heads))
    st.html(plain_table(title, head, [_row(scene, duty) for duty in duties[:most]], cls="duties"))
    if len(duties) > most:
        more = scene.say("organisation.more_wrong", n=most, all=figures.count(len(duties)))
        st.html(tag("p", more, cls="xj-cap"))


def _row(scene: Scene, duty: Duty) -> Html:
    state = scene.say(f"organisation.state_{duty.state.value}", n=len(duty.owners))
    of = scene.say("organisation.parts", parts=duty.parts, of=duty.of)
    parts = tag("small", " ", of) if duty.of > 1 else Html("")
    sign = f"xj-duty {duty.state.value}"
    owners = join(tag("span", _owner(scene, owner), cls="d") for owner in duty.owners)
    return tag(
        "tr",
        tag("td", tag("b", _place(scene, duty))),
        tag("td", scene.say(f"organisation.kind_{duty.kind}")),
        tag("td", tag("i", cls=sign), state, parts),
        tag("td", owners or figures.NONE),
    )


def _owner(scene: Scene, owner: str) -> str:
    organisation = duties_at(scene.snapshot, scene.filter.as_of).organisation
    at = organisation.index.get(owner)
    return owner if at is None or owner not in units_in_sight(scene) else scene.name(organisation.units[at].name)


def _place(scene: Scene, duty: Duty) -> str:
    if duty.kind == "subdistrict":
        return subdistrict_name(scene, duty.code)
    if duty.kind == "road":
        return road_name(scene, duty.code)
    if duty.kind == "task":
        return entry_name(scene, "task", duty.code)
    return f"{duty.code} {scene.snapshot.points.name[scene.snapshot.point_row(duty.code)]}"
