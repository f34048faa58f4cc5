"""What each unit has to do: open issues, levels of overdue, rework and rolling zero, as the rules assign them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from data.unit_work import UnitWork, unit_work
from geo.clock import from_us
from geo.organisation import ASSIGNABLE
from ui import figures
from ui.kept import kept
from ui.markup import Html, tag
from ui.plain_table import plain_table
from ui.scene import Scene
from ui.who import unit_label, units_in_sight

_FIRST_ROWS = 14
_ALL = "units-all"


def work_of(scene: Scene) -> UnitWork:
    """The work of all units over the scene's filter, worked out once a snapshot."""
    return kept(scene.snapshot, ("unit work", scene.filter), lambda: unit_work(scene.snapshot, scene.filter))


def unit_table(scene: Scene, work: UnitWork) -> None:
    """Units that are given issues, the most overdue first, then the most open ones; what no rule covers last."""
    star = "*" if scene.meant_synthetic else ""
    title = scene.say("organisation.work_title", star=star)
    st.html(tag("div", tag("h3", title), tag("small", scene.say("organisation.work_note")), cls="xj-h"))
    units = work.duties.organisation.units
    of, seen = work.figures, units_in_sight(scene)
    listed = [
        at
        for at, unit in enumerate(units)
        if (unit.takes_issues and unit.code in seen) or (unit.kind in ASSIGNABLE and (of.open[at] or of.closed[at]))
    ]
    listed.sort(key=lambda at: (-int(of.overdue[at]), -int(of.open[at]), -int(of.closed[at]), at))
    unfolded = bool(st.session_state.get(_ALL))
    shown = listed if unfolded else listed[:_FIRST_ROWS]
    rows = [_row(scene, unit_label(scene, units[at]), at, work) for at in shown]
    rest = len(units)
    if of.open[rest] or of.closed[rest]:
        rows.append(_row(scene, scene.say("organisation.uncovered"), rest, work))
    st.html(plain_table(title, _head(scene), rows, cls="units"))
    if len(listed) > _FIRST_ROWS:
        label = "core.show_fewer" if unfolded else "core.show_all"
        many = figures.count(_FIRST_ROWS if unfolded else len(listed))
        st.button(scene.say(label, n=many), key="units-more", type="tertiary", on_click=_unfold)
    st.html(tag("p", scene.say("organisation.levels_note"), cls="xj-cap"))


def _unfold() -> None:
    st.session_state[_ALL] = not st.session_state.get(_ALL)


def _head(scene: Scene) -> Html:
    escalation = scene.city.escalation
    numbers = [
        tag("th", scene.say("organisation.head_open"), scope="col", cls="n"),
        tag("th", scene.say("organisation.head_soon", n=escalation.due_soon_hours), scope="col", cls="n"),
        *(
            tag(
                "th",
                scene.name(level.name),
                tag("small", scene.say("organisation.told_to", to=scene.name(level.to)), cls="d"),
                scope="col",
                cls="n",
            )
            for level in escalation.levels
        ),
        tag("th", scene.say("organisation.head_closed"), scope="col", cls="n"),
        tag("th", scene.say("organisation.head_rework"), scope="col", cls="n"),
    ]
    first = tag("th", scene.say("organisation.head_unit"), scope="col")
    return tag("tr", first, tag("th", scene.say("organisation.head_zero"), scope="col"), *numbers)


def _row(scene: Scene, name: str, at: int, work: UnitWork) -> Html:
    of = work.figures
    levels = [int(n) for n in of.by_level[at]]
    cells = [int(of.open[at]), *levels, int(of.closed[at]), int(of.rework[at])]
    numbers = [_number(n, alarm=0 < place - 1 < len(levels)) for place, n in enumerate(cells)]
    return tag("tr", tag("td", name), tag("td", _zero(scene, at, work), cls="k"), *numbers)


def _number(n: int, *, alarm: bool) -> Html:
    return tag(
        "td", tag("b", figures.count(n)) if n and alarm else figures.count(n), cls="n off" if n and alarm else "n"
    )


def _zero(scene: Scene, at: int, work: UnitWork) -> Html:
    of = work.figures
    if not of.is_zero(at):
        late = scene.say("organisation.zero_no", n=figures.count(int(of.overdue[at])))
        return tag("span", tag("i", cls="xj-sym", style="background-image:var(--symbol-overdue)"), late)
    since = from_us(int(of.zero_since_us[at]))
    if since is None:
        return tag("span", scene.say("organisation.zero_always"), cls="d") if of.closed[at] else Html(figures.NONE)
    day = scene.day(since.astimezone(ZoneInfo(scene.city.time_zone)).date())
    return tag("span", "✓ ", scene.say("organisation.zero_since", at=day), cls="ok")
