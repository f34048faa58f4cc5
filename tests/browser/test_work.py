"""Work in a browser: rows ticked, previewed and acted on together; figures that agree; pages found on a phone."""

from __future__ import annotations

import re
import uuid

import pytest

from data.access.cookies import ROLE_COOKIE
from tests.browser.conftest import DESK, PHONE
from tests.browser.streamlit_page import assert_fits, at_rest, open_page

PLACE = {"type": "Point", "coordinates": [106.7135, 26.5885]}


def look_as(page, app, role: str) -> None:
    """Makes whoever holds the browser that person of the demo."""
    page.context.add_cookies([{"name": ROLE_COOKIE, "value": role, "url": app.url}])


def report(app, **fields) -> str:
    kind = app.get("/api/issues.geojson?status=HANDLING")["features"][0]["properties"]["type"]
    body = {"id": str(uuid.uuid4()), "type": kind, "geometry": PLACE, **fields}
    status, answer = app.post("/api/issues", body)
    assert status == 201, answer
    return answer["id"]


def change(app, issue: str, status: str, version: int, **more) -> int:
    body = {"id": str(uuid.uuid4()), "version": version, "status": status, **more}
    code, answer = app.post(f"/api/issues/{issue}/changes", body)
    assert code == 201, answer
    return answer["version"]


def brought_to(app, *states: str, **fields) -> tuple[str, int]:
    issue, version = report(app, **fields), 1
    for status in states:
        version = change(app, issue, status, version)
    return issue, version


def figure(page, queue: str) -> int:
    """The figure beside a queue."""
    words = page.locator(f".st-key-open-{queue} button").inner_text()
    return int(re.search(r"([\d,]+)\s*$", words).group(1).replace(",", ""))


def test_a_commander_dispatches_three_together_after_a_preview(own_app, visitor):
    issues = [brought_to(own_app, "ACCEPTED", "FILED")[0] for _ in range(3)]
    with visitor(language="en") as seen:
        page = seen.page
        look_as(page, own_app, "commander")
        open_page(page, f"{own_app.url}/work?lang=en&queue=dispatch")
        before = figure(page, "dispatch")
        numbers = {own_app.get(f"/api/issues/{issue}")["number"] for issue in issues}
        for number in sorted(numbers):  # one after the other, without waiting for the server: none gets lost
            page.get_by_role("checkbox", name=f"Choose {number}").click()
        page.get_by_text("3 chosen").wait_for()
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Dispatch: 3 can be done, 0 cannot. Nothing is written yet.").wait_for()
        assert own_app.get("/api/summary?status=FILED")["issues"]["total"] == before
        page.get_by_role("button", name="Dispatch 3 issues").click()
        page.get_by_text("Done: Dispatch, 3 issues.").wait_for()
        at_rest(page)
        assert figure(page, "dispatch") == before - 3
        assert own_app.get("/api/summary?status=FILED")["issues"]["total"] == before - 3
    for issue in issues:
        acts = [entry["act"] or entry["status"] for entry in own_app.get(f"/api/issues/{issue}/history")["entries"]]
        assert acts == ["REPORTED", "ACCEPTED", "FILED", "assign", "DISPATCHED"]


def test_what_another_person_changed_meanwhile_is_named_in_the_preview(own_app, visitor):
    issue, version = brought_to(own_app, "ACCEPTED", "FILED")
    number = own_app.get(f"/api/issues/{issue}")["number"]
    with visitor(language="en") as seen:
        page = seen.page
        look_as(page, own_app, "commander")
        open_page(page, f"{own_app.url}/work?lang=en&queue=dispatch")
        page.get_by_role("checkbox", name=f"Choose {number}").click()
        page.get_by_text("1 chosen").wait_for()
        change(own_app, issue, "DISPATCHED", version)
        page.get_by_role("button", name="Preview").click()
        page.locator(".xj-list.refused").filter(has_text=number).filter(has_text="changed it at").wait_for()
        assert page.get_by_role("button", name="Dispatch 1 issue").count() == 0


@pytest.mark.parametrize("role", ["commander", "department", "inspector", "planner"])
def test_figures_on_the_page_are_those_of_the_street_s_list_and_the_summary(app, visitor, role):
    with visitor(language="en") as seen:
        page = seen.page
        look_as(page, app, role)
        open_page(page, f"{app.url}/work?lang=en")
        headers = {"Cookie": f"{ROLE_COOKIE}={role}"}
        for button in page.locator("[class*=st-key-open-]").all():
            queue = re.search(r"st-key-open-(\w+)", button.get_attribute("class")).group(1)
            if queue == "mine":
                continue
            answer = page.request.get(f"{app.url}/api/my-list?queue={queue}", headers=headers).json()
            assert figure(page, queue) == answer["total"], queue


