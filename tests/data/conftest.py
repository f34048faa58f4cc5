"""Stores of the small city, each on SQLite and on PostGIS, opened and closed around a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from data.runtime import Runtime
from data.store.database import Store, open_store
from geo.city import City
from tests.small_city import small_city
from tests.stores import Stores, fresh_store, made_store, settings_of

_OPEN = frozenset({"live", "store"})


def runtime_of(city: City, url: str) -> Runtime:
    """A runtime of `city` on the store at `url`, without a demo."""
    return Runtime(settings_of(url), city, open_store(url, city))


@pytest.fixture
def city() -> City:
    return small_city()


@pytest.fixture
def url(request: pytest.FixtureRequest, stores: Stores) -> Iterator[str]:
    """The address of a store: empty where the test has it open already (`live`, `store`), else not there yet."""
    is_open = not _OPEN.isdisjoint(request.fixturenames)
    with made_store(stores, request.getfixturevalue("city")) if is_open else fresh_store(stores) as address:
        yield address


@pytest.fixture
def live(url: str, city: City) -> Iterator[Runtime]:
    """An empty store of the small city, open for writing."""
    runtime = runtime_of(city, url)
    yield runtime
    runtime.close()


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[City], Runtime]]:
    """Opens (again and again) one store; closes what is left open."""
    runtimes: list[Runtime] = []

    def open_again(city: City) -> Runtime:
        for runtime in runtimes:
            runtime.close()
        runtimes.append(runtime_of(city, url))
        return runtimes[-1]

    yield open_again
    for runtime in runtimes:
        runtime.close()


@pytest.fixture
def store(url: str, city: City) -> Iterator[Store]:
    opened_store = open_store(url, city)
    yield opened_store
    opened_store.close()
