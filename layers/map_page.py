"""The map page and the wall page: one constant Folium map, served as a skeleton and external files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from string import Template
from types import MappingProxyType
from typing import Final, Literal

import orjson

from geo.city import City
from geo.text import LANGUAGES, Language
from i18n import section, translate
from layers import asset_sources
from layers.asset import Asset, content_addressed
from layers.basemap import Basemap
from layers.city_view import city_json
from layers.folium_alone import folium
from layers.heat import Heat
from layers.issue_marks import IssueMarks
from layers.map_layer import StartPage
from layers.point_marks import PointMarks
from layers.responsibility import Responsibility
from layers.road_density import RoadDensity
from layers.subdistrict_density import SubdistrictDensity
from layers.tiles import TileBasemap, Tiles
from layers.tokens import Theme

Kind = Literal["map", "wall"]
ASSET_PATH: Final = "/map/assets/"
"""Where the files of the map pages are served."""

_SKELETON = Template("""<!doctype html>
<html lang="$language" data-page="$kind" data-theme="$theme" data-ready="false"$attributes>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<link rel="icon" href="data:,">
<title>$title</title>
$links
</head>
<body>
<div id="progress" hidden></div>
<main id="frame">
<div id="map_xunjie" class="folium-map" role="region" tabindex="0" aria-label="$map_label"></div>
</main>
<noscript>$no_script</noscript>
$scripts
</body>
</html>
""")


class MapPages:
    """The pages and files of one city's map.

    `assets` maps content-addressed names to files that never change; `page` gives the HTML that names them. Nothing
    here depends on issues: data reaches the browser by fetch. `tiles` is an optional basemap; `asset_path` is where
    `assets` are served.
    """

    def __init__(self, city: City, *, tiles: Tiles | None = None, asset_path: str = ASSET_PATH) -> None:
        self._city = city
        self._path = asset_path
        self._assets: dict[str, Asset] = {}
        fonts = [self._add(font).rpartition("/")[2] for font in asset_sources.font()]
        self._style = [self._add(asset_sources.leaflet_style()), self._add(asset_sources.style_bundle(fonts))]
        leaflet = self._add(asset_sources.leaflet_script())
        bundle = self._add(asset_sources.script_bundle())
        folium_script = folium_map_script(city, tiles=tiles, leaflet_url=leaflet, leaflet_style_url=self._style[0])
        map_script = self._add(content_addressed("map", ".js", folium_script.encode()))
        self._scripts = [leaflet, bundle, map_script]
        self._attributes = {
            "city": self._add(content_addressed("city", ".json", city_json(city))),
            "worker": self._add(asset_sources.live_worker()),
        }
        if tiles is not None:
            self._attributes["tiles"] = tiles.url
        for language in LANGUAGES:
            content = orjson.dumps(section("map", language), option=orjson.OPT_SORT_KEYS)
            name = f"strings-{language}"
            self._attributes[name.lower()] = self._add(content_addressed(name, ".json", content))

    @property
    def assets(self) -> Mapping[str, Asset]:
        """Every file of the page by its content-addressed name."""
        return MappingProxyType(self._assets)

    def page(self, kind: Kind, language: Language, theme: Theme) -> bytes:
        """The HTML of the map page or the wall page; it has no inline script, style or data."""
        title = f"{self._city.name.in_language(language)} · {translate(f'map.title_{kind}', language)}"
        html = _SKELETON.substitute(
            language=language,
            kind=kind,
            theme=theme,
            attributes="".join(f' data-{key}="{escape(url)}"' for key, url in self._attributes.items()),
            title=escape(title),
            links="\n".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in self._style),
            map_label=escape(translate("map.map_label", language)),
            no_script=escape(translate("map.no_script", language)),
            scripts="\n".join(f'<script src="{escape(url)}"></script>' for url in self._scripts),
        )
        return html.encode()

    def _add(self, named: tuple[str, Asset]) -> str:
        name, asset = named
        self._assets[name] = asset
        return self._path + name


@cache
def live_worker_url() -> str:
    """Where the SharedWorker of the event stream is served: pages around the map share it with the maps."""
    return ASSET_PATH + asset_sources.live_worker()[0]


def folium_map(city: City, *, leaflet_url: str, leaflet_style_url: str, tiles: Tiles | None = None) -> folium.Map:
    """The one Folium map of a city, with our own layers and none of Folium's downloads.

    It is constant: names are fixed, and nothing in it changes with issues, users, language or theme.
    """
    west, south, east, north = city.boundary.bounds
    drawn = folium.Map(
        location=[round((south + north) / 2, 6), round((west + east) / 2, 6)],
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.05,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=110,
        min_zoom=9,
        max_zoom=18,
        bounce_at_zoom_limits=False,
    )
    drawn._id = "xunjie"
    drawn.default_js = [("leaflet", leaflet_url)]
    drawn.default_css = [("leaflet_css", leaflet_style_url)]
    if tiles is not None:
        drawn.add_child(TileBasemap(tiles, city))
    densities = (SubdistrictDensity(), RoadDensity(), Heat())
    for layer in (Basemap(), *densities, Responsibility(), IssueMarks(), PointMarks(), StartPage()):
        drawn.add_child(layer)
    return drawn


def folium_map_script(city: City, *, leaflet_url: str, leaflet_style_url: str, tiles: Tiles | None = None) -> str:
    """Only the script part of what Folium renders; the skeleton stands in for its HTML."""
    root = folium_map(city, leaflet_url=leaflet_url, leaflet_style_url=leaflet_style_url, tiles=tiles).get_root()
    root.render()
    script: str = root.script.render()  # type: ignore[attr-defined]  # a Figure has it, its base has not
    return f'"use strict";\n{script}\n'
