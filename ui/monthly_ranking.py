"""The monthly ranking of subdistricts, with its method, its denominators and what so few cases can tell."""

from __future__ import annotations

import streamlit as st

from data.bulletins import Bulletin
from geo.ranking_rule import LEAST_DUE, Standing, ranked
from ui import figures
from ui.markup import Html, tag
from ui.names import subdistrict_name
from ui.plain_table import plain_table
from ui.scene import Scene


def monthly_ranking(scene: Scene, found: Bulletin) -> None:
    """The rule first, then everybody in its order; those who are not ranked behind."""
    star = "*" if found.synthetic else ""
    title = scene.say("reviews.ranking")
    st.html(tag("div", tag("h3", title, star), cls="xj-h"))
    st.html(tag("p", scene.say("reviews.ranking_rule", least=LEAST_DUE), cls="xj-cap"))
    standings = ranked(found.by_subdistrict[:-1])
    if all(entry.rank is None for entry in standings):
        st.html(tag("p", scene.say("reviews.ranking_none", least=LEAST_DUE), cls="xj-say", role="status"))
    names = ("rank", "subdistrict")
    numbers = ("kept_share", "interval", "short_on_time", "short_overdue", "short_returned")
    head = tag(
        "tr",
        *(tag("th", scene.say(f"reviews.{name}"), scope="col") for name in names),
        *(tag("th", scene.say(f"reviews.{name}"), scope="col", cls="n") for name in numbers),
    )
    st.html(plain_table(title, head, [_row(scene, found, entry) for entry in standings], cls="small"))
    like = sum(entry.like_best for entry in standings)
    if like > 1:
        st.html(tag("p", scene.say("reviews.like_best", n=figures.count(like)), cls="xj-cap"))


def _row(scene: Scene, found: Bulletin, entry: Standing) -> Html:
    own = found.by_subdistrict[entry.position]
    rank = figures.NONE if entry.rank is None else figures.count(entry.rank)
    mark = tag("small", scene.say("reviews.like_mark"), cls="d") if entry.like_best else ""
    share = figures.percent(own.on_time, own.due) if entry.rank is not None else figures.NONE
    return tag(
        "tr",
        tag("td", tag("b", rank), cls="k"),
        tag("td", subdistrict_name(scene, scene.city.areas.codes[entry.position]), mark),
        tag("td", tag("b", share), cls="n"),
        tag("td", figures.interval(entry.low, entry.high) if own.due else figures.NONE, cls="n"),
        tag("td", figures.fraction(own.on_time, own.due, scene.language) if own.due else figures.NONE, cls="n"),
        tag("td", figures.count(own.overdue), cls="n off" if own.overdue else "n"),
        tag("td", figures.count(own.returned), cls="n"),
    )
