"""The case of one issue: where it stands, its place, its photos, its whole story, and what may be done to it now."""

from __future__ import annotations

import streamlit as st

from geo.errors import NotFoundError
from ui import address
from ui.case_acts import case_acts
from ui.case_head import case_head, case_map
from ui.case_photos import case_photos
from ui.case_story import case_story
from ui.guard import guarded
from ui.markup import tag
from ui.one_case import open_case
from ui.scene import open_scene


@st.fragment
@guarded
def page() -> None:
    """Head; what may be done and the photos on the left; place and story on the right."""
    scene = open_scene()
    identity = address.view("issue")
    if not identity:
        st.html(tag("div", tag("h1", scene.say("core.page_case")), cls="xj-h"))
        st.html(tag("p", scene.say("case.none_named"), cls="xj-say", role="status"))
        return
    try:
        case = open_case(scene, identity)
    except NotFoundError:
        st.html(tag("p", scene.say("explore.no_issue", number=identity[:40]), cls="xj-say bad", role="alert"))
        return
    case_head(case)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-acts"):
                case_acts(case)
            with st.container(key="panel-photos"):
                case_photos(case)
        with right:
            case_map(case)
            with st.container(key="panel-story"):
                case_story(case)
