"""Yunyan's demo in a store of its own for each module: its tests may write to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from data.runtime import Runtime, open_runtime
from data.settings import Settings
from tests.ready_stores import put_demo


@pytest.fixture(scope="module")
def yunyan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    opened = open_runtime(Settings(database_url=put_demo(tmp_path_factory.mktemp("demo") / "demo.db")))
    yield opened
    opened.close()


@pytest.fixture
def fresh() -> Callable[[], str]:
    """A new UUID."""
    return lambda: str(uuid.uuid4())
