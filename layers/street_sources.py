"""Which of our scripts and styles make the phone page and its service worker, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layers.asset import Asset, content_addressed
from layers.asset_sources import FOLDER
from layers.tokens import stylesheet

STREET: Final = FOLDER / "street"

SHARED: Final = ("namespace", "database", "clock", "who", "routes", "outbox", "sender")
"""Files of assets/street/js that page and service worker both run: what is sent is sent alike by either."""

FROM_MAP: Final = ("element", "text", "numbers", "symbols", "road_shapes", "pin")
"""Files of assets/js that the phone page uses as they are."""

PAGE: Final = (
    "datum",
    "city_roads",
    "place",
    "photo_bytes",
    "drafts",
    "pending",
    "today",
    "checklists",
    "plan",
    "route_order",
    "icons",
    "toast",
    "pages_link",
    "sheet",
    "map",
    "map_labels",
    "map_marks",
    "position",
    "place_sheet",
    "type_picker",
    "photo_field",
    "report_entry",
    "report_place",
    "report",
    "case_facts",
    "case_photos",
    "case_actions",
    "case_asking",
    "case",
    "list_frame",
    "visit_entry",
    "visit",
    "visit_conflict",
    "plan_list",
    "list",
    "map_tab",
    "conflict",
    "outbox_view",
    "me",
    "header",
    "tabs",
    "updates",
    "keep_sending",
    "start",
)
"""Files of assets/street/js that only the page runs, after those."""

STYLES: Final = ("base", "frame", "form", "list", "sheet", "visit", "map")
"""Files of assets/street/css in the order in which they are joined, after the tokens."""

ICONS: Final = ("icon-192", "icon-512", "icon-maskable-512", "icon-180")
"""Files of assets/street/icons, drawn from icon.svg beside them."""


def page_script() -> tuple[str, Asset]:
    """All scripts of the page as one file."""
    parts = [_script(name) for name in SHARED]
    parts += [(FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8") for name in FROM_MAP]
    parts += [_script(name) for name in PAGE]
    return content_addressed("street", ".js", "\n".join(parts).encode())


def look_script() -> tuple[str, Asset]:
    """The few lines that choose language and theme before anything is painted."""
    return content_addressed("street-look", ".js", _script("look").encode())


def worker_parts() -> str:
    """The scripts of the service worker; its release and the list of what it keeps are written before them."""
    return "\n".join(_script(name) for name in (*SHARED, "worker"))


def style_bundle(fonts: Sequence[str]) -> tuple[str, Asset]:
    """Fonts (addresses), design tokens and all styles of the page as one file."""
    faces = [
        f'@font-face {{\n  font-family: "Source Sans";\n  src: url("{name}") format("woff2");\n'
        "  font-weight: 200 900;\n  font-display: swap;\n}\n"
        for name in fonts
    ]
    parts = [(STREET / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES]
    parts.append((FOLDER / "css" / "pin.css").read_text(encoding="utf-8"))
    return content_addressed("street", ".css", "\n".join([*faces, stylesheet(), *parts]).encode())


def icons() -> dict[str, tuple[str, Asset]]:
    """Every icon by its plain name."""
    return {name: content_addressed(name, ".png", (STREET / "icons" / f"{name}.png").read_bytes()) for name in ICONS}


def _script(name: str) -> str:
    return (STREET / "js" / f"{name}.js").read_text(encoding="utf-8")
