"""A desk for people over a temporary store, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from data.access import passwords
from data.access.access import Access
from data.access.people import Account
from data.access.settings import AccessSettings
from data.intake.placing import Placer
from data.store.database import Store, open_store
from data.store.writer import Writer
from geo.access import Role
from tests.small_city import small_city
from tests.stores import Stores, made_store

PASSWORD = "a horse, a kingdom"


@dataclass
class Desk:
    """What a test needs: the desk, its store, and the wall clock in microseconds."""

    access: Access
    store: Store
    now_us: int = 1_700_000_000_000_000

    def later(self, seconds: float) -> None:
        self.now_us += int(seconds * 1e6)

    def person(self, login: str, *roles: Role, **more: object) -> Account:
        return self.access.add_account(
            by="operator", login=login, name=login.title(), roles=frozenset(roles), password=PASSWORD, **more
        )

    def comes_in(self, login: str) -> str:
        secret = self.access.sign_in(login, PASSWORD)
        assert secret is not None
        return secret


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: what they cost is measured elsewhere."""
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody_s.cache_clear()


@pytest.fixture
def desk(stores: Stores, cheap_passwords: None) -> Iterator[Desk]:
    with made_store(stores, small_city()) as url:
        store = open_store(url, small_city())
        writer = Writer(store, small_city(), Placer(small_city()))
        settings = AccessSettings(login="local", log_days=184)
        made = Desk(None, store)  # type: ignore[arg-type]
        made.access = Access(store, settings, writer.between_groups, now_us=lambda: made.now_us)
        yield made
        store.close()
