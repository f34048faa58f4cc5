"""About the data: what is real, approximate, schematic, synthetic; sources; how each figure is reckoned."""

from __future__ import annotations

import streamlit as st

from geo.city import Quality
from geo.permissions import Action
from geo.selection import counted
from ui import figures
from ui.guard import guarded
from ui.markup import Html, join, tag
from ui.plain_table import plain_table
from ui.scene import Scene, open_scene

_SHOWN_REJECTS = 200
_METHODS = ("density_area", "density_road", "snap", "split", "rate", "overdue", "as_of", "heat", "registers", "datum")


@guarded
def page() -> None:
    """Kinds of data, figures of the store, methods, sources, rows that were not taken."""
    scene = open_scene()
    st.html(tag("div", tag("h1", scene.say("about.title", city=scene.name(scene.city.name))), cls="xj-h"))
    with st.container(key="split"):
        left, right = st.columns(2, gap="small")
        with left:
            with st.container(key="panel-kinds"):
                _kinds(scene)
            with st.container(key="panel-sources"):
                _sources(scene)
        with right:
            with st.container(key="panel-methods"):
                _methods(scene)
            with st.container(key="panel-store"):
                _store(scene)
    if scene.snapshot.rejects and scene.may(Action.SEE_ISSUES) and scene.filter.within.is_whole:
        with st.container(key="panel-rejects"):
            _rejects(scene)


def _kinds(scene: Scene) -> None:
    city, table = scene.city, scene.snapshot.issues
    st.html(_heading(scene, "kinds"))
    rows = [
        _kind(scene, "boundary", city.boundary_quality),
        _kind(scene, "subdistricts", city.areas.quality, n=len(city.areas.codes), what="areas_n"),
    ]
    if city.roads is not None:
        rows.append(_kind(scene, "roads", city.roads.quality, n=len(city.roads.road_codes), what="roads_n"))
    for register in scene.campaign.registers:  # one row each: registers are never added
        own = table.register == city.register_index[register.code]
        name = f"{scene.say('about.issues')} · {scene.name(register.name)}"
        rows.append(_records(scene, name, int(own.sum()), int((own & table.synthetic).sum())))
    points = scene.snapshot.points
    rows.append(_records(scene, scene.say("about.points"), len(points), int(points.synthetic.sum())))
    if any(register.published_total is not None for register in scene.campaign.registers):
        rows.append(
            tag(
                "tr",
                tag("td", tag("b", scene.say("about.totals"))),
                tag("td", tag("i", cls="xj-solid"), scene.say("core.real"), cls="k"),
                tag("td", scene.say("about.totals_note")),
            )
        )
    assumed = [kind for kind in city.catalogue.types if kind.assumed]
    if assumed:
        names = ("、" if scene.language == "zh-CN" else ", ").join(scene.name(kind.name) for kind in assumed)
        rows.append(
            tag(
                "tr",
                tag("td", tag("b", scene.say("about.assumed"))),
                tag("td", scene.say("about.assumption")),
                tag("td", scene.say("about.assumed_note", n=len(assumed)), " ", tag("small", names)),
            )
        )
    head = tag("tr", *(tag("th", scene.say(f"about.head_{key}"), scope="col") for key in ("what", "kind", "note")))
    st.html(plain_table(scene.say("about.kinds_title"), head, rows, cls="kinds"))


def _kind(scene: Scene, name: str, quality: Quality, *, n: int | None = None, what: str = "") -> Html:
    sign = tag("i", cls="xj-solid" if quality == "real" else "xj-dashed")
    note = scene.say(f"about.{quality}_note")
    if n is not None:
        note = f"{scene.say(f'about.{what}', n=figures.count(n))} {note}"
    return tag(
        "tr",
        tag("td", tag("b", scene.say(f"about.{name}"))),
        tag("td", sign, scene.say(f"core.{quality}"), cls="k"),
        tag("td", note),
    )


