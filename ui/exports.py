"""The links that download what is counted: the same filter, through the HTTP route."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from geo.permissions import Action
from ui import figures
from ui.markup import Html, tag
from ui.scene import Scene


def export_links(scene: Scene, *, formats: tuple[str, ...], lead: str = "") -> None:
    """Links to the exports of the scene's filter, the first one emphasised; `lead` says how many rows they hold."""
    if not scene.may(Action.EXPORT):
        return
    links = [_link(scene, extension, first=place == 0) for place, extension in enumerate(formats)]
    st.html(tag("div", tag("small", lead) if lead else Html(""), *links, cls="xj-links"))


def geojson_link(scene: Scene, total: int) -> None:
    """One link, with the number of features on it."""
    if not scene.may(Action.EXPORT):
        return
    label = scene.say("core.export_geojson_n", n=figures.count(total))
    st.html(tag("div", _anchor(scene, "geojson", label, first=True), cls="xj-links"))


def export_address(scene: Scene, extension: str) -> str:
    """Path and query of an export of the scene's filter."""
    return f"/api/issues.{extension}?{urlencode([*scene.pairs(), ('download', '1')])}"


def _link(scene: Scene, extension: str, *, first: bool) -> Html:
    return _anchor(scene, extension, {"geojson": "GeoJSON", "csv": "CSV"}[extension], first=first)


def _anchor(scene: Scene, extension: str, label: str, *, first: bool) -> Html:
    return tag(
        "a", label, cls="xj-link first" if first else "xj-link", href=export_address(scene, extension), download=""
    )
