"""The KPI band: cards of figures with a bar, drawn as our own markup (numbers and catalogue texts only)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from ui.markup import Html, join, tag


@dataclass(frozen=True, slots=True)
class Bar:
    """Parts of a whole as (share, CSS colour), shares 0 to 1; `whisker` is an interval (low, high) drawn over it."""

    parts: tuple[tuple[float, str], ...]
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: label and note over it, what follows it in small type, a bar, one line below."""

    label: str
    value: str
    note: str = ""
    after: str = ""
    below: Sequence[object] = field(default=())
    bar: Bar | None = None
    alarm: bool = False
    help: str = ""


def kpi_band(cards: Sequence[Card]) -> None:
    """Draw the cards in one row (two or three a row on narrow screens)."""
    st.html(band_markup(cards))


def band_markup(cards: Sequence[Card]) -> Html:
    """The band as markup; a list for assistive technology."""
    return tag("div", *(_card(card) for card in cards), cls="xj-kpis", style=f"--cards:{len(cards)}", role="list")


def _card(card: Card) -> Html:
    label = tag("p", tag("span", card.label), tag("span", card.note, cls="r"), cls="l")
    sign = tag("i", style="background-image:var(--symbol-overdue)", aria_hidden="true") if card.alarm else Html("")
    value = tag("p", sign, card.value, tag("em", card.after) if card.after else Html(""), cls="v")
    below = tag("p", *card.below, cls="s")
    classes = "xj-kpi alarm" if card.alarm else "xj-kpi"
    return tag("div", label, value, _bar(card.bar), below, cls=classes, role="listitem", title=card.help or None)


def _bar(bar: Bar | None) -> Html:
    if bar is None:
        return tag("div", cls="xj-bar none", aria_hidden="true")
    parts = join(tag("i", style=f"width:{share:.2%};background:{colour}") for share, colour in bar.parts)
    track = tag("div", parts, cls="t")
    whisker = Html("")
    if bar.whisker is not None:
        low, high = bar.whisker
        whisker = tag("span", cls="w", style=f"left:{low:.2%};width:{max(high - low, 0):.2%}")
    return tag("div", track, whisker, cls="xj-bar", aria_hidden="true")
