"""The inbox and the panels of notices as pages: what they say, for whom, and what their buttons do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from data.access.demo_persons import demo_person
from data.runtime import Runtime
from geo.access import Role, Scope, Viewer
from geo.issue import IssueDraft
from ui import scene as scenes

Open = Callable[..., Any]
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def look_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Viewer], None]:
    """Makes every page's viewer somebody."""
    return lambda viewer: monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)


def reported(live: Runtime, *, place: int = 0) -> str:
    point = live.city.areas.geometry[place].representative_point()
    draft = IssueDraft("supervision", "C0101", shapely.Point(point), id=str(uuid.uuid4()), description=EVIL)
    return live.submit([draft], actor="a-street")[0].id


def test_the_inbox_lists_what_is_new_and_forgets_it_when_it_was_read(
    empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None]
) -> None:
    look_as(Viewer("a-boss", "n", frozenset({Role.COMMANDER})))
    drawn = empty_page("inbox", lang="en")
    assert "Nothing has happened yet" in drawn.words
    issue = reported(empty)
    empty.change(issue, 1, "REJECTED", actor="a-other", client_uuid=str(uuid.uuid4()), note="withdrawn: " + EVIL)
    drawn.run()
    assert "2 unread" in drawn.words
    rows = drawn.component("inbox-news")["rows"]
    assert [row["cells"][0]["text"] for row in rows] == ["Withdrawn by its reporter", "Reported"]
    assert {row["code"] for row in rows} == {issue}
    assert EVIL not in drawn.markup
    next(button for button in drawn.at.button if button.key == "inbox-mark").click()
    drawn.run()
    assert "Nothing unread" in drawn.words
    assert not any(row["cells"][0]["small"] for row in drawn.component("inbox-news")["rows"])
    assert drawn.component("following")["revision"] == empty.snapshot.revision


def test_a_picked_issue_leads_to_explore(empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None]) -> None:
    look_as(Viewer("a-boss", "n", frozenset({Role.COMMANDER})))
    issue = reported(empty)
    drawn = empty_page("inbox", lang="en", issue=issue)
    assert f'href="/explore?lang=en&amp;issue={issue}"' in drawn.markup
    assert EVIL not in drawn.markup


def test_an_inspector_is_told_of_their_own_place(
    empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None]
) -> None:
    first, second = empty.city.areas.codes[:2]
    issues = [reported(empty, place=place) for place in (0, 1)]
    for code, mine, other in ((first, *issues), (second, *issues[::-1])):
        look_as(Viewer("a-insp", "n", frozenset({Role.INSPECTOR}), Scope(frozenset({code}))))
        drawn = empty_page("inbox", lang="en")
        codes = [row["code"] for row in drawn.component("inbox-news")["rows"]]
        assert mine in codes
        assert other not in str(drawn.component("inbox-news"))


def test_an_administrator_adds_a_webhook_and_sees_its_secret_once(
    empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None]
) -> None:
    look_as(demo_person("administrator", empty.city.areas.codes))
    drawn = empty_page("people", lang="en")
    assert "the program calls nobody" in drawn.words
    next(field for field in drawn.at.text_input if field.key == "hook-url").set_value("http://169.254.169.254/")
    next(button for button in drawn.at.button if button.key == "hook-add").click()
    drawn.run()
    assert "That address cannot be used" in drawn.words
    assert empty.notices.webhooks() == []
    next(field for field in drawn.at.text_input if field.key == "hook-url").set_value("http://127.0.0.1:9/hook")
    next(button for button in drawn.at.button if button.key == "hook-add").click()
    drawn.run()
    assert "xjw_" in drawn.words
    [hook] = empty.notices.webhooks()
    drawn.run()
    assert "xjw_" not in drawn.words
    next(box for box in drawn.at.selectbox if box.key == "hook-chosen").set_value(hook.id)
    drawn.run()
    next(button for button in drawn.at.button if button.key == "hook-off").click()
    drawn.run()
    assert not empty.notices.webhooks()[0].active
    next(button for button in drawn.at.button if button.key == "hook-remove").click()
    drawn.run()
    assert empty.notices.webhooks() == []


def test_an_address_is_kept_and_erased(empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None]) -> None:
    look_as(demo_person("administrator", empty.city.areas.codes))
    drawn = empty_page("people", lang="en")
    next(box for box in drawn.at.selectbox if box.key == "mail-unit").set_value("D01")
    for value, kept in (("a@b.example\r\nBcc: c@d.example", {}), ("duty@d01.example", {"D01": ["duty@d01.example"]})):
        next(field for field in drawn.at.text_input if field.key == "mail-address").set_value(value)
        next(button for button in drawn.at.button if button.key == "mail-add").click()
        drawn.run()
        assert empty.notices.addresses() == kept
    next(box for box in drawn.at.selectbox if box.key == "mail-chosen").set_value(("D01", "duty@d01.example"))
    next(button for button in drawn.at.button if button.key == "mail-remove").click()
    drawn.run()
    assert empty.notices.addresses() == {}
    kinds = [entry.kind for entry in empty.access.newest_entries(10)]
    assert kinds.count("address_changed") == 2
    assert "saw_protected" in kinds  # the page showed the address that was kept
    assert "duty@" not in str(empty.access.newest_entries(10))


@pytest.mark.parametrize("name", ["auditor", "commander"])
def test_nobody_else_finds_where_notices_go(
    empty_page: Open, empty: Runtime, look_as: Callable[[Viewer], None], name: str
) -> None:
    look_as(demo_person(name, empty.city.areas.codes))
    assert "Webhooks" not in empty_page("people", lang="en").words
