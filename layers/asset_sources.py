"""Which of our scripts and styles make which asset, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from xstatic.pkg import leaflet

from layers.asset import Asset, content_addressed
from layers.tokens import stylesheet

FOLDER = Path(__file__).with_name("assets")

SCRIPTS = (
    "namespace",
    "element",
    "text",
    "numbers",
    "state",
    "requests",
    "packed",
    "concern",
    "feed",
    "road_shapes",
    "symbols",
    "symbol_layer",
    "tiles",
    "basemap",
    "subdistricts",
    "roads",
    "heat",
    "responsibility",
    "issues",
    "points",
    "label_space",
    "callouts",
    "labels",
    "layout",
    "fit",
    "tip",
    "highlight",
    "card",
    "card_content",
    "pin",
    "placing",
    "pointer",
    "layer_switch",
    "legend",
    "legend_content",
    "badge",
    "buttons",
    "time_bar",
    "status",
    "summary_table",
    "keyboard",
    "host",
    "drill",
    "live",
    "printing",
    "overview",
    "wall_figures",
    "wall_lists",
    "wall",
    "start",
)
"""Files of assets/js in the order in which they are joined."""

STYLES = ("page", "panels", "legend", "labels", "card", "time_bar", "wall", "pin", "print")
"""Files of assets/css in the order in which they are joined, after the tokens."""


def script_bundle() -> tuple[str, Asset]:
    """All scripts of the page as one file."""
    parts = [(FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return content_addressed("xunjie", ".js", "\n".join(parts).encode())


def live_worker() -> tuple[str, Asset]:
    """The SharedWorker that holds the one event stream of a browser."""
    return content_addressed("live-worker", ".js", (FOLDER / "js" / "live_worker.js").read_bytes())


def style_bundle(fonts: Sequence[str] = ()) -> tuple[str, Asset]:
    """Fonts (names of assets beside it), design tokens and all styles of the page as one file."""
    faces = [
        f'@font-face {{\n  font-family: "Source Sans";\n  src: url("{name}") format("woff2");\n'
        "  font-weight: 200 900;\n  font-display: swap;\n}\n"
        for name in fonts
    ]
    parts = [(FOLDER / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES]
    return content_addressed("xunjie", ".css", "\n".join([*faces, stylesheet(), *parts]).encode())


def font() -> list[tuple[str, Asset]]:
    """Source Sans for Latin letters and figures, out of the Streamlit wheel (SIL OFL 1.1); empty without that file.

    The pages around the map use the same file, so that both look alike. Only the file is read, nothing is imported.
    """
    found = [file for file in metadata.files("streamlit") or () if file.match("SourceSansVF-Upright*.woff2")]
    return [content_addressed("source-sans", ".woff2", file.read_binary()) for file in found[:1]]


def leaflet_script() -> tuple[str, Asset]:
    """Leaflet itself, from the wheel; the pointer to its source map is cut, since the map is not served."""
    content = (Path(leaflet.BASE_DIR) / "leaflet.js").read_bytes()
    return content_addressed("leaflet", ".js", content.split(b"//# sourceMappingURL")[0])


def leaflet_style() -> tuple[str, Asset]:
    """Leaflet's stylesheet, from the wheel; we use none of its pictures."""
    return content_addressed("leaflet", ".css", (Path(leaflet.BASE_DIR) / "leaflet.css").read_bytes())
