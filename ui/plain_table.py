"""A table of our own markup that scrolls sideways where it must, also by keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from ui.markup import Html, join, tag


def plain_table(label: str, head: Html, rows: Iterable[Html], *, cls: str = "") -> Html:
    """`head` and `rows` are `tr` elements; `label` names the region for assistive technology."""
    classes = f"xj-table {cls}".strip()
    table = tag("table", tag("thead", head), tag("tbody", join(rows)), cls=classes)
    return tag("div", table, cls="xj-scroll", role="region", tabindex="0", aria_label=label)
