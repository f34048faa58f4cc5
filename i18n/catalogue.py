"""Look-up of user-facing text: `strings/<section>.toml` holds `[key]` tables with `zh` and `en`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from geo.text import Language, Text
from i18n.number import in_number

_FOLDER = Path(__file__).parent / "strings"


@cache
def _catalogue() -> dict[str, dict[str, Text]]:
    sections: dict[str, dict[str, Text]] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        sections[file.stem] = {key: Text(entry["zh"], entry["en"]) for key, entry in entries.items()}
    return sections


def translate(key: str, language: Language, /, **values: object) -> str:
    """The text of `key` ("section.name") in `language`, with `{placeholders}` filled from `values`, and
    `{name|one|other}` by whether that value is 1 (i18n.number).

    Raises KeyError for a key that the catalogue lacks: a missing sentence is a defect, not something to guess.
    """
    name, _, entry = key.partition(".")
    text = _catalogue()[name][entry].in_language(language)
    return in_number(text, values).format(**values) if values else text


def section(name: str, language: Language) -> dict[str, str]:
    """Every text of one section in `language`, unformatted: what a browser script is handed."""
    return {key: text.in_language(language) for key, text in _catalogue()[name].items()}
