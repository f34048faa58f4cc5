"""The phone page: a skeleton, its files, its manifest and the service worker that keeps them on the phone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape
from string import Template
from types import MappingProxyType
from typing import Final

import orjson

from geo.city import City
from geo.text import LANGUAGES, Language
from i18n import section, translate
from layers import asset_sources, street_sources
from layers.asset import Asset, content_addressed
from layers.street_city import street_city_json
from layers.tokens import custom_properties

PAGE_PATH: Final = "/street"
ASSET_PATH: Final = "/street/assets/"
WORKER_PATH: Final = "/street/worker.js"
MANIFEST_PATH: Final = "/street/manifest.webmanifest"

_SKELETON = Template("""<!doctype html>
<html lang="$language" data-release="$release"$attributes>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="referrer" content="same-origin">
<meta name="theme-color" content="$light" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="$dark" media="(prefers-color-scheme: dark)">
<meta name="mobile-web-app-capable" content="yes">
<meta name="apple-mobile-web-app-title" content="$short">
<title>$title</title>
<script src="$look"></script>
<link rel="manifest" href="$manifest?lang=$language" crossorigin="use-credentials">
<link rel="icon" type="image/png" href="$icon">
<link rel="apple-touch-icon" href="$touch_icon">
$links
</head>
<body>
<div id="app"></div>
<noscript>$no_script</noscript>
$scripts
</body>
</html>
""")


class StreetPages:
    """The phone page of one city: `assets` maps content-addressed names to files that never change.

    Nothing in it depends on issues or on who looks: that reaches the phone by fetch, and stays in its own store.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._assets: dict[str, Asset] = {}
        fonts = [self._add(font) for font in asset_sources.font()]
        self._styles = [self._add(asset_sources.leaflet_style()), self._add(street_sources.style_bundle(fonts))]
        self._look = self._add(street_sources.look_script())
        self._scripts = [self._add(asset_sources.leaflet_script()), self._add(street_sources.page_script())]
        self._attributes = {"city": self._add(content_addressed("street-city", ".json", street_city_json(city)))}
        for language in LANGUAGES:
            content = orjson.dumps(section("street", language), option=orjson.OPT_SORT_KEYS)
            name = f"strings-{language}"
            self._attributes[name.lower()] = self._add(content_addressed(f"street-{name}", ".json", content))
        self._kept = [ASSET_PATH + name for name in self._assets]
        self._icons = {name: self._add(icon) for name, icon in street_sources.icons().items()}
        self.release = self._release()

    @property
    def assets(self) -> Mapping[str, Asset]:
        """Every file of the page by its content-addressed name."""
        return MappingProxyType(self._assets)

    def page(self, language: Language) -> bytes:
        """The HTML; it has no inline script, style or data. A kept copy turns to another language by itself."""
        html = _SKELETON.substitute(
            language=language,
            release=self.release,
            attributes="".join(f' data-{key}="{escape(url)}"' for key, url in self._attributes.items()),
            light=custom_properties("light")["--surface"],
            dark=custom_properties("dark")["--surface"],
            short=escape(translate("street.app_short", language)),
            title=escape(self._title(language)),
            look=escape(self._look),
            manifest=MANIFEST_PATH,
            icon=escape(self._icons["icon-192"]),
            touch_icon=escape(self._icons["icon-180"]),
            links="\n".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in self._styles),
            no_script=escape(translate("street.no_script", language)),
            scripts="\n".join(f'<script src="{escape(url)}" defer></script>' for url in self._scripts),
        )
        return html.encode()

    def worker(self) -> bytes:
        """The service worker. Any change of the page's files is a change of these bytes, so that browsers see it."""
        kept = {"release": self.release, "page": PAGE_PATH, "files": [*self._kept, self._icons["icon-192"]]}
        return f"self.xunjieShell = {orjson.dumps(kept).decode()};\n{street_sources.worker_parts()}".encode()

    def manifest(self, language: Language) -> bytes:
        """What the phone needs to put the page among its programs."""

        def icon(name: str, size: int, purpose: str) -> dict[str, str]:
            return {"src": self._icons[name], "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

        short = translate("street.app_short", language)
        content = {
            "id": PAGE_PATH,
            "start_url": PAGE_PATH,
            "scope": PAGE_PATH,
            "name": self._title(language),
            "short_name": short,
            "description": translate("street.app_description", language),
            "lang": language,
            "display": "standalone",
            "orientation": "portrait",
            "background_color": custom_properties("light")["--page"],
            "theme_color": custom_properties("light")["--surface"],
            "icons": [
                icon("icon-192", 192, "any"),
                icon("icon-512", 512, "any"),
                icon("icon-maskable-512", 512, "maskable"),
            ],
            "shortcuts": [
                {"name": translate(f"street.tab_{tab}", language), "url": f"{PAGE_PATH}?tab={tab}"}
                for tab in ("report", "list")
            ],
        }
        return orjson.dumps(content)

    def _title(self, language: Language) -> str:
        return f"{translate('street.app_name', language)} · {self._city.name.in_language(language)}"

    def _release(self) -> str:
        parts = [_SKELETON.template, *sorted(self._assets), street_sources.worker_parts()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def _add(self, named: tuple[str, Asset]) -> str:
        name, asset = named
        self._assets[name] = asset
        return ASSET_PATH + name
