"""Ranked lists whose rows drill down: bars coloured by class, or rates with their interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import streamlit as st

from ui import change, figures
from ui.names import two_names
from ui.scene import Scene, open_scene

_LONG_NAME = 10  # characters from which the names get the wider column
_ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is shown; `share`, `low`, `high`, `at` are positions on the bar or axis, 0 to 1."""

    code: str
    name: str
    value: str
    extra: str = ""
    rank: str = ""
    note: str = ""
    title: str = ""
    share: float = 0.0
    colour: str = ""
    low: float = 0.0
    high: float = 0.0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis of intervals; `reference` draws it through all rows, dashed."""

    at: float
    text: str
    reference: bool = False


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "xunjie_ranking",
        css=(_ASSETS / "ranking.css").read_text(encoding="utf-8"),
        js=(_ASSETS / "ranking.js").read_text(encoding="utf-8"),
    )


_NAMES = tuple(entry.name for entry in fields(Row))
MOST_ROWS = 200
"""Longer lists end here: what is sent is bounded by what can be read, not by how many roads a city has."""


def ranked(order: Iterable[int], codes: Sequence[str], selected: Sequence[str]) -> list[tuple[int, int]]:
    """(rank from 1, position) of the first MOST_ROWS positions of `order`, and of those whose code is `selected`."""
    places = enumerate(order, start=1)
    first = list(islice(places, MOST_ROWS))
    return [*first, *((n, at) for n, at in places if codes[at] in selected)] if selected else first


def ranking(
    scene: Scene,
    key: str,
    rows: Sequence[Row],
    *,
    picks: str,
    label: str,
    columns: Mapping[str, str],
    selected: Sequence[str] = (),
    limit: int = 0,
    of: int | None = None,
    ticks: Sequence[Tick] = (),
) -> None:
    """A list of `rows`; a click picks the row's code as a place of kind `picks` (see ui.change.pick).

    `columns` heads the columns (name, value, extra). With a `limit` the rest unfolds on demand; `of` says how many
    rows there would be where `rows` are not all of them (see `ranked`). With `ticks` the
    rows are intervals on one axis, else bars. An empty list says so in a sentence.
    """
    told = tuple(_told(row) for row in rows)
    _component()(
        key=key,
        data={  # tuples, not lists: see ui/shell.py
            "kind": "intervals" if ticks else "bars",
            "label": label,
            "columns": tuple(columns.items()),
            "rows": told,
            "ticks": tuple(asdict(tick) for tick in ticks),
            "selected": tuple(selected),
            "picks": picks,
            "limit": limit,
            "wide": any(row["note"] or len(row["name"]) > _LONG_NAME for row in told),
            "more": _more(scene, len(rows), len(rows) if of is None else of),
            "less": scene.say("core.show_fewer", n=limit),
            "empty": scene.say("core.empty_plain"),
        },
        on_pick_change=lambda: _picked(key, picks),
    )


def _told(row: Row) -> dict[str, Any]:
    """A row for the browser, its second name as the note."""
    name, note = two_names(row.name)
    return {field: getattr(row, field) for field in _NAMES} | {"name": name, "note": note}


def _more(scene: Scene, shown: int, all_of_them: int) -> str:
    if shown < all_of_them:
        return scene.say("core.show_first", n=figures.count(shown), all=figures.count(all_of_them))
    return scene.say("core.show_all", n=figures.count(shown))


def _picked(key: str, kind: str) -> None:
    state = st.session_state.get(key)
    code = state.get("pick") if state is not None else None
    if isinstance(code, str):
        change.pick(open_scene(), kind, code)
