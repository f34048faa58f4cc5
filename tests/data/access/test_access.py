"""Signing in and out: what opens a session, what ends it at once, and what a wrong password costs."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from data.access.lockout import FREE, lock_s
from data.access.people import secret_hash, session_name
from data.store.access_tables import ACCOUNT, SESSION, TOKEN
from geo.access import WHOLE, Role, Scope
from geo.errors import BadValueError, ConflictError, NotFoundError
from tests.data.access.conftest import PASSWORD, Desk

HALF_HOUR_S, HALF_DAY_S = 30 * 60, 12 * 3600


def test_the_right_password_opens_a_session_of_that_person(desk: Desk) -> None:
    made = desk.person("li.wei", Role.INSPECTOR, scope=Scope(subdistricts=frozenset({"A"})))
    viewer = desk.access.viewer(desk.comes_in(" Li.Wei "))
    assert viewer is not None
    assert (viewer.account, viewer.roles, viewer.scope) == (made.id, made.roles, made.scope)


@pytest.mark.parametrize(
    ("login", "password"), [("li.wei", "another one"), ("nobody", PASSWORD), ("", ""), ("li.wei", "")]
)
def test_what_is_wrong_opens_nothing_whatever_it_is(desk: Desk, login: str, password: str) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    assert desk.access.sign_in(login, password) is None


def test_no_secret_and_no_password_stands_in_the_store(desk: Desk) -> None:
    account = desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    viewer = desk.access.viewer(secret)
    assert viewer is not None
    _, token = desk.access.make_token(viewer, name="t", roles=account.roles, scope=WHOLE, days=1)
    with desk.store.reading() as connection:
        rows = [str(row) for table in (ACCOUNT, SESSION, TOKEN) for row in connection.execute(select(table))]
    assert not any(word in row for row in rows for word in (secret, token, PASSWORD))
    assert any("$argon2id$" in row for row in rows)


def test_a_session_ends_with_sign_out_and_a_replayed_secret_is_worth_nothing(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    secret, other = desk.comes_in("li.wei"), desk.comes_in("li.wei")
    assert desk.access.viewer(secret) is not None
    desk.access.sign_out(secret)
    assert desk.access.viewer(secret) is None
    assert desk.access.viewer(other) is not None
    desk.access.sign_out(secret)


def test_half_an_hour_without_a_request_ends_a_session_and_a_request_keeps_it(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    for _ in range(3):
        desk.later(HALF_HOUR_S - 1)
        assert desk.access.viewer(secret) is not None
    desk.later(HALF_HOUR_S - 1)
    assert desk.access.peek(secret) is not None  # which does not count
    desk.later(1)
    assert desk.access.viewer(secret) is None
    desk.later(-HALF_HOUR_S)


def test_half_a_day_ends_every_session(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    for _ in range(HALF_DAY_S // 1200 - 1):
        desk.later(1200)
        assert desk.access.viewer(secret) is not None
    desk.later(1200)
    assert desk.access.viewer(secret) is None


def test_being_there_is_written_once_a_minute(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    seen = []
    for _ in range(130):
        desk.later(1)
        desk.access.viewer(secret)
        [session] = desk.access.sessions()
        seen.append(session.seen_us)
    assert len(set(seen)) == 3  # the sign-in, and two minutes


def test_a_look_up_never_waits_for_a_writer(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    desk.access.viewer(secret)
    desk.later(100)
    with desk.access._transaction():
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(desk.access.viewer(secret)))
        asking.start()
        asking.join(5)
        assert [answer is not None for answer in answers] == [True]


@pytest.mark.parametrize("deed", ["disable", "password", "revoke"])
def test_what_an_administrator_ends_has_ended_when_they_are_told_so(desk: Desk, deed: str) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    secret = desk.comes_in("li.wei")
    viewer = desk.access.viewer(secret)
    assert viewer is not None
    _, token = desk.access.make_token(viewer, name="t", roles=viewer.roles, scope=WHOLE, days=9)
    assert desk.access.viewer(token) is not None
    if deed == "disable":
        desk.access.change_account(account.id, by="a-x", disabled=True)
        assert desk.access.sign_in("li.wei", PASSWORD) is None
    elif deed == "password":
        desk.access.set_password(account.id, "quite another one", by="a-x")
        assert desk.access.sign_in("li.wei", PASSWORD) is None
        assert desk.access.sign_in("li.wei", "quite another one") is not None
    else:
        assert desk.access.revoke_sessions(account.id, by="a-x") == 2
    assert desk.access.viewer(secret) is None
    assert desk.access.viewer(token) is None


def test_one_session_all_others_or_all_are_ended_and_tokens_stay(desk: Desk) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    first, second, third = (desk.comes_in("li.wei") for _ in range(3))
    viewer = desk.access.viewer(first)
    assert viewer is not None
    _, token = desk.access.make_token(viewer, name="t", roles=viewer.roles, scope=WHOLE, days=9)
    names = {secret: session_name(secret_hash(secret)) for secret in (first, second, third)}
    assert desk.access.end_sessions(account.id, by=account.id, only=names[second]) == 1
    assert [desk.access.viewer(secret) is not None for secret in names] == [True, False, True]
    with pytest.raises(NotFoundError):
        desk.access.end_sessions(account.id, by=account.id, only=names[second])
    assert desk.access.end_sessions(account.id, by=account.id, but=names[third]) == 1
    assert [desk.access.viewer(secret) is not None for secret in names] == [False, False, True]
    entry = desk.access.newest_entries(1)[0]
    assert (entry.kind, entry.subject) == ("sessions_revoked", account.id)
    assert names[first] in entry.payload
    assert desk.access.end_sessions(account.id, by="a-x") == 1
    assert desk.access.end_sessions(account.id, by="a-x") == 0
    assert desk.access.newest_entries(1)[0].seq == entry.seq + 1  # what ended nothing is not noted
    assert desk.access.viewer(token) is not None


def test_a_session_that_idled_away_is_not_open(desk: Desk) -> None:
    desk.person("li.wei", Role.PLANNER)
    desk.comes_in("li.wei")
    assert len(desk.access.sessions()) == 1
    desk.later(HALF_HOUR_S)
    assert desk.access.sessions() == []


def test_a_password_of_ones_own_needs_the_present_one_and_ends_everything(desk: Desk) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    secret = desk.comes_in("li.wei")
    with pytest.raises(BadValueError):
        desk.access.change_password(account.id, PASSWORD, "short")
    assert not desk.access.change_password(account.id, "not this one", "quite another one")
    assert desk.access.viewer(secret) is not None
    assert desk.access.change_password(account.id, PASSWORD, "quite another one")
    assert desk.access.viewer(secret) is None
    assert desk.access.sign_in("li.wei", PASSWORD) is None
    assert desk.access.sign_in("li.wei", "quite another one") is not None


def test_wrong_present_passwords_lock_like_those_of_a_sign_in(desk: Desk) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    for _ in range(FREE):
        assert not desk.access.change_password(account.id, "wrong wrong wrong", "quite another one")
    assert not desk.access.change_password(account.id, PASSWORD, "quite another one")
    assert desk.access.sign_in("li.wei", PASSWORD) is None
    desk.later(lock_s(FREE))
    assert desk.access.change_password(account.id, PASSWORD, "quite another one")


def test_other_roles_and_another_scope_hold_for_sessions_that_are_open(desk: Desk) -> None:
    account = desk.person("li.wei", Role.INSPECTOR)
    secret = desk.comes_in("li.wei")
    desk.access.viewer(secret)
    narrow = Scope(subdistricts=frozenset({"B"}))
    desk.access.change_account(account.id, by="a-x", roles=frozenset({Role.DEPARTMENT}), scope=narrow)
    viewer = desk.access.viewer(secret)
    assert viewer is not None
    assert (viewer.roles, viewer.scope) == ({Role.DEPARTMENT}, narrow)


def test_an_account_is_locked_longer_with_every_wrong_password(desk: Desk) -> None:
    desk.person("li.wei", Role.INSPECTOR)
    for _ in range(FREE):
        assert desk.access.sign_in("li.wei", "wrong wrong wrong") is None
    assert desk.access.sign_in("li.wei", PASSWORD) is None  # locked, though it is right
    desk.later(lock_s(FREE))
    assert desk.access.sign_in("li.wei", "wrong wrong wrong") is None
    desk.later(lock_s(FREE))
    assert desk.access.sign_in("li.wei", PASSWORD) is None
    desk.later(lock_s(FREE + 1) - lock_s(FREE))
    assert desk.access.sign_in("li.wei", PASSWORD) is not None
    assert desk.access.sign_in("li.wei", "wrong wrong wrong") is None
    assert desk.access.sign_in("li.wei", PASSWORD) is not None  # a right one has begun anew


def test_locks_grow_from_nothing_to_half_an_hour() -> None:
    locks = [lock_s(failures) for failures in range(40)]
    assert locks[:FREE] == [0] * FREE
    assert locks[FREE : FREE + 4] == [30, 60, 120, 240]
    assert locks[-1] == 1800
    assert locks == sorted(locks)


def test_a_token_is_bounded_by_its_owner_s_roles_and_scope_of_now(desk: Desk) -> None:
    wide = Scope(subdistricts=frozenset({"A", "B"}))
    account = desk.person("li.wei", Role.INSPECTOR, Role.DEPARTMENT, scope=wide)
    viewer = desk.access.viewer(desk.comes_in("li.wei"))
    assert viewer is not None
    part = Scope(subdistricts=frozenset({"B", "C"}))
    _, secret = desk.access.make_token(viewer, name="t", roles=frozenset({Role.INSPECTOR}), scope=part, days=2)
    by_token = desk.access.viewer(secret)
    assert by_token is not None
    assert by_token.roles == {Role.INSPECTOR}
    assert by_token.scope == Scope(subdistricts=frozenset({"B"}))
    with pytest.raises(BadValueError, match="roles of yours"):
        desk.access.make_token(viewer, name="t", roles=frozenset({Role.COMMANDER}), scope=WHOLE, days=2)
    desk.access.change_account(account.id, by="a-x", roles=frozenset({Role.DEPARTMENT}))
    by_token = desk.access.viewer(secret)
    assert by_token is not None
    assert not by_token.roles
    desk.later(2 * 86_400)
    assert desk.access.viewer(secret) is None


def test_a_token_is_revoked_by_its_owner_alone(desk: Desk) -> None:
    one, other = desk.person("one", Role.PLANNER), desk.person("other", Role.PLANNER)
    viewer = desk.access.viewer(desk.comes_in("one"))
    assert viewer is not None
    token, secret = desk.access.make_token(viewer, name="t", roles=viewer.roles, scope=WHOLE, days=2)
    with pytest.raises(NotFoundError):
        desk.access.revoke_token(token.id, by=other.id, account=other.id)
    assert desk.access.viewer(secret) is not None
    desk.access.revoke_token(token.id, by=one.id, account=one.id)
    assert desk.access.viewer(secret) is None


def test_the_last_administrator_stays(desk: Desk) -> None:
    first = desk.person("first", Role.ADMINISTRATOR)
    for change in ({"disabled": True}, {"roles": frozenset({Role.PLANNER})}):
        with pytest.raises(ConflictError, match="last administrator"):
            desk.access.change_account(first.id, by="a-x", **change)
    desk.person("second", Role.ADMINISTRATOR)
    assert desk.access.change_account(first.id, by="a-x", disabled=True).disabled


def test_two_accounts_never_have_one_login(desk: Desk) -> None:
    desk.person("li.wei", Role.PLANNER)
    with pytest.raises(BadValueError, match="no other account"):
        desk.person("li.wei", Role.PLANNER)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "ab" * 10, "x" * 201, ""])
def test_a_weak_password_is_refused_and_never_repeated(desk: Desk, password: str) -> None:
    with pytest.raises(BadValueError, match="characters") as refusal:
        desk.access.add_account(
            by="operator", login="li.wei", name="n", roles=frozenset({Role.PLANNER}), password=password
        )
    assert not password or password not in str(refusal.value)


def test_an_identity_is_linked_once_and_then_known_by_its_subject(desk: Desk) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    sign_in = desk.access.sign_in_by_identity
    assert sign_in("https://id", "sub-1", "somebody") is None
    assert sign_in("https://id", "sub-1", None) is None
    secret = sign_in("https://id", "sub-1", "li.wei")
    assert secret is not None
    assert desk.access.viewer(secret) is not None
    assert sign_in("https://id", "sub-1", "renamed at the provider") is not None
    assert sign_in("https://id", "sub-2", "li.wei") is None  # someone else who took the name
    desk.access.change_account(account.id, by="a-x", disabled=True)
    assert sign_in("https://id", "sub-1", "li.wei") is None


def test_sessions_opened_by_many_threads_are_all_there(desk: Desk) -> None:
    desk.person("li.wei", Role.PLANNER)
    secrets: list[str] = []
    threads = [threading.Thread(target=lambda: secrets.append(desk.comes_in("li.wei"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*secrets}) == 8
    assert all(desk.access.viewer(secret) is not None for secret in secrets)
    with desk.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM access_session")).scalar() == 8
