"""The page of inspections: a plan that is kept, a visit that is recorded once, a draw that is announced and made."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data.runtime import Runtime, open_runtime
from data.settings import Settings
from tests.ready_stores import put_demo
from tests.ui.conftest import CITIES, Page


@pytest.fixture
def writable(tmp_path) -> Iterator[Runtime]:
    """Yunyan's demo in a store of this test's own."""
    opened = open_runtime(Settings(database_url=put_demo(tmp_path / "demo.db"), city_folder=CITIES / "yunyan"))
    yield opened
    opened.close()


def test_a_visit_is_answered_scored_recorded_and_makes_a_recheck_due(writable: Runtime) -> None:
    drawn = Page("inspections", {"point": "P001"})
    assert "已答 0 / 8 项" in drawn.words
    assert drawn.at.button(key="visit-record").disabled
    drawn.at.button_group(key="answer-P001-S01-01").set_value("unmet")
    drawn.at.button(key="visit-rest").click()
    drawn.run()
    assert "80.0 分，未达标 · 关键项未过 1" in drawn.words
    before = len(writable.snapshot.visits)
    drawn.at.button(key="visit-record").click()
    drawn.run()
    assert "P001 已记录：80.0 分，未达标。 已报问题 YY-" in drawn.words
    assert len(writable.snapshot.visits) == before + 1
    assert "待复查点位 1 个" in drawn.words
    assert drawn.component("rechecks")["rows"][0]["code"] == "P001"
    assert drawn.component("plan")["rows"][0]["code"] == "P001"
    assert "已答 0 / 8 项" in drawn.words  # ready for the next one


def test_a_plan_is_kept_and_may_be_made_anew(writable: Runtime) -> None:
    drawn = Page("inspections", {})
    stops = [row["code"] for row in drawn.component("plan")["rows"]]
    assert len(stops) == 8
    drawn.at.button(key="plan-keep").click()
    drawn.run()
    assert "点位一组今日 8 个点位已定。" in drawn.words
    [plan] = writable.documents("visit_plans").values()
    assert plan.content["group"] == "P01", "the code of a unit, whatever language the page has"
    assert [row["code"] for row in drawn.component("plan")["rows"]] == stops
    drawn.at.selectbox(key="plan-group").set_value("P02")
    drawn.run()
    assert not set(stops) & {row["code"] for row in drawn.component("plan")["rows"]}


def test_without_groups_in_the_organisation_a_plan_is_proposed_and_not_kept(writable: Runtime) -> None:
    [unit] = [{"code": "D01", "kind": "department", "name": {"zh": "局", "en": "Bureau"}}]
    content = {"units": [unit], "rules": []}
    writable.put_document("organisation", "current", content, client_uuid=str(uuid.uuid4()), actor="a-1")
    drawn = Page("inspections", {})
    assert drawn.at.selectbox(key="plan-group").options == []
    assert len(drawn.component("plan")["rows"]) == 8
    assert "组织中没有督查组" in drawn.words
    assert "plan-keep" not in [button.key for button in drawn.at.button]


def test_a_draw_is_announced_with_its_seed_and_then_made_with_a_word(writable: Runtime) -> None:
    drawn = Page("inspections", {})
    [seed] = [element.value for element in drawn.at.code if len(element.value) == 32]
    drawn.at.button(key="draw-announce").click()
    drawn.run()
    assert "已公布，承诺 " in drawn.words
    assert seed not in drawn.words
    [record] = [d for name, d in writable.documents("draws").items() if name != "D-2021-08"]
    drawn.at.text_input(key=f"draw-word-{record.id}").set_value("彩票 271828")
    drawn.at.button(key="draw-now").click()
    drawn.run()
    assert "已抽取 40 个。" in drawn.words
    made = writable.document("draws", record.id).content
    assert (made["seed"], made["word"], len(made["drawn"])) == (seed, "彩票 271828", 40)
    assert "每层至少查一个之后才推算总体" in drawn.words


def test_the_demos_draw_says_its_share_with_the_interval(page: Callable[..., Any]) -> None:
    words = page("inspections").words
    assert "317 个点位，按点位类型分层，13 层，抽 40 个" in words
    assert "已查 37 / 40，其中合格 37" in words
    assert "95% 区间" in words


def test_an_unknown_point_is_said(page: Callable[..., Any]) -> None:
    assert "没有代码为“P999”的点位" in page("inspections", point="P999").words


def test_a_city_without_points_has_nothing_to_inspect(empty_page: Callable[..., Any]) -> None:
    assert "还没有点位" in empty_page("inspections").words
