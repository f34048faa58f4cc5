"""The map on a page: an iframe of `/map` that mounts once and is told of filter, language, theme and layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import streamlit as st

from geo.errors import BadValueError
from geo.filter_query import parse_bbox
from ui import address, change
from ui.clock import clock_text
from ui.pace import follow_within_ms
from ui.scene import Scene, open_scene

LAYERS = ("subdistricts", "roads", "heat", "plain", "responsibility")
Moved = Callable[[tuple[float, float, float, float]], None]
Placed = Callable[[float, float], None]
_ASSETS = Path(__file__).with_name("assets")
Size = Literal["situation", "explore", "points", "report", "case", "correction"]


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "xunjie_map",
        css=(_ASSETS / "map_view.css").read_text(encoding="utf-8"),
        js=(_ASSETS / "map_view.js").read_text(encoding="utf-8"),
    )


def map_view(
    scene: Scene,
    size: Size,
    *,
    layer: str,
    show: str,
    follow_view: bool = False,
    aim: Moved | None = None,
    focus: str | None = None,
    pin: tuple[float, float] | None = None,
    placed: Placed | None = None,
) -> None:
    """Draw the map of the scene's filter; `layer` and `show` are the page's defaults, the address outranks them.

    `follow_view` makes the map's extent part of the filter whenever the map is moved. `aim` draws a cross in its
    middle and is told the extent instead: the map then chooses a place, and not the filter. `focus` is what it is
    moved to ("spot:106.71,26.6": a place with a ring around it); without one, the one place that the filter names.
    `pin` (longitude, latitude) stands on the map and can be moved, which `placed` is told.
    """
    key = f"map-{size}"
    layer = address.view("layer", LAYERS, layer)
    show = address.view("show", default=show)
    told = {
        "filter": urlencode([pair for pair in scene.pairs() if pair[0] != "bbox" or not follow_view]),
        "lang": scene.language,
        "theme": scene.theme,
        "layer": layer,
        "show": show,
        "focus": _focus(scene) if focus is None else focus,
        "pin": "" if pin is None else f"{pin[0]:.6f},{pin[1]:.6f}",
    }
    rest = urlencode(
        [*((key, value) for key, value in told.items() if key == "show" or (key != "filter" and value)), ("embed", "1")]
    )
    rest += "&aim=1" if aim is not None else ""
    _component()(
        key=key,
        data={
            **told,
            "src": f"/map?{told['filter']}&{rest}",
            "title": scene.say("core.map_title", city=scene.name(scene.city.name)),
            "size": size,
            "clock": (clock_text(scene),),
            "pace": follow_within_ms(),
            "revision": scene.snapshot.revision,
            "wants_view": follow_view or aim is not None,
            "aim": aim is not None,
        },
        on_pick_change=lambda: _picked(key),
        on_clear_change=_cleared,
        on_layer_change=lambda: _layered(key),
        on_revision_change=_nothing,
        on_view_change=lambda: _moved(key, aim),
        on_period_change=lambda: _dated(key),
        on_place_change=lambda: _placed(key, placed),
    )


def _focus(scene: Scene) -> str:
    """The one place the filter names, which the map fits to; "" where it names none or several."""
    f = scene.filter
    if len(f.roads) == 1:
        return f"road:{f.roads[0]}"
    return f"subdistrict:{f.subdistricts[0]}" if len(f.subdistricts) == 1 else ""


def _value(key: str, name: str) -> Any:
    state = st.session_state.get(key)
    return state.get(name) if state is not None else None


def _picked(key: str) -> None:
    chosen = _value(key, "pick")
    if isinstance(chosen, dict):
        change.pick(open_scene(), str(chosen.get("kind")), str(chosen.get("code")))


def _cleared() -> None:
    change.clear_place(open_scene())


def _layered(key: str) -> None:
    chosen = _value(key, "layer")
    if isinstance(chosen, dict) and chosen.get("layer") in LAYERS:
        address.go(changes={"layer": str(chosen["layer"]), "show": str(chosen.get("show") or "") or None})


def _moved(key: str, aim: Moved | None) -> None:
    try:
        bbox = parse_bbox(str(_value(key, "view")))
    except BadValueError:
        return  # a map that shows the whole world has no box to filter by
    if aim is not None:
        aim(bbox)
    else:
        change.set_field(open_scene(), "bbox", bbox)


def _placed(key: str, placed: Placed | None) -> None:
    try:
        lon, lat = (float(part) for part in str(_value(key, "place")).split(","))
    except ValueError:
        return
    if placed is not None and math.isfinite(lon) and math.isfinite(lat):
        placed(lon, lat)


def _dated(key: str) -> None:
    chosen = _value(key, "period")
    if isinstance(chosen, dict):
        change.set_period(open_scene(), chosen.get("since"), chosen.get("until"))


def _nothing() -> None:
    """A revision needs no answer but the run that this callback is part of."""
