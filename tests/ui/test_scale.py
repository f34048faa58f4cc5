"""Pages of a city with very many roads and issues send what can be read, and the same figures as the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from data.runtime import runtime
from geo.selection import OVERDUE
from ui import filters, issue_table, ranking
from ui.scene import Scene

Open = Callable[..., Any]


def test_a_long_list_ends_and_keeps_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "MOST_ROWS", 3)
    codes = [f"r{at}" for at in range(10)]
    assert ranking.ranked(range(9, -1, -1), codes, ()) == [(1, 9), (2, 8), (3, 7)]
    assert ranking.ranked(range(9, -1, -1), codes, ("r0",)) == [(1, 9), (2, 8), (3, 7), (10, 0)]


def test_a_rail_says_how_many_roads_there_are_beyond_those_listed(page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page("situation").component("rank-roads")
    monkeypatch.setattr(ranking, "MOST_ROWS", 12)
    short = page("situation").component("rank-roads")
    assert short["rows"] == whole["rows"][:12]
    assert whole["more"] == f"全部 {len(whole['rows'])} 条"
    assert short["more"] == f"前 12 条（共 {len(whole['rows'])} 条）"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_days_of_a_campaign_over_several_years_are_told_with_their_year(
    page: Open, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    city = runtime().city

    def due() -> str:
        table = page("work", queue="overdue", lang=language).component("work-overdue")
        at = [column["name"] for column in table["columns"]].index("due")
        return str(table["rows"][0]["cells"][at]["text"])

    assert "2021" not in due()
    over_years = replace(city.campaign(), start=date(2020, 12, 1))
    monkeypatch.setattr(type(city), "campaign", lambda *_: over_years)
    assert ("2021年" if language == "zh-CN" else " 2021 ") in due()


def test_a_long_choice_offers_what_has_most_issues_and_what_is_chosen(
    page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered(**query: str) -> tuple[list[str], str]:
        [field] = [one for one in page("explore", **query).at.multiselect if one.key == "f-roads"]
        return field.options, field.proto.placeholder

    everything, _ = offered()
    counts = {option: int(option.rpartition(" ")[2].replace(",", "")) for option in everything}
    monkeypatch.setattr(filters, "MOST_OPTIONS", 5)
    few, hint = offered()
    assert [counts[option] for option in few] == [counts[option] for option in everything if option in few]
    assert sorted(counts[option] for option in few) == sorted(counts.values())[-5:]
    assert hint == f"不限（列出问题最多的 5 项，共 {len(everything)} 项）"
    least = min(counts, key=lambda option: counts[option])
    roads = runtime().city.roads
    assert roads is not None
    code = next(
        code for code, name in zip(roads.road_codes, roads.road_names, strict=True) if least.startswith(name.zh)
    )
    chosen, _ = offered(road=code)
    assert least in chosen


@pytest.mark.parametrize("order", issue_table.ORDERS)
@pytest.mark.parametrize("condition", [{}, {"type": "E0501"}])
def test_pages_of_the_table_follow_one_another_in_the_order_of_the_whole(
    page: Open, monkeypatch: pytest.MonkeyPatch, order: str, condition: dict[str, str]
) -> None:
    scenes: list[Scene] = []
    monkeypatch.setattr("ui.explore.issue_table", lambda scene: scenes.append(scene))
    page("explore", **condition)
    [scene] = scenes
    pages = -(-scene.meant // issue_table.PAGE_ROWS)
    shown = np.concatenate([issue_table._ordered(scene, order, number) for number in range(1, pages + 1)])
    assert shown.tolist() == _in_order(scene, order).tolist()


def _in_order(scene: Scene, order: str) -> np.ndarray:
    """All rows, put in order by plain sorts."""
    table, rows = scene.table, np.flatnonzero(scene.mask)
    newest = rows[np.argsort(-table.reported_us[rows], kind="stable")]
    if order == "number":
        return np.array([row for row in scene.snapshot.by_number.tolist() if scene.mask[row]])
    if order == "overdue":
        late = scene.stages[newest] == OVERDUE
        return newest[np.argsort(np.where(late, table.due_us[newest], np.iinfo(np.int64).max), kind="stable")]
    return newest[::-1] if order == "oldest" else newest


def test_what_one_session_worked_out_serves_the_next(page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page("explore", type="C0101")
    asked: list[str] = []
    worked_out = filters._counted
    monkeypatch.setattr(filters, "_counted", lambda *args: asked.append(args[1]) or worked_out(*args))
    page("explore", type="C0101")
    assert asked == []
    page("explore", type="C0101", since="2021-07-09")
    assert "subdistricts" in asked


def test_the_number_meant_is_that_of_the_mask(page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes: list[Scene] = []
    monkeypatch.setattr("ui.explore.issue_table", lambda scene: scenes.append(scene))
    for query in ({}, {"stage": "rejected"}, {"status": "CLOSED"}, {"subdistrict": "520103025"}):
        page("explore", **query)
    assert [scene.meant for scene in scenes] == [int(scene.mask.sum()) for scene in scenes]
    assert len(scenes) == 4
