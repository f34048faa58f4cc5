"""A table of records (issues, points) whose rows open a card; texts go to the browser as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from layers.tokens import tokens
from ui import change
from ui.scene import Scene, open_scene

_ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows: an optional symbol, lettered disc or hatch, a text, and a smaller one behind it.

    `href` makes the text a link; `tone` is "late" or "soft".
    """

    text: str
    small: str = ""
    symbol: str = ""
    letter: str = ""
    colour: str = ""
    ink: str = ""
    hatch: bool = False
    href: str = ""
    tone: str = ""


_OF_A_CELL = tuple(entry.name for entry in fields(Cell))


@dataclass(frozen=True, slots=True)
class Record:
    """One row: what it is picked by, and its cells in the order of the columns."""

    code: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column; `align` is "" or "right"; `name` is what the table's own rules know it by."""

    label: str
    align: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows can be ticked: which are, what the boxes are called, and who is told of (rows shown, those of them ticked).

    Each message says how all boxes stand, so that of several quick clicks none is lost.
    """

    chosen: frozenset[str]
    one: str
    every: str
    tell: Callable[[frozenset[str], frozenset[str]], None]


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "xunjie_records",
        css=(_ASSETS / "record_table.css").read_text(encoding="utf-8"),
        js=(_ASSETS / "record_table.js").read_text(encoding="utf-8"),
    )


def record_table(
    key: str,
    columns: Sequence[Column],
    records: Sequence[Record],
    *,
    picks: str,
    label: str,
    selected: str = "",
    dense: bool = False,
    stacked: bool = False,
    choice: Choice | None = None,
    reveal: str = "",
) -> None:
    """Draw the table; a click on a row follows the link in its first cell, or picks its code as `picks` ("issue" or
    "point"). `dense` hides the headings; `stacked` puts small texts under the others, and on phones makes a card of
    every row; `choice` puts a box before every row. `reveal` is the key of the container in which a picked row's card
    appears: where that lies outside the screen (on a phone, above or below the table) the page moves to it."""
    ticks: tuple[dict[str, Any], ...] = ()
    if choice is not None:
        heard = st.session_state.get(f"heard-{key}", 0)
        words = {"one": choice.one, "every": choice.every}
        ticks = ({"chosen": sorted(choice.chosen), "heard": heard, **words},)
    _component()(
        key=key,
        data={  # tuples, not lists: see ui/shell.py
            "label": label,
            "columns": tuple(asdict(column) for column in columns),
            "rows": tuple({"code": record.code, "cells": tuple(map(_told, record.cells))} for record in records),
            "picks": picks,
            "selected": selected,
            "dense": dense,
            "stacked": stacked,
            "ticks": ticks,
            "reveal": reveal,
        },
        on_pick_change=lambda: _picked(key, picks),
        on_tick_change=lambda: _ticked(key, choice),
    )


def _told(cell: Cell) -> dict[str, Any]:
    """A cell for the browser. `asdict` copies each text deeply, which for a page of rows took 15 ms."""
    return {name: getattr(cell, name) for name in _OF_A_CELL}


def group_cell(scene: Scene, group: str, text: str) -> Cell:
    """A cell that begins with the lettered disc of an issue group."""
    entry = scene.city.catalogue.groups[scene.city.catalogue.position("group", group)]
    colour = group_colour(scene, group)
    return Cell(text, letter=entry.letter, colour=colour, ink=_ink(colour, scene))


def group_colour(scene: Scene, group: str) -> str:
    """The colour of a group, by its letter."""
    letter = scene.city.catalogue.groups[scene.city.catalogue.position("group", group)].letter
    by_letter = {entry["letter"]: entry[scene.theme] for entry in tokens()["issue_groups"]}
    colour: str = by_letter.get(letter, tokens()["color"][scene.theme]["text3"])
    return colour


def _ink(colour: str, scene: Scene) -> str:
    """White or dark letters, whichever contrasts more with `colour` (WCAG relative luminance)."""
    dark = "#1B2226" if scene.theme == "light" else "#000000"
    light = _luminance(colour) + 0.05
    return "#FFFFFF" if 1.05 / light >= light / (_luminance(dark) + 0.05) else dark


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _picked(key: str, kind: str) -> None:
    state = st.session_state.get(key)
    code = state.get("pick") if state is not None else None
    if isinstance(code, str):
        change.pick(open_scene(), kind, code)


def _ticked(key: str, choice: Choice | None) -> None:
    state = st.session_state.get(key)
    told = state.get("tick") if state is not None else None
    if choice is not None and isinstance(told, dict):
        st.session_state[f"heard-{key}"] = told.get("n", 0)
        choice.tell(frozenset(map(str, told.get("shown", ()))), frozenset(map(str, told.get("chosen", ()))))
