"""Links from a figure to what stands behind it: the issues in Explore, the points, or a book of the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from geo.filter import IssueFilter
from geo.lifecycle import Stage
from geo.permissions import Action
from ui.markup import Html, join, tag
from ui.scene import Scene


def issues_link(
    scene: Scene,
    register: str,
    shown: object,
    *,
    stages: Iterable[Stage] = (),
    issue: str = "",
    department: str = "",
) -> Html:
    """`shown` as a link to the register's issues (of these stages, assigned to `department`) in Explore, at its moment;
    `issue`: its card."""
    if not scene.may(Action.SEE_ISSUES):
        return join([shown])
    asked = IssueFilter(
        campaign=scene.campaign.code,
        register=register,
        as_of=scene.filter.as_of,
        stages=tuple(sorted(stage.value for stage in stages)),
        departments=(department,) if department else (),
    )
    return _link(scene, "explore", [*scene.pairs(asked), *([("issue", issue)] if issue else [])], shown)


def filter_link(scene: Scene, asked: IssueFilter, shown: object) -> Html:
    """`shown` as a link to the issues that `asked` means, in Explore."""
    if not scene.may(Action.SEE_ISSUES):
        return join([shown])
    return _link(scene, "explore", scene.pairs(asked), shown)


def points_link(scene: Scene, shown: object) -> Html:
    """`shown` as a link to the points."""
    if not scene.may(Action.SEE_ISSUES):
        return join([shown])
    return _link(scene, "points", scene.pairs(replace(scene.whole)), shown)


def book_link(scene: Scene, book: str, shown: object) -> Html:
    """`shown` as a link to a book of the record, on the same page."""
    return _link(scene, "record", [*scene.pairs(scene.whole), ("book", book)], shown)


def page_link(scene: Scene, page: str, shown: object) -> Html:
    """`shown` as a link to another page."""
    if not scene.may(Action.SEE_ISSUES):
        return join([shown])
    return _link(scene, page, [], shown)


def _link(scene: Scene, page: str, pairs: Iterable[tuple[str, str]], shown: object) -> Html:
    query = [*pairs, *([("lang", scene.language)] if "lang" in st.query_params else [])]
    address = f"/{page}?{urlencode(query)}" if query else f"/{page}"
    return tag("a", shown, cls="xj-behind", href=address, target="_self")
