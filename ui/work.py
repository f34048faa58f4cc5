"""Work: what waits for this viewer, by their roles and scope, and what can be done to many of it at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.bulk_acts import bulk_acts_for
from data.work_queues import queue_rows
from geo.access import Role
from geo.filter import IssueFilter
from geo.permissions import Action, reach
from geo.queues import Queue, queues_for
from ui import address, figures
from ui.bulk_panel import bulk_panel, forget_choice
from ui.chips import chip_buttons, chips_of
from ui.following import follow
from ui.guard import guarded
from ui.markup import tag
from ui.notes import help_popover, synthetic_note
from ui.queue_table import queue_table
from ui.saying import said
from ui.scene import Scene, open_scene

ROLES = (Role.COMMANDER, Role.DEPARTMENT, Role.INSPECTOR, Role.PLANNER)
"""Those for whom anything waits, in the order of the page."""


@st.fragment
@guarded
def page() -> None:
    """Queues on the left, the chosen one in the middle, what is done to its ticked rows on the right."""
    scene = open_scene()
    mine = queues_for(scene.viewer.roles)
    _head(scene)
    if not mine or not scene.may(Action.AMEND):
        st.html(tag("p", scene.say("work.nothing_for_you"), cls="xj-say", role="status"))
        return
    meant = meant_for(scene)
    chosen = next((queue for queue in mine if queue.code == address.view("queue")), None)
    chosen = chosen or next((queue for queue in mine if len(queue_rows_of(scene, meant, queue))), mine[0])
    with st.container(key="workgrid"):
        with st.container(key="panel-queues"):
            _queues(scene, mine, chosen, meant)
        with st.container(key="workmain"):
            rows = queue_rows_of(scene, meant, chosen, order=str(st.session_state.get("work-order") or "due"))
            acts = bulk_acts_for(chosen, scene.viewer.roles) if scene.is_now else ()
            said("bulk", keep=True)
            if acts and len(rows):
                with st.container(key="panel-bulk"):
                    bulk_panel(scene, chosen, rows, acts)
            queue_table(scene, chosen, rows, can_choose=bool(acts))
            if not scene.is_now:
                st.html(tag("p", scene.say("work.looking_back"), cls="xj-say", role="status"))
    synthetic_note(scene)
    follow(scene)


def meant_for(scene: Scene) -> IssueFilter:
    """The filter of the address, within what the viewer may act on: nothing else waits for them."""
    within = reach(scene.viewer, Action.AMEND)
    return scene.filter if within is None else replace(scene.filter, within=within.narrowed(scene.filter.within))


def queue_rows_of(scene: Scene, meant: IssueFilter, queue: Queue, *, order: str = "due") -> NDArray[np.intp]:
    """What waits in a queue, for this viewer."""
    return queue_rows(scene.snapshot, meant, queue, order=order, account=scene.viewer.account)


def _head(scene: Scene) -> None:
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        lead = scene.say("work.lead", register=scene.name(scene.register.name))
        st.html(tag("div", tag("h1", scene.say("work.title")), tag("small", lead), cls="xj-h"), width="content")
        chip_buttons(scene, chips_of(scene))
        st.space("stretch")
        help_popover(scene, "work")


def _queues(scene: Scene, mine: tuple[Queue, ...], chosen: Queue, meant: IssueFilter) -> None:
    several = sum(any(role in queue.roles for queue in mine) for role in ROLES) > 1
    for role in ROLES:
        own = [queue for queue in mine if role in queue.roles]
        if own and several:
            st.html(tag("h2", scene.say(f"people.role_{role}"), cls="xj-role"))
        for queue in own:
            count = len(queue_rows_of(scene, meant, queue))
            here = "on" if queue is chosen else "off"
            none = "none" if not count else "some"
            with st.container(key=f"queue-{here}-{none}-{queue.code}"):
                st.button(
                    f"{scene.say(f'work.queue_{queue.code}')} **{figures.count(count)}**",
                    key=f"open-{queue.code}",
                    type="tertiary",
                    width="stretch",
                    on_click=_open,
                    args=(queue.code,),
                )


def _open(code: str) -> None:
    forget_choice()
    open_scene().go(queue=code)
