"""My account: sessions and tokens of one's own, and a password with the present one; and what administrators see."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from data.access import passwords
from data.access.people import Account
from data.runtime import Runtime
from geo.access import Role, Scope, Viewer
from geo.errors import StoreError
from ui import scene as scenes

Open = Callable[..., Any]
PASSWORD = "a horse, a kingdom"


@pytest.fixture
def staffed(empty: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The empty store where people sign in by password."""
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    passwords._nobody_s.cache_clear()
    settings = dataclasses.replace(empty.settings, access=dataclasses.replace(empty.settings.access, login="local"))
    monkeypatch.setattr(empty, "settings", settings)
    yield empty
    passwords._nobody_s.cache_clear()


@pytest.fixture
def wei(staffed: Runtime) -> Account:
    roles = frozenset({Role.INSPECTOR, Role.PLANNER})
    scope = Scope(subdistricts=frozenset(staffed.city.areas.codes[:2]))
    return staffed.access.add_account(
        by="operator", login="li.wei", name="李伟", roles=roles, scope=scope, password=PASSWORD
    )


@pytest.fixture
def enter(staffed: Runtime, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes every page that of the session with that secret."""

    def come(secret: str) -> None:
        monkeypatch.setattr(scenes, "viewer_of", lambda served: served.access.viewer(secret))
        context = SimpleNamespace(cookies={"xunjie": secret}, theme=SimpleNamespace(type="light"))
        monkeypatch.setattr(st, "context", context)

    return come


def test_who_one_is_and_where_one_is_signed_in(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    here, there = (staffed.access.sign_in("li.wei", PASSWORD) for _ in range(2))
    enter(here)
    drawn = empty_page("account", lang="en")
    for words in ("李伟", "li.wei", "Inspector, Planner", "2 subdistricts", wei.id, "This session"):
        assert words in drawn.words
    ends = [button for button in drawn.at.button if button.key.startswith("end-")]
    assert len(ends) == 1  # the other one
    ends[0].click().run()
    assert "1 session ended" in drawn.words
    assert staffed.access.viewer(there) is None
    assert staffed.access.viewer(here) is not None


def test_all_other_sessions_at_once(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    here, *others = (staffed.access.sign_in("li.wei", PASSWORD) for _ in range(4))
    enter(here)
    drawn = empty_page("account", lang="en")
    drawn.at.button(key="end-others").click().run()
    assert "3 sessions ended" in drawn.words
    assert not any(staffed.access.viewer(secret) for secret in others)
    assert not [button for button in drawn.at.button if button.key.startswith("end-")]


def test_a_token_is_made_shown_until_it_is_kept_and_revoked(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    enter(staffed.access.sign_in("li.wei", PASSWORD))
    drawn = empty_page("account", lang="en")
    at = drawn.at
    at.button(key="token-make").click().run()
    assert "Say what it is for" in drawn.words
    at.text_input(key="token-name").set_value("nightly export")
    at.button(key="token-make").click().run()
    assert "Choose at least one role" in drawn.words
    assert staffed.access.tokens(wei.id) == []
    at.multiselect(key="token-roles").set_value(["planner"])
    at.multiselect(key="token-areas").set_value([staffed.city.areas.codes[1]])
    at.selectbox(key="token-days").set_value(30)
    at.button(key="token-make").click().run()
    [shown] = at.code
    viewer = staffed.access.viewer(shown.value)
    assert (viewer.roles, viewer.scope.subdistricts) == ({Role.PLANNER}, {staffed.city.areas.codes[1]})
    drawn.run()
    assert at.code  # until its owner says so
    at.button(key="token-kept").click().run()
    assert not at.code
    assert shown.value not in drawn.markup
    [token] = staffed.access.tokens(wei.id)
    at.button(key=f"revoke-{token.id}").click().run()
    assert "is revoked, as of now" in drawn.words
    assert staffed.access.viewer(shown.value) is None
    assert not [button for button in at.button if button.key.startswith("revoke-")]


def test_only_own_roles_and_places_are_offered(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    enter(staffed.access.sign_in("li.wei", PASSWORD))
    at = empty_page("account", lang="en").at
    assert list(at.multiselect(key="token-roles").options) == ["Inspector", "Planner"]
    assert len(at.multiselect(key="token-areas").options) == 2


def change(drawn: Any, old: str, new: str, again: str) -> None:
    for name, value in (("old", old), ("new", new), ("again", again)):
        drawn.at.text_input(key=f"password-{name}").set_value(value)
    drawn.at.button(key="password-change").click().run()


def test_a_password_of_ones_own_with_the_present_one(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    here = staffed.access.sign_in("li.wei", PASSWORD)
    enter(here)
    drawn = empty_page("account", lang="en")
    for old, new, again, words in (
        (PASSWORD, "quite another one", "quite another 1", "The two new passwords differ"),
        ("not this one", "quite another one", "quite another one", "The present password is not right"),
        (PASSWORD, "short", "short", "10 to 200 characters"),
    ):
        change(drawn, old, new, again)
        assert words in drawn.words
        assert drawn.at.text_input(key="password-old").value == ""
        assert staffed.access.viewer(here) is not None
    change(drawn, PASSWORD, "quite another one", "quite another one")
    assert "The password is changed. Sign in with the new one." in drawn.words
    assert "李伟" not in drawn.words
    assert staffed.access.viewer(here) is None
    assert staffed.access.sign_in("li.wei", "quite another one") is not None


def test_who_came_by_the_office_s_account_has_no_password_to_change(
    staffed: Runtime, enter: Callable[[str], None], empty_page: Open
) -> None:
    staffed.access.add_account(by="operator", login="by.oidc", name="n", roles=frozenset({Role.AUDITOR}))
    enter(staffed.access.sign_in_by_identity("https://id", "s-1", "by.oidc"))
    drawn = empty_page("account", lang="en")
    assert "Where I am signed in" in drawn.words
    assert "Change the password" not in drawn.words


def test_a_full_store_is_said_and_nothing_is_shown(
    staffed: Runtime,
    wei: Account,
    enter: Callable[[str], None],
    empty_page: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(staffed.access.sign_in("li.wei", PASSWORD))
    drawn = empty_page("account", lang="en")

    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(staffed.access, "make_token", full)
    drawn.at.text_input(key="token-name").set_value("x")
    drawn.at.multiselect(key="token-roles").set_value(["planner"])
    drawn.at.button(key="token-make").click().run()
    assert "cannot be written just now" in drawn.words
    assert not drawn.at.code


def test_where_nobody_signs_in_it_says_so(empty: Runtime, empty_page: Open) -> None:
    assert "needs no sign-in" in empty_page("account", lang="en").words


def test_an_administrator_ends_one_session_and_one_token(
    staffed: Runtime, wei: Account, enter: Callable[[str], None], empty_page: Open
) -> None:
    access = staffed.access
    access.add_account(
        by="operator", login="chief", name="Chief", roles=frozenset({Role.ADMINISTRATOR}), password=PASSWORD
    )
    theirs, kept = (access.sign_in("li.wei", PASSWORD) for _ in range(2))
    viewer = access.viewer(theirs)
    token, secret = access.make_token(viewer, name="robot", roles=viewer.roles, scope=Scope(), days=1)
    enter(access.sign_in("chief", PASSWORD))
    drawn = empty_page("people", lang="en")
    drawn.at.selectbox(key="edit-account").set_value(wei.id).run()
    names = {session.name: session for session in access.sessions(wei.id)}
    gone = next(name for name in names)
    drawn.at.button(key=f"end-{gone}").click().run()
    assert "1 session ended" in drawn.words
    assert sorted(access.viewer(one) is not None for one in (theirs, kept)) == [False, True]
    drawn.at.button(key=f"revoke-{token.id}").click().run()
    assert "is revoked, as of now" in drawn.words
    assert access.viewer(secret) is None
    assert {entry.actor for entry in access.newest_entries(2)} == {access.account("chief").id}


def test_who_is_no_administrator_any_more_ends_nothing(
    staffed: Runtime, wei: Account, empty_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = staffed.access.sign_in("li.wei", PASSWORD)
    [session] = staffed.access.sessions(wei.id)
    monkeypatch.setattr(scenes, "viewer_of", lambda served: Viewer("a-1", "n", frozenset({Role.ADMINISTRATOR})))
    at = empty_page("people", lang="en").at
    at.selectbox(key="edit-account").set_value(wei.id).run()
    button = at.button(key=f"end-{session.name}").click()
    monkeypatch.setattr(scenes, "viewer_of", lambda served: Viewer("a-1", "n", frozenset({Role.AUDITOR})))
    button.run()
    assert staffed.access.viewer(secret) is not None
