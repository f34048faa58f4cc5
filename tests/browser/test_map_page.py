"""The map by itself: layers by key, drill-down and back, classes, period, cards, legend that adds up."""

from __future__ import annotations

import re

import pytest

from tests.browser.map_frame import map_frame, pixel_of, shown, wait_for_n

ISSUES = 2366
IN_DAYING_LU = (106.7290, 26.6130)  # well inside 大营路街道, away from marks


@pytest.fixture
def open_map(app, visitor):
    """Open /map with a query in Chinese on a desk; gives page and frame, and checks calm at the end."""
    with visitor(language="zh-CN") as seen:

        def come(query: str = ""):
            seen.page.goto(f"{app.url}/map?lang=zh-CN&{query}".rstrip("&"))
            return seen.page, map_frame(seen.page)

        yield come


def settle(page) -> None:
    page.wait_for_timeout(900)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_keys_choose_layers_and_overlays_while_the_map_has_the_focus(open_map):
    page, frame = open_map()
    frame.locator("#map_xunjie").focus()
    for key, layer in (("2", "roads"), ("3", "heat"), ("4", "plain"), ("1", "subdistricts")):
        page.keyboard.press(key)
        frame.wait_for_function("layer => xunjie.state.layer === layer", arg=layer)
    page.keyboard.press("o")
    assert shown(frame)["show"] == []
    page.keyboard.press("p")
    assert shown(frame)["show"] == ["points"]


def test_a_click_goes_into_a_subdistrict_and_escape_and_back_come_out(app, open_map):
    page, frame = open_map()
    page.mouse.click(*pixel_of(frame, *IN_DAYING_LU))
    wait_for_n(frame, app.get("/api/summary?subdistrict=520103019")["issues"]["total"])
    assert "subdistrict=520103019" in page.url
    assert "大营路" in frame.locator(".card").inner_text()
    page.keyboard.press("Escape")
    wait_for_n(frame, ISSUES)
    assert not frame.locator(".card").is_visible()
    page.go_back()
    wait_for_n(frame, app.get("/api/summary?subdistrict=520103019")["issues"]["total"])


def test_the_classes_of_the_legend_add_up(open_map):
    _, frame = open_map()
    assert sum(int(text) for text in frame.locator(".swatches button").all_inner_texts()) == 18
    stages = [number(text) for text in frame.locator(".symbols b").all_inner_texts()]
    assert stages == [48, 21, 12]


def test_the_road_legend_adds_up_to_what_is_matched(open_map):
    _, frame = open_map("layer=roads")
    counts = [number(text) for text in frame.locator(".road-classes tbody td:last-child").all_inner_texts()]
    foot = frame.locator(".legend .foot").inner_text()
    matched, unmatched = (number(text) for text in re.search(r"匹配 ([\d,.]+).*）([\d,.]+)", foot).groups())
    assert sum(counts) == pytest.approx(matched, abs=0.5)
    assert matched + unmatched == pytest.approx(ISSUES, abs=0.5)


def test_a_class_of_the_legend_stands_alone_until_it_is_pressed_again(open_map):
    _, frame = open_map()
    fourth = frame.locator(".swatches button").nth(3)
    fourth.click()
    assert shown(frame)["isolatedClass"] == 3
    assert frame.evaluate("document.activeElement.dataset.key") == "class-3"
    frame.locator(".swatches button").nth(3).click()
    assert shown(frame)["isolatedClass"] is None


def test_a_brush_on_the_time_bar_sets_the_period_and_a_double_click_resets_it(app, open_map):
    page, frame = open_map()
    box = frame.locator(".bars").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 20, steps=4)
    page.mouse.up()
    frame.wait_for_function("() => xunjie.state.filter.includes('since=')")
    wait_for_n(frame, app.get("/api/summary?" + shown(frame)["filter"])["issues"]["total"])
    page.mouse.dblclick(box["x"] + 60, box["y"] + 20)
    wait_for_n(frame, ISSUES)


def test_a_card_of_an_issue_tells_its_number_and_history(app, open_map):
    page, frame = open_map()
    number_of_it = app.get("/api/watch?overdue=1&newest=0")["overdue"][0]["number"]
    frame.evaluate("number => xunjie.drill.pick('issue', number)", number_of_it)
    card = frame.locator(".card")
    card.wait_for()
    assert number_of_it in card.inner_text()
    assert "超期" in card.locator(".stage").inner_text()
    assert card.locator(".timeline li").count() >= 2
    page.keyboard.press("Escape")
    assert not card.is_visible()


def test_the_table_twin_moves_by_arrows_and_enters_by_enter(open_map):
    page, frame = open_map()
    frame.locator(".twin button").first.focus()
    page.keyboard.press("ArrowDown")
    second = frame.locator(".twin button").nth(1)
    assert frame.evaluate("document.activeElement.textContent") == second.inner_text()
    page.keyboard.press("Enter")
    frame.wait_for_function("() => xunjie.state.filter.startsWith('subdistrict=')")


def test_on_a_phone_the_legend_is_a_sheet_and_targets_are_large(app, visitor):
    with visitor(language="zh-CN", size=(390, 844)) as seen:
        seen.page.goto(f"{app.url}/map?lang=zh-CN")
        frame = map_frame(seen.page)
        legend = frame.locator("#legend")
        assert not legend.is_visible()
        frame.locator(".sheet-button").click()
        assert legend.is_visible()
        for button in frame.locator(".zoom button, .swatches button, .sheet-close, .choice").all():
            assert button.bounding_box()["height"] >= 44
        frame.locator(".sheet-close").click()
        assert not legend.is_visible()


def test_a_route_that_fails_leaves_the_picture_and_says_so(app, visitor):
    with visitor(language="en", calm=False) as seen:
        seen.page.goto(f"{app.url}/map?lang=en")
        frame = map_frame(seen.page)
        seen.page.route("**/api/density/roads*", lambda route: route.abort())
        frame.evaluate("() => xunjie.set({layer: 'roads'})")
        failure = frame.locator(".failure")
        failure.wait_for()
        assert "densities by road" in failure.inner_text()
        assert shown(frame)["n"] == ISSUES
        seen.page.unroute("**/api/density/roads*")
        failure.get_by_role("button").click()
        failure.wait_for(state="detached")
        assert frame.locator(".road-classes tbody tr").count() == 5


def test_a_filter_that_matches_nothing_is_said_in_words(open_map):
    _, frame = open_map("type=C0101&since=2021-06-03&until=2021-06-03&stage=overdue")
    assert shown(frame)["n"] == 0
    assert frame.locator(".empty").is_visible()
