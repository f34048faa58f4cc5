"""The design tokens: colours, sizes and breaks of both themes, and their CSS custom properties."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

_FILE = Path(__file__).with_name("tokens.json")


@cache
def tokens() -> dict[str, Any]:
    """All tokens as read from `tokens.json`; treat the answer as read-only."""
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def both_themes(name: str) -> dict[Theme, Any]:
    """The light and the dark value of a top-level token such as "sequential" or "road_density"."""
    token = tokens()[name]
    return {theme: token[theme] for theme in THEMES}


def custom_properties(theme: Theme) -> dict[str, str]:
    """CSS custom properties of a theme.

    Colours of the pages keep their name (`--primary`), those of the map get `--map-`, states `--issue-` and
    `--point-`, groups `--group-` and their key; camelCase becomes kebab-case.
    """
    every = tokens()
    properties = {f"--{_kebab(name)}": value for name, value in every["color"][theme].items()}
    properties |= {f"--map-{_kebab(name)}": value for name, value in every["map"][theme].items()}
    for kind, table in (("issue", every["issue_status"]), ("point", every["point_status"])):
        properties |= {f"--{kind}-{_kebab(state)}": entry[theme] for state, entry in table.items()}
    properties |= {f"--group-{entry['key']}": entry[theme] for entry in every["issue_groups"]}
    properties["--bar"] = every["sequential"][theme][2]
    properties["--halo"] = every["symbol_halo"][theme]["colour"]
    properties["--elevation"] = every["elevation"][f"panel_{theme}"]
    return properties


def stylesheet() -> str:
    """The custom properties of both themes as CSS; light is the default, `data-theme` on the root chooses."""
    blocks = []
    for theme in THEMES:
        selector = ":root" if theme == "light" else f':root[data-theme="{theme}"]'
        lines = "\n".join(f"  {name}: {value};" for name, value in custom_properties(theme).items())
        blocks.append(f"{selector} {{\n  color-scheme: {theme};\n{lines}\n}}\n")
    family = tokens()["type"]["family_ui"]
    blocks.append(f":root {{\n  --family: {family};\n}}\n")
    return "".join(blocks)


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", "-")
