"""The widgets of the filter: each shows what the address says and writes what is chosen back into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import streamlit as st

from geo.counting import counts_by
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.filter_query import MAX_TEXT, NOWHERE, parse_filter
from geo.iso_time import day_end, day_start, local_date
from geo.lifecycle import Stage
from geo.selection import STAGES
from ui import change
from ui.chips import FOLLOW
from ui.figures import count
from ui.kept import kept
from ui.markup import tag
from ui.names import road_names, subdistrict_name
from ui.scene import Scene, open_scene, without

ORDINARY_STAGES = (Stage.HANDLING, Stage.VERIFYING, Stage.OVERDUE, Stage.CLOSED)
"""What "any status" means: everything but the rejected."""


MOST_OPTIONS = 300
"""A list of more entries offers those with most issues; the others are found on the map or by the search."""


def register_field(scene: Scene) -> None:
    """Which register; one only, since registers are never added."""
    codes = list(scene.campaign.register_codes)
    totals = {code: scene.counts(scene.whole_of(code)).total for code in codes}
    bounds = {register.code: register.bound for register in scene.campaign.registers}

    def label(code: str) -> str:
        plus = "+" if bounds[code] == "ge" else ""
        return f"{scene.name(scene.campaign.register(code).name)} {count(totals[code])}{plus}"

    st.session_state["f-register"] = scene.filter.register
    st.selectbox(
        scene.say("core.filter_register"),
        codes,
        format_func=label,
        key="f-register",
        on_change=_changed,
        args=("register", lambda value: value),
    )


def list_field(scene: Scene, field: str) -> None:
    """A multiple choice among codes (`field` is groups, types, tasks, subdistricts or roads), with counts beside them.

    The counts are those of the filter without this field, so that they say what adding an entry would bring.
    """
    options, names = _options(scene, field)
    if not options:
        return
    totals, busiest = _counts(scene, field)
    chosen = list(getattr(scene.filter, field))
    shown = [code for code in options if totals.get(code) or code in chosen]
    if not any(totals.get(code) for code in shown):
        shown = options
    hint = scene.say("core.any_of", n=len(shown))
    if len(shown) > MOST_OPTIONS:  # more than a list can be read, and a browser would have to be sent at each run
        hint = scene.say("core.any_of_most", n=MOST_OPTIONS, all=count(len(shown)))
        others = (code for code in busiest if code not in chosen)
        listed = {*chosen, *islice(others, max(MOST_OPTIONS - len(chosen), 0))}
        shown = [code for code in shown if code in listed]
    key = f"f-{field}"
    st.session_state[key] = chosen
    label = {"groups": "group", "types": "type", "tasks": "task", "subdistricts": "subdistrict", "roads": "road"}[field]
    st.multiselect(
        scene.say(f"core.filter_{label}"),
        shown,
        key=key,
        placeholder=hint,
        format_func=lambda code: f"{names[code]} {count(totals.get(code, 0))}",
        select_all=False,
        on_change=_changed,
        args=(field, lambda values: tuple(sorted(values))),
    )


def stage_field(scene: Scene) -> None:
    """One box a stage, with the map's symbol and the count it has under the other conditions."""
    mark = "*" if scene.has_synthetic else ""
    st.html(tag("p", scene.say("core.filter_stage") + mark, cls="xj-cap"))
    totals = _stage_counts(scene)
    chosen = scene.filter.stages or ORDINARY_STAGES
    deadlines = scene.city.catalogue.has_deadlines
    seldom = {Stage.REJECTED} if deadlines else {Stage.REJECTED, Stage.OVERDUE}
    shown = [stage for stage in STAGES if stage not in seldom or totals[stage] or stage in scene.filter.stages]
    for stage in shown:
        key = f"f-stage-{stage.value}"
        st.session_state[key] = stage in chosen
        label = scene.say(f"core.stage_{stage.value}")
        if scene.register.rectified_published:  # else the split was never published, and is not said
            label = scene.say("core.count_after", name=label, n=count(totals[stage]))
        st.checkbox(label, key=key, on_change=_stages_changed, args=(tuple(shown),))


def period_field(scene: Scene) -> None:
    """First and last day of report, both inclusive, in the city's zone."""
    f, zone = scene.filter, scene.city.time_zone
    st.session_state["f-since"] = local_date(f.since, zone) if f.since else None
    st.session_state["f-until"] = local_date(f.until - timedelta(microseconds=1), zone) if f.until else None
    with st.container(key="period"):
        left, right = st.columns(2, gap="small")
    with left:
        st.date_input(
            scene.say("core.filter_since"),
            key="f-since",
            format="YYYY-MM-DD",
            on_change=_days_changed,
        )
    with right:
        st.date_input(
            scene.say("core.filter_until"),
            key="f-until",
            format="YYYY-MM-DD",
            on_change=_days_changed,
        )


def as_of_field(scene: Scene) -> None:
    """The day at whose end the records are looked at; empty means the latest."""
    st.session_state["f-as-of"] = None if scene.is_now else scene.as_of.date()
    st.date_input(
        scene.say("core.filter_as_of"),
        key="f-as-of",
        format="YYYY-MM-DD",
        max_value=scene.moment.date(),
        min_value=scene.campaign.start,
        on_change=_as_of_changed,
        help=scene.say("core.as_of_help"),
    )


