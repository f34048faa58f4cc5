"""Inspections and the record in a browser: a visit moves the figures, a draw is made, a figure leads to its rows."""

from __future__ import annotations

import re

import pytest

from tests.browser.streamlit_page import assert_fits, at_rest, open_page

DESK, PHONE = (1920, 1080), (390, 844)
BOOKS = ("bikes_towed", "trees_replanted", "facility_survey", "cable_phase1", "exposures", "meetings", "junctions")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_and_every_book_load_calmly_and_fit(app, visitor, language, size):
    with visitor(language=language, size=size) as seen:
        open_page(seen.page, f"{app.url}/inspections?lang={language}&point=P100")
        assert seen.page.locator("[class*=st-key-item-]").count() == 8
        assert_fits(seen.page)
        for book in BOOKS:
            open_page(seen.page, f"{app.url}/record?lang={language}&book={book}")
            assert seen.page.locator(".st-key-panel-book").count() == 1, book
            assert_fits(seen.page)


def test_a_failed_visit_by_phone_moves_the_figures_of_every_page(own_app, visitor):
    with visitor(size=PHONE) as seen:
        page = seen.page
        open_page(page, f"{own_app.url}/inspections?point=P001")
        before = own_app.get("/api/summary")["points"]["current_compliant"]
        page.locator(".st-key-item-S01-01").get_by_text("不达标", exact=True).click()
        page.get_by_role("button", name="其余均达标").click()
        page.get_by_text("80.0 分，未达标").wait_for()
        page.get_by_role("button", name="提交督查记录").click()
        page.get_by_text("P001 已记录").wait_for()
        at_rest(page)
        assert own_app.get("/api/summary")["points"]["current_compliant"] == before - 1
        [due] = own_app.get("/api/inspections")["rechecks"]
        assert due["point"] == "P001"
        open_page(page, f"{own_app.url}/points")
        page.get_by_text("316 / 317").wait_for()


def test_a_draw_is_announced_and_made(own_app, visitor):
    with visitor() as seen:
        page = seen.page
        open_page(page, f"{own_app.url}/inspections")
        page.get_by_role("button", name="公布一次抽查").click()
        seed = page.locator("[data-testid=stPopoverBody] code").inner_text().strip()
        assert re.fullmatch("[0-9a-f]{32}", seed)
        page.get_by_role("button", name="公布承诺").click()
        page.get_by_text("已公布，承诺").wait_for()
        word = page.get_by_role("textbox", name="公开词")
        word.fill("三十七")
        word.press("Enter")
        at_rest(page)
        page.get_by_role("button", name="抽取", exact=True).click()
        page.get_by_text("已抽取 40 个。").wait_for()
        newest = own_app.get("/api/draws")["draws"][0]
        assert (newest["seed"], newest["word"], newest["state"]) == (seed, "三十七", "drawn")


@pytest.mark.parametrize(("shown", "count"), [("81", "81"), ("97", "97"), ("1,058", "1,058")])
def test_a_figure_of_the_record_leads_to_exactly_its_issues(app, visitor, shown, count):
    with visitor() as seen:
        page = seen.page
        open_page(page, f"{app.url}/record")
        page.locator("a.xj-behind", has_text=re.compile(f"^{shown}$")).first.click()
        page.wait_for_url("**/explore?**")
        at_rest(page)
        page.locator(".xj-count b", has_text=re.compile(f"^{count}$")).wait_for()


def test_an_entry_is_sent_and_the_sum_follows(own_app, visitor):
    with visitor() as seen:
        page = seen.page
        open_page(page, f"{own_app.url}/record")
        page.locator("a.xj-behind", has_text="81,106").click()
        page.get_by_role("heading", name="占道经营清理").wait_for()
        at_rest(page)
        unit = page.locator(".st-key-entry-unit input")
        unit.fill("机动队")
        unit.press("Enter")
        at_rest(page)
        value = page.locator(".st-key-entry-value input")
        value.fill("4")
        value.press("Enter")
        at_rest(page)
        page.get_by_role("button", name="提交", exact=True).click()
        page.get_by_text("已上报：机动队 4。").wait_for()
        page.get_by_text("81,110").first.wait_for()
