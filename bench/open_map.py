"""One open map as the server sees it: what it asks for, and what of that again after a change (layers/assets/js)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import urlencode

import numpy as np
import orjson

from geo.city import City

Pairs = tuple[tuple[str, str], ...]
Json = Mapping[str, Any]
Layer = Literal["subdistricts", "heat", "plain", "roads"]
LAYERS: Final[tuple[Layer, ...]] = ("subdistricts", "heat", "plain", "roads")
APART_S: Final = 0.25
"""As feed.js: refreshes begin at least so far apart."""

_STEADY_SHARE: Final = 0.1
_OF_VIEW: Final = ("cells", "marks", "open", "roadLines")
_OPEN: Final = tuple(("stage", stage) for stage in ("handling", "verifying", "overdue"))
_WINDOW: Final = (1600, 900)
_PADDED: Final = 1.3


@dataclass(frozen=True)
class OpenMap:
    """Layer, filter, zoom and box of one map. `register` is that of its filter."""

    layer: Layer
    chosen: Pairs
    zoom: int
    box: tuple[float, float, float, float]
    register: str

    def wanted(self, answers: Json, steady: dict[str, float]) -> dict[str, str]:
        """Addresses by name (requests.js). What `answers` tell of the whole city is named in the requests for a part
        of it; `steady` remembers ends of scales that have hardly moved since."""
        chosen, view = self.chosen, self._view
        heat = (("heat", "1"),) if self.layer == "heat" else ()
        wanted = {
            "summary": _address("/api/summary", (*heat, *chosen)),
            "timeline": _address("/api/timeline", (("form", "columns"), *chosen)),
        }
        cap = _steady(steady, "cap", (answers.get("summary") or {}).get("heat", {}).get("cap"))
        scale = _steady(steady, "scale", ((answers.get("roads") or {}).get("legend") or {}).get("scale"))
        if self.layer == "heat":
            wanted["cells"] = _address("/api/cells", (("part", "raster"), *view, *chosen, *_known("cap", cap)))
        if self.layer == "subdistricts":
            wanted["subdistricts"] = _address("/api/density/subdistricts", chosen)
        if self.layer == "roads":
            wanted["roads"] = _address("/api/density/roads", (("most", "50"), *chosen))
            density = (("density", "1"), *view, *chosen, *_known("scale", scale))
            wanted["roadLines"] = _address("/api/roads", density)
        else:
            wanted["roadLines"] = _address("/api/roads", view)
        columns = (("form", "columns"), *view, *chosen, *_OPEN)
        if self.layer == "plain":
            wanted["marks"] = _address("/api/marks", (*columns, ("stage", "closed")))
        else:
            wanted["open"] = _address("/api/marks", columns)
        return wanted

    def touched(self, delta: Json, answers: Json) -> list[str]:
        """Names whose answer may no longer hold after a change (concern.js)."""
        return [name for name in answers if name not in _OF_VIEW or self._touches(delta, name, answers[name])]

    @property
    def _view(self) -> Pairs:
        return (("z", str(self.zoom)), ("bbox", ",".join(f"{value:.5f}" for value in self.box)))

    def _touches(self, delta: Json, name: str, answer: Json) -> bool:
        if name == "roadLines" and self.layer != "roads":
            return False  # the roads themselves do not change
        return self._concerns(delta, answer)

    def _concerns(self, delta: Json, answer: Json) -> bool:
        box = answer.get("felt") or self.box
        if delta["since"] is None:
            return True
        if not delta["bbox"] or not _meet(delta["bbox"], box):
            return False
        if len(delta["issues"]) < delta["count"]:
            return True
        types = [value for key, value in self.chosen if key == "type"]
        return any(
            issue["register"] == self.register
            and (not types or issue["type"] in types)
            and _meet(issue.get("bbox") or [issue["lon"], issue["lat"]] * 2, box)
            for issue in delta["issues"]
        )


def open_maps(city: City, number: int) -> list[OpenMap]:
    """So many different maps: near and far, all layers, half of them with a filter; seeded."""
    west, south, east, north = city.boundary.bounds
    rng = np.random.default_rng(7)
    types = [entry.code for entry in city.catalogue.types]
    found = []
    for at in range(number):
        chosen: Pairs = ()
        if at % 4 == 2:
            chosen = (("type", types[at % len(types)]),)
        elif at % 4 == 3:
            chosen = (("subdistrict", city.areas.codes[at]),)
        zoom = 11 + at % 5
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        wide, high = (pixels * _PADDED * 180 / 256 / 2**zoom for pixels in _WINDOW)
        box = (x - wide, y - high, x + wide, y + high)
        found.append(OpenMap(LAYERS[(at // 5) % 4], chosen, zoom, box, city.campaign().default_register))
    return found


@lru_cache(maxsize=256)
def content(body: bytes) -> Any:
    """The JSON of a body, compressed or not. The same bytes are read once: two hundred browsers have more processors
    than one bench."""
    return orjson.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)


def _steady(steady: dict[str, float], name: str, told: float | None) -> float | None:
    if told and (name not in steady or abs(steady[name] / told - 1) > _STEADY_SHARE):
        steady[name] = told
    return steady.get(name)


def _known(name: str, value: float | None) -> Pairs:
    return () if value is None else ((name, str(value)),)


def _address(path: str, pairs: Pairs) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _meet(a: Any, b: Any) -> bool:
    return bool(a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1])
