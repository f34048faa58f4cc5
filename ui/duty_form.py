"""The watch at junctions as it is edited: the junctions with their hours, and which department stands there when."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any, Final

import streamlit as st

from data.documents.agenda_book import DUTIES, JUNCTIONS, Junction, duty_content, junction_content
from data.duties import duties_in_force
from data.recording.agenda import duties_of, junctions_of, put_duty
from data.store.putting import DocumentReceipt
from geo.agenda import Duty
from geo.errors import BadValueError
from geo.organisation import UnitKind
from ui import figures
from ui.book_entry import choose_entry, form_of, put_entry, retire_button
from ui.markup import tag
from ui.scene import Scene
from ui.who import unit_name

_HOURS: Final = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})\s*")
WEEKDAYS: Final = (1, 2, 3, 4, 5, 6, 7)


def duty_form(scene: Scene) -> None:
    """Which duty, and its fields."""
    st.html(tag("div", tag("h3", scene.say("books.duty_edit")), cls="xj-h"))
    junctions = {junction.id: junction.name for junction in junctions_of(scene.snapshot)}
    if not junctions:
        st.html(tag("p", scene.say("books.no_junctions"), cls="xj-cap"))
        return
    duties = {duty.id: duty for duty in duties_of(scene.snapshot)}
    named = {identity: _duty_name(scene, duty, junctions) for identity, duty in duties.items()}
    chosen = choose_entry(scene, DUTIES, named, label=scene.say("books.which_duty"), new=scene.say("books.new_duty"))
    duty = duties.get(chosen)
    form = form_of(scene, DUTIES, chosen)
    with st.form(form, border=False):
        first, second = st.columns(2, gap="small")
        codes = list(junctions)
        at = 0 if duty is None or duty.junction not in junctions else codes.index(duty.junction)
        first.selectbox(scene.say("books.head_junction"), codes, index=at, key=f"{form}-junction",
                        format_func=lambda code: junctions.get(code, code))  # fmt: skip
        units = departments(scene, duty)
        second.selectbox(scene.say("books.head_duty"), units,
                         index=None if duty is None else units.index(duty.department), key=f"{form}-department",
                         placeholder=scene.say("books.choose_department"),
                         format_func=lambda code: unit_name(scene, code))  # fmt: skip
        third, fourth = st.columns(2, gap="small")
        third.date_input(scene.say("books.first"), scene.moment.date() if duty is None else duty.first,
                         key=f"{form}-first", format="YYYY-MM-DD")  # fmt: skip
        last = max(scene.campaign.end, scene.moment.date()) if duty is None else duty.last
        fourth.date_input(scene.say("books.last"), last, key=f"{form}-last", format="YYYY-MM-DD")
        days = [1, 2, 3, 4, 5] if duty is None else sorted(duty.weekdays)
        st.multiselect(scene.say("books.weekdays"), WEEKDAYS, days,
                       key=f"{form}-weekdays", placeholder="",
                       format_func=lambda day: scene.say(f"books.weekday_{day}"))  # fmt: skip
        start, end, people = st.columns(3, gap="small")
        start.time_input(scene.say("books.start"), time(7, 30) if duty is None else duty.start, key=f"{form}-start",
                         step=300)  # fmt: skip
        end.time_input(scene.say("books.end"), time(9) if duty is None else duty.end, key=f"{form}-end", step=300)
        people.number_input(scene.say("books.how_many"), 1, 1_000, 1 if duty is None else duty.people,
                            key=f"{form}-people")  # fmt: skip
        st.form_submit_button(
            scene.say("books.put_duty"),
            key=f"{form}-put",
            type="primary",
            on_click=put_entry,
            args=(DUTIES, form, _duty_writer(form, synthetic=duty is not None and duty.synthetic), "books.duty_put"),
        )
    retire_button(scene, DUTIES, form, chosen)


def junction_form(scene: Scene) -> None:
    """Which junction, and its fields."""
    st.html(tag("div", tag("h3", scene.say("books.junction_edit")), cls="xj-h"))
    junctions = {junction.id: junction for junction in junctions_of(scene.snapshot)}
    named = {identity: junction.name for identity, junction in junctions.items()}
    chosen = choose_entry(
        scene, JUNCTIONS, named, label=scene.say("books.head_junction"), new=scene.say("books.new_junction")
    )
    junction = junctions.get(chosen)
    form = form_of(scene, JUNCTIONS, chosen)
    with st.form(form, border=False):
        st.text_input(scene.say("books.junction_name"), "" if junction is None else junction.name, key=f"{form}-name",
                      max_chars=80)  # fmt: skip
        first, second = st.columns(2, gap="small")
        lon, lat = (None, None) if junction is None else (junction.lon, junction.lat)
        first.number_input(scene.say("report.lon"), value=lon, key=f"{form}-lon",
                           min_value=-180.0, max_value=180.0, format="%.6f", step=0.0001)  # fmt: skip
        second.number_input(scene.say("report.lat"), value=lat, key=f"{form}-lat",
                            min_value=-90.0, max_value=90.0, format="%.6f", step=0.0001)  # fmt: skip
        hours = "07:30-09:00, 17:30-19:00" if junction is None else ", ".join(_hours(a, b) for a, b in junction.watch)
        st.text_input(scene.say("books.watch_hours"), hours, key=f"{form}-watch", max_chars=120)
        st.checkbox(scene.say("books.is_checkpoint"), junction is not None and junction.checkpoint,
                    key=f"{form}-checkpoint")  # fmt: skip
        writer = _junction_writer(form, synthetic=junction is not None and junction.synthetic)
        st.form_submit_button(
            scene.say("books.put_junction"),
            key=f"{form}-put",
            type="primary",
            on_click=put_entry,
            args=(JUNCTIONS, form, writer, "books.junction_put"),
        )
    retire_button(scene, JUNCTIONS, form, chosen, check=_must_be_free)


def _must_be_free(scene: Scene, junction: str) -> None:
    own = [duty for duty in duties_of(scene.snapshot) if duty.junction == junction]
    if own:
        raise BadValueError("junction", junction, scene.say("books.junction_free", n=len(own)))


def departments(scene: Scene, duty: Duty | None) -> list[str]:
    """The codes of departments and offices; what an older entry names as text stays choosable for it alone."""
    units = duties_in_force(scene.snapshot).organisation.of_kind(UnitKind.DEPARTMENT, UnitKind.OFFICE)
    codes = [unit.code for unit in units]
    return codes if duty is None or duty.department in codes else [duty.department, *codes]


def _duty_name(scene: Scene, duty: Duty, junctions: dict[str, str]) -> str:
    place = junctions.get(duty.junction, duty.junction)
    return f"{place} {_hours(duty.start, duty.end)} {unit_name(scene, duty.department)}"


def _hours(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def read_hours(text: str) -> list[dict[str, str]]:
    """Hours such as "07:30-09:00, 17:30-19:00" as a document keeps them. Raises BadValueError."""
    found = []
    for part in re.split(r"[,，;；]", text):
        match = _HOURS.fullmatch(part)
        if match is None:
            raise BadValueError("watch", part, "hours such as 07:30-09:00, several parted by commas")
        a, b, c, d = match.groups()
        found.append({"start": f"{int(a):02d}:{b}", "end": f"{int(c):02d}:{d}"})
    return found


def _duty_writer(form: str, *, synthetic: bool) -> Any:
    def put(scene: Scene, identity: str, version: int, key: str, actor: str) -> DocumentReceipt:
        state = st.session_state
        department, first, last = (state.get(f"{form}-{name}") for name in ("department", "first", "last"))
        if not department:
            raise BadValueError("department", figures.NONE, scene.say("books.choose_department"))
        if not (isinstance(first, date) and isinstance(last, date)):
            raise BadValueError("first", first, "two days")
        duty = Duty(
            id=identity,
            junction=str(state[f"{form}-junction"]),
            department=str(department),
            first=first,
            last=last,
            weekdays=frozenset(state.get(f"{form}-weekdays") or ()),
            start=state[f"{form}-start"],
            end=state[f"{form}-end"],
            people=int(state[f"{form}-people"]),
            synthetic=synthetic,
        )
        return put_duty(
            scene.runtime, scene.snapshot, duty_content(duty), identity, version, client_uuid=key, actor=actor
        )

    return put


def _junction_writer(form: str, *, synthetic: bool) -> Any:
    def put(scene: Scene, identity: str, version: int, key: str, actor: str) -> DocumentReceipt:
        state = st.session_state
        plain = Junction(
            id=identity,
            name=str(state.get(f"{form}-name") or "").strip(),
            lon=state.get(f"{form}-lon"),
            lat=state.get(f"{form}-lat"),
            checkpoint=bool(state.get(f"{form}-checkpoint")),
            watch=(),
            synthetic=synthetic,
        )
        content = junction_content(plain) | {"watch": read_hours(str(state.get(f"{form}-watch") or ""))}
        return scene.runtime.put_document(JUNCTIONS, identity, content, version, client_uuid=key, actor=actor)

    return put
