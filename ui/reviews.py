"""Joint review, weekly bulletin, monthly ranking: the figures of a period as of its cut-off, to be read and printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from data.bulletins import Bulletin, bulletin_of
from geo.filter import IssueFilter
from geo.periods import Period, PeriodKind, period_of, periods
from geo.permissions import Action
from ui import address, figures
from ui.bulletin_lists import exposures_and_meetings, hard_cases, overdue_list
from ui.bulletin_tables import balance, subdistrict_table, type_table, unit_table
from ui.chips import chip_buttons, chips_of
from ui.guard import guarded
from ui.kept import kept
from ui.markup import tag
from ui.monthly_ranking import monthly_ranking
from ui.notes import help_popover, synthetic_note
from ui.printing import print_button
from ui.scene import Scene, open_scene

_KIND, _PERIOD = "reviews-kind", "reviews-period"
MOST_PERIODS: Final = 120


@st.fragment
@guarded
def page() -> None:
    """One of the three, for one period."""
    scene = open_scene()
    kind = PeriodKind(address.view("tab", [k.value for k in PeriodKind], PeriodKind.REVIEW.value))
    period = _period(scene, kind)
    _head(scene, kind, period)
    if not (scene.register.rectified_published or address.view("splits") == "1"):
        st.html(tag("p", scene.say("reviews.unpublished", register=scene.name(scene.register.name)), cls="xj-say"))
        st.button(scene.say("record.splits"), key="reviews-splits", on_click=_show_splits)
        return
    found = _bulletin(scene, period)
    _paper_head(scene, found)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-balance"):
                balance(scene, found)
            if kind is PeriodKind.MONTH:
                with st.container(key="panel-subdistricts"):
                    subdistrict_table(scene, found)
            else:
                with st.container(key="panel-bulletinunits"):
                    unit_table(scene, found)
        with right:
            _right(scene, kind, found)
    _basis(scene, found)
    synthetic_note(scene)


def _show_splits() -> None:
    address.go(changes={"splits": "1"})


def _right(scene: Scene, kind: PeriodKind, found: Bulletin) -> None:
    if kind is PeriodKind.MONTH:
        with st.container(key="panel-monthly"):
            monthly_ranking(scene, found)
        return
    if kind is PeriodKind.REVIEW:
        with st.container(key="panel-lateones"):
            overdue_list(scene, found)
        with st.container(key="panel-hard"):
            hard_cases(scene, found)
        return
    with st.container(key="panel-types"):
        type_table(scene, found)
    with st.container(key="panel-shown"):
        exposures_and_meetings(scene, found)


def asked_of(scene: Scene) -> IssueFilter:
    """The page's filter without what a period says itself."""
    return replace(scene.filter, since=None, until=None, statuses=(), stages=())


def _bulletin(scene: Scene, period: Period) -> Bulletin:
    asked = asked_of(scene)
    return kept(
        scene.snapshot,
        ("bulletin", asked, period),
        lambda: bulletin_of(scene.snapshot, asked, period),
    )


def _period(scene: Scene, kind: PeriodKind) -> Period:
    """The period of the address's day; without one, or with one that lies ahead or before the campaign, the newest."""
    start, today = scene.campaign.start, scene.as_of.date()
    newest = period_of(kind, min(today, max(start, scene.campaign.end)), start=start)
    try:
        chosen = period_of(kind, date.fromisoformat(address.view("day")), start=start)
    except ValueError:
        return newest
    return chosen if start <= chosen.last and chosen.first <= newest.first else newest


def _head(scene: Scene, kind: PeriodKind, period: Period) -> None:
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h1", scene.say("reviews.title")), cls="xj-h"), width="content")
        _kinds(scene, kind)
        _periods(scene, kind, period)
        chip_buttons(scene, [chip for chip in chips_of(scene) if chip.field not in ("period", "statuses", "stages")])
        st.space("stretch")
        if scene.may(Action.EXPORT):
            splits = [] if scene.register.rectified_published else [("synthetic_splits", "1")]
            more = [("kind", kind.value), ("day", period.first.isoformat()), *splits, ("download", "1")]
            query = urlencode([*scene.pairs(asked_of(scene)), *more])
            link = tag("a", "CSV", cls="xj-link", href=f"/api/bulletin.csv?{query}", download="")
            st.html(tag("div", link, cls="xj-links"), width="content")
        print_button(scene)
        help_popover(scene, "reviews")


def _kinds(scene: Scene, kind: PeriodKind) -> None:
    st.session_state[_KIND] = kind.value
    st.segmented_control(
        scene.say("reviews.kind"),
        [entry.value for entry in PeriodKind],
        key=_KIND,
        required=True,
        label_visibility="collapsed",
        format_func=lambda value: scene.say(f"reviews.kind_{value}"),
        on_change=_change_kind,
    )


def _change_kind() -> None:
    """Another kind, for the period of it in which the shown one ended."""
    scene = open_scene()
    before = PeriodKind(address.view("tab", [k.value for k in PeriodKind], PeriodKind.REVIEW.value))
    last = min(_period(scene, before).last, scene.as_of.date())
    address.go(changes={"tab": st.session_state[_KIND], "day": last.isoformat()})


def _periods(scene: Scene, kind: PeriodKind, period: Period) -> None:
    start, last = scene.campaign.start, min(scene.as_of.date(), max(scene.campaign.start, scene.campaign.end))
    options = periods(kind, start, last, most=MOST_PERIODS)
    known = {entry.first.isoformat(): entry for entry in options}
    known.setdefault(period.first.isoformat(), period)
    st.session_state[_PERIOD] = period.first.isoformat()
    st.selectbox(
        scene.say("reviews.period"),
        list(known),
        key=_PERIOD,
        width=280,
        label_visibility="collapsed",
        format_func=lambda day: _period_name(scene, known[day]) if day in known else day,
        on_change=_change_period,
    )


def _change_period() -> None:
    address.go(changes={"day": str(st.session_state[_PERIOD])})


def _period_name(scene: Scene, period: Period) -> str:
    words = figures.day_range(period.first, period.last, scene.language)
    ended = period.has_ended(scene.city.time_zone, scene.filter.as_of)
    return words if ended else scene.say("reviews.not_ended", period=words)


def _paper_head(scene: Scene, found: Bulletin) -> None:
    """What the sheet is called, for what, and up to when: it stands on paper too."""
    title = scene.say(f"reviews.title_{found.period.kind.value}", campaign=scene.name(scene.campaign.name))
    line = scene.say(
        "reviews.of",
        register=scene.name(scene.register.name),
        period=figures.day_range(found.period.first, found.period.last, scene.language),
        cut_off=figures.table_moment(found.cut_off.astimezone(scene.zone)),
    )
    open_end = "" if found.has_ended else " · " + scene.say("reviews.still_running")
    st.html(tag("div", tag("h2", title), tag("p", line, open_end), cls="xj-sheet"))


def _basis(scene: Scene, found: Bulletin) -> None:
    """What the figures rest on, so that they can be worked out again."""
    version = found.duties.version
    rules = scene.say("reviews.city_file") if version is None else scene.say("reviews.version", version=version)
    words = scene.say(
        "reviews.basis",
        cut_off=figures.table_moment(found.cut_off.astimezone(scene.zone)),
        seq=figures.count(scene.snapshot.seq),
        head=scene.snapshot.head[:12],
        rules=rules,
    )
    st.html(tag("p", words, cls="xj-note"))
