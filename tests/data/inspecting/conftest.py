"""Yunyan's demo in a store of its own for each module: its tests may write to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from data.runtime import Runtime, open_runtime
from data.settings import Settings


@pytest.fixture(scope="module")
def yunyan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    store = tmp_path_factory.mktemp("inspecting") / "demo.db"
    opened = open_runtime(Settings(database_url=f"sqlite:///{store}"))
    yield opened
    opened.close()


@pytest.fixture
def fresh() -> Callable[[], str]:
    """A new UUID."""
    return lambda: str(uuid.uuid4())
