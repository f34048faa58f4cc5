"""A backup holds the accounts and their log, but nothing that was open: a restored one brings no session back."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.access.access import Access
from data.access.access_log import must_be_sound
from data.backup.backup_file import backup_read
from data.backup.restoring import check_backup, restore_backup
from data.backup.taking import take_backup
from data.intake.placing import Placer
from data.store.database import Store, open_store
from data.store.writer import Writer
from geo.access import WHOLE, Role
from geo.errors import StoreError
from tests.data.access.conftest import PASSWORD, Desk
from tests.small_city import small_city


def people_of(store: Store, desk: Desk) -> Access:
    writer = Writer(store, small_city(), Placer(small_city()))
    return Access(store, desk.access.settings, writer.between_groups, now_us=lambda: desk.now_us)


def test_people_come_back_and_what_they_had_open_does_not(desk: Desk, tmp_path: Path) -> None:
    desk.person("li.wei", Role.PLANNER)
    secret = desk.comes_in("li.wei")
    viewer = desk.access.viewer(secret)
    assert viewer is not None
    _, token = desk.access.make_token(viewer, name="t", roles=viewer.roles, scope=WHOLE, days=9)
    take_backup(desk.store, tmp_path / "backup.zip")
    desk.access.revoke_sessions(viewer.account, by="a-x")

    store = open_store(f"sqlite:///{tmp_path / 'restored.db'}", small_city())
    with backup_read(tmp_path / "backup.zip") as backup:
        check_backup(backup, small_city())
        restore_backup(backup, store)
    restored = people_of(store, desk)
    assert [account.login for account in restored.accounts()] == ["li.wei"]
    assert restored.viewer(secret) is None
    assert restored.viewer(token) is None
    assert restored.sign_in("li.wei", PASSWORD) is not None
    with store.reading() as connection:
        must_be_sound(connection)
    store.close()


def test_a_backup_is_not_put_over_accounts_that_are_there(desk: Desk, tmp_path: Path) -> None:
    take_backup(desk.store, tmp_path / "backup.zip")
    desk.person("li.wei", Role.PLANNER)
    with backup_read(tmp_path / "backup.zip") as backup, pytest.raises(StoreError, match="has accounts"):
        restore_backup(backup, desk.store)
    assert [account.login for account in desk.access.accounts()] == ["li.wei"]
