"""The page that hides faces and plates in a photo: its skeleton and its two files; rectangles are SVG over it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from string import Template
from types import MappingProxyType
from typing import Final

import orjson

from geo.text import Language
from i18n import translate
from layers.asset import Asset, content_addressed
from layers.asset_sources import FOLDER
from layers.tokens import Theme, stylesheet

ASSET_PATH: Final = "/photos/assets/"
"""Where the files of the page are served."""

WORDS: Final = ("area", "saving", "failed", "was_reviewed", "was_not_reviewed")
"""Entries `photos.blur_<word>` that the script says."""

_SKELETON: Final = Template("""<!doctype html>
<html lang="$language" data-theme="$theme" data-ready="false">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>$title</title>
<link rel="stylesheet" href="$style">
</head>
<body data-lang="$language" data-photo="$photo" data-width="$width" data-height="$height" data-reviewed="$reviewed"
data-words="$words">
<main>
<h1>$title</h1>
<p id="how">$how</p>
<figure class="photo">
<img src="$photo" width="$width" height="$height" alt="$alt">
<svg id="stage" viewBox="0 0 $width $height" preserveAspectRatio="none" role="group" aria-label="$areas"
aria-describedby="how"></svg>
</figure>
<div class="bar">
<button type="button" id="add">$add</button>
<button type="button" id="undo">$undo</button>
<button type="button" id="save">$save</button>
<button type="button" id="review" aria-pressed="$reviewed">$review</button>
</div>
<p id="status" role="status">$state</p>
</main>
<script src="$script"></script>
</body>
</html>
""")


@cache
def blur_assets() -> Mapping[str, Asset]:
    """Script and style of the page by their content-addressed names, in that order."""
    script = content_addressed("blur", ".js", (FOLDER / "js" / "blur.js").read_bytes())
    style = (FOLDER / "css" / "blur.css").read_text(encoding="utf-8")
    return MappingProxyType(dict([script, content_addressed("blur", ".css", f"{stylesheet()}\n{style}".encode())]))


def blur_page(
    photo: str, *, width: int, height: int, reviewed: bool, blurred: bool, language: Language, theme: Theme
) -> bytes:
    """The HTML for the photo at the address `photo`, of that many pixels; no inline script or style. `blurred`: it was
    made by this page, which says so."""

    def say(name: str) -> str:
        return escape(translate(f"photos.blur_{name}", language))

    script, style = (ASSET_PATH + name for name in blur_assets())
    words = {name: translate(f"photos.blur_{name}", language) for name in WORDS}
    names = ("title", "how", "alt", "areas", "add", "undo", "save", "review")
    html = _SKELETON.substitute(
        {name: say(name) for name in names},
        language=language,
        theme=theme,
        style=escape(style),
        script=escape(script),
        photo=escape(photo),
        width=width,
        height=height,
        reviewed="true" if reviewed else "false",
        words=escape(orjson.dumps(words).decode()),
        state=say("saved") if blurred else "",
    )
    return html.encode()
