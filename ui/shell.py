"""The frame of every page: brand, campaign, navigation, clock, language and theme switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from data.access.cookies import ROLE_COOKIE
from data.access.demo_persons import PERSONS
from geo.text import LANGUAGES
from i18n import translate
from layers.map_page import live_worker_url
from layers.tokens import THEMES
from ui import address
from ui.clock import clock_text
from ui.markup import tag
from ui.navigation import first_of, grouped
from ui.scene import Scene
from ui.street_link import goes_out, street_link
from ui.style import put_style

_ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: its name in code and address, and Streamlit's page."""

    name: str
    page: StreamlitPage


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "xunjie_shell",
        css=(_ASSETS / "shell.css").read_text(encoding="utf-8"),
        js=(_ASSETS / "shell.js").read_text(encoding="utf-8"),
    )


def shell(scene: Scene, places: Sequence[Place], here: str) -> None:
    """Draw the bar over the page `here`; links keep language and filter."""
    put_style(scene.theme, here, {"filter": scene.say("core.filter"), "upload": scene.say("core.upload")})
    kept = {"lang": scene.language} if "lang" in st.query_params else {}
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        title = f"{scene.name(scene.city.name)} · {scene.name(scene.campaign.name)}"
        brand = tag("span", cls="xj-logo", aria_hidden="true")
        st.html(tag("div", brand, scene.say("core.brand"), tag("small", title), cls="xj-brand", role="banner"))
        _rail(scene, places, kept)
        _tabs(scene, places, here, kept)
        _controls(scene, places)
    # Always there: a page's fragment is known by its place, and what is asked of one whose place has moved is lost.
    with st.container(key="bad-address"):
        if scene.bad_key:
            st.html(tag("p", scene.say("core.bad_address", key=scene.bad_key), cls="xj-say", role="alert"))


def _rail(scene: Scene, places: Sequence[Place], kept: Mapping[str, str]) -> None:
    """Every page, in groups: what desks have at the left."""
    by_name = {place.name: place for place in places}
    with st.container(key="nav"):
        for group, names in grouped(list(by_name)):
            st.html(tag("p", scene.say(f"core.group_{group}"), cls="xj-navgroup"))
            for name in names:
                with st.container(key=f"nav-{name}"):
                    _link(scene, by_name[name], kept)
            if group == "act" and goes_out(scene):
                with st.container(key="nav-street"):
                    st.html(street_link(scene, "core.street"))


def _tabs(scene: Scene, places: Sequence[Place], here: str, kept: Mapping[str, str]) -> None:
    """The first few pages for the viewer's roles, and a sheet with the others: phones, and narrow windows.

    On a phone the page for the street stands in the middle; the last of the first pages makes room for it there, and
    is the first of the sheet (the style sheet decides: the server does not know how wide a screen is).
    """
    by_name = {place.name: place for place in places}
    first, rest = first_of(list(by_name), scene.viewer.roles)
    spare = first[-1] if goes_out(scene) and rest else None
    with st.container(key="tabs", horizontal=True):
        for at, name in enumerate(first):
            if spare and at == len(first) // 2:
                with st.container(key="tab-street"):
                    st.html(street_link(scene, "core.street_short"))
            with _spared(name == spare), st.container(key=f"tab-{name}"):
                _link(scene, by_name[name], kept)
        if not rest:
            return
        more = st.container(key=f"tab-more-{'on' if here in rest else 'spare' if here == spare else 'off'}")
        # A key of the page: on another page the sheet is another one, which is closed.
        with more, st.popover(scene.say("core.more"), key=f"more-{here}"), st.container(key="sheet"):
            for name in [*([spare] if spare else []), *rest]:
                with _spared(name == spare, "sheet"), st.container(key=f"sheet-{name}"):
                    _link(scene, by_name[name], kept)
            if spare:
                with st.container(key="sheet-street"):
                    st.html(street_link(scene, "core.street"))


def _spared(spared: bool, where: str = "tab") -> AbstractContextManager[Any]:
    """A container by which the style sheet knows the page that stands in the sheet on phones, elsewhere beside it."""
    return st.container(key=f"{where}-spare") if spared else nullcontext()


def _link(scene: Scene, place: Place, kept: Mapping[str, str]) -> None:
    st.page_link(place.page, label=scene.say(f"core.page_{place.name}"), query_params=kept)


def _controls(scene: Scene, places: Sequence[Place]) -> None:
    names = {"zh-CN": "中文", "en": "EN"}
    paths = [f"/{place.page.url_path}" for place in places]
    _component()(
        key="shell",
        data={  # tuples, no list or mapping at the first level: Streamlit loads pandas to see whether those are tables
            "lang": scene.language,
            "theme": scene.theme,
            "clock": (clock_text(scene),),
            "languages": tuple({"code": code, "label": names[code], "lang": code} for code in LANGUAGES),
            "worker": live_worker_url(),
            "language_label": scene.say("core.language"),
            "themes": tuple({"code": theme, "label": scene.say(f"core.theme_{theme}")} for theme in THEMES),
            "theme_label": scene.say("core.theme"),
            "paths": tuple(sorted({"/", *paths})),
            "who": (_who(scene),),
        },
        on_language_change=_change_language,
    )


def _who(scene: Scene) -> dict[str, Any]:
    """Who is signed in, with the way out; in the demo the persons whom one may look as, marked as such."""
    if scene.runtime.settings.access.is_on:
        there = f"/account?lang={scene.language}" if "lang" in st.query_params else "/account"
        told = {"account": there, "account_label": scene.say("core.page_account")}
        return {"name": scene.viewer.name, "sign_out": scene.say("people.sign_out"), **told}
    chosen = scene.viewer.account.removeprefix("demo-")
    persons = [{"code": name, "label": scene.say(f"people.demo_{name}")} for name in PERSONS]
    return {"role": chosen, "persons": persons, "cookie": ROLE_COOKIE, "label": scene.say("people.role_switch")}


def _change_language() -> None:
    state = st.session_state.get("shell")
    chosen = state.get("language") if state is not None else None
    if chosen in LANGUAGES:
        address.go(changes={"lang": str(chosen)})


def closed_sentence() -> str:
    """What is said while no runtime is open, in both languages since no city is known yet."""
    return f"{translate('core.store_closed', 'zh-CN')} {translate('core.store_closed', 'en')}"
