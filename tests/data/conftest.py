"""Stores of the small city, in a temporary folder, opened and closed around a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.runtime import Runtime
from data.settings import Settings
from data.store.database import Store, open_store
from geo.city import City
from tests.small_city import small_city


def runtime_of(city: City, file: Path) -> Runtime:
    """A runtime of `city` on a store at `file`, without a demo."""
    return Runtime(Settings(), city, open_store(f"sqlite:///{file}", city))


@pytest.fixture
def city() -> City:
    return small_city()


@pytest.fixture
def live(tmp_path: Path, city: City) -> Iterator[Runtime]:
    """An empty store of the small city, open for writing."""
    runtime = runtime_of(city, tmp_path / "small.db")
    yield runtime
    runtime.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[City], Runtime]]:
    """Opens (again and again) the store of one temporary file; closes what is left open."""
    runtimes: list[Runtime] = []

    def open_again(city: City) -> Runtime:
        for runtime in runtimes:
            runtime.close()
        runtimes.append(runtime_of(city, tmp_path / "again.db"))
        return runtimes[-1]

    yield open_again
    for runtime in runtimes:
        runtime.close()


@pytest.fixture
def store(tmp_path: Path, city: City) -> Iterator[Store]:
    opened_store = open_store(f"sqlite:///{tmp_path / 'bare.db'}", city)
    yield opened_store
    opened_store.close()
