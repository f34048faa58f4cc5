"""Signing in and out in a real browser, and the demo's role switch: what each may not see is not there."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from data.commands.cli import main
from tests.browser.app_server import App, running_app
from tests.browser.streamlit_page import assert_fits, at_rest, open_page
from tests.ready_stores import put_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "a horse, a kingdom"


@pytest.fixture(scope="module")
def guarded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The program with a login and one administrator."""
    folder = tmp_path_factory.mktemp("guarded")
    environ = {"XUNJIE_DATABASE_URL": put_demo(folder / "store.db")}
    with mock.patch("sys.stdin", io.StringIO(PASSWORD + "\n")):
        assert main(["account", "add-administrator", "chief", "--name", "李主任"], environ) == 0
    with running_app(folder, settings={"XUNJIE_LOGIN": "local"}) as running:
        yield running


def test_one_signs_in_by_keyboard_works_and_signs_out(browser: Browser, guarded_app: App) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{guarded_app.url}/people?lang=en")
    assert "/sign-in?next=%2Fpeople%3Flang%3Den" in page.url
    page.locator("#login:focus").wait_for()
    page.keyboard.type("chief")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    page.locator("#password:focus").wait_for()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/people?lang=en")
    at_rest(page)
    page.get_by_role("heading", name="People").wait_for()
    assert page.locator(".who .name").inner_text() == "李主任"
    assert page.evaluate("document.cookie").find("xunjie=") < 0  # no script reads the session
    assert_fits(page)

    [cookie] = [one for one in context.cookies() if one["name"] == "xunjie"]
    page.locator(".who button").click()
    page.wait_for_url("**/sign-in")
    context.add_cookies([cookie])  # who kept it has kept nothing
    page.goto(f"{guarded_app.url}/people?lang=en")
    assert "/sign-in" in page.url
    assert not broken
    context.close()


def test_an_open_page_says_so_when_its_session_has_been_ended(browser: Browser, guarded_app: App) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(f"{guarded_app.url}/sign-in?lang=en&next=/explore%3Flang%3Den")
    page.fill("#login", "chief")
    page.fill("#password", PASSWORD)
    page.click("button")
    page.wait_for_url("**/explore?lang=en")
    at_rest(page)
    origin = {"Origin": guarded_app.url, "Content-Type": "application/json"}
    ended = context.request.post(f"{guarded_app.url}/api/accounts/chief/revoke", data="{}", headers=origin)
    assert ended.json()["ended"] >= 1
    page.locator(".who").wait_for()
    page.get_by_role("link", name="Points", exact=True).first.click()
    page.get_by_text("Your session has ended").wait_for()
    assert page.locator(".st-key-panel-points").count() == 0
    context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_role_switch_of_the_demo_changes_who_looks(browser: Browser, app: App, viewport: dict[str, int]) -> None:
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    open_page(page, f"{app.url}/?lang=en")
    switch = page.locator(".who select")
    assert "demo" in switch.locator("option:checked").inner_text()
    assert_fits(page)
    assert switch.bounding_box()["x"] + switch.bounding_box()["width"] <= viewport["width"]
    assert page.locator(".st-key-nav-report").count() == 1
    switch.select_option("auditor")
    page.locator(".st-key-nav-people a").first.wait_for(state="attached")
    at_rest(page)
    assert page.locator(".st-key-nav-report").count() == 0
    me = context.request.get(f"{app.url}/api/me").json()
    assert (me["roles"], me["demo"]) == (["auditor"], True)
    refused = context.request.post(
        f"{app.url}/api/issues", data="{}", headers={"Content-Type": "application/json", "Origin": app.url}
    )
    assert refused.status == 403
    context.close()
