"""One inspection point: both results, its visits, the issues linked to them and those nearby."""

from __future__ import annotations

import numpy as np
import streamlit as st

from geo.clock import from_us
from geo.compliance import compliance_at, point_states
from geo.crs import lonlat_to_metric
from geo.errors import NotFoundError
from geo.selection import counted, stage_of, still_open
from geo.tables import rows_within
from ui import address, change, figures
from ui.markup import Html, join, tag
from ui.names import subdistrict_name
from ui.one_thread import in_one_thread
from ui.scene import Scene, open_scene

NEAR_M = 200
_SHOWN_ISSUES = 8


def point_card(scene: Scene) -> bool:
    """Draw the card of the point that the address names by `point`; False where it names none or an unknown one."""
    code = address.view("point")
    if not code:
        return False
    try:
        row = scene.snapshot.point_row(code)
        if not scene.areas_seen[int(scene.snapshot.points.subdistrict[row]) + 1]:
            raise NotFoundError("inspection point", code)
    except NotFoundError:
        st.html(tag("p", scene.say("points.no_point", code=code[:40]), cls="xj-say", role="alert"))
        return False
    snapshot, points = scene.snapshot, scene.snapshot.points
    state = str(point_states(compliance_at(points, snapshot.visits, scene.as_of_us))[row])
    symbol = tag("i", cls="xj-sym", style=f"background-image:var(--symbol-{state})")
    st.html(
        tag(
            "div",
            tag("h3", symbol, str(points.name[row]) or code),
            tag("p", _line(scene, row), cls="xj-cap"),
            cls="xj-card",
        )
    )
    visits = np.flatnonzero((snapshot.visits.point == row) & (snapshot.visits.at_us <= scene.as_of_us))
    st.html(
        tag(
            "div",
            _results(scene, visits),
            tag("h4", scene.say("points.visits_n", n=len(visits))),
            tag("ul", join(_visit(scene, visit) for visit in visits.tolist())),
            cls="xj-card",
        )
    )
    _issues(scene, row, visits)
    st.button(scene.say("explore.close_card"), key="card-close", icon=":material/close:", on_click=_close)
    return True


def _close() -> None:
    change.clear_card(open_scene())


def _line(scene: Scene, row: int) -> str:
    points, city = scene.snapshot.points, scene.city
    kind, area = int(points.site_class[row]), int(points.subdistrict[row])
    parts = [str(points.code[row])]
    if kind >= 0:
        parts.append(scene.name(city.catalogue.site_classes[kind].name))
    parts.append(subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-", both=True))
    if points.steward[row]:
        parts.append(scene.say("points.steward", name=str(points.steward[row])))
    if np.isnan(points.lon[row]):
        parts.append(scene.say("points.no_position"))
    if points.synthetic[row]:
        parts.append(scene.say("core.synthetic"))
    return " · ".join(parts)


def _results(scene: Scene, visits: np.ndarray) -> Html:
    if not len(visits):
        return tag("p", scene.say("core.state_unvisited"))
    table = scene.snapshot.visits
    boxes = []
    for key, visit in (("points.rate_first", visits[0]), ("points.rate_current", visits[-1])):
        outcome = scene.say("points.compliant" if table.compliant[visit] else "points.non_compliant")
        score = "" if np.isnan(table.score[visit]) else " · " + scene.say("points.score", n=f"{table.score[visit]:.0f}")
        boxes.append(tag("div", tag("small", scene.say(key), " ", _day(scene, int(visit))), tag("b", outcome + score)))
    return tag("div", *boxes, cls="pair")


def _visit(scene: Scene, visit: int) -> Html:
    table = scene.snapshot.visits
    good = bool(table.compliant[visit])
    symbol = tag("i", cls="xj-sym", style=f"background-image:var(--symbol-{'first_ok' if good else 'failing'})")
    at = from_us(int(table.at_us[visit]))
    kind = str(table.kind[visit])
    known = {"announced", "unannounced", "recheck"}
    parts = [
        figures.table_moment(at and at.astimezone(scene.zone)),
        scene.say(f"points.kind_{kind}") if kind in known else kind,
    ]
    if not np.isnan(table.score[visit]):
        parts.append(scene.say("points.score", n=f"{table.score[visit]:.0f}"))
    parts.append(scene.say("points.compliant" if good else "points.non_compliant"))
    note = tag("small", str(table.note[visit])) if table.note[visit] else Html("")
    return tag("li", symbol, " · ".join(parts), note)


def _day(scene: Scene, visit: int) -> str:
    at = from_us(int(scene.snapshot.visits.at_us[visit]))
    return "" if at is None else scene.day(at.astimezone(scene.zone).date())


def _issues(scene: Scene, row: int, visits: np.ndarray) -> None:
    table, points = scene.table, scene.snapshot.points
    found_there = np.isin(table.visits.value, scene.snapshot.visits.id[visits])
    rows = table.visits.row[found_there]
    rows = rows[scene.sees(rows)]
    linked = rows[counted(stage_of(table.status[rows], table.due_us[rows], scene.as_of_us))]
    lines = [tag("h4", scene.say("points.linked_n", n=len(linked)))]
    items = []
    shown = linked[:_SHOWN_ISSUES]
    for issue, number in zip(shown.tolist(), scene.snapshot.records.of(shown).number, strict=True):
        kind = scene.city.catalogue.types[int(table.type[issue])]
        items.append(tag("li", str(number), " · ", scene.name(kind.name)))
    lines.append(tag("ul", join(items)))
    if not np.isnan(points.lon[row]):
        lon, lat, crs = points.lon[row : row + 1], points.lat[row : row + 1], scene.city.metric_crs
        x, y = in_one_thread(lambda: lonlat_to_metric(lon, lat, crs))
        near = scene.snapshot.stages(scene.whole)[rows_within(table, float(x[0]), float(y[0]), NEAR_M)]
        words = scene.say(
            "points.near",
            within=NEAR_M,
            n=figures.count(int(counted(near).sum())),
            open=figures.count(int(still_open(near).sum())),
        )
        lines.append(tag("p", words))
    lines.append(tag("p", scene.say("points.from_visits_only"), cls="xj-cap"))
    st.html(tag("div", *lines, cls="xj-card"))