def test_a_row_leads_to_its_case_and_a_box_takes_the_keyboard(app, visitor):
    with visitor(language="en") as seen:
        page = seen.page
        look_as(page, app, "commander")
        open_page(page, f"{app.url}/work?lang=en&queue=overdue")
        box = page.get_by_role("checkbox", name=re.compile("^Choose YY-")).first
        box.focus()
        page.keyboard.press("Space")
        page.get_by_text("1 chosen").wait_for()
        at_rest(page)
        assert (
            page.evaluate(
                "() => { let e = document.activeElement; while (e?.shadowRoot) e = e.shadowRoot.activeElement;"
                " return e?.type; }"
            )
            == "checkbox"
        )
        number = page.locator("td[data-name=number] a").first.inner_text()
        page.locator("td[data-name=type]").first.click()
        page.get_by_role("heading", name=re.compile(number)).wait_for()
        assert "/case?" in page.url


@pytest.mark.parametrize("role", ["", "commander", "inspector", "auditor"])
def test_on_a_phone_four_pages_and_a_sheet_with_the_others(app, visitor, role):
    with visitor(language="en", size=PHONE) as seen:
        page = seen.page
        look_as(page, app, role)
        open_page(page, f"{app.url}/?lang=en")
        tabs = page.locator(".st-key-tabs a:visible")
        tabs.nth(3).wait_for()
        assert tabs.count() == 4
        assert page.locator(".st-key-tabs a[href^='/street?']:visible").count() == (role != "auditor")
        more = page.locator(".st-key-tabs [data-testid=stPopoverButton]")
        for target in [*tabs.all(), more]:
            box = target.bounding_box()
            assert box["width"] >= 44
            assert box["height"] >= 44
        assert_fits(page)
        more.focus()
        page.keyboard.press("Enter")
        links = page.locator(".st-key-sheet a:visible")
        links.first.wait_for()
        every = page.locator(".st-key-nav a").count()
        assert tabs.count() + links.count() == every
        for link in links.all():
            box = link.bounding_box()
            assert box["height"] >= 44
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= PHONE[1] - 60
        name = links.last.inner_text()
        links.last.click()
        page.wait_for_url(re.compile("/about|/people"))
        at_rest(page)
        assert links.count() == 0, f"the sheet stays open over {name}"


def test_a_desk_has_a_rail_in_groups_and_marks_where_one_is(app, visitor):
    with visitor(language="en", size=DESK) as seen:
        page = seen.page
        open_page(page, f"{app.url}/work?lang=en")
        page.locator(".xj-navgroup").nth(2).wait_for()
        assert page.locator(".xj-navgroup").all_inner_texts() == ["Watch", "Act", "Manage"]
        assert page.locator(".st-key-tabs").is_hidden()
        rail = page.locator(".st-key-nav").bounding_box()
        main = page.locator("[data-testid=stMain]").bounding_box()
        assert rail["x"] + rail["width"] <= main["x"] + 1, "nothing lies under the rail"
        page.locator(".st-key-nav-explore a").click()
        page.wait_for_url(re.compile("/explore"))
        sidebar = page.locator("[data-testid=stSidebar]")
        sidebar.wait_for()
        assert sidebar.bounding_box()["x"] >= rail["x"] + rail["width"] - 1


def test_the_page_follows_what_others_do_and_keeps_what_it_said(own_app, visitor):
    with visitor(language="en") as seen:
        page = seen.page
        look_as(page, own_app, "commander")
        mine, _ = brought_to(own_app, "ACCEPTED")
        open_page(page, f"{own_app.url}/work?lang=en&queue=file")
        number = own_app.get(f"/api/issues/{mine}")["number"]
        page.get_by_role("checkbox", name=f"Choose {number}").click()
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name="File 1 issue").click()
        page.get_by_text("Done: File, 1 issue.").wait_for()
        before = figure(page, "accept")
        report(own_app)
        page.locator(".st-key-open-accept button").filter(has_text=str(before + 1)).wait_for()
        assert page.get_by_text("Done: File, 1 issue.").is_visible()
