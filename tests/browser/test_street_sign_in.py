"""The phone page with a login: what was written waits for its author's session, and is theirs when it arrives."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from data.commands.cli import main
from tests.browser.app_server import App, running_app
from tests.browser.street_page import HERE, LOOK, READY, report, stand_at, states, wait_until_sent
from tests.ready_stores import put_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PASSWORD = "a horse, a kingdom"
PEOPLE = {"wang": "王督查", "li": "李督查"}


@pytest.fixture(scope="module")
def guarded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The program with a login and one administrator."""
    folder = tmp_path_factory.mktemp("guarded")
    environ = {"XUNJIE_DATABASE_URL": put_demo(folder / "store.db")}
    with mock.patch("sys.stdin", io.StringIO(PASSWORD + "\n")):
        assert main(["account", "add-administrator", "chief", "--name", "李主任"], environ) == 0
    with running_app(folder, settings={"XUNJIE_LOGIN": "local"}) as running:
        yield running


def sign_in(page: Page, login: str) -> None:
    """Fill in the form that is open."""
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.locator("form button").first.click()


def make_inspectors(page: Page, app: App) -> None:
    """The administrator makes the accounts of two inspectors, and leaves."""
    page.goto(f"{app.url}/sign-in?next=/street")
    sign_in(page, "chief")
    page.wait_for_url("**/street**")
    origin = {"Origin": app.url}
    for login, name in PEOPLE.items():
        account = {"login": login, "name": name, "password": PASSWORD, "roles": ["inspector"]}
        answer = page.request.post(f"{app.url}/api/accounts", data=account, headers=origin)
        assert answer.ok, answer.text()
    page.context.clear_cookies()


def test_what_was_written_waits_for_its_author_and_is_theirs(guarded_app, visitor):
    with visitor(**LOOK) as other:
        make_inspectors(other.page, guarded_app)
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        stand_at(phone, *HERE)
        page.goto(f"{guarded_app.url}/street")
        assert "/sign-in?next=%2Fstreet" in page.url
        sign_in(page, "wang")
        page.wait_for_function(READY)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.locator("[data-to=me]").click()
        page.locator(".who", has_text="王督查").wait_for()
        page.locator("[data-to=report]").click()
        phone.set_offline(True)
        report(page, "王的报告")
        cookies = phone.cookies()
        phone.clear_cookies()
        phone.set_offline(False)
        page.locator(".status", has_text="请重新登录").wait_for()
        assert states(page) == ["waiting"]
        page.locator(".status").click()
        page.wait_for_url("**/sign-in**")
        sign_in(page, "li")
        page.wait_for_function(READY)
        page.wait_for_function("async () => (await xunjie.who.current()).name === '李督查'")
        page.locator(".status").click()
        page.locator(".entry .note", has_text="等其登录后发送").wait_for()
        assert states(page) == ["waiting"], "nobody sends it under another name"
        phone.clear_cookies()
        phone.add_cookies(cookies)
        page.reload()
        page.wait_for_function(READY)
        wait_until_sent(page, 1)
        issue = page.evaluate("() => xunjie.pending.all()[0].issue")
        me = page.evaluate("async () => (await (await fetch('/api/me')).json()).account")
        record = page.evaluate("async (id) => (await fetch(`/api/issues/${id}`)).json()", issue)
        assert record["description"] == "王的报告"
        assert me == page.evaluate("() => xunjie.pending.all()[0].account")
        seen.witness.assert_calm(but=["status of 401", "answered 401"])
