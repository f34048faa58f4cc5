"""The phone page itself: it can be read, used by keyboard, brought up to date; hostile text stays text."""

from __future__ import annotations

import shutil
import uuid

import numpy as np
import pytest

from geo.datum import wgs84_to_bd09, wgs84_to_gcj02
from tests.browser.app_server import ROOT, free_port, running_app
from tests.browser.demo_app import running_demo
from tests.browser.street_page import HERE, LOOK, READY, issues_called, open_street, report, states, wait_until_sent
from tests.browser.test_accessibility import serious

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}${7*7}`</script>"
LOOKS = [("zh-CN", "light"), ("en", "dark")]


@pytest.mark.parametrize("tab", ["report", "list", "map", "me"])
@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_a_tab_has_no_serious_finding(app, visitor, language, theme, tab):
    with visitor(language=language, theme=theme, **LOOK) as seen:
        open_street(seen.page, app, f"?lang={language}&tab={tab}")
        seen.page.wait_for_function("() => xunjie.today.issues().length > 0")
        assert not serious(seen.page.main_frame)
        assert seen.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_sheets_have_no_serious_finding(app, visitor, language, theme):
    with visitor(language=language, theme=theme, **LOOK) as seen:
        page = seen.page
        open_street(page, app, f"?lang={language}")
        page.wait_for_function("() => xunjie.today.issues().length > 0")
        opened = (
            lambda: page.locator(".type.more").click(),
            lambda: page.locator(".place-line .plain").click(),
            lambda: page.locator(".status").click(),
            lambda: page.evaluate(
                "() => xunjie.openCase(xunjie.today.issues().find((i) => i.status === 'VERIFYING'), { act: true })"
            ),
        )
        for show in opened:
            show()
            page.locator("dialog").wait_for()
            page.wait_for_timeout(300)
            assert not serious(page.main_frame)
            page.keyboard.press("Escape")
            page.locator("dialog").wait_for(state="detached")


def test_everything_that_is_tapped_is_large_enough(app, visitor):
    with visitor(**LOOK) as seen:
        open_street(seen.page, app)
        for tab in ("report", "list", "map", "me"):
            seen.page.locator(f"[data-to={tab}]").click()
            small = seen.page.evaluate(SMALL)
            assert not small, (tab, small)


SMALL = """() => [...document.querySelectorAll("button, select, textarea, label.add-shot")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.className || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""


def test_a_report_is_made_with_the_keyboard_alone(own_app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, own_app)
        page.locator(".tab-report .locate").focus()
        page.keyboard.press("Enter")
        page.locator(".pin").wait_for()
        page.locator(".pin").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.locator("[data-type]").first.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.evaluate("() => document.activeElement.getAttribute('aria-pressed')") == "true"
        page.locator("#description").focus()
        page.keyboard.type("键盘报告")
        page.locator(".actions .primary").focus()
        page.keyboard.press("Enter")
        wait_until_sent(page, 1)
        [issue] = issues_called(own_app, "键盘报告")
        assert issue["source_x"] == pytest.approx(HERE[0], abs=1e-7)
        assert (issue["source_y"] - HERE[1]) * 111_320 == pytest.approx(10, abs=0.1), "two steps of five metres north"


def test_a_sheet_gives_the_focus_back_and_closes_with_back_and_escape(app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, app)
        for close in (lambda: page.keyboard.press("Escape"), lambda: page.go_back()):
            page.locator(".type.more").click()
            page.locator("dialog").wait_for()
            page.locator("#type-search").fill("井盖")
            assert page.locator(".all-types .row").all_inner_texts() == ["井盖破损\n2 天内"]
            close()
            page.locator("dialog").wait_for(state="detached")
            assert page.evaluate("() => document.activeElement.className") == "type more"
            assert page.url.endswith("tab=report")


def test_hostile_text_stays_text(own_app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        open_street(page, own_app)
        page.locator(".place-line .plain").click()
        page.locator("#address").fill(HOSTILE)
        page.locator("dialog form .primary").click()
        report(page, HOSTILE)
        wait_until_sent(page, 1)
        page.locator("[data-to=list]").click()
        [issue] = issues_called(own_app, HOSTILE)
        page.wait_for_function("id => xunjie.today.issues().some((one) => one.id === id)", arg=issue["id"])
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        page.locator(".history li").first.wait_for()
        assert page.locator("dialog .description").inner_text() == HOSTILE
        assert HOSTILE in page.locator("dialog .facts").inner_text()
        assert page.locator("dialog img").count() == 0


def test_a_position_copied_from_another_map_keeps_its_datum(own_app, visitor):
    lon, lat = (float(value) for value in np.round(wgs84_to_gcj02(*HERE), 6))
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, own_app)
        page.locator(".place-line .plain").click()
        page.locator("#pair").fill("井盖旁")
        page.locator("dialog form .primary").click()
        assert "106.71351, 26.59832" in page.locator("#pair-error").inner_text()
        page.locator("#pair").fill(f"{lat}，{lon}")  # latitude first, as some maps copy it
        page.get_by_text("高德、腾讯（GCJ-02）").click()
        page.locator("dialog form .primary").click()
        page.locator(".pin").wait_for()
        report(page, "高德坐标", find=False)
        wait_until_sent(page, 1)
        [issue] = issues_called(own_app, "高德坐标")
        assert (issue["source_datum"], issue["source_x"], issue["source_y"]) == ("gcj02", lon, lat)
        record = own_app.get(f"/api/issues/{issue['id']}")
        assert (record["lon"], record["lat"]) == pytest.approx(HERE, abs=2e-6)


def test_the_phone_s_datums_are_the_server_s(app, visitor):
    places = [(106.6 + i * 0.013, 26.5 + i * 0.011) for i in range(12)]
    lon, lat = np.array(places).T
    with visitor(**LOOK) as seen:
        open_street(seen.page, app)
        for name, there in (("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)):
            code = "([name, places]) => places.map((place) => xunjie.datum.fromWgs84(name, place))"
            found = seen.page.evaluate(code, [name, places])
            assert np.abs(np.array(found) - np.column_stack(there(lon, lat))).max() < 1e-9
            code = "([name, places]) => places.map((place) => xunjie.datum.toWgs84(name, place))"
            back = seen.page.evaluate(code, [name, found])
            assert np.abs(np.array(back) - np.array(places)).max() < 1e-9


def test_a_walk_goes_on_to_the_nearest_place_that_is_left(app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, app, "?tab=list")
        page.wait_for_function("() => xunjie.today.issues().length > 0")
        page.locator("[data-order=route]").click()
        page.wait_for_function("() => document.querySelectorAll('.cases .stop').length === 9")
        shown = page.evaluate("() => [...document.querySelectorAll('.cases li')].map((one) => one.dataset.id)")
        left = {one["id"]: (one["lon"], one["lat"]) for one in app.get("/api/my-list?most=300")["issues"]}
        here = HERE
        for identity in shown:
            squeeze = np.cos(np.radians(here[1]))
            away = {name: np.hypot((x - here[0]) * squeeze, y - here[1]) for name, (x, y) in left.items()}
            assert away[identity] == pytest.approx(min(away.values()))
            here = left.pop(identity)
        assert not left


def test_the_main_roads_of_a_large_city_are_asked_for_once_and_kept(app, visitor):
    """A city with too many roads for its file has none there: here Yunyan is told to be one."""
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, app)
        own = page.evaluate("() => xunjie.cityRoads.segments().length")
        large = "async () => { xunjie.city.roads = { by_view: true, quality: 'real' }; await xunjie.cityRoads.load(); }"
        page.evaluate(large)
        lines = page.evaluate("() => xunjie.cityRoads.segments().length")
        assert 0 < lines <= own
        assert page.evaluate("() => xunjie.cityRoads.roads().some((road) => road.name.zh === '中华中路')")
        page.context.set_offline(True)
        page.reload()
        page.wait_for_function(READY)
        page.evaluate(large)
        assert page.evaluate("() => xunjie.cityRoads.segments().length") == lines
        page.context.set_offline(False)


def test_the_list_follows_the_chosen_part_of_the_city(app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, app, "?tab=me")
        code = app.get("/api/my-list")["issues"][0]["subdistrict"]
        page.locator(f"[data-area='{code}']").click()
        page.wait_for_function("code => xunjie.today.issues().every((one) => one.subdistrict === code)", arg=code)
        page.locator("[data-to=list]").click()
        expected = app.get(f"/api/my-list?subdistrict={code}")
        assert page.locator(".figures b").all_inner_texts() == [
            str(expected[stage]) for stage in ("overdue", "verifying", "handling")
        ]
        page.context.set_offline(True)
        page.reload()
        page.wait_for_function(READY)
        assert page.locator(".cases li").count() == expected["total"], "the list is kept on the phone"
        assert page.locator(".as-of").inner_text().startswith("没有信号，清单截至 ")
        page.context.set_offline(False)


def test_the_points_of_today_s_plan_are_kept_with_what_is_looked_at_there(own_app, visitor):
    proposed = own_app.get("/api/plans/proposal?k=3")["stops"]
    stops = [{key: stop[key] for key in ("point", "reason", "leg_m")} for stop in proposed]
    for group in ("P03", "P07"):
        plan = {
            "id": str(uuid.uuid4()),
            "group": group,
            "day": "2021-08-24",
            "stops": stops[:2] if group == "P03" else stops[2:],
        }
        assert own_app.post("/api/plans", plan)[0] == 201
    with visitor(language="en", **LOOK) as seen:
        page = seen.page
        open_street(page, own_app, "?lang=en&tab=list")
        page.get_by_role("button", name="Today's points").click()
        rows = page.locator(".plan .cases li")
        rows.nth(1).wait_for()
        assert not serious(page.main_frame)
        assert page.evaluate(SMALL) == []
        page.get_by_role("button", name="Site group 7").click()
        page.wait_for_function("() => document.querySelectorAll('.plan .cases li').length === 1")
        page.context.set_offline(True)
        page.reload()
        page.wait_for_function(READY)
        page.get_by_role("button", name="Today's points").click()
        rows.first.wait_for()  # of group P07 still
        assert rows.count() == 1
        assert "the list is of" in page.locator(".plan .as-of").inner_text()
        rows.first.locator(".act").click()
        page.locator(".items li").first.wait_for()
        assert not serious(page.main_frame)
        assert page.evaluate(SMALL) == []
        page.context.set_offline(False)


def test_a_new_release_is_offered_and_taken_over_with_nothing_lost(tmp_path, visitor):
    """The same address serves another release: the page says so, and goes on with it when it is told to."""
    newer = tmp_path / "city"
    shutil.copytree(ROOT / "data" / "cities" / "yunyan", newer)
    text = (newer / "city.toml").read_text(encoding="utf-8")
    assert "snap_limit_m = 60" in text
    (newer / "city.toml").write_text(text.replace("snap_limit_m = 60", "snap_limit_m = 61"), encoding="utf-8")
    port = free_port()
    with visitor(**LOOK) as seen:
        page = seen.page
        with running_demo(tmp_path, port=port) as app:
            open_street(page, app)
            before = page.evaluate("() => document.documentElement.dataset.release")
            page.context.set_offline(True)
            report(page, "升级前的报告")
            page.locator("#description").fill("升级前的草稿")
            page.wait_for_timeout(400)
        with running_app(tmp_path, port=port, city=str(newer)) as app:
            page.context.set_offline(False)
            page.evaluate("() => xunjie.updates.look()")
            page.locator(".update button").click()
            page.wait_for_function("old => document.documentElement?.dataset.release !== old", arg=before)
            page.wait_for_function(READY)  # the page before was ready too
            assert page.locator("#description").input_value() == "升级前的草稿"
            wait_until_sent(page, 1)
            assert states(page) == ["sent"]
            assert page.evaluate("async () => (await caches.keys()).length") == 1
            assert len(issues_called(app, "升级前的报告")) == 1
