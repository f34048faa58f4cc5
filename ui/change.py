"""Changes of the filter that a click makes: pick a place, drop a condition, set a period."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geo.errors import BadValueError
from geo.filter_query import parse_filter
from ui.scene import Scene, without


def pick(scene: Scene, kind: str, code: str) -> None:
    """Drill down to what was picked on the map or in a list; a second pick of the same place lets it go.

    Unknown kinds and codes change nothing: they can only come from an older map.
    """
    f = scene.filter
    if kind == "subdistrict" and (code in scene.city.areas.index or code == "-"):
        scene.go(replace(f, subdistricts=() if f.subdistricts == (code,) else (code,), roads=()))
    elif kind == "road" and ((scene.city.roads and code in scene.city.roads.index) or code == "-"):
        scene.go(replace(f, roads=() if f.roads == (code,) else (code,)))
    elif kind == "site_class" and scene.city.catalogue.has("site_class", code):
        scene.go(replace(f, site_classes=() if f.site_classes == (code,) else (code,)))
    elif kind == "issue" and len(code) <= 64:
        scene.go(issue=code, point=None)
    elif kind == "point" and len(code) <= 64:
        scene.go(point=code, issue=None)


def clear_place(scene: Scene) -> None:
    """Let go of road, then subdistrict, then open card: one step a call, as Esc does on the map."""
    f = scene.filter
    if f.roads:
        scene.go(replace(f, roads=()))
    elif f.subdistricts:
        scene.go(replace(f, subdistricts=()))
    else:
        clear_card(scene)


def clear_card(scene: Scene) -> None:
    """Close the open card."""
    scene.go(issue=None, point=None)


def set_field(scene: Scene, field: str, value: Any) -> None:
    """Replace one field of the filter."""
    scene.go(replace(scene.filter, **{field: value}))


def drop(scene: Scene, field: str, value: str | None = None) -> None:
    """Take one condition away (the × of a chip)."""
    if field == "as_of":
        scene.go(replace(scene.filter, as_of=scene.moment))
    else:
        scene.go(without(scene.filter, field, value))


def reset(scene: Scene) -> None:
    """Keep the register and the campaign, drop everything else."""
    scene.go(replace(scene.whole, as_of=scene.moment), issue=None, point=None)


def set_period(scene: Scene, since: object, until: object) -> None:
    """Set the period of report from two texts of the map's time bar (None: open end); what cannot be read is left."""
    pairs = [(key, str(value)) for key, value in (("since", since), ("until", until)) if value]
    try:
        period = parse_filter(pairs, scene.city, now=lambda _: scene.moment)
    except BadValueError:
        return
    scene.go(replace(scene.filter, since=period.since, until=period.until))
