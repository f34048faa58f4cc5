"""The filter in words: one chip a condition, each with its ×, and the sentence for an empty selection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import streamlit as st

from geo.filter import IssueFilter
from ui import change, figures
from ui.names import entry_name, road_name, subdistrict_name
from ui.scene import Scene, open_scene, without

FOLLOW = "follow-map"
"""The box "only what the map shows"; letting go of the map's extent unticks it."""

_LISTS = (
    ("groups", "group"),
    ("types", "type"),
    ("tasks", "task"),
    ("stages", "stage"),
    ("statuses", "status"),
    ("subdistricts", "subdistrict"),
    ("roads", "road"),
    ("site_classes", "site_class"),
    ("departments", "department"),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the field of the filter it stands for."""

    field: str
    words: str


def chips_of(scene: Scene, *, points: bool = False) -> list[Chip]:
    """The conditions of the filter beyond register and campaign; `points`: only those that concern points."""
    f = scene.filter
    chips = []
    for field, key in _LISTS:
        values = getattr(f, field)
        if values:
            named = [_value_name(scene, key, value) for value in values]
            listed = ("、" if scene.language == "zh-CN" else ", ").join(named[:3])
            more = f" +{len(named) - 3}" if len(named) > 3 else ""
            chips.append(Chip(field, _words(scene, key, f"{listed}{more}")))
    if f.since or f.until:
        chips.append(Chip("period", _words(scene, "period", _period(scene))))
    if not scene.is_now:
        chips.append(Chip("as_of", _words(scene, "as_of", figures.table_moment(scene.as_of))))
    if f.bbox:
        chips.append(Chip("bbox", scene.say("core.map_extent_chip")))
    if f.text:
        chips.append(Chip("text", _words(scene, "q", f.text)))
    concerning = {"subdistricts", "roads", "bbox", "as_of", "site_classes"}
    if points:
        return [chip for chip in chips if chip.field in concerning]
    return [chip for chip in chips if chip.field != "site_classes"]


def chip_buttons(scene: Scene, chips: list[Chip]) -> None:
    """One button a chip; a click takes the condition away."""
    for chip in chips:
        st.button(
            _plain(f"{chip.words}  ×"),
            key=f"chip-{chip.field}",
            on_click=_drop,
            args=(chip.field,),
        )


def empty_sentence(scene: Scene) -> str:
    """What to say where nothing matches: the condition whose removal brings most issues back."""
    chips = chips_of(scene)
    gains = {chip: scene.counts(less(scene.filter, chip.field)).total for chip in chips if chip.field != "as_of"}
    if not gains or max(gains.values()) == 0:
        return scene.say("core.empty_plain")
    best = max(gains, key=lambda chip: gains[chip])
    return scene.say("core.empty", all=figures.count(scene.whole_total), chip=best.words, n=figures.count(gains[best]))


def less(issue_filter: IssueFilter, field: str) -> IssueFilter:
    """The filter without the condition of a chip."""
    return replace(issue_filter, since=None, until=None) if field == "period" else without(issue_filter, field)


def _words(scene: Scene, key: str, value: str) -> str:
    return scene.say("core.chip", name=scene.say(f"core.filter_{key}"), value=value)


def _drop(field: str) -> None:
    scene = open_scene()
    if field == "bbox":
        st.session_state[FOLLOW] = False
    if field == "as_of":
        change.drop(scene, field)
    else:
        scene.go(less(scene.filter, field))


def _value_name(scene: Scene, key: str, value: str) -> str:
    if key == "subdistrict":
        return subdistrict_name(scene, value)
    if key == "road":
        return road_name(scene, value)
    if key == "stage":
        return scene.say(f"core.stage_{value}")
    if key == "status":
        return scene.say(f"core.status_{value}")
    return value if key == "department" else entry_name(scene, key, value)


def _period(scene: Scene) -> str:
    f = scene.filter
    first = f.since.astimezone(scene.zone).date() if f.since else None
    last = (f.until - timedelta(microseconds=1)).astimezone(scene.zone).date() if f.until else None
    if first and last:
        return figures.day_range(first, last, scene.language)
    if first:
        return scene.say("core.since_chip", day=scene.day(first))
    assert last is not None, "a period has at least one end"
    return scene.say("core.until_chip", day=scene.day(last))


def _plain(label: str) -> str:
    """A label with Markdown's signs made harmless: a search text is the user's own."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|$:~<>&" else sign for sign in label)
