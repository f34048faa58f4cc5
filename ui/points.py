"""Points: which inspection points comply, at the first visit and now, by class and by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from geo.compliance import Compliance, PointState, RateRow, compliance_at, point_states, rate_of_all, rates_by, wilson
from geo.filter_query import NOWHERE
from geo.selection import select_points
from geo.tables import Bools
from ui import address, figures
from ui.chips import chip_buttons, chips_of
from ui.guard import guarded
from ui.map_view import map_view
from ui.markup import Html, tag
from ui.names import entry_name, subdistrict_name
from ui.notes import help_popover
from ui.point_card import point_card
from ui.ranking import Row, Tick, ranking
from ui.record_table import Cell, Column, Record, record_table
from ui.scene import Scene, open_scene

RATES = ("first", "current")
KINDS: tuple[Literal["site_class", "subdistrict"], ...] = ("site_class", "subdistrict")
_DAY_US = 86_400_000_000
_FIRST_ROWS = 9
_TICK_ROOM = 0.3  # of the axis: nearer to the reference a tick's text would run into its text


@dataclass(frozen=True, slots=True)
class Points:
    """The points of the filter and what their visits say."""

    mask: Bools
    compliance: Compliance
    all: RateRow
    mark: str  # "*" where the records are synthetic


@st.fragment
@guarded
def page() -> None:
    """Classes on the left, map on the right, as one fragment."""
    scene = open_scene()
    snapshot = scene.snapshot
    mask = select_points(snapshot.points, scene.city, scene.filter)
    compliance = compliance_at(snapshot.points, snapshot.visits, scene.as_of_us)
    mark = "*" if bool(snapshot.points.synthetic[mask].any()) else ""
    points = Points(mask, compliance, rate_of_all(compliance, mask), mark)
    with st.container(key="split"):
        left, right = st.columns([472, 1384], gap="small")
        with left, st.container(key="panel-points"):
            with st.container(key="scroll-points"):
                if not point_card(scene):
                    _list(scene, points)
            if points.mark:
                st.html(tag("p", scene.say("points.synthetic_note"), cls="xj-note"))
        with right:
            map_view(scene, "points", layer="plain", show="points")


def _list(scene: Scene, points: Points) -> None:
    chips = chips_of(scene, points=True)
    if chips:
        with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
            chip_buttons(scene, chips)
    if not points.all.n:
        st.html(tag("p", scene.say("points.none"), cls="xj-cap", role="status"))
        return
    _both_rates(scene, points)
    _by_class(scene, points)
    _failed_first(scene, points)


def _both_rates(scene: Scene, points: Points) -> None:
    label = scene.city.first_visit_label
    first = scene.name(label) if label is not None else scene.say("points.first_rate")
    row = points.all
    boxes, question = st.columns([10, 1], gap="small")
    with question:
        help_popover(scene, "points")
    boxes.html(
        tag(
            "div",
            _rate(scene, first, row.first_compliant, row.visited),
            _rate(scene, scene.say("points.current_rate"), row.current_compliant, row.visited),
            cls="xj-rates",
        )
    )
    if row.visited < row.n:
        rest = scene.say("points.unvisited_n", n=figures.count(row.n - row.visited), all=figures.count(row.n))
        st.html(tag("p", rest, cls="xj-cap"))


def _rate(scene: Scene, name: str, good: int, n: int) -> Html:
    span = scene.say("situation.interval", span=figures.interval(*wilson(good, n))) if n >= 5 else ""
    after = tag("em", figures.fraction(good, n, scene.language)) if span else Html("")
    return tag(
        "div",
        tag("p", name, cls="l"),
        tag("p", figures.rate(good, n, scene.language), after, cls="v"),
        tag("p", span or scene.say("points.too_few"), cls="s"),
    )


def _by_class(scene: Scene, points: Points) -> None:
    kind = address.view("by", KINDS, KINDS[0])
    which = address.view("rate", RATES, RATES[0])
    st.session_state["points-by"], st.session_state["points-rate"] = kind, which
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            scene.say("points.by"),
            KINDS,
            key="points-by",
            required=True,
            label_visibility="collapsed",
            format_func=lambda code: scene.say(f"points.by_{code}"),
            on_change=_view_changed,
            args=("by", "points-by"),
        )
        st.space("stretch")
        st.segmented_control(
            scene.say("points.which"),
            RATES,
            key="points-rate",
            required=True,
            label_visibility="collapsed",
            format_func=lambda code: scene.say(f"points.rate_{code}"),
            on_change=_view_changed,
            args=("rate", "points-rate"),
        )
    st.html(tag("p", scene.say("points.axis_note"), points.mark, cls="xj-cap"))
    by: Literal["site_class", "subdistrict"] = "site_class" if kind == "site_class" else "subdistrict"
    rows = [row for row in rates_by(scene.snapshot.points, points.compliance, scene.city, points.mask, by=by) if row.n]
    reference = _good(points.all, which) / points.all.visited if points.all.visited else 0.0
    rows.sort(key=lambda row: (_good(row, which) / row.visited if row.visited else 2.0, -row.visited))
    lows = [wilson(_good(row, which), row.visited)[0] for row in rows if row.visited >= figures.LEAST_N_FOR_PERCENT]
    base = max(min([*lows, reference, 0.9]) - 0.02, 0.0) // 0.1 * 0.1
    selected = scene.filter.site_classes if by == "site_class" else scene.filter.subdistricts
    ranking(
        scene,
        f"rates-{by}",
        [_row(scene, row, which, by, base) for row in rows],
        picks=by,
        label=scene.say(f"points.by_{by}"),
        selected=selected,
        ticks=_ticks(scene, base, reference),
        columns={"name": "", "value": "", "extra": ""},
    )


def _view_changed(key: str, widget: str) -> None:
    address.go(changes={key: str(st.session_state[widget])})


def _good(row: RateRow, which: str) -> int:
    return row.first_compliant if which == "first" else row.current_compliant


def _row(scene: Scene, row: RateRow, which: str, by: str, base: float) -> Row:
    good, n = _good(row, which), row.visited
    if row.code == NOWHERE:
        name = scene.say("core.outside") if by == "subdistrict" else figures.NONE
    else:
        name = entry_name(scene, by, row.code) if by == "site_class" else subdistrict_name(scene, row.code)
    if n < figures.LEAST_N_FOR_PERCENT:
        text = figures.rate(good, n, scene.language)
        return Row(row.code, name, text, title=scene.say("points.too_few"))
    low, high = (max(end - base, 0.0) / (1 - base) for end in wilson(good, n))
    span = figures.interval(*wilson(good, n))
    return Row(
        row.code,
        name,
        figures.rate(good, n, scene.language),
        extra=f"{figures.count(good)}/{figures.count(n)}",
        low=low,
        high=high,
        at=(good / n - base) / (1 - base),
        title=f"{name} {scene.say('situation.interval', span=span)}",
    )


def _ticks(scene: Scene, base: float, reference: float) -> list[Tick]:
    middle, at = (base + 1) / 2, (reference - base) / (1 - base)
    ticks = [Tick(0.0, f"{base:.0%}")]
    if abs(at - 0.5) > _TICK_ROOM:
        ticks.append(Tick(0.5, f"{middle:.0%}"))
    all_of_them = scene.say("points.all_rate", rate=f"{100 * reference:.1f}%")
    return [*ticks, Tick(at, all_of_them, reference=True)]


def _failed_first(scene: Scene, points: Points) -> None:
    failed = np.flatnonzero(points.mask & (points.compliance.first == 0))
    states = point_states(points.compliance)
    still = int((points.compliance.current[failed] == 0).sum())
    title = scene.say("points.failed_title", n=figures.count(len(failed)), star=points.mark)
    note = (
        scene.say("points.all_fixed")
        if len(failed) and not still
        else scene.say("points.still", n=figures.count(still))
    )
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    if not len(failed):
        return
    order = sorted(
        failed.tolist(), key=lambda row: (states[row] != PointState.FAILING, str(scene.snapshot.points.code[row]))
    )
    unfolded = bool(st.session_state.get("failed-all"))
    shown = order[: 500 if unfolded else _FIRST_ROWS]
    columns = [Column(scene.say(f"points.column_{name}")) for name in ("point", "class", "place")]
    record_table(
        "failed",
        [*columns, Column(scene.say("points.column_days"), "right")],
        [_failed_record(scene, row, str(states[row])) for row in shown],
        picks="point",
        label=title,
        selected=address.view("point"),
        dense=True,
    )
    if len(order) > _FIRST_ROWS:
        label = "core.show_fewer" if unfolded else "core.show_all"
        st.button(
            scene.say(label, n=figures.count(_FIRST_ROWS if unfolded else len(order))),
            key="failed-more",
            type="tertiary",
            on_click=_unfold,
        )
    if unfolded and len(order) > 500:
        st.html(tag("p", scene.say("points.capped", n=500, all=figures.count(len(order))), cls="xj-cap"))


def _unfold() -> None:
    st.session_state["failed-all"] = not st.session_state.get("failed-all")


def _failed_record(scene: Scene, row: int, state: str) -> Record:
    points = scene.snapshot.points
    kind, area = int(points.site_class[row]), int(points.subdistrict[row])
    class_name = scene.name(scene.city.catalogue.site_classes[kind].name) if kind >= 0 else figures.NONE
    place = subdistrict_name(scene, scene.city.areas.codes[area] if area >= 0 else NOWHERE)
    return Record(
        str(points.code[row]),
        (
            Cell(str(points.code[row]), symbol=state),
            Cell(class_name),
            Cell(place),
            Cell(_days_to_fix(scene, row)),
        ),
    )


def _days_to_fix(scene: Scene, row: int) -> str:
    """From the first visit to the first one that found it compliant."""
    visits = scene.snapshot.visits
    own = np.flatnonzero((visits.point == row) & (visits.at_us <= scene.as_of_us))
    good = own[visits.compliant[own]]
    if not len(good):
        return scene.say("core.state_failing")
    days = round((int(visits.at_us[good[0]]) - int(visits.at_us[own[0]])) / _DAY_US)
    return scene.say("points.fixed_after", n=days)
