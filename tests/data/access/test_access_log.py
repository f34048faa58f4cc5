"""The log of access: what is noted, that nobody alters it unseen, and that pruning breaks no chain."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from data.access.access_log import Kind, entries, problem, prune
from data.store.verify import problems
from geo.access import WHOLE, Role, Viewer
from geo.errors import StoreError
from tests.data.access.conftest import Desk
from tests.small_city import small_city

DAY_S = 86_400


def fault(desk: Desk) -> str | None:
    with desk.store.reading() as connection:
        return problem(connection)


def kinds(desk: Desk) -> list[str]:
    with desk.store.reading() as connection:
        return [entry.kind for entry in entries(connection)]


def alter(desk: Desk, statement: str) -> None:
    """What somebody with the database's own tools may do: take the guard away first."""
    with desk.store.writing() as connection:
        if connection.dialect.name == "sqlite":
            for name in ("access_entry_no_update", "access_entry_no_delete", "access_checkpoint_no_delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            connection.execute(text("ALTER TABLE access_entry DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE access_checkpoint DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_everything_that_concerns_people_is_noted_without_their_names(desk: Desk) -> None:
    account = desk.person("li.wei", Role.PLANNER)
    secret = desk.comes_in("li.wei")
    desk.access.sign_in("li.wei", "wrong wrong wrong")
    viewer = desk.access.viewer(secret)
    assert viewer is not None
    token, _ = desk.access.make_token(viewer, name="Li Wei's laptop", roles=viewer.roles, scope=WHOLE, days=1)
    desk.access.revoke_token(token.id, by=account.id)
    desk.access.saw_protected(viewer, "reporter", "YY-00001")
    desk.access.change_account(account.id, by="a-x", name="Wei Li")
    desk.access.set_password(account.id, "quite another one", by="a-x")
    desk.access.sign_out(secret)
    assert kinds(desk) == [
        *(Kind.ACCOUNT_MADE, Kind.SIGNED_IN, Kind.SIGN_IN_FAILED, Kind.TOKEN_MADE, Kind.TOKEN_REVOKED),
        *(Kind.SAW_PROTECTED, Kind.ACCOUNT_CHANGED, Kind.PASSWORD_SET),
    ]
    with desk.store.reading() as connection:
        written = str([*entries(connection)]).lower()
    for word in ("wei", "laptop", "another one", secret):
        assert word not in written
    assert fault(desk) is None


def test_the_database_itself_refuses_to_alter_it(desk: Desk) -> None:
    desk.person("li.wei", Role.PLANNER)
    for statement in ("UPDATE access_entry SET actor = 'x'", "DELETE FROM access_entry"):
        with pytest.raises(StoreError), desk.store.writing() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE access_entry SET actor = 'x' WHERE seq = 3", 3),
        ("UPDATE access_entry SET payload = '{}' WHERE seq = 2", 2),
        ("DELETE FROM access_entry WHERE seq = 3", 4),
        ("UPDATE access_entry SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 5", 5),
    ],
)
def test_what_was_altered_all_the_same_is_found(desk: Desk, statement: str, seq: int) -> None:
    for name in ("one", "two", "three", "four", "five"):
        desk.person(name, Role.PLANNER)
    assert fault(desk) is None
    alter(desk, statement)
    found = fault(desk)
    assert found is not None
    assert f"at entry {seq}" in found
    with desk.store.reading() as connection:
        assert [said for said in problems(connection, small_city()) if f"at entry {seq}" in said], "verify says so too"


def test_pruning_keeps_half_a_year_and_the_chain(desk: Desk) -> None:
    viewer = Viewer("a-1", "n", frozenset({Role.AUDITOR}))
    for _ in range(10):
        desk.access.saw_protected(viewer, "reporter", "YY-00001")
        desk.later(30 * DAY_S)
    with desk.store.writing() as connection:
        assert prune(connection, desk.now_us, keep_days=1) == 4  # older than 184 days, whatever is asked
    assert kinds(desk) == [Kind.SAW_PROTECTED] * 6 + [Kind.LOG_PRUNED]
    assert fault(desk) is None
    with desk.store.writing() as connection:
        assert prune(connection, desk.now_us, keep_days=184) == 0
    desk.access.saw_protected(viewer, "reporter", "YY-00002")
    desk.later(400 * DAY_S)
    with desk.store.writing() as connection:
        assert prune(connection, desk.now_us, keep_days=365) == 8
    assert kinds(desk) == [Kind.LOG_PRUNED]
    assert fault(desk) is None
    with pytest.raises(StoreError), desk.store.writing() as connection:
        connection.execute(text("DELETE FROM access_entry"))


def test_what_was_let_go_without_pruning_is_found(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        desk.person(name, Role.PLANNER)
    with desk.store.reading() as connection:
        second = [*entries(connection)][1]
    alter(
        desk,
        f"INSERT INTO access_checkpoint (seq, at, hash) VALUES (2, '{second.at}', '{second.hash}')",
    )
    alter(desk, "DELETE FROM access_entry WHERE seq <= 2")
    found = fault(desk)
    assert found is not None
    assert "checkpoint" in found
