"""The bar's marks and ways: what is unread beside the inbox, the phone page for who reports, one's own account."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from data.access.demo_persons import demo_person
from data.runtime import Runtime
from geo.access import Role, Scope, Viewer
from geo.errors import StoreError
from tests.ui.test_inbox import reported
from tests.ui.test_people import said, whole_app
from ui import scene as scenes
from ui import unread

Open = Callable[..., Any]
BOSS = Viewer("a-boss", "Boss", frozenset({Role.COMMANDER}))
NONE = {"text": "", "label": ""}


@pytest.fixture
def look_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Viewer], None]:
    """Makes every page's viewer somebody."""
    return lambda viewer: monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)


def shell_data(at: Any) -> dict[str, Any]:
    [element] = [one for one in at.get("bidi_component") if one.proto.id.endswith("-shell")]
    return dict(json.loads(element.proto.json))


def markup(at: Any) -> str:
    return "".join(str(element.value) for element in at.get("html"))


@pytest.mark.slow
def test_what_is_unread_follows_the_page_and_goes_when_it_was_read(
    empty: Runtime, empty_page: Open, look_as: Callable[[Viewer], None]
) -> None:
    look_as(BOSS)
    drawn = empty_page("inbox", lang="en")
    assert drawn.component("following")["clock"][0]["unread"] == NONE
    for _ in range(2):
        reported(empty)
    drawn.run()
    assert drawn.component("following")["clock"][0]["unread"] == {"text": "2", "label": "2 unread"}
    assert shell_data(whole_app())["clock"][0]["unread"]["text"] == "2"
    assert empty_page("situation", lang="en").component("map-situation")["clock"][0]["unread"]["text"] == "2"
    drawn.at.button(key="inbox-mark").click().run()
    assert drawn.component("following")["clock"][0]["unread"] == NONE


def test_it_counts_one_s_own_part_only(empty: Runtime, empty_page: Open, look_as: Callable[[Viewer], None]) -> None:
    reported(empty, place=0)
    for place, text in ((0, "1"), (1, "")):
        mine = Scope(frozenset({empty.city.areas.codes[place]}))
        look_as(Viewer(f"a-{place}", "n", frozenset({Role.INSPECTOR}), mine))
        assert empty_page("inbox", lang="en").component("following")["clock"][0]["unread"]["text"] == text


def test_many_are_told_as_many(
    empty: Runtime, empty_page: Open, look_as: Callable[[Viewer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "MOST", 3)
    look_as(BOSS)
    for n, text in ((3, "3"), (1, "3+")):
        for _ in range(n):
            reported(empty)
        assert empty_page("inbox", lang="en").component("following")["clock"][0]["unread"]["text"] == text


def test_nobody_in_particular_and_who_sees_no_issues_have_no_mark(
    empty: Runtime, look_as: Callable[[Viewer], None]
) -> None:
    reported(empty)
    for name in ("anyone", "public"):
        look_as(demo_person(name, empty.city.areas.codes))
        assert shell_data(whole_app())["clock"][0]["unread"] == NONE
    look_as(demo_person("commander", empty.city.areas.codes))
    assert shell_data(whole_app())["clock"][0]["unread"]["text"] == "1"


def test_where_it_cannot_be_told_what_stood_there_stays(
    empty: Runtime, look_as: Callable[[Viewer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int:
        raise StoreError("gone")

    look_as(BOSS)
    monkeypatch.setattr(empty.notices, "unread_of", away)
    at = whole_app()
    assert shell_data(at)["clock"][0]["unread"] is None
    assert len(at.get("page_link")) > 8


@pytest.mark.parametrize(
    ("name", "goes"),
    [("anyone", True), ("inspector", True), ("department", True), ("auditor", False), ("public", False)],
)
def test_the_phone_page_is_there_for_who_reports(
    empty: Runtime, look_as: Callable[[Viewer], None], name: str, goes: bool
) -> None:
    look_as(demo_person(name, empty.city.areas.codes))
    at = whole_app()
    assert ('href="/street?lang=en"' in markup(at)) == goes
    assert ("On the phone" in said(at)) == goes


def test_the_account_is_there_where_people_sign_in(
    empty: Runtime, look_as: Callable[[Viewer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_as(BOSS)
    assert "account" not in [element.proto.page for element in whole_app().get("page_link")]
    access = dataclasses.replace(empty.settings.access, login="local")
    monkeypatch.setattr(empty, "settings", dataclasses.replace(empty.settings, access=access))
    at = whole_app()
    assert "account" in [element.proto.page for element in at.get("page_link")]
    assert shell_data(at)["who"][0] == {
        "name": "Boss", "sign_out": "Sign out", "account": "/account?lang=en", "account_label": "My account",
    }  # fmt: skip


def test_a_secret_that_was_shown_is_gone_on_the_next_page(empty: Runtime, look_as: Callable[[Viewer], None]) -> None:
    look_as(BOSS)
    at = whole_app()
    secret = f"xjt_{uuid.uuid4()}"
    at.session_state["account-secret"] = (BOSS.account, "n", secret)
    at.run()
    assert "account-secret" not in at.session_state
