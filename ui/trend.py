"""New issues over time: a line a group by weeks, or bars by days, on one honest axis."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import streamlit as st

from geo.counting import counts_by
from geo.selection import STAGES
from geo.timeline import per_day, per_week_by, period_of
from layers.tokens import tokens
from ui import address
from ui.markup import tag
from ui.names import entry_name
from ui.record_table import group_colour
from ui.scene import Scene

UNITS = ("week", "day")
_HEIGHT = 215
_WEEK = timedelta(days=7)
_MANY_WEEKS = 40
Json = dict[str, Any]


def trend(scene: Scene) -> None:
    """The panel: unit switch, chart, and what an open last week means."""
    unit = address.view("unit", UNITS, UNITS[0])
    st.session_state["trend-unit"] = unit
    with st.container(horizontal=True, vertical_alignment="center"):
        title = scene.say(f"explore.trend_{unit}")
        st.html(tag("div", tag("h3", title), cls="xj-h"), width="content")
        st.space("stretch")
        st.segmented_control(
            scene.say("explore.trend_unit"),
            UNITS,
            key="trend-unit",
            label_visibility="collapsed",
            required=True,
            format_func=lambda code: scene.say(f"explore.unit_{code}"),
            on_change=_unit_changed,
        )
    if not scene.meant:
        st.html(tag("p", scene.say("core.empty_plain"), cls="xj-cap"))
        return
    if unit == "week":
        _weeks(scene)
    else:
        _days(scene)


def _unit_changed() -> None:
    address.go(changes={"unit": str(st.session_state["trend-unit"])})


def _weeks(scene: Scene) -> None:
    start, end = _extent(scene)
    catalogue = scene.city.catalogue
    group_of = np.array([catalogue.position("group", kind.group) for kind in catalogue.types], np.int64)
    table, groups = scene.table, len(catalogue.groups)
    of_type = counts_by(table.type, scene.stages, len(catalogue.types), below=len(STAGES))[1:]
    of_group = np.bincount(group_of, weights=of_type, minlength=groups)
    mondays, counts = per_week_by(table.day, scene.stages, table.type, group_of, groups=groups, start=start, end=end)
    weeks = [_week(scene, monday, start, end) for monday in mondays]
    rows: list[Json] = []
    names, colours = [], []
    for position, group in enumerate(catalogue.groups):
        if (scene.filter.groups and group.code not in scene.filter.groups) or not of_group[position]:
            continue
        name = f"{group.letter} {entry_name(scene, 'group', group.code)}"
        names.append(name)
        colours.append(group_colour(scene, group.code))
        rows += [
            week | {"n": number, "group": name} for week, number in zip(weeks, counts[position].tolist(), strict=True)
        ]
    _draw(_week_chart(rows, names, colours, scene), scene.say("explore.trend_week"))
    if len({row["week"] for row in rows}) <= _MANY_WEEKS and any(not row["whole"] for row in rows):
        st.html(tag("p", scene.say("explore.partial_week"), cls="xj-cap"))


def _week(scene: Scene, monday: date, start: date, end: date) -> Json:
    """A week of the period from `start` to `end`: how it is written, and whether it lies whole in it."""
    sunday = monday + timedelta(days=6)
    days = _days_text(scene, max(monday, start), min(sunday, end))
    return {"week": _moment(monday), "whole": monday >= start and sunday <= end, "days": days}


def _extent(scene: Scene) -> tuple[date, date]:
    """The filter's period; of one longer than _MANY_WEEKS only the part that has issues."""
    start, end = period_of(scene.filter, scene.city)
    if (end - start) < _WEEK * _MANY_WEEKS:
        return start, end
    reported = scene.table.day[scene.mask]
    first_day, last_day = (date.fromordinal(int(day)) for day in (reported.min(), reported.max()))
    return max(start, first_day), max(min(end, last_day), start, first_day)


