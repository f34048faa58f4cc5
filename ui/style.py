"""The one place where the looks of Streamlit's pages are set: tokens as custom properties, then our rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from layers.tokens import Theme, custom_properties, tokens
from ui.markup import Html

_RULES = Path(__file__).with_name("assets") / "style.css"


_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><path d="M6 19V9.5h7.5V15H20" fill="none" '
    'stroke="{ink}" stroke-width="2.4" stroke-linejoin="round" stroke-linecap="round"/>'
    '<circle cx="20" cy="8" r="2.6" fill="{ink}"/></svg>'
)


def put_style(theme: Theme, page: str, words: Mapping[str, str]) -> None:
    """Send the rules for `theme`. `page` is shown and its link marked; `words` label what the framework itself would
    leave without a label or label in English: "filter" (the sidebar's button), "upload"."""
    said = "".join(f'--word-{name}:"{word}";' for name, word in words.items())
    st.html(f"<style>{_style(theme, page)}:root{{{said}}}</style>")


@cache
def _style(theme: Theme, page: str) -> str:
    properties = custom_properties(theme)
    properties["--interval"] = tokens()["sequential"][theme][2]
    properties |= {f"--symbol-{name}": f'url("{_data_uri(svg)}")' for name, svg in symbols(theme).items()}
    properties["--logo"] = f'url("{_data_uri(_LOGO.format(ink=properties["--on-primary"]))}")'
    declared = "".join(f"{name}:{value};" for name, value in properties.items())
    link = f":is(.st-key-nav-{page}, .st-key-tab-{page}, .st-key-sheet-{page}) a"
    here = (
        f"{link}{{background:var(--primary-soft)!important;}}"
        f"{link} p{{color:var(--primary)!important;font-weight:600;}}"
        f"@media (forced-colors: active){{{link}{{outline:2px solid Highlight;outline-offset:-2px;}}}}"
    )
    return f":root{{{declared}color-scheme:{theme};}}{_RULES.read_text(encoding='utf-8')}{here}"


def symbols(theme: Theme) -> dict[str, Html]:
    """The map's symbols as small SVG drawings, by stage of an issue and by state of a point."""
    every = tokens()
    halo = every["symbol_halo"][theme]["colour"]
    ink = "#fff" if theme == "light" else "#0A0E11"
    issue = {name: entry[theme] for name, entry in every["issue_status"].items()}
    point = {name: entry[theme] for name, entry in every["point_status"].items()}
    shapes = {
        "handling": f'<circle r="8.5" fill="{issue["open"]}"/>',
        "verifying": f'<path d="M0-8.6 8.6 0 0 8.6-8.6 0Z" fill="{halo}" '
        f'stroke="{issue["verifying"]}" stroke-width="4"/>',
        "overdue": f'<path d="M0-11 11 9-11 9Z" fill="{issue["overdue"]}"/>'
        f'<path d="M0-3.5V3M0 5V7" stroke="{ink}" stroke-width="2.4"/>',
        "closed": f'<circle r="7" fill="{halo}" stroke="{issue["closed"]}" stroke-width="4"/>',
        "rejected": f'<path d="M-7-7 7 7M7-7-7 7" stroke="{issue["closed"]}" stroke-width="3"/>',
        "first_ok": f'<circle r="10" fill="{point["first_ok"]}"/><path d="M-4.6.4-1.2 3.8 5-3.4" fill="none" '
        f'stroke="{ink}" stroke-width="2.8" stroke-linecap="round"/>',
        "fixed": f'<path d="M0-9.6 9.6 0 0 9.6-9.6 0Z" fill="{halo}" stroke="{point["fixed"]}" stroke-width="2.6"/>'
        f'<path d="M0-9.6V9.6L-9.6 0Z" fill="{point["fixed"]}"/>',
        "failing": f'<rect x="-10" y="-10" width="20" height="20" rx="2" fill="{point["failing"]}"/>'
        f'<path d="M-5-5 5 5M5-5-5 5" stroke="{ink}" stroke-width="3" stroke-linecap="round"/>',
        "unvisited": f'<circle r="8.5" fill="{halo}" stroke="{point["unvisited"]}" stroke-width="3" '
        'stroke-dasharray="4 3"/>',
    }
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="-12 -12 24 24">'
    return {name: Html(f"{head}{shape}</svg>") for name, shape in shapes.items()}


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml,{quote(svg)}"