def search_field(scene: Scene) -> None:
    """Search in number, description, address and road names."""
    st.session_state["f-q"] = scene.filter.text
    st.text_input(
        scene.say("core.filter_q"),
        key="f-q",
        max_chars=MAX_TEXT,
        placeholder=scene.say("core.search_hint"),
        help=scene.say("core.search_help"),
        type="search",
        on_change=_text_changed,
    )


def reset_button(scene: Scene) -> None:
    """Drops every condition but the register."""
    st.button(
        scene.say("core.filter_reset"),
        key="f-reset",
        type="tertiary",
        disabled=scene.is_whole and scene.is_now,
        on_click=_reset,
    )


def _reset() -> None:
    st.session_state[FOLLOW] = False
    change.reset(open_scene())


def _changed(field: str, read: Callable[[Any], Any]) -> None:
    scene = open_scene()
    value = read(st.session_state[f"f-{field}"])
    if field == "register" and value == scene.campaign.default_register:
        change.set_field(scene, field, value)
        return
    change.set_field(scene, field, value)


def _stages_changed(shown: Sequence[Stage]) -> None:
    scene = open_scene()
    chosen = tuple(stage for stage in shown if st.session_state[f"f-stage-{stage.value}"])
    everything = set(chosen) == set(ORDINARY_STAGES) & set(shown) or not chosen
    change.set_field(scene, "stages", () if everything else tuple(sorted(stage.value for stage in chosen)))


def _days_changed() -> None:
    scene = open_scene()
    first, last = st.session_state["f-since"], st.session_state["f-until"]
    if isinstance(first, date) and isinstance(last, date) and first > last:
        first, last = last, first
    zone = scene.city.time_zone
    since = day_start(first, zone) if isinstance(first, date) else None
    until = day_start(last + timedelta(days=1), zone) if isinstance(last, date) else None
    scene.go(replace(scene.filter, since=since, until=until))


def _as_of_changed() -> None:
    scene = open_scene()
    chosen = st.session_state["f-as-of"]
    moment: datetime = scene.moment
    if isinstance(chosen, date) and chosen < scene.moment.date():
        moment = day_end(chosen, scene.city.time_zone)
    change.set_field(scene, "as_of", moment)


def _text_changed() -> None:
    scene = open_scene()
    asked = str(st.session_state["f-q"] or "").strip()
    try:
        text = parse_filter([("q", asked)], scene.city, now=lambda _: scene.moment).text if asked else ""
    except BadValueError:
        text = ""
    change.set_field(scene, "text", text)


def _options(scene: Scene, field: str) -> tuple[list[str], dict[str, str]]:
    """Codes and names a list field offers, in the city's order; empty where the city has none."""
    city, catalogue = scene.city, scene.city.catalogue
    if field == "subdistricts":
        codes = [*city.areas.codes, NOWHERE]
        return codes, {code: subdistrict_name(scene, code) for code in codes}
    if field == "roads":
        if city.roads is None:
            return [], {}
        return [*city.roads.road_codes, NOWHERE], road_names(scene)
    entries: Sequence[Any] = {"groups": catalogue.groups, "types": catalogue.types, "tasks": catalogue.tasks}[field]
    if field == "types" and scene.filter.groups:
        entries = [entry for entry in entries if entry.group in scene.filter.groups or entry.code in scene.filter.types]
    return [entry.code for entry in entries], {entry.code: scene.name(entry.name) for entry in entries}


def _counts(scene: Scene, field: str) -> tuple[Mapping[str, int], Sequence[str]]:
    """How many issues each option has under the other conditions, and those that have any, the most first."""
    others = without(scene.filter, field)

    def make() -> tuple[Mapping[str, int], Sequence[str]]:
        by_code = _counted(scene, field, others)
        return by_code, sorted(
            (code for code, number in by_code.items() if number), key=by_code.__getitem__, reverse=True
        )

    return kept(scene.snapshot, ("counts", field, others), make)


def _counted(scene: Scene, field: str, others: IssueFilter) -> dict[str, int]:
    stages, table, city = scene.snapshot.stages(others), scene.table, scene.city
    catalogue = city.catalogue
    if field in ("groups", "types"):
        codes, counts = [entry.code for entry in catalogue.types], counts_by(table.type, stages, len(catalogue.types))
    elif field == "tasks":
        codes, counts = [entry.code for entry in catalogue.tasks], counts_by(table.task, stages, len(catalogue.tasks))
    elif field == "subdistricts":
        codes, counts = list(city.areas.codes), counts_by(table.subdistrict, stages, len(city.areas.codes))
    else:
        roads = city.roads
        assert roads is not None, "the road field is offered only where there are roads"
        by_segment = counts_by(table.segment, stages, len(roads.road))
        codes, places = list(roads.road_codes), roads.road.astype(np.int64) + 1
        counts = np.bincount(places, weights=by_segment[1:], minlength=len(codes) + 1).astype(np.int64)
        counts[0] += by_segment[0]
    by_code = {NOWHERE: int(counts[0])} | dict(zip(codes, counts[1:].tolist(), strict=True))
    if field == "groups":
        return {
            group.code: sum(by_code[entry.code] for entry in catalogue.types if entry.group == group.code)
            for group in catalogue.groups
        }
    return by_code


def _stage_counts(scene: Scene) -> dict[Stage, int]:
    others = replace(scene.filter, stages=())
    counts = scene.counts(others).by_stage
    return {stage: int(counts[position]) for position, stage in enumerate(STAGES)}