def _week_chart(rows: list[Json], names: list[str], colours: list[str], scene: Scene) -> Json:
    weeks = sorted({row["week"] for row in rows})
    many = len(weeks) > _MANY_WEEKS
    discs = {} if many else {"symbolType": "circle", "symbolStrokeWidth": 0, "symbolOpacity": 1, "symbolSize": 90}
    encoding = _axes(scene, "week", weeks, max(row["n"] for row in rows)) | {
        "color": {
            "field": "group",
            "type": "nominal",
            "scale": {"domain": names, "range": colours},
            "legend": {"title": None, "orient": "right"} | discs,
        }
    }
    said = _tooltips(
        ("group", scene.say("core.filter_group")), ("days", scene.say("explore.unit_week")),
        ("n", scene.say("explore.issues")),
    )  # fmt: skip
    whole, part = [{"filter": "datum.whole"}], [{"filter": "!datum.whole"}]
    if many:  # a mark a week would hide the lines
        layers: list[Json] = [{"transform": whole, "mark": {"type": "line", "strokeWidth": 1.4}}]
    else:
        surface = tokens()["color"][scene.theme]["surface"]
        point = {"type": "point", "size": 46, "opacity": 1}
        layers = [
            {"mark": {"type": "line", "strokeWidth": 1.4, "strokeDash": [3, 3], "opacity": 0.75}},
            {"transform": whole, "mark": {"type": "line", "strokeWidth": 2}},
            {"transform": whole, "mark": point | {"filled": True}, "encoding": said},
            {"transform": part, "mark": point | {"fill": surface, "strokeWidth": 1.6}, "encoding": said},
        ]
    return {"data": {"values": rows}, "encoding": encoding, "layer": layers}


def _axes(scene: Scene, field: str, days: list[str], most: int) -> Json:
    """A time axis in whole days (UTC, so that no viewer's zone moves a day) and a count axis, both of known extent."""
    step = max(1, -(-len(days) // 7))
    years = days[0][:4] != days[-1][:4]
    written = "%Y-%m" if years else "%-m月%-d日" if scene.language == "zh-CN" else "%-d %b"
    return {
        "x": {
            "field": field,
            "type": "temporal",
            "title": None,
            "scale": {"type": "utc", "domain": [_utc(days[0]), _utc(days[-1])]},
            "axis": {"format": written, "values": [_utc(day) for day in days[::step]], "grid": False,
                     "labelOverlap": True},
        },
        "y": {
            "field": "n",
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, max(most, 1)], "nice": True},
            "axis": {"tickCount": 4, "format": "d"},
        },
    }  # fmt: skip


def _days(scene: Scene) -> None:
    start, end = _extent(scene)
    days, counts = per_day(scene.table.day, scene.stages, start=start, end=end)
    rows: list[Json] = [
        {"day": _moment(day), "n": number, "says": scene.day(day)}
        for day, number in zip(days, counts.tolist(), strict=True)
    ]
    said = _tooltips(("says", scene.say("explore.unit_day")), ("n", scene.say("explore.issues")))
    width = max(1.0, min(5.0, 400 / len(rows)))
    mark = {"type": "bar", "color": tokens()["sequential"][scene.theme][2], "width": width}
    encoding = _axes(scene, "day", [row["day"] for row in rows], int(counts.max())) | said
    _draw({"data": {"values": rows}, "mark": mark, "encoding": encoding}, scene.say("explore.trend_day"))


def _tooltips(*fields: tuple[str, str]) -> Json:
    kinds = {"n": "quantitative"}
    return {"tooltip": [{"field": f, "type": kinds.get(f, "nominal"), "title": title} for f, title in fields]}


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _utc(moment: str) -> Json:
    day = date.fromisoformat(moment[:10])
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _draw(chart: Json, sentence: str) -> None:
    # The specification itself, not Altair: its objects are checked against the whole schema at every run (0.3 s).
    st.vega_lite_chart(spec=chart | {"height": _HEIGHT, "background": "transparent"}, width="stretch", alt=sentence)


def _days_text(scene: Scene, first: date, last: date) -> str:
    if first == last:
        return scene.day(first)
    return f"{scene.day(first)} – {scene.day(last)}"
