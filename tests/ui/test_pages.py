"""Every page over the demo, in both languages: it draws, it says the published figures, it keeps to one filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from data.runtime import runtime
from geo.filter_query import parse_filter

Open = Callable[..., Any]
PAGES = ("situation", "explore", "points", "inspections", "report", "inbox", "organisation", "record", "about")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_without_an_error(page: Open, name: str, language: str) -> None:
    drawn = page(name, lang=language)
    assert len(drawn.words) > 100 or drawn.at.get("bidi_component")
    assert not drawn.at.error


def test_the_situation_says_the_published_figures(page: Open) -> None:
    words = page("situation").words
    for figure in ("2,366", "2,285（96.6%）", "81", "94.0%", "298 / 317", "100%", "317 / 317", "90.8–96.1%"):
        assert figure in words
    for figure in ("83", "/ 180 处（46.1%）", "97", "980+", "12,000+", "15,000+"):
        assert figure in words
    assert "合成" in words  # the asterisk is explained on the same screen


def test_the_rails_list_every_subdistrict_and_sum_to_the_total(page: Open) -> None:
    rows = page("situation").component("rank-subdistricts")["rows"]
    assert len(rows) == 18
    assert sum(float(row["extra"]) for row in rows) == pytest.approx(81)
    shares = [row["share"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1


def test_the_map_the_count_and_the_export_have_one_filter(page: Open) -> None:
    drawn = page("situation", subdistrict="520103025", type=["C0101", "E0501"], since="2021-07-01")
    told = parse_qs(drawn.component("map-situation")["filter"])
    export = parse_qs(urlparse(drawn.markup.split('href="')[1].split('"')[0].replace("&amp;", "&")).query)
    assert export.pop("download") == ["1"]
    assert told == export == {"subdistrict": ["520103025"], "type": ["C0101", "E0501"], "since": ["2021-07-01"]}
    current = runtime()
    pairs = [(key, value) for key, values in told.items() for value in values]
    total = current.snapshot.counts(
        parse_filter(pairs, current.city, now=lambda campaign: current.now(campaign.code))
    ).total
    assert f"导出 GeoJSON · {total:,} 件" in drawn.words
    assert drawn.component("map-situation")["focus"] == "subdistrict:520103025"


def test_a_chip_takes_its_condition_out_of_the_address(page: Open) -> None:
    drawn = page("situation", subdistrict="520103025", q="井盖")
    drawn.at.button(key="chip-subdistricts").click()
    drawn.run()
    assert drawn.address == {"q": ["井盖"]}
    assert drawn.component("map-situation")["focus"] == ""


def test_a_filter_widget_writes_the_address_and_the_address_fills_the_widget(page: Open) -> None:
    drawn = page("explore", group="cables")
    assert drawn.at.multiselect(key="f-groups").value == ["cables"]
    drawn.at.multiselect(key="f-groups").set_value(["cables", "roads"])
    drawn.run()
    assert drawn.address["group"] == ["cables", "roads"]
    drawn.at.checkbox(key="f-stage-closed").uncheck()
    drawn.run()
    assert drawn.address["stage"] == ["handling", "overdue", "verifying"]
    drawn.at.button(key="f-reset").click()
    drawn.run()
    assert drawn.address == {}


def test_the_count_is_what_the_table_pages_through(page: Open) -> None:
    drawn = page("explore", type="C0101")
    total = int(drawn.words.split(" / 2,366")[0].split()[-1])
    table = drawn.component("issues")
    assert len(table["rows"]) == min(total, 20)
    assert f"第 1–20 件，共 {total} 件" in drawn.words
    assert all(row["cells"][3]["text"] == "C0101" for row in table["rows"])


def test_an_empty_selection_names_the_condition_that_removes_most(page: Open) -> None:
    words = page("explore", type="C0101", q="no such words").words
    assert "2,366 件中没有符合的" in words
    assert "搜索：no such words" in words


def test_an_unknown_key_and_a_bad_value_are_left_out(page: Open) -> None:
    drawn = page("situation", colour="red", subdistrict="520103025", type="X9")
    assert parse_qs(drawn.component("map-situation")["filter"]) == {"subdistrict": ["520103025"]}


def test_both_rates_stand_side_by_side_and_few_points_have_no_percent(page: Open) -> None:
    words = page("points").words
    assert "94.0% 298 / 317" in " ".join(words.split())
    assert "100% 317 / 317" in " ".join(words.split())
    rows = page("points", by="subdistrict", subdistrict="520103026").component("rates-subdistrict")["rows"]
    assert rows, "the subdistrict has points"
    for row in rows:
        if "/" in row["value"]:
            assert row["at"] is None


def test_the_points_that_failed_first_are_listed_with_their_days(page: Open) -> None:
    drawn = page("points")
    assert "19 个点位" in drawn.words
    first = drawn.component("failed")["rows"][0]
    assert first["cells"][0]["symbol"] == "fixed"
    assert first["cells"][3]["text"].startswith("整改")


def test_a_point_card_has_its_visits_and_says_what_compliance_is(page: Open) -> None:
    code = page("points").component("failed")["rows"][0]["code"]
    words = page("points", point=code).words
    assert code in words
    assert "督查记录" in words
    assert "未达标" in words
    assert "与问题数无关" in words


def test_the_record_agrees_and_unpublished_splits_stay_hidden(page: Open) -> None:
    drawn = page("record")
    assert drawn.words.count("一致") >= 9
    assert "相差" not in drawn.words
    assert drawn.words.count("未公布") >= 4
    for figure in ("980+", "12,000+", "81,106", "41,760", "约1,000", "120+"):
        assert figure in drawn.words
    assert "合成，未公布" not in drawn.words
    shown = page("record", splits="1").words
    assert shown.count("* 合成，未公布") == 4


def test_registers_are_never_added(page: Open) -> None:
    for name in PAGES:
        assert "4,584" not in page(name).words, name  # 2,366 + 1,058 + 980 + 180


def test_the_page_about_the_data_names_each_kind_and_the_layer_version(page: Open) -> None:
    words = page("about", lang="en").words
    for kind in ("real", "approximate", "schematic", "synthetic", "assumed", "CC BY 4.0", "Wilson", "60 m"):
        assert kind in words
    assert runtime().city.layer_version[:12] in words


def test_a_past_moment_has_its_own_states(page: Open) -> None:
    words = page("situation", as_of="2021-06-30").words
    assert "2,366" not in words
    assert "*" in words


def test_a_split_that_was_never_published_is_nowhere_on_the_situation(page: Open) -> None:
    drawn = page("situation", register="facility_survey")
    assert "1,058" in drawn.words
    assert "整改数未公布" in drawn.words
    assert "超期未结" not in drawn.words
    assert {row["extra"] for row in drawn.component("rank-subdistricts")["rows"]} == {"—"}
    assert drawn.at.checkbox(key="f-stage-closed").label == "已销号"
