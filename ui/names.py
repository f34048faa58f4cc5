"""How places, types and conditions are named on the pages, in the page's language."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from geo.catalogue import IssueType, SiteClass, Task, TypeGroup
from geo.city import City
from geo.filter_query import NOWHERE
from geo.text import Language
from ui.scene import Scene

_ROAD_NAMES: WeakKeyDictionary[City, dict[Language, dict[str, str]]] = WeakKeyDictionary()


def two_names(name: str) -> tuple[str, str]:
    """A name of both languages, parted: what is in Chinese, and the pinyin behind it ("" where there is none)."""
    first, _, second = name.partition(" ")
    return (first, second) if second and not first.isascii() else (name, "")


def subdistrict_name(scene: Scene, code: str, *, both: bool = False) -> str:
    """Short name of a subdistrict; "-" is outside. `both`: the Chinese name, then pinyin, where they differ."""
    if code == NOWHERE:
        return scene.say("core.outside")
    name = scene.city.areas.short_names[scene.city.areas.index[code]]
    if scene.language == "en" and name.zh and name.en and name.zh != name.en:
        return f"{name.zh} {name.en}" if both else name.en
    return scene.name(name)


def road_name(scene: Scene, code: str, *, both: bool = False) -> str:
    """Name of a road; "-" is unsnapped; an unnamed segment is called by its code."""
    roads = scene.city.roads
    if code == NOWHERE or roads is None:
        return scene.say("core.unsnapped", limit=f"{scene.city.snap_limit_m:.0f}")
    name = roads.road_names[roads.index[code]]
    if not (name.zh or name.en):
        return scene.say("core.unnamed_road", code=code)
    if scene.language == "en" and name.zh and name.en and name.zh != name.en:
        return f"{name.zh} {name.en}" if both else name.en
    return scene.name(name)


def road_names(scene: Scene) -> dict[str, str]:
    """The names of all roads, and of "-", by their codes; worked out once a city and language."""
    by_language = _ROAD_NAMES.setdefault(scene.city, {})
    if scene.language not in by_language:
        codes = [*(scene.city.roads.road_codes if scene.city.roads else ()), NOWHERE]
        by_language[scene.language] = {code: road_name(scene, code) for code in codes}
    return by_language[scene.language]


def entry_name(scene: Scene, kind: str, code: str) -> str:
    """Name of a catalogue entry (`kind`: group, type, task, site_class)."""
    catalogue = scene.city.catalogue
    lists: dict[str, Sequence[TypeGroup | IssueType | Task | SiteClass]] = {
        "group": catalogue.groups,
        "type": catalogue.types,
        "task": catalogue.tasks,
        "site_class": catalogue.site_classes,
    }
    return scene.name(lists[kind][catalogue.position(kind, code)].name)
