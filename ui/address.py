"""The page's address: the one home of filter, language and view, so that a copied link shows the same screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from geo.filter_query import FILTER_KEYS
from geo.text import LANGUAGES, Language

VIEW_KEYS: Final = (
    "lang",
    "layer",
    "show",
    "issue",
    "point",
    "by",
    "rate",
    "unit",
    "splits",
    "book",
    "queue",
    "edit",
    "tab",
    "day",
)
"""Keys of the address that choose what is shown, not which records are meant."""

_FRAMEWORK_KEYS: Final = ("embed", "embed_options")

Pair = tuple[str, str]


def pairs() -> list[Pair]:
    """Every key and value of the address that is meant for the filter, known or not."""
    own = set(VIEW_KEYS) | set(_FRAMEWORK_KEYS)
    return [(key, value) for key in st.query_params for value in st.query_params.get_all(key) if key not in own]


def view(key: str, allowed: Iterable[str] | None = None, default: str = "") -> str:
    """What the address says of one view key; `default` where it says nothing or nothing allowed."""
    value = st.query_params.get(key, default)
    return value if allowed is None or value in set(allowed) else default


def language(default: Language) -> Language:
    """The language asked for by `lang`, else `default`."""
    asked = st.query_params.get("lang")
    return next((known for known in LANGUAGES if asked in (known, known[:2])), default)


def go(filter_pairs: Iterable[Pair] | None = None, changes: Mapping[str, str | None] | None = None) -> None:
    """Write the address in one step, so that the browser's Back undoes it in one step.

    `filter_pairs` replaces the filter (None keeps it); `changes` sets view keys, None taking a key away.
    """
    known = {*VIEW_KEYS, *_FRAMEWORK_KEYS}
    query: dict[str, list[str]] = {}
    for key in st.query_params:
        if key in known or (filter_pairs is None and key in FILTER_KEYS):
            query[key] = st.query_params.get_all(key)
    for key, value in filter_pairs or ():
        query.setdefault(key, []).append(value)
    for key, text in (changes or {}).items():
        query.pop(key, None)
        if text is not None:
            query[key] = [text]
    st.query_params.from_dict(query)
