"""The page of people, and what each role finds: pages that are not theirs are not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data.access import passwords
from data.access.demo_persons import PERSONS, demo_person
from data.duties import duties_in_force
from data.runtime import Runtime
from geo.access import Role, Scope, Viewer
from geo.organisation import ASSIGNABLE
from geo.permissions import Action, may
from geo.text import LANGUAGES
from i18n import translate
from ui import scene as scenes

WAIT_S = 60
Open = Callable[..., Any]


@pytest.fixture
def demo(request: pytest.FixtureRequest) -> Runtime:
    opened: Runtime = request.getfixturevalue("_demo")
    return opened


@pytest.fixture
def look_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Viewer | None], None]:
    """Makes every page's viewer somebody."""
    return lambda viewer: monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)


def whole_app() -> AppTest:
    at = AppTest.from_file(str(Path(__file__).resolve().parents[2] / "ui" / "main.py"), default_timeout=WAIT_S)
    at.query_params["lang"] = "en"
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    shown = [str(element.value) for kind in ("html", "markdown", "text") for element in at.get(kind)]
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(shown), flags=re.DOTALL))


def test_each_role_finds_its_own_pages(demo: Runtime, look_as: Callable[[Viewer | None], None]) -> None:
    watch, manage = ["situation", "explore", "points", "reviews"], ["organisation", "record"]
    acting = [*watch, "work", "inbox", "report", "inspections", *manage, "about"]
    reading = [*watch, "inbox", "inspections", *manage, "people", "about"]
    expected = {
        "anyone": acting,
        "commander": acting,
        "auditor": reading,
        "administrator": reading,
        "public": ["record", "about"],
    }
    for name, pages in expected.items():
        look_as(demo_person(name, demo.city.areas.codes))
        at = whole_app()
        links = list(dict.fromkeys(element.proto.page for element in at.get("page_link")))
        assert links == ["", *pages[1:]]  # the first one is at the root


@pytest.mark.parametrize("name", PERSONS)
@pytest.mark.parametrize(
    "page_name", ["situation", "explore", "points", "report", "inbox", "record", "about", "people"]
)
def test_every_page_draws_for_every_person_of_the_demo(
    page: Open, look_as: Callable[[Viewer | None], None], demo: Runtime, name: str, page_name: str
) -> None:
    viewer = demo_person(name, demo.city.areas.codes)
    look_as(viewer)
    drawn = page(page_name, lang="en")
    assert not drawn.at.error
    if page_name == "people":
        assert ("Log of access" in drawn.words) == may(viewer, Action.READ_AUDIT)
        assert bool(drawn.at.get("multiselect")) == may(viewer, Action.MANAGE_PEOPLE)
    if not may(viewer, Action.EXPORT):
        assert "/api/issues." not in drawn.markup


def test_who_is_bounded_sees_their_part_on_pages_too(
    page: Open, look_as: Callable[[Viewer | None], None], demo: Runtime
) -> None:
    codes = demo.city.areas.codes
    look_as(Viewer("a-1", "n", frozenset({Role.INSPECTOR}), Scope(subdistricts=frozenset(codes[:1]))))
    for name in ("situation", "explore"):
        bounded = page(name, lang="en")
        assert "2,366" not in bounded.words
        assert "168" in bounded.words
    look_as(Viewer("a-2", "n", frozenset({Role.PLANNER})))
    for name in ("situation", "explore"):
        assert "2,366" in page(name, lang="en").words
        assert "168" in page(name, lang="en", subdistrict=codes[0]).words


@pytest.mark.parametrize(("page_name", "key"), [("explore", "issue"), ("points", "point")])
def test_a_card_outside_their_part_is_not_there(
    page: Open, look_as: Callable[[Viewer | None], None], demo: Runtime, page_name: str, key: str
) -> None:
    snapshot, codes = demo.snapshot, demo.city.areas.codes
    area = snapshot.issues.subdistrict if key == "issue" else snapshot.points.subdistrict
    row = next(at for at, position in enumerate(area.tolist()) if position > 0)
    identity = f"YY-{row + 1:05}" if key == "issue" else str(snapshot.points.code[row])
    if key == "issue":
        identity = str(snapshot.records.of(np.array([row])).id[0])
    unknown = translate("explore.no_issue" if key == "issue" else "points.no_point", "en", number="", code="")[:12]
    look_as(Viewer("a-1", "n", frozenset({Role.INSPECTOR}), Scope(subdistricts=frozenset(codes[:1]))))
    assert unknown in page(page_name, lang="en", **{key: identity}).words
    look_as(Viewer("a-2", "n", frozenset({Role.PLANNER})))
    assert unknown not in page(page_name, lang="en", **{key: identity}).words


def test_an_ended_session_is_told_so_and_shown_the_way(demo: Runtime, look_as: Callable[[Viewer | None], None]) -> None:
    look_as(None)
    at = whole_app()
    assert "Your session has ended" in said(at)
    assert "2,366" not in said(at)
    assert '/sign-in?lang=en"' in "".join(str(element.value) for element in at.get("html"))