def _records(scene: Scene, name: str, total: int, synthetic: int) -> Html:
    if synthetic == 0:
        kind, sign, key = "real", "xj-solid", "records_real"
    else:
        kind, sign, key = "synthetic", "xj-hatch", "records_synthetic" if synthetic == total else "records_mixed"
    note = scene.say(
        f"about.{key}",
        n=figures.count(total),
        synthetic=figures.count(synthetic),
        real=figures.count(total - synthetic),
    )
    return tag(
        "tr",
        tag("td", tag("b", name)),
        tag("td", tag("i", cls=sign), scene.say(f"core.{kind}"), cls="k"),
        tag("td", note),
    )


def _sources(scene: Scene) -> None:
    st.html(_heading(scene, "sources"))
    lines = [*scene.city.sources, *scene.city.attribution]
    st.html(tag("ul", join(tag("li", scene.name(line)) for line in lines), cls="xj-list"))
    st.html(tag("p", scene.say("about.layer_version", version=scene.city.layer_version[:12]), cls="xj-note"))


def _methods(scene: Scene) -> None:
    st.html(_heading(scene, "methods"))
    values = {"limit": f"{scene.city.snap_limit_m:.0f}", "crs": scene.city.metric_crs, "zone": scene.city.time_zone}
    shown = [key for key in _METHODS if scene.city.roads is not None or key not in ("density_road", "snap")]
    if not scene.city.catalogue.has_deadlines:
        shown.remove("overdue")
    items = (
        tag("li", tag("b", scene.say(f"about.{key}_name")), " ", scene.say(f"about.{key}", **values)) for key in shown
    )
    st.html(tag("ul", join(items), cls="xj-list"))


def _store(scene: Scene) -> None:
    """What this screen was reckoned from: revision, moment, remainders."""
    st.html(_heading(scene, "store"))
    table = scene.table
    mask = counted(scene.snapshot.stages(scene.whole))
    rows = [
        ("revision", figures.count(scene.snapshot.revision)),
        ("moment", figures.table_moment(scene.as_of)),
        ("outside_n", figures.count(int((mask & (table.subdistrict < 0)).sum()))),
    ]
    if scene.city.roads is not None:
        rows.append(("unsnapped_n", figures.count(int((mask & (table.segment < 0)).sum()))))
    rows.append(("lines_n", figures.count(int((mask & ~table.is_point).sum()))))
    rows.append(("rejects_n", figures.count(len(scene.snapshot.rejects))))
    lines = (tag("tr", tag("td", scene.say(f"about.{key}")), tag("td", value, cls="n")) for key, value in rows)
    st.html(tag("table", tag("tbody", join(lines)), cls="xj-table"))
    register = scene.name(scene.register.name)
    st.html(tag("p", scene.say("about.store_note", register=register), cls="xj-note"))


def _rejects(scene: Scene) -> None:
    rejects = scene.snapshot.rejects
    st.html(_heading(scene, "rejects"))
    st.html(tag("p", scene.say("about.rejects_note", n=figures.count(len(rejects))), cls="xj-cap"))
    head = tag(
        "tr", *(tag("th", scene.say(f"about.head_{key}"), scope="col") for key in ("row", "column", "value", "reason"))
    )
    lines = (
        tag(
            "tr",
            tag("td", str(one.row), cls="n"),
            tag("td", one.column),
            tag("td", one.value[:200]),
            tag("td", one.reason),
        )
        for one in rejects[:_SHOWN_REJECTS]
    )
    st.html(plain_table(scene.say("about.rejects_title"), head, lines))
    if len(rejects) > _SHOWN_REJECTS:
        words = scene.say("points.capped", n=_SHOWN_REJECTS, all=figures.count(len(rejects)))
        st.html(tag("p", words, cls="xj-cap"))


def _heading(scene: Scene, key: str) -> Html:
    return tag("div", tag("h2", scene.say(f"about.{key}_title")), cls="xj-h")