@pytest.fixture
def staffed(empty: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    return empty


def test_an_administrator_makes_changes_and_disables_an_account(
    staffed: Runtime, empty_page: Open, look_as: Callable[[Viewer | None], None]
) -> None:
    access = staffed.access
    chief = access.add_account(by="operator", login="chief", name="Chief", roles=frozenset({Role.ADMINISTRATOR}))
    look_as(chief.viewer)
    drawn = empty_page("people", lang="en")
    at = drawn.at
    at.text_input(key="new-login").set_value("Li.Wei")
    at.text_input(key="new-name").set_value("李伟")
    at.multiselect(key="new-roles").set_value(["inspector"])
    at.multiselect(key="new-subdistricts").set_value([staffed.city.areas.codes[2]])
    at.text_input(key="new-password").set_value("short")
    at.button(key="new-make").click().run()
    assert "Password: 10 to 200 characters" in drawn.words
    at.text_input(key="new-password").set_value("a horse, a kingdom")
    at.button(key="new-make").click().run()
    assert "Made the account li.wei" in drawn.words
    made = access.account("li.wei")
    assert made.scope == Scope(subdistricts=frozenset({staffed.city.areas.codes[2]}))
    assert access.sign_in("li.wei", "a horse, a kingdom") is not None

    at.selectbox(key="edit-account").set_value(made.id).run()
    assert at.text_input(key="edit-name").value == "李伟"
    at.multiselect(key="edit-roles").set_value(["planner", "auditor"])
    at.multiselect(key="edit-subdistricts").set_value([])
    at.button(key="edit-save").click().run()
    changed = access.account("li.wei")
    assert (changed.roles, changed.scope) == ({Role.PLANNER, Role.AUDITOR}, Scope())
    at.button(key="edit-revoke").click().run()
    assert "Ended 1 session or token of li.wei" in drawn.words
    at.button(key="edit-disable").click().run()
    assert access.account("li.wei").disabled
    assert "Disabled" in drawn.words

    at.selectbox(key="edit-account").set_value(chief.id).run()
    assert "cannot change your own rights" in drawn.words
    assert not [button for button in at.button if button.key == "edit-save"]


def test_units_are_picked_by_their_names_and_kept_by_their_codes(
    staffed: Runtime, empty_page: Open, look_as: Callable[[Viewer | None], None]
) -> None:
    """Names in the page's language; who is offered is who issues can be given to, and the groups that go out."""
    look_as(Viewer("a-1", "n", frozenset({Role.ADMINISTRATOR})))
    organisation = duties_in_force(staffed.snapshot).organisation
    departments = organisation.of_kind(*ASSIGNABLE)
    for language in LANGUAGES:
        at = empty_page("people", lang="zh" if language == "zh-CN" else "en").at
        for key in ("new-departments", "hook-departments"):
            shown = at.multiselect(key=key).options
            assert shown == [unit.name.in_language(language) for unit in departments]
        shown = at.multiselect(key="new-groups").options
        assert organisation.unit("P01").name.in_language(language) in shown
        assert departments[0].name.in_language(language) not in shown
    at.text_input(key="new-login").set_value("li.wei")
    at.text_input(key="new-name").set_value("李伟")
    at.multiselect(key="new-roles").set_value(["department"])
    at.multiselect(key="new-departments").set_value(["D02", "D01"])
    at.multiselect(key="new-groups").set_value(["P01"])
    at.button(key="new-make").click().run()
    made = staffed.access.account("li.wei")
    assert made.scope == Scope(departments=frozenset({"D01", "D02"}), groups=frozenset({"P01"}))
    assert at.multiselect(key="new-departments").value == []
    at.selectbox(key="edit-account").set_value(made.id).run()
    assert at.multiselect(key="edit-departments").value == ["D01", "D02"]
    at.multiselect(key="edit-departments").set_value(["D02"])
    at.button(key="edit-save").click().run()
    assert staffed.access.account("li.wei").scope.departments == {"D02"}


def test_a_code_that_no_unit_has_is_said_and_stays_until_it_is_taken_out(
    staffed: Runtime, empty_page: Open, look_as: Callable[[Viewer | None], None]
) -> None:
    """From before there were picks, or from an organisation that was replaced."""
    look_as(Viewer("a-1", "n", frozenset({Role.ADMINISTRATOR})))
    scope = Scope(frozenset({staffed.city.areas.codes[0], "-"}), frozenset({"D01", "X9"}), frozenset({"H77"}))
    roles = frozenset({Role.INSPECTOR})
    made = staffed.access.add_account(by="operator", login="li.wei", name="Li Wei", roles=roles, scope=scope)
    drawn = empty_page("people", lang="en")
    at = drawn.at
    assert "2 subdistricts · 2 departments · 1 group · nothing has the code X9, H77" in drawn.words
    at.selectbox(key="edit-account").set_value(made.id).run()
    assert "holds 2 codes that no subdistrict, unit or group has: X9, H77. They stay until taken out." in drawn.words
    assert "X9 (nothing has this code)" in at.multiselect(key="edit-departments").options
    assert "X9 (nothing has this code)" not in at.multiselect(key="new-departments").options
    at.text_input(key="edit-name").set_value("Li Wei, West")
    at.button(key="edit-save").click().run()
    assert staffed.access.account("li.wei").name == "Li Wei, West"
    assert staffed.access.account("li.wei").scope == scope
    at.multiselect(key="edit-departments").set_value(["D01"])
    at.multiselect(key="edit-groups").set_value([])
    at.button(key="edit-save").click().run()
    assert staffed.access.account("li.wei").scope == Scope(scope.subdistricts, frozenset({"D01"}))
    assert "nothing has" not in drawn.words


def test_a_click_of_who_may_not_any_more_changes_nothing(
    staffed: Runtime, empty_page: Open, look_as: Callable[[Viewer | None], None]
) -> None:
    chief = Viewer("a-1", "n", frozenset({Role.ADMINISTRATOR}))
    look_as(chief)
    at = empty_page("people", lang="en").at
    at.text_input(key="new-login").set_value("li.wei")
    at.text_input(key="new-name").set_value("Li Wei")
    at.multiselect(key="new-roles").set_value(["administrator"])
    button = at.button(key="new-make").click()
    look_as(Viewer("a-1", "n", frozenset({Role.AUDITOR})))
    button.run()
    assert staffed.access.accounts() == []
